"""How others stand to the identity that an application acts as, and its lists."""

from collections.abc import Sequence
from typing import TypedDict

from instance.models import Actor, FollowState, List, Member, Mute
from instance.services import relations
from instance.services.relations import Related
from instance.web.api import entities_accounts
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account


class Relationship(TypedDict):
    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class MutedAccount(Account):
    mute_expires_at: str | None


class ListOfAccounts(TypedDict):
    id: str
    title: str
    replies_policy: str
    exclusive: bool


async def one(actor: Actor, other: Actor) -> Relationship:
    return relationship((await relations.of(actor, [other]))[0])


def relationship(related: Related) -> Relationship:
    follow = related.follow
    follows_them = follow is not None and follow.state is FollowState.ACCEPTED
    return {
        "id": str(related.actor_id),
        "following": follows_them,
        "showing_reblogs": follow is not None and follow.shows_boosts,
        "notifying": follow is not None and follow.notifies,
        "languages": follow.languages if follow is not None else None,
        "followed_by": related.followed_by is FollowState.ACCEPTED,
        "blocking": related.is_blocked,
        "blocked_by": False,  # nobody is told (T25)
        "muting": related.mute is not None,
        "muting_notifications": related.mute is not None and related.mute.hides_notifications,
        "requested": follow is not None and not follows_them,
        "requested_by": related.followed_by is FollowState.PENDING,
        "domain_blocking": related.is_hidden,
        "endorsed": related.is_endorsed,
        "note": related.note,
    }


async def muted(rows: Sequence[Mute], reader: Member | None) -> list[MutedAccount]:
    shown = await entities_accounts.in_order([row.target for row in rows], reader)
    ends = [moment(row.ends_at) if row.ends_at else None for row in rows]
    return [{**account, "mute_expires_at": at} for account, at in zip(shown, ends, strict=True)]


def list_of_accounts(row: List) -> ListOfAccounts:
    return {
        "id": str(row.id),
        "title": row.title,
        "replies_policy": row.replies.value,
        "exclusive": row.is_exclusive,
    }
