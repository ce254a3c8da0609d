"""The identifier check of forms: while somebody types, and when a button of a finding is used.

One check for all forms. A form names in `check` where its buttons lead: to an address that checks
only, or to its own, which looks first whether one of them was used (`is_asked`).
"""

import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound, TooMany
from instance.models import Member
from instance.services import identifiers
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.post_pictures import PLACES
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("identifiers", __name__)

FIELDS = (
    frozenset(
        "title question history meds allergies exam tried recommendation rationale would_change"
        " citation citation_title text".split()
    )
    | {f"option-{number}" for number in range(1, views.OPTION_ROWS + 1)}
    | {f"alt-{place}" for place in PLACES}
)
FORMS = ("answer", "comment", "ask-info", "provide-info", "not-solved", "reopen", "escalate")
_PERSON = r"/@[\w.@-]{1,320}/write"
# Addresses of forms of consults, and of posts that anybody reads.
_PRIVATE = re.compile(
    rf"/consults/drafts/check|/k/\d+/(?:{'|'.join((*FORMS, 'outcome'))})/check"
    rf"|/k/\d+/(?:question|said/\d+)|{_PERSON}",
    re.ASCII,
)
_PUBLIC = re.compile(
    r"/channels/[\w.@-]{1,320}/new(?:/poll)?|/t/\d+/replies|/posts/\d+/edit", re.ASCII
)
_MOST, _WITHIN = 120, 60.0  # of one member; a page asks at most once in 0.8 seconds
_LENGTH_MOST = 40_000
_asked: dict[int, deque[float]] = {}


@dataclass(frozen=True)
class Done:
    """The texts after a button was used, and what is left in them. `field`: where it stood."""

    texts: dict[str, str]
    found: tuple[identifiers.Found, ...]
    field: str
    is_age: bool

    @property
    def checked(self) -> dict[str, views.CheckedField]:
        return checked(self.texts, self.found)


def is_asked(form: Mapping[str, str]) -> bool:
    """Whether a button of a finding was used, so that nothing is sent."""
    return bool(form.get("fix") or form.get("dismiss"))


async def act(
    signed_in: Member,
    form: Mapping[str, str],
    texts: Mapping[str, str],
    *,
    is_public: bool = False,
) -> Done:
    """Mend one finding, or put on record that it is none, as a button says; then look again."""
    if form.get("dismiss"):
        await identifiers.dismiss(signed_in, texts, form["dismiss"], is_public=is_public)
    mended = await identifiers.mend(signed_in, texts, form.get("fix", ""), is_public=is_public)
    left = await identifiers.look(signed_in, mended.texts, is_public=is_public)
    field = (form.get("fix") or form.get("dismiss") or "").partition(":")[0]
    is_age = mended.chosen is not None and mended.chosen.is_age
    return Done(mended.texts, left, field, is_age)


@blueprint.post("/phi")
@member
async def post_phi(signed_in: Member) -> ResponseReturnValue:
    """The whole form comes along, since its dates count from one day; `field` is drawn. `action`:
    where the buttons lead, only to an address of ours that checks.

    Nothing of it is kept. Raises NotFound for a field or action of no form, and TooMany.
    """
    _require_pace(signed_in.id)
    form = await request.form
    name, action = form.get("field", ""), form.get("action", "")
    is_public = _PUBLIC.fullmatch(action) is not None
    if name not in FIELDS or not (is_public or _PRIVATE.fullmatch(action)):
        raise NotFound
    texts = {key: form[key] for key in form if key in FIELDS and form[key]}
    around = await surroundings(signed_in)
    if sum(map(len, texts.values())) > _LENGTH_MOST:
        raise FormRefused({name: "Shorten this before it is checked."})
    fields = checked(texts, await identifiers.look(signed_in, texts, is_public=is_public))
    field = fields.get(name, views.CheckedField(name=name))
    return draw(views.CheckedFieldPage(page=around.page, field=field, action=action))


def _require_pace(member_id: int) -> None:
    """In this process: enough against a script that went wrong; the check itself is cheap."""
    now = time.monotonic()
    asked = _asked.setdefault(member_id, deque(maxlen=_MOST))
    if len(asked) == _MOST and now - asked[0] < _WITHIN:
        raise TooMany
    asked.append(now)
