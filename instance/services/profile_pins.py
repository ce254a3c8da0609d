"""Posts that somebody keeps at the top of their profile, and of what other servers show of it."""

from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance.errors import Conflict, NotAllowed, NotFound
from instance.models import Actor, Post
from instance.services import actor_updates

MOST = 5


async def pin(author: Actor, post: Post) -> None:
    """Whoever keeps a copy of the profile is told. What is pinned already stays where it is.

    Raises NotAllowed for a post of somebody else, NotFound for a deleted one, Conflict for one
    too many.
    """
    _require_own(author, post)
    async with in_transaction():
        # Locked by the author: of two at once one is the last that fits.
        await Actor.filter(id=author.id).select_for_update().first()
        pinned = Post.filter(author_id=author.id, pinned_at__not_isnull=True, deleted_at=None)
        ids = await pinned.values_list("id", flat=True)
        if post.id in ids:
            return
        if len(ids) >= MOST:
            raise Conflict(f"You have pinned {MOST} posts. Take one off your profile first.")
        now = datetime.now(UTC)
        await Post.filter(id=post.id).update(pinned_at=now)
        await actor_updates.tell(author, now)


async def unpin(author: Actor, post: Post) -> None:
    """Raises NotAllowed for a post of somebody else, NotFound for a deleted one."""
    _require_own(author, post)
    async with in_transaction():
        if await Post.filter(id=post.id, pinned_at__not_isnull=True).update(pinned_at=None):
            await actor_updates.tell(author, datetime.now(UTC))


def _require_own(author: Actor, post: Post) -> None:
    if post.deleted_at is not None:
        raise NotFound
    if post.author_id != author.id:
        raise NotAllowed("You can only pin what you wrote under this name.")
