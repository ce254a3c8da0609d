"""The languages in which somebody wants posts of whom they follow (`Follow.languages`).

Hardly anybody says so, and then alone anything is done here. What somebody hands on is not theirs:
it comes in any language. A post comes where one of the ways by which it does is without limit, or
names its language; and always where it does not say which that is.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from instance import raw_sql
from instance.models import Follow, FollowState, Post
from instance.services import documents, feed_sources
from instance.services.feed_sources import Bounds, Place

OURS = "en"  # that of our pages, and of posts here that do not say it
_LIMITED = "SELECT 1 FROM follow WHERE follower_id IN ({own}) AND languages IS NOT NULL LIMIT 1"
_TURNS = 10  # pages of which hardly anything is wanted
_AT_ONCE = 100


def of(post: Post) -> str:
    """As it says so itself; "" where nobody knows. Needs its author loaded."""
    return documents.language(post.document) or (OURS if post.author.is_local else "")


def takes(languages: Sequence[str] | None, language: str) -> bool:
    """`languages` of a follow; a dialect is of its language."""
    return not languages or not language or language.split("-")[0].lower() in languages


async def are_limited(own: Sequence[int]) -> bool:
    """Whether one of these identities limits anything."""
    return bool(await raw_sql.look_up(_LIMITED.format(own=raw_sql.marks(len(own))), own))


async def read(
    own: Collection[int],
    bounds: Bounds,
    page: Callable[[Bounds], Awaitable[list[Place]]],
    listed: Collection[int] | None = None,
) -> list[Place]:
    """A page without what is unwanted, filled up with what is behind it. It looks no further than
    so many pages: then it is not full, though there may be more. `listed`: who stands on the list
    that is read; None: home."""
    found: list[Place] = []
    within = bounds
    for _ in range(_TURNS):
        places = await page(within)
        wanted = await kept(own, places, listed)
        found = wanted + found if bounds.is_upward else found + wanted
        if len(places) < within.limit or len(found) >= bounds.limit:
            break
        edge = {"min_id": places[0].id} if bounds.is_upward else {"max_id": places[-1].id}
        within = replace(within, limit=_AT_ONCE, **edge)
    return found[-bounds.limit :] if bounds.is_upward else found[: bounds.limit]


async def kept(
    own: Collection[int], places: Sequence[Place], listed: Collection[int] | None = None
) -> list[Place]:
    """Those of these places that are wanted, at the home of these identities or on a list."""
    posts = {post.id: post for post in await feed_sources.whole([one.post_id for one in places])}
    ways = {post.author_id for post in posts.values()}
    ways |= {post.thread.group_id for post in posts.values() if post.thread.group_id is not None}
    if listed is not None:
        ways &= set(listed)
    rows = Follow.filter(
        follower_id__in=list(own), target_id__in=list(ways), state=FollowState.ACCEPTED
    )
    limits: dict[int, list[Sequence[str] | None]] = {}
    for target_id, languages in await rows.values_list("target_id", "languages"):
        limits.setdefault(target_id, []).append(languages)

    def is_wanted(place: Place) -> bool:
        post = posts.get(place.post_id)
        if post is None or post.author_id in own:
            return True
        group_id = post.thread.group_id
        if place.by_id is not None and place.by_id != group_id:
            return True
        ways = [*limits.get(post.author_id, ()), *limits.get(group_id or 0, ())]
        return not ways or any(takes(one, of(post)) for one in ways)

    return [place for place in places if is_wanted(place)]
