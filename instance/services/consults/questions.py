"""The asker changes the question of a consult that goes on (federation.md 6.3).

Who reads it, how soon it is wanted and who was asked stay: people and clocks went by them. Of the
words before nothing is shown any more; they stay sealed in the numbered history, where a recall
finds them, and the record has the digest of what replaced them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import proofs, vocabulary
from federation.errors import Malformed
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import Actor, Consult, Contribution, Member
from instance.outbox import consults as documents
from instance.outbox import standing
from instance.services import audit, identifiers, moves
from instance.services.consults import attachments, history, news, reading, states
from instance.services.consults import facts as facts_of
from instance.services.consults.said import Said
from instance.services.consults.states import Doer, Event

# What stays as it was asked.
FIXED = ("urgency", "target_hours", "specialties", "tick_version")
AS_OF = "cs:questionAsOf"
ELSEWHERE = "The question was changed in another tab. Look at it, then change it again."
MEANWHILE = "The question was changed while you wrote. Read it again, then send."
_CLOCKS_DIFFER = timedelta(seconds=300)  # at most, of who takes each other's signatures


async def own(member: Member, consult_id: int) -> tuple[Consult, Contribution]:
    """The question that this member asked, whatever the state. Raises NotFound."""
    consult, root, _ = await _own(member, consult_id)
    return consult, root


async def edit(
    member: Member, consult_id: int, changes: Mapping[str, Any], seen: str, *, attested: bool
) -> Consult:
    """Replace the words of one's question everywhere; images stay. `changes`: fields as in `facts`.

    `seen`: the `version` that they were typed over. The same words again change nothing. Raises
    NotFound, NotAllowed, Conflict, FormRefused with nothing changed.
    """
    consult, _, asker = await _own(member, consult_id)
    doer, now = Doer(standing.claims_of(member), is_author=True), datetime.now(UTC)
    states.require(Event.EDIT, consult, doer, now)
    async with in_transaction():
        current = await history.locked(consult.id)
        states.require(Event.EDIT, current, doer, now)
        root = await Contribution.get(uri=current.root_uri)
        facts = _changed(current.facts, changes)
        if facts == current.facts:
            return current
        if version(root) != seen:
            raise Conflict(ELSEWHERE)
        problems = facts_of.problems(facts)
        if not attested:
            problems["attested"] = "Confirm that no identifiers are left before you send."
        if problems:
            raise FormRefused(problems)
        await identifiers.require_clear(member, facts_of.texts(facts))
        await _replace(current, root, facts, asker, now)
    return current


def version(root: Contribution | Said) -> str:
    """Names the words of a question as they stand: when they were sent last."""
    return str(root.body.get("updated") or root.body.get("published") or "")


async def as_of(consult: Consult) -> dict[str, str]:
    """The member of an answer that says to which words it was written."""
    root = await Contribution.get(uri=consult.root_uri)
    return {AS_OF: version(root)} if root.body else {}


async def require_current(consult: Consult, seen: str) -> None:
    """An answer to another question hurts: who wrote over older words reads the new ones first."""
    root = await Contribution.get(uri=consult.root_uri)
    if seen and root.edited_at is not None and seen != version(root):
        raise FormRefused({"recommendation": MEANWHILE})


def is_older(note: Mapping[str, Any], root: Contribution | Said) -> bool:
    """Whether an answer was written before the question was changed, as its server says. A question
    that was only sent again, as after a recall, is not another one."""
    if root.edited_at is None:
        return False
    seen = _time(note.get(AS_OF))
    written = seen or _time(note.get("updated")) or _time(note.get("published"))
    return written is not None and written < root.edited_at.replace(microsecond=0)


def is_edit(consult: Consult, inner: Mapping[str, Any], author: Actor) -> bool:
    """Whether its asker changes a question."""
    is_root = vocabulary.id_of(inner.get("object")) == consult.root_uri
    return is_root and inner.get("type") == "Update" and author.id == consult.asker_id


async def keep(consult: Consult, root: Mapping[str, Any], now: datetime | None) -> None:
    """The words that its owner spreads in place of those before; `now` where they are a change.

    Raises Malformed. The consult is the caller's to save.
    """
    if facts_of.is_private(root) is not consult.is_private:
        raise Malformed("6.3 type")
    facts = facts_of.from_wire(root)
    consult.facts = facts
    consult.specialties, consult.urgency = facts["specialties"], facts["urgency"]
    consult.question_type, consult.target_hours = facts["question_type"], facts["target_hours"]
    values: dict[str, Any] = {"body": await attachments.admitted(root, consult.group.host)}
    if now is not None:
        # By the clock of its hospital, as what was written to the words before says it.
        values["edited_at"] = min(_time(root.get("updated")) or now, now + _CLOCKS_DIFFER)
        await news.of_change(consult, now)
    await Contribution.filter(uri=consult.root_uri).update(**values)


async def _own(member: Member, consult_id: int) -> tuple[Consult, Contribution, Actor]:
    """Its asker's, at the house that owns it, and of which words are here."""
    consult = await reading.readable(member, consult_id)
    asker = await Actor.get(id=consult.asker_id)
    root = await Contribution.get(uri=consult.root_uri)
    is_form = consult.is_local and not consult.is_private  # a first message has none
    if asker.member_id != member.id or not is_form or not (root.body and consult.facts):
        raise NotFound
    moves.require_here(asker)
    return consult, root, asker


def _changed(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    allowed = {name: value for name, value in changes.items() if name not in FIXED}
    return {name: value for name, value in {**facts, **allowed}.items() if value not in ("", [])}


async def _replace(
    consult: Consult, root: Contribution, facts: dict[str, Any], asker: Actor, now: datetime
) -> None:
    """In the caller's transaction, which holds the consult."""
    consult.facts, consult.question_type = facts, facts["question_type"]
    at = _after(version(root), now)
    images = root.body.get("attachment") or ()
    again = await documents.question_again(consult, asker, at, images)
    root.body, root.edited_at = again["object"], at
    await root.save(update_fields=["body", "edited_at"])
    await history.append(consult, again, now)
    await history.advance(consult, Event.EDIT, now)
    await news.of_change(consult, now)
    await audit.record(
        "consult.edited",
        actor_uri=asker.uri,
        host=asker.host,
        subject=consult.uri,
        digest=proofs.digest(again["object"]),
    )


def _after(before: str, now: datetime) -> datetime:
    """The moment of a change: on the wire of whole seconds, and never that of the words before."""
    last = _time(before)
    least = now if last is None else last + timedelta(seconds=1)
    return max(now.replace(microsecond=0), least)


def _time(said: Any) -> datetime | None:
    """None for what is no time, too: a peer may write anything there."""
    try:
        return vocabulary.time_of("updated", said)
    except Malformed:
        return None
