"""How far setting up has come, as the owner's page shows it."""

from collections.abc import Mapping

from instance.errors import CurbsideError, FormRefused
from instance.models import Member
from instance.services import duties, first_run, settings
from instance.services.duties import Duty
from instance.web import views
from instance.web.presenting.pages import surroundings

_TYPED = ("name", "address", "country", "on_call", "mail_domains", "rules")


async def set_up_page(
    member: Member,
    step: str = "",
    error: CurbsideError | None = None,
    typed: Mapping[str, str] | None = None,
) -> views.SetUpPage | None:
    """None where there is nothing to set up, or for somebody else."""
    if not duties.may(member, Duty.SETTINGS):
        return None
    now = await first_run.progress(member)
    if now is None:
        return None
    around, decided = await surroundings(member, here="/set-up"), await settings.read()
    fields = error.fields if isinstance(error, FormRefused) else {}
    values = {name: (typed or {}).get(name, getattr(decided, name)) for name in _TYPED}
    checks = tuple(
        views.Check(said=one.said, mend=one.mend, is_good=one.is_good) for one in now.findings
    )
    left = [one for one in first_run.STEPS if one not in now.done]
    opened = step if step in first_run.STEPS else next(iter(left), "")
    return views.SetUpPage(
        page=around.page,
        steps=first_run.STEPS,
        done=now.done,
        open=opened,
        owner=around.own[0].name,
        second=(typed or {}).get("email", ""),
        checks=checks,
        tested_at=now.tested_at,
        refusal=error.shown if error is not None and not fields else "",
        errors=views.FieldError.all_of(fields),
        **values,
    )
