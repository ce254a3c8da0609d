"""How one identity and others stand to each other, as its applications are told."""

from collections.abc import Sequence
from dataclasses import dataclass

from instance import raw_sql
from instance.models import (
    Actor,
    ActorKind,
    ActorNote,
    Block,
    Endorsement,
    Follow,
    FollowState,
    HiddenHost,
    Mute,
)
from instance.services import feed_sources

_RELATED = """
SELECT 1 FROM follow WHERE follower_id = ?1 AND target_id = ?2
UNION ALL SELECT 1 FROM follow WHERE follower_id = ?2 AND target_id = ?1
UNION ALL SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2
UNION ALL SELECT 1 FROM mute WHERE actor_id = ?1 AND target_id = ?2
"""


@dataclass(frozen=True)
class Related:
    """`follow` is ours of them. Whether they block us nobody is told (T25)."""

    actor_id: int
    follow: Follow | None = None
    followed_by: FollowState | None = None
    is_blocked: bool = False
    mute: Mute | None = None
    is_hidden: bool = False  # with everybody at their host
    is_endorsed: bool = False
    note: str = ""


async def one_related(actor: Actor, other_id: int) -> Actor | None:
    """Somebody whom this identity follows, blocked or muted, or who follows it; else None."""
    if not await raw_sql.look_up(_RELATED, [actor.id, other_id]):
        return None
    kinds = [ActorKind.PERSON, ActorKind.CHANNEL]
    return await Actor.filter(id=other_id, kind__in=kinds).first()


async def of(actor: Actor, others: Sequence[Actor]) -> list[Related]:
    """Of one identity to each of these, in as many questions whether few or many."""
    pair = {"actor_id": actor.id, "target_id__in": [other.id for other in others]}
    own = Follow.filter(follower_id=actor.id, target_id__in=pair["target_id__in"])
    mine = {row.target_id: row for row in await own}
    followed = Follow.filter(target_id=actor.id, follower_id__in=pair["target_id__in"])
    theirs = {row.follower_id: row.state for row in await followed}
    blocked = {row.target_id for row in await Block.filter(**pair)}
    muted = {row.target_id: row for row in await Mute.filter(feed_sources.holds(), **pair)}
    hidden = {row.host for row in await HiddenHost.filter(actor_id=actor.id)}
    endorsed = {row.target_id for row in await Endorsement.filter(**pair)}
    notes = {row.target_id: str(row.words["note"]) for row in await ActorNote.filter(**pair)}
    return [
        Related(
            actor_id=other.id,
            follow=mine.get(other.id),
            followed_by=None if other.id in blocked else theirs.get(other.id),
            is_blocked=other.id in blocked,
            mute=muted.get(other.id),
            is_hidden=other.host in hidden,
            is_endorsed=other.id in endorsed,
            note=notes.get(other.id, ""),
        )
        for other in others
    ]
