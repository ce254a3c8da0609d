"""Authors change and delete what they wrote; the asker withdraws all of it (federation.md 6.3).

As for what is new: at the owner it counts at once, elsewhere when the owner has spread it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation import receipts as wire
from federation.recalls import Asked
from instance import events
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Consult, Contribution, Member
from instance.outbox import consults as documents
from instance.outbox import standing
from instance.outbox.enqueue import enqueue
from instance.services import identifiers, members, moves
from instance.services.consults import (
    attachments,
    deleting,
    history,
    notes,
    questions,
    reading,
    receipts,
    releasing,
    states,
)
from instance.services.consults.states import Doer, Event

EDITABLE = (Event.ANSWER.value, Event.COMMENT.value)
WITHDRAWN, ERASED = "withdrawn", "erasure"


async def edit(
    member: Member, consult_id: int, contribution_id: int, fields: Mapping[str, Any]
) -> Consult:
    """Replace the words of one's own answer or comment; others see that it was edited.

    Raises NotFound, NotAllowed, Conflict, FormRefused.
    """
    consult, row, author = await _own(member, consult_id, contribution_id)
    claims, now = standing.claims_of(member), datetime.now(UTC)
    states.require(Event.EDIT, consult, Doer(claims, is_author=True), now)
    event = Event(row.kind)
    problems = notes.problems(event, fields)
    if problems:
        raise FormRefused(problems)
    await identifiers.require_clear(member, notes.texts(fields))
    kept = {name: row.body[name] for name in ("id", "type", "attributedTo", "inReplyTo")}
    note = {**kept, "published": row.body["published"], **notes.to_wire(event, fields)}
    if event is Event.ANSWER:
        note |= await questions.as_of(consult)
    activity = await documents.change(consult, author, note, now)
    await _send(consult, Event.EDIT, activity, author, claims, now)
    return consult


async def delete(member: Member, consult_id: int, contribution_id: int) -> Consult:
    """Delete one's own answer or comment everywhere. Raises as `edit`."""
    consult, row, author = await _own(member, consult_id, contribution_id)
    claims, now = standing.claims_of(member), datetime.now(UTC)
    states.require(Event.DELETE, consult, Doer(claims, is_author=True), now)
    activity = await documents.deletion(consult, author, row.uri, now, **wire.terms(ERASED, now))
    await _send(consult, Event.DELETE, activity, author, claims, now)
    return consult


async def own(
    member: Member, consult_id: int, contribution_id: int
) -> tuple[Consult, Contribution]:
    """What this member wrote and may change, whatever the state. Raises NotFound."""
    consult, row, _ = await _own(member, consult_id, contribution_id)
    return consult, row


async def withdraw(member: Member, consult_id: int) -> Consult:
    """Take a consult back that nobody answered: at no other hospital a word of it is left.

    Here its question stays, for its asker alone.
    """
    consult = await reading.readable(member, consult_id)
    claims, now = standing.claims_of(member), datetime.now(UTC)
    asker = await Actor.get(id=consult.asker_id)
    is_asker = asker.member_id == member.id
    states.require(Event.WITHDRAW, consult, Doer(claims, is_asker=is_asker), now)
    moves.require_here(asker)
    async with in_transaction():
        current = await history.locked(consult.id)
        states.require(Event.WITHDRAW, current, Doer(claims, is_asker=True), now)
        terms, asked = wire.terms(WITHDRAWN, now), Asked((current.uri,), WITHDRAWN)
        inner = await documents.deletion(current, asker, current.uri, now, **terms)
        await deleting.spread(current, inner, asked, now, spares_question=True)
        await releasing.forget(current)  # of what was recalled nothing stays
        await history.advance(current, Event.WITHDRAW, now)
    return current


async def take(
    consult: Consult,
    event: Event,
    inner: Mapping[str, Any],
    row: Contribution,
    author: Actor,
    claims: standing.Claims,
    now: datetime,
) -> None:
    """Apply an author's Update or Delete to a locked consult of ours, and spread it unchanged.

    Raises NotAllowed or Conflict with nothing changed. In the caller's transaction.
    """
    await require_changeable(event, consult, row, author, claims, now)
    if event is Event.DELETE:
        asked = Asked((row.uri,), ERASED)
        if consult.awaited_since is not None:  # a member here; of others see `delete_ahead`
            await deleting.ahead(consult, asked, now)
        else:
            await deleting.spread(consult, inner, asked, now, author)
        await Contribution.filter(id=row.id).update(deleted_at=now)
    else:
        await history.append(consult, inner, now, author)
        await keep(inner, row, author.host, now)
    await history.advance(consult, event, now)


async def require_changeable(
    event: Event,
    consult: Consult,
    row: Contribution,
    author: Actor,
    claims: standing.Claims,
    now: datetime,
) -> None:
    """What `take` asks before anything is changed. Raises NotAllowed or Conflict."""
    doer = Doer(claims, is_author=row.author_id == author.id)
    states.require(event, consult, doer, now)
    await history.require_named(consult, author)
    if row.deleted_at is not None or row.kind not in EDITABLE:
        raise NotAllowed


async def delete_ahead(consult: Consult, row: Contribution, now: datetime) -> None:
    """What an author elsewhere deletes in a consult of ours before the next number is known, after
    a restore, in the caller's transaction, which holds the consult. It comes again for that."""
    await deleting.ahead(consult, Asked((row.uri,), ERASED), now)
    await Contribution.filter(id=row.id).update(deleted_at=now)
    await _keep(consult)


async def delete_after_all(consult: Consult, row: Contribution, now: datetime) -> None:
    """What a member here deleted ahead gets its number, as `number_deletion`."""
    author = await Actor.get(id=row.author_id)
    inner = await documents.deletion(consult, author, row.uri, now, **wire.terms(ERASED, now))
    await number_deletion(consult, inner, row, author, now)


async def number_deletion(
    consult: Consult, inner: Mapping[str, Any], row: Contribution, author: Actor, now: datetime
) -> None:
    """A deletion that went ahead gets its number, in the caller's transaction, which holds the
    consult (ours). Whatever became of that since: the words are gone."""
    await deleting.after_all(consult, inner, Asked((row.uri,), ERASED), now, author)
    await _keep(consult)


async def _keep(consult: Consult) -> None:
    await consult.save()
    await events.publish("consult", consult.id)


async def keep(inner: Mapping[str, Any], row: Contribution, host: str, now: datetime) -> None:
    """The new words of a post, as its owner spreads them."""
    row.body = await attachments.admitted(inner["object"], host)
    row.edited_at = now
    await row.save(update_fields=["body", "edited_at"])


async def _own(
    member: Member, consult_id: int, contribution_id: int
) -> tuple[Consult, Contribution, Actor]:
    """Raises NotFound for what is not this member's, of this consult, and there."""
    consult = await reading.readable(member, consult_id)
    own = {actor.id: actor for actor in await members.identities(member)}
    mine = Contribution.filter(author_id__in=list(own), kind__in=EDITABLE, deleted_at=None)
    row = await mine.get_or_none(id=contribution_id, consult_id=consult.id, seq__not_isnull=True)
    if row is None:
        raise NotFound
    moves.require_here(own[row.author_id])
    return consult, row, own[row.author_id]


async def _send(
    consult: Consult,
    event: Event,
    activity: Mapping[str, Any],
    author: Actor,
    claims: standing.Claims,
    now: datetime,
) -> None:
    async with in_transaction():
        if not consult.is_local:
            await consult.fetch_related("group")
            group = consult.group
            await enqueue(activity, sender=author, inboxes=[group.inbox], consult=consult)
            if event is Event.DELETE:  # from all others its owner asks for theirs
                asked = Asked((activity["object"],), ERASED)
                await receipts.expect(consult, [group.host], asked, activity["id"], now)
            return
        current = await history.locked(consult.id)
        named = activity["object"]
        uri = named if isinstance(named, str) else named["id"]
        row = await Contribution.get(uri=uri)
        await take(current, event, activity, row, author, claims, now)
