"""What a status says to the one who reads it, of what they did with it themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from instance.models import Application, Post
from instance.services import bookmarks, clients, filter_matches, thread_mutes
from instance.services.filter_matches import Match
from instance.services.tokens import Caller


class PostedWith(TypedDict):
    name: str
    website: str | None


@dataclass(frozen=True)
class Viewed:
    """By the ids of posts, and of threads where those are `muted`."""

    bookmarked: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()
    filtered: Mapping[int, list[Match]] = field(default_factory=dict)
    applications: Mapping[int, Application] = field(default_factory=dict)

    def posted_with(self, post: Post) -> PostedWith | None:
        row = self.applications.get(post.id)
        return {"name": row.name, "website": row.website} if row is not None else None


async def read(posts: Sequence[Post], caller: Caller | None) -> Viewed:
    """In as many questions however many posts."""
    if caller is None or caller.actor is None or not posts:
        return Viewed()
    return Viewed(
        bookmarked=frozenset(await bookmarks.kept([caller.actor], posts)),
        muted=frozenset(await thread_mutes.muted(caller.actor, posts)),
        filtered=await filter_matches.of(caller.actor, posts),
        applications=await clients.of_posts(caller.actor, posts),
    )
