"""What public posts answer, how often they are answered, and whom they name; for many at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from instance import raw_sql
from instance.models import Actor, ActorKind, Post
from instance.services import mentions
from instance.services.post_rows import Row

_PARENTS = """
SELECT p.uri AS uri, p.id AS id, p.author_id AS author_id FROM post p
JOIN actor a ON a.id = p.author_id
WHERE p.uri IN ({marks}) AND p.deleted_at IS NULL AND NOT a.is_blocked
"""
_COUNTS = """
SELECT p.in_reply_to_uri AS uri, count(*) AS number FROM post p JOIN actor a ON a.id = p.author_id
WHERE p.in_reply_to_uri IN ({marks}) AND p.deleted_at IS NULL AND NOT a.is_blocked
GROUP BY p.in_reply_to_uri
"""
_CAN_BE_NAMED = (ActorKind.PERSON, ActorKind.CHANNEL)


@dataclass(frozen=True)
class Parent:
    post_id: int
    author_id: int


async def parents(posts: Sequence[Post | Row]) -> dict[str, Parent]:
    """What they answer and is still there, by its id on the wire."""
    uris = list({post.in_reply_to_uri for post in posts if post.in_reply_to_uri})
    if not uris:
        return {}
    rows = await raw_sql.run(_PARENTS.format(marks=raw_sql.marks(len(uris))), uris)
    return {row["uri"]: Parent(int(row["id"]), int(row["author_id"])) for row in rows}


async def counts(posts: Sequence[Post | Row]) -> dict[str, int]:
    """How many answer each, by its id on the wire."""
    uris = [post.uri for post in posts]
    if not uris:
        return {}
    rows = await raw_sql.look_up_tuples(_COUNTS.format(marks=raw_sql.marks(len(uris))), uris)
    return {uri: int(number) for uri, number in rows}


async def named(uris: Collection[str]) -> dict[str, Actor]:
    """People and channels whom everybody may know of, by their id on the wire."""
    found = [
        actor
        for actor in await raw_sql.some(Actor, "uri", list(uris))
        if actor.kind in _CAN_BE_NAMED and not actor.is_blocked
    ]
    return {actor.uri: actor for actor in found if await _is_open(actor)}


async def _is_open(actor: Actor) -> bool:
    return actor.discoverable if actor.is_local else await mentions.is_public(actor)
