"""How much one server may leave here: as it is shown, and as an administrator types it."""

from datetime import datetime

from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused
from instance.models import Left
from instance.outbox.host_counts import Limit
from instance.services import quotas
from instance.services.quotas import Used
from instance.web.views.hospital import LeftHere

Form = MultiDict[str, str]
_IN_ALL = "_in_all"


def wanted(form: Form) -> dict[Left, Limit | None]:
    """None: the usual. Raises FormRefused for what is no number."""
    return {kind: _limit(kind.value, form) for kind in Left}


def are_typed(form: Form) -> bool:
    return any(f"{kind.value}{_IN_ALL}" in form for kind in Left)


async def left_here(host: str, now: datetime, form: Form) -> tuple[LeftHere, ...]:
    """Nothing of a server that left nothing, and about which nobody decided anything."""
    used = await quotas.of_host(host, now)
    if not are_typed(form) and not any(one.today or one.total or not one.is_usual for one in used):
        return ()
    return tuple(_left(one, form) for one in used)


def _limit(name: str, form: Form) -> Limit | None:
    typed = [form.get(field, "").replace(",", "").strip() for field in (name, name + _IN_ALL)]
    if typed == ["", ""]:
        return None
    if not all(one.isascii() and one.isdecimal() for one in typed):
        raise FormRefused({name: quotas.NO_LIMIT})
    return Limit(int(typed[0]), int(typed[1]))


def _left(one: Used, form: Form) -> LeftHere:
    name = one.kind.value
    a_day, in_all = ("", "") if one.is_usual else (str(one.limit.a_day), str(one.limit.in_all))
    return LeftHere(
        kind=name,
        today=one.today,
        total=one.total,
        a_day=one.limit.a_day,
        in_all=one.limit.in_all,
        full=one.is_full,
        typed_a_day=form.get(name, a_day),
        typed_in_all=form.get(name + _IN_ALL, in_all),
        usual_a_day=one.usual.a_day,
        usual_in_all=one.usual.in_all,
    )
