"""A post that comes twice under one key of its sender is posted once (Idempotency-Key)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance.errors import Conflict
from instance.models import Actor, Contribution, Post, SentOnce
from instance.services.throttle import hashed

T = TypeVar("T", Post, Contribution)
_WAIT_SECONDS, _STEP_SECONDS = 10, 0.05
_GIVEN_UP = timedelta(minutes=1)  # of a request that ended without saying so


async def post(actor: Actor, key: str, make: Callable[[], Awaitable[Post]]) -> Post:
    """What `make` posts; or what it posted under this key before, also where both race.

    Raises Conflict while the first one is still under way for too long, and what `make` raises:
    then the key is free again.
    """
    made = await _once(actor, key, make, "post_id")
    if isinstance(made, Post):
        return made
    return await Post.get(id=made).select_related("author", "thread__group")


async def message(
    actor: Actor, key: str, make: Callable[[], Awaitable[Contribution]]
) -> Contribution:
    """As `post`, of what is written into a consult."""
    made = await _once(actor, key, make, "message_id")
    return made if isinstance(made, Contribution) else await Contribution.get(id=made)


async def forget(actor: Actor, key: str) -> None:
    """What comes under this key next is made anew."""
    await SentOnce.filter(actor_id=actor.id, key_hash=hashed(key)).delete()


async def _once(actor: Actor, key: str, make: Callable[[], Awaitable[T]], column: str) -> T | int:
    """What was made now; or the id of what was."""
    if not key:
        return await make()
    row = await _reserve(actor, hashed(key))
    if row is None:
        return await _first(actor, hashed(key), column)
    try:
        made = await make()
    except BaseException:
        await row.delete()
        raise
    await SentOnce.filter(id=row.id).update(**{column: made.id})
    return made


async def _reserve(actor: Actor, key_hash: str) -> SentOnce | None:
    now = datetime.now(UTC)
    mine = SentOnce.filter(actor_id=actor.id, key_hash=key_hash)
    await mine.filter(created_at__lt=now - SentOnce.KEPT).delete()
    given_up = mine.filter(post_id=None, message_id=None, created_at__lt=now - _GIVEN_UP)
    await given_up.delete()
    try:
        async with in_transaction():
            return await SentOnce.create(actor_id=actor.id, key_hash=key_hash)
    except IntegrityError:
        return None


async def _first(actor: Actor, key_hash: str, column: str) -> int:
    """The id of what the other request makes, once it has."""
    for _ in range(int(_WAIT_SECONDS / _STEP_SECONDS)):
        row = await SentOnce.get_or_none(actor_id=actor.id, key_hash=key_hash)
        if row is None:
            break
        made: int | None = getattr(row, column)
        if made is not None:
            return made
        await asyncio.sleep(_STEP_SECONDS)
    raise Conflict("This post is being sent already. Look whether it is there, then try again.")
