"""Our members move: from an account elsewhere to one here, and from here to elsewhere (5.4, T23).

Each name moves by itself. Followers go along, on every server that believes both sides; standing,
roles, consults and votes stay where they are.
"""

from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance import config
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import Actor, ActorKind, Member
from instance.outbox import posts, remote
from instance.outbox.enqueue import enqueue
from instance.services import (
    actor_updates,
    audit,
    channels,
    members,
    moves,
    reauthentication,
)
from instance.services.throttle import Source

ALIASES_MOST = 5


async def add_alias(actor: Actor, address: str) -> None:
    """Say in public that the account at `address`, elsewhere, is the same person's: it can move
    here then. Raises FormRefused.

    Not of names of this server: that would tell whose they are (F-ACT-2).
    """
    old = await _found(address, "alias")
    if old.is_local:
        raise FormRefused({"alias": "That name is of this server. Name an account elsewhere."})
    async with in_transaction():
        row = await Actor.filter(id=actor.id).select_for_update().get()
        known = list(row.also_known_as or ())
        if old.uri in known:
            return
        if len(known) >= ALIASES_MOST:
            raise FormRefused({"alias": f"Up to {ALIASES_MOST} accounts. Remove one first."})
        await _name(actor, [*known, old.uri])


async def remove_alias(actor: Actor, uri: str) -> None:
    async with in_transaction():
        row = await Actor.filter(id=actor.id).select_for_update().get()
        known = list(row.also_known_as or ())
        if uri in known:
            await _name(actor, [one for one in known if one != uri])


async def move(member: Member, actor: Actor, address: str, password: str, source: Source) -> None:
    """Send who follows `actor` to the account at `address`, which has to name it.

    Raises FormRefused, TooMany; Conflict for who has moved already, or within 30 days.
    """
    if actor.moved_to_uri is not None:
        raise Conflict("This name has moved already. Take that back first.")
    if moves.has_moved_lately(actor):
        raise Conflict("A name moves once in 30 days.")
    await reauthentication.require_password(member, password, source)
    found = await _found(address, "address")
    if found.is_local:
        raise FormRefused({"address": "That name is of this server. Name an account elsewhere."})
    await _require_named(actor, found.uri)
    now = datetime.now(UTC)
    async with in_transaction():
        new = await remote.directory().store(found.uri)
        inboxes = await channels.follower_inboxes(actor)
        await moves.follow_along(actor, new)
        await actor.refresh_from_db()
        await actor_updates.tell(actor, now, spread=False)
        await enqueue(posts.moved(actor, new.uri, now), sender=actor, inboxes=inboxes)


async def undo(actor: Actor) -> None:
    """The name writes here again. Who went along is gone; and for 30 days it moves nowhere."""
    async with in_transaction():
        gone = Actor.filter(id=actor.id, moved_to_uri__not_isnull=True)
        if not await gone.update(moved_to_uri=None):
            return
        was, actor.moved_to_uri = str(actor.moved_to_uri), None
        host = config.current().host
        await audit.record("actor.move_undone", actor_uri=actor.uri, host=host, subject=was)
        await actor_updates.tell(actor, datetime.now(UTC), spread=False)


async def _name(actor: Actor, uris: list[str]) -> None:
    actor.also_known_as = uris or None
    await actor.save(update_fields=["also_known_as"])
    await actor_updates.tell(actor, datetime.now(UTC), spread=False)


async def _found(address: str, field: str) -> Actor:
    """A person, by an address of theirs."""
    try:
        found = await members.found_at(address.strip())
    except (FederationError, OSError, NotFound) as error:
        raise FormRefused({field: _NOBODY}) from error
    if found.kind is not ActorKind.PERSON or (found.is_local and not found.discoverable):
        raise FormRefused({field: _NOBODY})
    return found


async def _require_named(actor: Actor, uri: str) -> None:
    """What its server says at this moment: it is a person, stays there, and names this one."""
    try:
        await remote.directory().fetch(uri, refresh=True)
        new: dict[str, Any] = await moves.served(uri)
    except (FederationError, OSError) as error:
        raise FormRefused({"address": "That server does not answer now. Try again."}) from error
    old = {"id": actor.uri, "type": "Person", "movedTo": uri}
    try:
        moves.require_mutual(old, new)
    except FederationError as error:
        raise FormRefused({"address": _NOT_NAMED % actor.address}) from error


_NOBODY = "Nobody was found there. Write it as @name@server."
_NOT_NAMED = (
    "That account does not name this one yet. There, add %s to the accounts that move to it; "
    "then come back."
)
