"""What was recalled, for its asker and stewards: read, sent again, released (6.4.4).

A steward's reading is written down each time. What is held is kept here alone and for them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance import events
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Actor, Consult, Contribution, Member, Recall, Status
from instance.outbox import consults as documents
from instance.services import audit, duties, identifiers, media, members
from instance.services.consults import burying, history, images, recalling
from instance.services.consults import facts as facts_of
from instance.services.consults.states import Event
from instance.services.duties import Duty

REASON_LEAST, REASON_MOST = 10, 300
NOT_HELD = "This consult is not held any more."
KEPT = timedelta(days=30)
FORGOTTEN = "The question was deleted, 30 days after it was recalled. It has to be asked anew."


async def read(member: Member, consult_id: int) -> tuple[Consult, dict[str, Any]]:
    """The question that was recalled, by name of its fields; empty where it was not.

    Raises NotFound for all but its asker and stewards, and where nothing is held.
    """
    consult = await recalling.keepers(member, consult_id)
    kept = await _kept(consult) or (consult.facts if consult.status is Status.HELD else {})
    if not kept or not consult.is_local:
        raise NotFound
    await recalling.note_reading(member, consult)
    return consult, kept


async def send_again(
    member: Member,
    consult_id: int,
    changes: Mapping[str, Any],
    *,
    attested: bool = True,
    with_images: bool = False,
) -> None:
    """The asker mends the question and sends it; its hospitals get it, and it goes on.

    `changes`: fields as in `consults.facts`, over what was kept. Without `with_images` those that
    were recalled are deleted. Raises NotFound, Conflict,
    FormRefused (nothing is changed then).
    """
    consult = await recalling.keepers(member, consult_id)
    if not await recalling.is_asker(member, consult):
        raise NotFound
    async with in_transaction():
        current = await _held(consult)
        kept = await _kept(current) or current.facts
        facts = _mended(current, {**kept, **changes}, attested=attested)
        await identifiers.require_clear(member, facts_of.texts(facts))
        if not with_images:
            await media.erase(images.held(current))
        await _release(current, facts, current.asker, "", datetime.now(UTC))


def _mended(consult: Consult, facts: dict[str, Any], *, attested: bool) -> dict[str, Any]:
    """As they can be sent. Raises FormRefused."""
    if consult.is_private:
        found = facts_of.of_message(str(facts.get("question") or ""))
        problems = facts_of.message_problems(found)
    else:
        found = {name: value for name, value in facts.items() if value not in ("", [])}
        problems = facts_of.problems(found)
        if not attested:
            problems["attested"] = "Confirm that no identifiers are left before you send."
    if problems:
        raise FormRefused(problems)
    return found


async def release(member: Member, consult_id: int, reason: str) -> None:
    """A steward judges that it may go on, as it was. Raises NotFound, NotAllowed, Conflict,
    FormRefused."""
    consult = await recalling.keepers(member, consult_id)
    if not duties.may(member, Duty.SAFETY):
        raise NotAllowed("Only stewards release a consult. Change the question, and send it again.")
    why = " ".join(reason.split())
    if not REASON_LEAST <= len(why) <= REASON_MOST:
        sentence = f"Say why in {REASON_LEAST} to {REASON_MOST} characters."
        raise FormRefused({"release_reason": sentence})
    by = await members.speaking_as(member)
    async with in_transaction():
        current = await _held(consult)
        facts = await _kept(current) or current.facts
        await _release(current, facts, by, why, datetime.now(UTC))


async def _held(consult: Consult) -> Consult:
    """Locked. Raises Conflict where it goes on already, as after a second click."""
    current = await history.locked(consult.id)
    if current.status is not Status.HELD:
        raise Conflict(NOT_HELD)
    return current


async def _release(
    consult: Consult, facts: dict[str, Any], by: Actor, why: str, now: datetime
) -> None:
    """In the caller's transaction. The asker's Update first, then the Group's (6.4.4)."""
    rows = await Recall.filter(consult_id=consult.id, released_at=None).order_by("id")
    if not facts:
        raise Conflict(FORGOTTEN)
    consult.facts = facts
    consult.specialties, consult.urgency = facts["specialties"], facts["urgency"]
    consult.question_type, consult.target_hours = facts["question_type"], facts["target_hours"]
    root = Contribution.filter(consult_id=consult.id, uri=consult.root_uri)
    pictures = await images.given_back(consult)
    again = await documents.question_again(consult, consult.asker, now, pictures)
    await root.update(body=again["object"])
    await burying.dig_up(consult)
    await history.append(consult, again, now)
    await history.advance(consult, Event.RELEASE, now)
    await Recall.filter(id__in=[row.id for row in rows]).update(
        kept=None, released_at=now, released_by_uri=by.uri, release_reason=why
    )
    await audit.record("consult.released", actor_uri=by.uri, host=by.host, subject=consult.uri)
    await events.publish("consult", consult.id)


async def expire(now: datetime) -> None:
    """What nobody sent again or released in time is deleted here too (domain.md 8)."""
    old = Recall.filter(kept__not_isnull=True, recalled_at__lt=now - KEPT)
    for row in await old.select_related("consult"):
        async with in_transaction():
            await forget(row.consult)
            await events.publish("consult", row.consult_id)


async def forget(consult: Consult) -> None:
    """What was kept of a question that does not go on, in the caller's transaction."""
    await Recall.filter(consult_id=consult.id).update(kept=None)
    await media.erase(images.held(consult))


async def _kept(consult: Consult) -> dict[str, Any]:
    row = await Recall.filter(consult_id=consult.id, kept__not_isnull=True).order_by("-id").first()
    return dict(row.kept["facts"]) if row is not None else {}
