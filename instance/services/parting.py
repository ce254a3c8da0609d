"""One of ours wants less, or nothing, of somebody: mute, block, hide a server, lose a follower.

None of it is said to anybody (federation.md 5.4, T25). What others learn is what any unfollowing
tells: that the one follows the other no more.
"""

from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation.errors import Malformed
from federation.origin import host_of
from instance import config
from instance.errors import FormRefused
from instance.models import (
    Actor,
    Block,
    Endorsement,
    Follow,
    HiddenHost,
    ListEntry,
    Mute,
)
from instance.outbox import posts
from instance.outbox.enqueue import enqueue
from instance.services import follows, notifications

LONGEST = timedelta(days=3650)  # of a mute that ends
_HOST_MOST = 255


async def block(by: Actor, target: Actor) -> None:
    """Neither follows the other any more, and what was told of the one is forgotten. Asking twice
    changes nothing. Raises FormRefused for oneself."""
    _require_other(by, target)
    values = {"uri": posts.activity_uri()}
    async with in_transaction():
        await Block.get_or_create(defaults=values, actor_id=by.id, target_id=target.id)
        await _part(by, target)


async def unblock(by: Actor, target: Actor) -> None:
    await Block.filter(actor_id=by.id, target_id=target.id).delete()


async def mute(
    by: Actor, target: Actor, *, hides_notifications: bool = True, seconds: int = 0
) -> None:
    """Not to be seen for so long; 0: for good. Asking again changes how. Raises FormRefused for
    oneself."""
    _require_other(by, target)
    lasts = min(timedelta(seconds=seconds), LONGEST)
    ends_at = datetime.now(UTC) + lasts if seconds else None
    values = {"hides_notifications": hides_notifications, "ends_at": ends_at}
    async with in_transaction():
        await Mute.update_or_create(defaults=values, actor_id=by.id, target_id=target.id)
        if hides_notifications:
            await notifications.forget_by(by, [target.id])


async def unmute(by: Actor, target: Actor) -> None:
    await Mute.filter(actor_id=by.id, target_id=target.id).delete()


async def hide_host(by: Actor, typed: str) -> None:
    """Nothing of anybody there, and nobody there follows. Raises FormRefused for what is no other
    server's name."""
    host = _host(typed)
    async with in_transaction():
        await HiddenHost.get_or_create(actor_id=by.id, host=host)
        pair = Q(follower_id=by.id, target__host=host) | Q(target_id=by.id, follower__host=host)
        for row in await Follow.filter(pair).select_related("follower", "target"):
            await _part(by, row.target if row.follower_id == by.id else row.follower)
        there = await Actor.filter(host=host).values_list("id", flat=True)
        await notifications.forget_by(by, [int(str(one)) for one in there])


async def show_host(by: Actor, typed: str) -> None:
    await HiddenHost.filter(actor_id=by.id, host=typed.strip().lower()[:_HOST_MOST]).delete()


async def remove_follower(of: Actor, follower: Actor) -> None:
    """They follow no more, or ask no more; elsewhere they are told as if they had been refused."""
    row = await Follow.get_or_none(follower_id=follower.id, target_id=of.id)
    if row is None:
        return
    now = datetime.now(UTC)
    async with in_transaction():
        await row.delete()
        if not follower.is_local:
            asked = posts.follow(row, follower, of, now)
            reject = posts.answer_to_follow("Reject", of, asked, now)
            await enqueue(reject, sender=of, inboxes=[follower.inbox])


async def _part(by: Actor, other: Actor) -> None:
    """In the caller's transaction."""
    await follows.unfollow(by, other)
    await remove_follower(by, other)
    await ListEntry.filter(list__actor_id=by.id, target_id=other.id).delete()
    await Endorsement.filter(actor_id=by.id, target_id=other.id).delete()
    await notifications.forget_by(by, [other.id])


def _require_other(by: Actor, target: Actor) -> None:
    if by.id == target.id:
        raise FormRefused({"account_id": "must be somebody else"})


def _host(typed: str) -> str:
    settings = config.current()
    name = typed.strip().lower()
    scheme = "http" if name in settings.development.peers else "https"
    try:
        found = host_of(f"{scheme}://{name}/", settings.development)
    except Malformed as error:
        raise FormRefused({"domain": "is no name of a server"}) from error
    if found == settings.host or len(found) > _HOST_MOST or "/" in name or "@" in name:
        raise FormRefused({"domain": "must be the name of another server"})
    return found
