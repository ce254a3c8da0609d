"""Questions that were sent and not let through, as something in them identifies: their askers mend
them, or a steward judges that it identifies nobody (domain.md 3.3).

Who waits and since when is shown to stewards; the words are where one is opened, which is written
down each time.
"""

from dataclasses import dataclass

from tortoise.transactions import in_transaction

from instance import config
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Actor, Consult, Draft, DraftState, Member, NotificationKind
from instance.services import audit, duties, members, notifications
from instance.services.consults import drafts, opening
from instance.services.consults.drafts import LetThrough
from instance.services.consults.opening import Question
from instance.services.duties import Duty

REASON_LEAST, REASON_MOST = 10, 300
CHANGED = "Its asker changed it meanwhile, sent it, or threw it away. See what is held now."


@dataclass(frozen=True)
class Waiting:
    """`asker`: the name that they chose to ask under."""

    draft: Draft
    asker: Actor


async def waiting(member: Member) -> list[Waiting]:
    """The oldest first. Raises NotAllowed."""
    duties.require(member, Duty.SAFETY)
    rows = await drafts.held().order_by("held_at", "id").select_related("member")
    return [Waiting(row, await _asker(row)) for row in rows]


async def read(member: Member, draft_id: int) -> Waiting:
    """With its words, which is written down. Raises NotFound alike for what is not held."""
    found = await _get(member, draft_id)
    async with in_transaction():
        await _record("draft.held_read", member, found)
    return found


async def of(member: Member, draft_id: int, version: int) -> Waiting:
    """As it was read. Raises NotFound, Conflict where it is another one by now, and NotAllowed for
    one's own."""
    found = await _get(member, draft_id)
    if found.draft.version != version:
        raise Conflict(CHANGED)
    if found.draft.member_id == member.id:
        raise NotAllowed("Somebody else has to judge what you wrote yourself.")
    return found


async def release(member: Member, found: Waiting, question: Question, reason: str) -> Consult:
    """Send it as it is, for its asker, who is told. `question`: what its words say.

    Raises FormRefused, Conflict.
    """
    asker, why = found.draft.member, _reason("release_reason", reason)
    if asker.suspended_at is not None:
        raise Conflict("Its asker is suspended. Send it back.")
    by = await members.speaking_as(member)
    let = LetThrough(by, why, found.asker)
    try:
        return await opening.open_consult(asker, question, found.draft, let)
    except FormRefused as error:  # a hospital that is no partner any more, an image that is gone
        sentence = next(iter(error.fields.values()), error.shown)
        raise FormRefused({"release_reason": sentence}) from error


async def send_back(member: Member, found: Waiting, note: str) -> None:
    """To its asker, who reads the note beside it. Raises FormRefused, Conflict."""
    said, by = _reason("note", note), await members.speaking_as(member)
    async with in_transaction():
        current = await drafts.locked_as(found.draft)
        current.state = DraftState.DRAFT
        current.note = {"text": said, "by": by.name or by.handle}
        await current.save(update_fields=["state", "note"])
        await _record("draft.returned", member, found)
        await notifications.anew(found.asker, NotificationKind.DRAFT_RETURNED, by)


async def _get(member: Member, draft_id: int) -> Waiting:
    if not duties.may(member, Duty.SAFETY):
        raise NotFound
    row = await drafts.held().select_related("member").get_or_none(id=draft_id)
    if row is None:
        raise NotFound
    return Waiting(row, await _asker(row))


async def _asker(draft: Draft) -> Actor:
    own = await members.identities(draft.member)
    chosen = str(draft.words.get("identity") or "")
    return next((actor for actor in own if actor.handle == chosen), own[0])


async def _record(action: str, member: Member, found: Waiting) -> None:
    by, ours = await members.speaking_as(member), config.current().host
    await audit.record(
        action, actor_uri=by.uri, host=ours, subject=found.asker.uri, draft=str(found.draft.id)
    )


def _reason(field: str, typed: str) -> str:
    said = " ".join(typed.split())
    if not REASON_LEAST <= len(said) <= REASON_MOST:
        sentence = f"Say why in {REASON_LEAST} to {REASON_MOST} characters."
        raise FormRefused({field: sentence})
    return said
