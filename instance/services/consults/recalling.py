"""Recall with receipts (6.4): hidden here at once, deleted elsewhere, and every hospital proves it.

By the asker, or one of our stewards; or a hospital that takes part asks, is obeyed, and judged
afterwards. All of it is one transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.recalls import IDS_MOST, REASONS, Asked
from instance import config, events
from instance.errors import FormRefused, NotFound
from instance.ids import read_id
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Member,
    Recall,
)
from instance.outbox import consults as documents
from instance.outbox import posts
from instance.services import audit, duties, members, second_factors
from instance.services.consults import (
    deleting,
    history,
    images,
    news,
    readers,
    reading,
    receipts,
    states,
    without_images,
)
from instance.services.consults.states import Event
from instance.services.duties import Duty

WHOLE = "all"  # in a form: everything in the consult
IMAGE = "image-"  # and the id of one: that image of its question alone


@dataclass(frozen=True)
class By:
    """Who recalls: an actor of ours, or the institution that asked."""

    uri: str
    host: str


async def recall(member: Member, consult_id: int, posts: Collection[str], reason: str) -> Recall:
    """Of a consult of ours, by its asker or a steward. `posts`: WHOLE, ids as the page has them, or
    images of the question (IMAGE).

    Raises NotFound for anybody else, FormRefused where nothing or no reason was chosen. What was
    recalled before stays so: a second click changes nothing.
    """
    consult = await keepers(member, consult_id)
    if not consult.is_local:
        raise NotFound
    asked = await chosen(consult, posts, reason)
    by = await _speaker(member, consult)
    async with in_transaction():
        current = await history.locked(consult.id)
        found = await carry_out(current, asked, By(by.uri, by.host), datetime.now(UTC))
    return found or await latest(consult)


async def keepers(member: Member, consult_id: int) -> Consult:
    """A consult that this member may recall from: their own, or as a steward one that they read,
    or in which something was recalled.

    Raises NotFound alike for all others.
    """
    if duties.may(member, Duty.SAFETY) and not second_factors.is_missing(member):
        recalled = Recall.filter(consult_id=consult_id)
        if await recalled.exists():
            return await Consult.get(id=consult_id).select_related("asker", "group")
    consult = await reading.readable(member, consult_id)
    if not await is_asker(member, consult) and not duties.may(member, Duty.SAFETY):
        raise NotFound
    return consult


async def note_reading(member: Member, consult: Consult) -> None:
    """Somebody but its asker is shown what was recalled: written down each time."""
    if not await is_asker(member, consult):
        by = await members.speaking_as(member)
        ours = config.current().host
        await audit.record("consult.held_read", actor_uri=by.uri, host=ours, subject=consult.uri)


async def is_asker(member: Member, consult: Consult) -> bool:
    return consult.asker_id in {actor.id for actor in await members.identities(member)}


async def watchers(member: Member, consult_id: int) -> tuple[Consult, bool]:
    """A consult of which this member sees receipts, and whether of all that was recalled: who
    wrote in it, and deleted that, sees theirs alone. Raises NotFound."""
    try:
        return await keepers(member, consult_id), True
    except NotFound:
        consult = await reading.readable(member, consult_id)
        if not await deleting.own(member, consult):
            raise
        return consult, False


async def try_again(member: Member, consult_id: int) -> None:
    """Ask once more those who have not proven it. Raises NotFound."""
    consult, is_keeper = await watchers(member, consult_id)
    asked = await receipts.of_recalls(consult) if is_keeper else []
    for post in await deleting.own(member, consult):
        asked += await receipts.of_deletion(post)
    now = datetime.now(UTC)
    async with in_transaction():
        for row in asked:
            if row.purged_at is None:
                await receipts.ask_again(row, now)


async def chosen(consult: Consult, posts: Collection[str], reason: str) -> Asked:
    """What a form names. Raises FormRefused."""
    problems = {}
    if reason not in REASONS:
        problems["reason"] = "Choose why it is recalled."
    named = [consult.uri] if WHOLE in posts else await _uris(consult, posts)
    alone = await _images(consult, posts) if not named else []
    named = named or [consult.root_uri] * bool(alone)
    if not named or len(named) > IDS_MOST:
        problems["post"] = "Choose what to recall."
    if problems:
        raise FormRefused(problems)
    return Asked(tuple(named), reason, tuple(alone))


async def carry_out(consult: Consult, asked: Asked, by: By, now: datetime) -> Recall | None:
    """In the caller's transaction, which holds the consult (ours). None where all of it is gone
    already."""
    if asked.images and not await without_images.are_out(consult, asked):
        return None
    kept = await _question(consult, asked)
    told = await readers.concerned(consult)
    is_ahead = consult.awaited_since is not None
    uri = posts.activity_uri()
    if is_ahead:
        gone = await deleting.ahead(consult, asked, now)
    else:
        deletion = await documents.recall(consult, asked, now, uri)
        gone = await deleting.spread(consult, deletion, asked, now)
    if not gone:
        return None
    row = await Recall.create(
        consult=consult,
        named=list(asked.what),
        reason=asked.reason,
        by_uri=by.uri,
        by_host=by.host,
        recalled_at=now,
        deletion_uri=uri,
        kept=kept,
    )
    if not is_ahead:
        await _go_on(consult, asked, now)
    await consult.save()
    await audit.record(
        "consult.recalled",
        actor_uri=by.uri,
        host=by.host,
        subject=consult.uri,
        reason=asked.reason,
        posts=len(asked.named),
        images=len(asked.images),
    )
    await news.of_recall(consult, [actor for actor in told if actor.uri != by.uri], now)
    await events.publish("consult", consult.id)
    return row


async def after_all(consult: Consult, row: Recall, now: datetime) -> None:
    """One that could have no number yet gets it, in the caller's transaction, which holds the
    consult (ours). One that has it is left alone."""
    if await history.holds(consult, row.deletion_uri):
        return
    named = tuple(row.named)
    are_images = set(named) <= {images.address(one) for one in await images.of_consult(consult)}
    posts, alone = ((consult.root_uri,), named) if are_images else (named, ())
    asked = Asked(posts, row.reason, alone)
    deletion = await documents.recall(consult, asked, now, row.deletion_uri)
    await deleting.after_all(consult, deletion, asked, now)
    await _go_on(consult, asked, now)
    await consult.save()
    await events.publish("consult", consult.id)


async def _go_on(consult: Consult, asked: Asked, now: datetime) -> None:
    """What comes in the history behind the Delete."""
    if asked.images:
        await without_images.send_again(consult, now)
    if states.is_legal(Event.RECALL, consult, now):
        await history.advance(consult, Event.RECALL, now)


async def latest(consult: Consult) -> Recall:
    """Raises NotFound where nothing was recalled."""
    row = await Recall.filter(consult_id=consult.id).order_by("-id").first()
    if row is None:
        raise NotFound
    return row


async def of_consult(consult: Consult) -> list[Recall]:
    """The latest first."""
    return await Recall.filter(consult_id=consult.id).order_by("-id")


async def _uris(consult: Consult, posts: Collection[str]) -> list[str]:
    ids = [number for post in posts if (number := read_id(post)) is not None]
    rows = Contribution.filter(consult_id=consult.id, id__in=ids, seq__not_isnull=True)
    return [row.uri for row in await rows.order_by("seq")]


async def _images(consult: Consult, chosen: Collection[str]) -> list[str]:
    """The addresses of those that were chosen."""
    ids = {read_id(one.removeprefix(IMAGE)) for one in chosen if one.startswith(IMAGE)}
    return [images.address(row) for row in await images.of_consult(consult) if row.id in ids]


async def _speaker(member: Member, consult: Consult) -> Actor:
    """The asker under the name they asked with; a steward under their own."""
    for actor in await members.identities(member):
        if actor.id == consult.asker_id:
            return actor
    return await members.speaking_as(member)


async def _question(consult: Consult, asked: Asked) -> dict[str, Any] | None:
    """What its asker and stewards go on seeing; None where the question stays, or went before."""
    named = {consult.uri, consult.root_uri}.intersection(asked.what)
    if not named or not consult.facts:
        return None
    return {
        "facts": consult.facts,
        "specialties": consult.specialties,
        "question_type": consult.question_type,
        "urgency": consult.urgency,
    }
