"""People and channels as applications see them: who may be seen by whom, and how many of what.

Never a consult's Group or an institution, nor somebody who is known here from a consult alone: for
applications consults do not exist (T50).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from instance import config, raw_sql
from instance.errors import NotFound
from instance.models import (
    Actor,
    ActorKind,
    Follow,
    Member,
    ProfileKind,
    Visibility,
)
from instance.services import mentions
from instance.services.members import HANDLE_MOST

_OF_AUTHORS = """
SELECT author_id AS id, count(*) AS number, max(published_at) AS last_at FROM post
WHERE author_id IN ({ids}) AND deleted_at IS NULL GROUP BY author_id
"""
_OF_CHANNELS = """
SELECT t.group_id AS id, count(*) AS number, max(p.published_at) AS last_at FROM thread t
JOIN post p ON p.thread_id = t.id AND p.in_reply_to_uri IS NULL AND p.deleted_at IS NULL
WHERE t.group_id IN ({ids}) GROUP BY t.group_id
"""
_FOLLOWERS = """
SELECT target_id AS id, count(*) AS number FROM follow
WHERE target_id IN ({ids}) AND state = 'accepted' GROUP BY target_id
"""
_FOLLOWING = """
SELECT f.follower_id AS id, count(*) AS number FROM follow f JOIN actor a ON a.id = f.target_id
WHERE f.follower_id IN ({ids}) AND f.state = 'accepted' AND a.kind IN ('person', 'channel')
GROUP BY f.follower_id
"""
_SAID = """
SELECT actor_id, kind, text FROM profile_field
WHERE visibility IN ({readable}) AND actor_id IN ({ids}) ORDER BY actor_id, id
"""
_SEEN = (ActorKind.PERSON, ActorKind.CHANNEL)
_FOR_MEMBERS = (Visibility.PUBLIC, Visibility.PARTNERS, Visibility.MEMBERS)
_HOST_MOST = 255


@dataclass(frozen=True)
class Figures:
    """`posts` of a channel are its threads."""

    posts: int = 0
    last_on: date | None = None
    followers: int = 0
    following: int = 0


async def by_id(actor_id: int, reader: Member | None) -> Actor:
    """Raises NotFound, alike for whom they may not see and who never was."""
    return await _seen(await Actor.get_or_none(id=actor_id), reader)


async def by_address(address: str, reader: Member | None) -> Actor:
    """`name`, or `name@host` of whom is known here. Raises NotFound."""
    handle, _, host = address.strip().removeprefix("@").partition("@")
    if not handle or len(handle) > HANDLE_MOST or len(host) > _HOST_MOST:
        raise NotFound
    if host.lower() in ("", config.current().host):
        return await _seen(await Actor.get_or_none(local_handle=handle.casefold()), reader)
    rows = Actor.filter(host=host.lower(), handle__iexact=handle, is_local=False, kind__in=_SEEN)
    return await _seen(await rows.order_by("id").first(), reader)


async def by_ids(ids: Collection[int], reader: Member | None) -> list[Actor]:
    """Those of them that the reader may see."""
    rows = await Actor.filter(id__in=list(ids)) if ids else []
    return [actor for actor in rows if await may_see(actor, reader)]


async def to_follow(actor_id: int, reader: Member | None) -> Actor:
    """As `by_id`; also a partner's member who has not been met, if everybody may know of them."""
    actor = await Actor.get_or_none(id=actor_id, kind=ActorKind.PERSON, discoverable=True)
    if actor is None or actor.is_blocked or actor.gone_at is not None:
        return await by_id(actor_id, reader)
    return actor


async def may_see(actor: Actor, reader: Member | None) -> bool:
    """Visitors see who is public here; members all of here, and those of elsewhere whom they
    follow or could meet in a channel."""
    if actor.kind not in _SEEN or actor.is_blocked or actor.gone_at is not None:
        return False
    if actor.is_local:
        return actor.discoverable or reader is not None
    return reader is not None and (await mentions.is_public(actor) or await _follows(reader, actor))


async def figures(ids: Sequence[int]) -> dict[int, Figures]:
    """By id, in as many questions whether they are few or many."""
    if not ids:
        return {}
    marks = raw_sql.marks(len(ids))
    posts = {
        row["id"]: row
        for sql in (_OF_AUTHORS, _OF_CHANNELS)
        for row in await raw_sql.run(sql.format(ids=marks), ids)
    }
    followers, following = await _numbers(_FOLLOWERS, ids), await _numbers(_FOLLOWING, ids)
    return {
        actor_id: Figures(
            posts=posts[actor_id]["number"] if actor_id in posts else 0,
            last_on=raw_sql.time(posts[actor_id]["last_at"]).date() if actor_id in posts else None,
            followers=followers.get(actor_id, 0),
            following=following.get(actor_id, 0),
        )
        for actor_id in ids
    }


async def said(ids: Sequence[int], reader: Member | None) -> dict[int, dict[ProfileKind, str]]:
    """What our people say of themselves and the reader may read, by id."""
    readable = _FOR_MEMBERS if reader is not None else (Visibility.PUBLIC,)
    found: dict[int, dict[ProfileKind, str]] = {}
    if not ids:
        return found
    marks, last = raw_sql.marks(len(ids), len(readable) + 1), raw_sql.marks(len(readable))
    values = [*(one.value for one in readable), *ids]
    for actor_id, kind, text in await raw_sql.look_up_tuples(
        _SAID.format(ids=marks, readable=last), values
    ):
        found.setdefault(int(actor_id), {})[ProfileKind(kind)] = text
    return found


async def _seen(actor: Actor | None, reader: Member | None) -> Actor:
    if actor is None or not await may_see(actor, reader):
        raise NotFound
    return actor


async def _follows(reader: Member, actor: Actor) -> bool:
    return await Follow.filter(target_id=actor.id, follower__member_id=reader.id).exists()


async def _numbers(sql: str, ids: Sequence[int]) -> dict[int, int]:
    rows = await raw_sql.run(sql.format(ids=raw_sql.marks(len(ids))), ids)
    return {int(row["id"]): int(row["number"]) for row in rows}
