"""Following channels and people, here and elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance import raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    ActorKind,
    Channel,
    Follow,
    FollowState,
    Moderator,
    Participant,
)
from instance.outbox import posts, trust
from instance.outbox.enqueue import enqueue
from instance.services import bans, members, moderation, moves, notifications, wishes

_LOCAL_FOLLOWERS = """
SELECT 1 FROM follow f JOIN actor a ON a.id = f.follower_id
WHERE f.target_id = (SELECT id FROM actor WHERE uri = ?1) AND a.is_local LIMIT 1
"""
_CAN_BE_FOLLOWED = (ActorKind.PERSON, ActorKind.CHANNEL)


@dataclass(frozen=True)
class Wants:
    """What somebody wants of whom they follow; None leaves it as it is. No `languages`: all."""

    shows_boosts: bool | None = None
    notifies: bool | None = None
    languages: tuple[str, ...] | None = None

    def values(self) -> dict[str, Any]:
        asked = {"shows_boosts": self.shows_boosts, "notifies": self.notifies}
        found: dict[str, Any] = {name: one for name, one in asked.items() if one is not None}
        if self.languages is not None:
            found["languages"] = list(self.languages) or None
        return found


AS_IT_IS = Wants()


async def follow_address(follower: Actor, address: str) -> Follow:
    """Follow `@name@host`, a URL, or a local `@name`. Asks the other server who that is.

    Raises FormRefused, saying what was tried, where nobody is found; and alike where it is a
    consult or an institution: nobody may learn from it that a consult exists (T50).
    """
    address = address.strip()
    try:
        target = await members.found_at(address)
    except (FederationError, OSError, NotFound) as error:
        raise FormRefused({"address": _not_found(address)}) from error
    if target.kind not in _CAN_BE_FOLLOWED:
        raise FormRefused({"address": _not_found(address)})
    return await follow(follower, target)


async def follow(follower: Actor, target: Actor, wants: Wants = AS_IT_IS) -> Follow:
    """Follow a known actor; asking twice changes no more than what is wanted of them.

    A local target accepts at once, but for a channel or a person who decides; a remote one is
    asked, and counts after its Accept.
    """
    if target.kind not in _CAN_BE_FOLLOWED or target.id == follower.id:
        raise NotAllowed("You can follow channels and people.")
    if await wishes.keeps_away(follower, target):
        raise NotAllowed("You block this account or its server. Take the block away first.")
    moves.require_here(follower)
    if not target.is_local and not follower.discoverable:
        raise NotAllowed(
            "Their server must be able to see who follows. Make your profile public "
            "in your account first."
        )
    now = datetime.now(UTC)
    async with in_transaction():
        is_open = target.is_local and not await _approves(target)
        state = FollowState.ACCEPTED if is_open else FollowState.PENDING
        row, fresh = await Follow.get_or_create(
            defaults={"uri": posts.activity_uri(), "state": state},
            follower_id=follower.id,
            target_id=target.id,
        )
        if values := wants.values():
            await row.update_from_dict(values).save(update_fields=list(values))
        if fresh and not target.is_local:
            activity = posts.follow(row, follower, target, now)
            await enqueue(activity, sender=follower, inboxes=[target.inbox])
        elif fresh:
            await notifications.of_follow(follower, target, row.state)
    return row


async def unfollow(follower: Actor, target: Actor) -> None:
    async with in_transaction():
        row = await Follow.get_or_none(follower_id=follower.id, target_id=target.id)
        if row is None:
            return
        await row.delete()
        if not target.is_local:
            activity = posts.undo_follow(row, follower, target, datetime.now(UTC))
            await enqueue(activity, sender=follower, inboxes=[target.inbox])


async def disown(follower: Actor, target: Actor, now: datetime) -> None:
    """Take back a Follow that only its target's server knows, in the caller's transaction."""
    unknown = Follow(uri=posts.activity_uri())
    activity = posts.undo_follow(unknown, follower, target, now)
    await enqueue(activity, sender=follower, inboxes=[target.inbox])


async def may_be_asked(target: Actor | None, host: str) -> bool:
    """Whether somebody there may know that this is one of ours: everybody, or as an institution
    that takes part in the consult whose Group it is.

    Ask before anything else is done: somebody hidden answers as somebody unknown, after the same
    questions, which is not at all (T49, T64).
    """
    if target is not None and (target.discoverable or not target.is_local):
        return target.is_local
    named = target.id if target is not None else 0
    takes_part = Participant.filter(consult__group_id=named, host=host)
    return await takes_part.exists() and await trust.is_trusted(host)


async def receive_follow(follower: Actor, target: Actor, activity: Mapping[str, Any]) -> None:
    """A remote actor follows one of ours, of whom they may know: accepted at once, or when they
    or a moderator say so; in the caller's transaction."""
    now = datetime.now(UTC)
    if target.kind not in _CAN_BE_FOLLOWED or await _is_unwelcome(follower, target):
        reject = posts.answer_to_follow("Reject", target, activity, now)
        await enqueue(reject, sender=target, inboxes=[follower.inbox])
        return
    if not await _admit(follower, target, activity["id"]):
        return
    accept = posts.answer_to_follow("Accept", target, activity, now)
    await enqueue(accept, sender=target, inboxes=[follower.inbox])


async def asked_of(follower_id: int, moderator_id: int) -> Actor | None:
    """The channel of this moderator that somebody asked last to follow; None once decided."""
    kept = await Moderator.filter(actor_id=moderator_id).values_list("group_id", flat=True)
    waiting = Follow.filter(follower_id=follower_id, state=FollowState.PENDING)
    rows = waiting.filter(target_id__in=list(kept), target__is_local=True)
    found = await rows.order_by("-id").select_related("target").first()
    return found.target if found else None


async def requests(group: Actor) -> list[Follow]:
    """Who waits for a moderator's decision, the longest first; each with its `follower`."""
    rows = Follow.filter(target_id=group.id, state=FollowState.PENDING, follower__is_blocked=False)
    return await rows.order_by("id").select_related("follower")


async def decide(by: Actor, group: Actor, row: Follow, *, accepted: bool) -> None:
    """A moderator's answer to somebody who asked to follow. `row.follower` is loaded."""
    await moderation.require(by, group)
    follower, now = row.follower, datetime.now(UTC)
    asked = posts.follow(row, follower, group, row.created_at)
    answer = posts.answer_to_follow("Accept" if accepted else "Reject", group, asked, now)
    async with in_transaction():
        waiting = Follow.filter(id=row.id, target_id=group.id, state=FollowState.PENDING)
        done = await (waiting.update(state=FollowState.ACCEPTED) if accepted else waiting.delete())
        if not done:
            raise NotFound
        action = "follower.accepted" if accepted else "follower.rejected"
        await moderation.record(action, by.uri, group, follower.uri)
        await enqueue(answer, sender=group, inboxes=[follower.inbox])


async def receive_answer(follow_uri: str, by: str, *, accepted: bool) -> None:
    """An Accept or Reject counts only for a Follow we sent, from the one followed (T24)."""
    row = await Follow.get_or_none(uri=follow_uri, follower__is_local=True).select_related("target")
    if row is None or row.target.uri != by:
        return
    if accepted:
        row.state = FollowState.ACCEPTED
        await row.save(update_fields=["state"])
    else:
        await row.delete()


async def receive_undo(follow_uri: str, by: str) -> bool:
    """End a remote follow, looked up by its id; False where there is none of this actor (T22)."""
    row = await Follow.get_or_none(uri=follow_uri).select_related("follower")
    if row is None:
        return False
    if row.follower.uri != by:
        raise NotAllowed
    await row.delete()
    return True


async def end_own(by: str, target_uri: str) -> None:
    """End what the remote actor `by` follows of ours, whatever the Follow was called."""
    await Follow.filter(follower__uri=by, follower__is_local=False, target__uri=target_uri).delete()


async def has_local_followers(target: Actor) -> bool:
    """Pending ones count: what a channel sends may overtake its Accept, which goes elsewhere."""
    return bool(await raw_sql.look_up(*local_followers(target.uri)))


def local_followers(target_uri: str) -> raw_sql.Question:
    """What `has_local_followers` asks."""
    return _LOCAL_FOLLOWERS, (target_uri,)


async def _admit(follower: Actor, target: Actor, follow_uri: str) -> bool:
    """Store who follows; False where somebody has yet to say yes."""
    is_open = not await _approves(target)
    row, fresh = await Follow.get_or_create(
        defaults={
            "uri": follow_uri,
            "state": FollowState.ACCEPTED if is_open else FollowState.PENDING,
        },
        follower_id=follower.id,
        target_id=target.id,
    )
    row.uri = follow_uri
    if is_open:
        row.state = FollowState.ACCEPTED
    await row.save(update_fields=["uri", "state"])
    if fresh:
        await notifications.of_follow(follower, target, row.state)
    return row.state is FollowState.ACCEPTED


async def _approves(target: Actor) -> bool:
    if target.approves_followers:
        return True
    return await Channel.filter(actor_id=target.id, approves_followers=True).exists()


async def _is_unwelcome(follower: Actor, target: Actor) -> bool:
    if target.kind is ActorKind.CHANNEL:
        return await bans.is_banned(target, follower)
    return await wishes.keeps_away(target, follower)


async def count_followers(target: Actor) -> int:
    return await Follow.filter(target_id=target.id, state=FollowState.ACCEPTED).count()


async def state(follower: Actor, target: Actor) -> FollowState | None:
    row = await Follow.get_or_none(follower_id=follower.id, target_id=target.id)
    return row.state if row else None


async def states(
    followers: Collection[Actor], targets: Collection[Actor]
) -> dict[int, FollowState]:
    """How one of these identities, the first that does, follows each target, by its id."""
    ids, places = [target.id for target in targets], [actor.id for actor in followers]
    if not ids or not places:
        return {}
    marks = raw_sql.marks(len(places)), raw_sql.marks(len(ids), first=len(places) + 1)
    wanted = "follower_id IN ({}) AND target_id IN ({})".format(*marks)
    rows = await raw_sql.where(Follow, wanted, [*places, *ids])
    last_first = sorted(rows, key=lambda row: places.index(row.follower_id), reverse=True)
    return {row.target_id: row.state for row in last_first}


def _not_found(address: str) -> str:
    _, at, host = address.removeprefix("@").rpartition("@")
    if "://" in address:
        host = address.partition("://")[2].partition("/")[0]
    elif not at:
        host = ""
    asked = host[:80] or "this server"
    return f"Nobody was found at this address. We asked {asked}. Check the spelling."
