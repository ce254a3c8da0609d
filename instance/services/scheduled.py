"""Posts that wait for their time: kept sealed, posted once, or kept with the reason why not."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import html
from instance.errors import CurbsideError, FormRefused, NotAllowed, NotFound
from instance.models import Actor, Application, Member, NotificationKind, ScheduledPost
from instance.outbox import local
from instance.services import clients, feed_sources, notifications, pictures, sending
from instance.services.feed_sources import Bounds
from instance.services.sending import Draft
from instance.services.throttle import hashed

EARLIEST = timedelta(minutes=5)
_MOST = 300  # of one identity
_REFUSAL_MOST = 300
_PICTURES_KEPT = timedelta(days=30)  # beyond its time, where it could not be posted
_SUSPENDED = "Your account was suspended when its time came."
_NOTHING = "What it answers is not there any more."


@dataclass(frozen=True)
class Origin:
    """What a draft came from; `key`: under which an application may send it again, or ""."""

    application: Application
    key: str = ""


async def schedule(actor: Actor, draft: Draft, origin: Origin) -> ScheduledPost:
    """`draft.at`: when. Raises what posting it now would raise, and FormRefused for its time."""
    at = _moment(draft.at)
    key = hashed(origin.key) if origin.key else None
    known = await _known(actor, key)
    if known is not None:
        return known
    draft = replace(draft, at="")
    await sending.rehearse(actor, draft)
    if await _mine([actor]).count() >= _MOST:
        raise FormRefused({"base": f"{_MOST} posts wait already: post or cancel one first"})
    try:
        async with in_transaction():
            await pictures.hold(actor.id, draft.media, at + _PICTURES_KEPT)
            return await ScheduledPost.create(
                actor_id=actor.id,
                application_id=origin.application.id,
                words=asdict(draft),
                scheduled_at=at,
                due_at=at,
                key_hash=key,
            )
    except IntegrityError:
        found = await _known(actor, key)  # the same request, which came twice at once
        if found is None:
            raise
        return found


async def of_actor(actor: Actor, bounds: Bounds) -> list[ScheduledPost]:
    found = list(await feed_sources.page(_mine([actor]), "id", bounds))
    return found[::-1] if bounds.is_upward else found


async def of_all(actors: Iterable[Actor]) -> list[ScheduledPost]:
    """Of several identities, for the page of whom they are: the next one first."""
    return await _mine(actors).order_by("scheduled_at", "id").select_related("actor")


async def one(actor: Actor, scheduled_id: int) -> ScheduledPost:
    """Raises NotFound."""
    found = await _mine([actor]).get_or_none(id=scheduled_id)
    if found is None:
        raise NotFound
    return found


async def move(actor: Actor, scheduled_id: int, at: str) -> ScheduledPost:
    """To another time, also one that could not be posted. Raises NotFound, FormRefused."""
    await one(actor, scheduled_id)
    moment = _moment(at)
    values = {"scheduled_at": moment, "due_at": moment, "refusal": ""}
    if not await _mine([actor]).filter(id=scheduled_id).update(**values):
        raise NotFound  # it was posted meanwhile
    moved = await one(actor, scheduled_id)
    await pictures.hold(actor.id, draft_of(moved).media, moment + _PICTURES_KEPT)
    return moved


async def cancel(actors: Iterable[Actor], scheduled_id: int) -> None:
    """One of any of these identities; its words are gone. Raises NotFound."""
    if not await _mine(actors).filter(id=scheduled_id).delete():
        raise NotFound


def draft_of(row: ScheduledPost) -> Draft:
    words: dict[str, Any] = row.words
    lists = {name: tuple(value) for name, value in words.items() if isinstance(value, list)}
    return Draft(**{**words, **lists})


async def due(now: datetime, limit: int) -> list[int]:
    rows = ScheduledPost.filter(due_at__lte=now).order_by("due_at", "id").limit(limit)
    return [cast(int, one) for one in await rows.values_list("id", flat=True)]


async def post(scheduled_id: int, now: datetime) -> None:
    """Post what is due, if nobody else does: the row goes in the transaction that posts it. What
    cannot be posted any more stays, and its author is told."""
    try:
        async with in_transaction():
            row = await _due(scheduled_id, now).select_for_update().first()
            if row is None:
                return
            actor = await Actor.get(id=row.actor_id)
            await _require_active(actor)
            made = await sending.send(actor, draft_of(row))
            if row.application_id is not None:
                await clients.note_post(await Application.get(id=row.application_id), made)
            await row.delete()
    except CurbsideError as error:
        await _refuse(scheduled_id, now, _sentence(error))


def _due(scheduled_id: int, now: datetime) -> QuerySet[ScheduledPost]:
    return ScheduledPost.filter(id=scheduled_id, due_at__lte=now)


async def _require_active(actor: Actor) -> None:
    member = await Member.get_or_none(id=actor.member_id)
    if member is None or member.suspended_at is not None:
        raise NotAllowed(_SUSPENDED)


async def _refuse(scheduled_id: int, now: datetime, why: str) -> None:
    async with in_transaction():
        if await _due(scheduled_id, now).update(due_at=None, refusal=why[:_REFUSAL_MOST]):
            row = await ScheduledPost.get(id=scheduled_id).select_related("actor")
            ours = await local.institution()
            await notifications.anew(row.actor, NotificationKind.NOT_POSTED, ours)


def _sentence(error: CurbsideError) -> str:
    if isinstance(error, NotFound):
        return _NOTHING
    if isinstance(error, FormRefused):
        return html.one_line(" ".join(error.fields.values()), _REFUSAL_MOST)
    return error.shown


async def _known(actor: Actor, key: str | None) -> ScheduledPost | None:
    return await _mine([actor]).get_or_none(key_hash=key) if key is not None else None


def _mine(actors: Iterable[Actor]) -> QuerySet[ScheduledPost]:
    return ScheduledPost.filter(actor_id__in=[actor.id for actor in actors])


def _moment(text: str) -> datetime:
    """Raises FormRefused for what is no time, and for one that is too near."""
    try:
        at = datetime.fromisoformat(text.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FormRefused(
            {"scheduled_at": "has to be a time such as 2030-01-31T09:05:00Z"}
        ) from None
    if at < datetime.now(UTC) + EARLIEST:
        raise FormRefused({"scheduled_at": "has to be 5 minutes from now or later"})
    return at
