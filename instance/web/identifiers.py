"""The identifier check while somebody types: one field of a form, drawn as beneath it."""

import time
from collections import deque

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound, TooMany
from instance.models import Member
from instance.services import identifiers
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("identifiers", __name__)

FIELDS = frozenset(
    "title question history meds allergies exam tried recommendation rationale would_change"
    " citation text".split()
)
FORMS = frozenset(
    ("answer", "comment", "ask-info", "provide-info", "not-solved", "reopen", "escalate")
)
_MOST, _WITHIN = 120, 60.0  # of one member; a page asks at most once in 0.8 seconds
_LENGTH_MOST = 40_000
_asked: dict[int, deque[float]] = {}


@blueprint.post("/phi")
@member
async def post_phi(signed_in: Member) -> ResponseReturnValue:
    """The whole form comes along, since its dates count from one day; `field` is drawn.

    Nothing of it is kept. Raises NotFound for a field or action of no form, and TooMany.
    """
    _require_pace(signed_in.id)
    form = await request.form
    name, action = form.get("field", ""), form.get("action", "")
    if name not in FIELDS or not is_action(action):
        raise NotFound
    texts = {key: form[key] for key in form if key in FIELDS and form[key]}
    around = await surroundings(signed_in)
    if sum(map(len, texts.values())) > _LENGTH_MOST:
        raise FormRefused({name: "Shorten this before it is checked."})
    fields = checked(texts, await identifiers.look(signed_in, texts))
    field = fields.get(name, views.CheckedField(name=name))
    return draw(views.CheckedFieldPage(page=around.page, field=field, action=action))


def is_action(action: str) -> bool:
    """Where the buttons of a form lead: only to addresses of ours that check."""
    if action == "/consults/drafts/check":
        return True
    parts = action.split("/")
    shape = len(parts) == 5 and (parts[0], parts[1], parts[4]) == ("", "k", "check")
    return shape and parts[2].isascii() and parts[2].isdigit() and parts[3] in FORMS


def _require_pace(member_id: int) -> None:
    """In this process: enough against a script that went wrong; the check itself is cheap."""
    now = time.monotonic()
    asked = _asked.setdefault(member_id, deque(maxlen=_MOST))
    if len(asked) == _MOST and now - asked[0] < _WITHIN:
        raise TooMany
    asked.append(now)
