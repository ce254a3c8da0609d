"""Accounts that move: who follows one here follows the new one (federation.md 5.4, T23).

Standing, roles, bans and consults stay where they were: they belong to a person at an institution,
and no document of another server says that two accounts are one person.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from federation import vocabulary
from federation.errors import NotAllowed
from instance import config, errors
from instance.models import Actor, ActorKind, Follow, FollowState
from instance.outbox import actors, posts, remote, remote_actors
from instance.outbox.enqueue import enqueue
from instance.services import audit, blocks, notifications

ONCE_IN = timedelta(days=30)


def has_moved_lately(actor: Actor) -> bool:
    return actor.moved_at is not None and actor.moved_at > datetime.now(UTC) - ONCE_IN


def require_here(actor: Actor) -> None:
    """One of our names that moved away is read, and writes no more."""
    if actor.gone_at is not None:
        raise errors.NotAllowed("This server has closed: it can be read, and takes no more.")
    if actor.moved_to_uri is not None:
        raise errors.NotAllowed(
            "This name has moved away. To write with it, take the move back under Account, Moving."
        )


async def served(uri: str) -> dict[str, Any]:
    """An actor as its own server serves it at this moment, whatever is remembered of it.

    Raises FederationError or OSError; NotAllowed where it is another's, or hidden.
    """
    if config.current().is_ours(uri):
        own = await Actor.get_or_none(uri=uri, discoverable=True)
        if own is None:
            raise NotAllowed("T23: nobody to move to")
        return await actors.document(own, trusted=False, now=datetime.now(UTC))
    document = await remote.directory().get(uri)
    remote_actors.check(document)
    if vocabulary.id_of(document) != uri:
        raise NotAllowed("T03: another actor under that id")
    return document


def require_mutual(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Both documents, as their own servers serve them now, name each other, and the new account is
    no stage of a longer journey. Raises NotAllowed."""
    if not old.get("type") == new.get("type") == "Person":
        raise NotAllowed("T23: only people move")
    known_as = new.get("alsoKnownAs")
    names = known_as if isinstance(known_as, list) else [known_as]
    if old.get("movedTo") != new.get("id") or old.get("id") not in names:
        raise NotAllowed("T23: they do not name each other")
    if new.get("movedTo"):
        raise NotAllowed("T23: it has moved on")


async def follow_along(old: Actor, new: Actor) -> None:
    """Everybody here who follows `old` follows `new`; in the caller's transaction.

    Raises NotAllowed for what moved within 30 days, to or from: chains and loops end here.
    """
    now = datetime.now(UTC)
    if not old.kind is new.kind is ActorKind.PERSON:
        raise NotAllowed("T23: only people move")
    if has_moved_lately(new):
        raise NotAllowed("T23: it moved itself")
    free = Actor.filter(Q(moved_at=None) | Q(moved_at__lte=now - ONCE_IN), id=old.id)
    if not await free.update(moved_to_uri=new.uri, moved_at=now):
        raise NotAllowed("T23: moved within 30 days")
    rows = Follow.filter(target_id=old.id, follower__is_local=True).order_by("id")
    for row in await rows.select_related("follower"):
        await _leave(row, old, now)
        await _follow(row.follower, new, now)
    await audit.record("actor.moved", actor_uri=old.uri, host=old.host, subject=new.uri)


async def _leave(row: Follow, old: Actor, now: datetime) -> None:
    await row.delete()
    undo = posts.undo_follow(row, row.follower, old, now)
    await enqueue(undo, sender=row.follower, inboxes=[old.inbox])


async def _follow(follower: Actor, new: Actor, now: datetime) -> None:
    if await blocks.exists(follower, new) or await blocks.exists(new, follower):
        return
    state = FollowState.ACCEPTED if new.is_local else FollowState.PENDING
    values = {"uri": posts.activity_uri(), "state": state}
    row, is_new = await Follow.get_or_create(
        defaults=values, follower_id=follower.id, target_id=new.id
    )
    if is_new and new.is_local:
        await notifications.of_follow(follower, new, row.state)
    elif is_new:
        asked = posts.follow(row, follower, new, now)
        await enqueue(asked, sender=follower, inboxes=[new.inbox])
