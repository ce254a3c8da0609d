"""What a status says to the one who reads it, of what they did with it themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from instance.models import Application, ReactionKind
from instance.services import bookmarks, clients, filter_matches, reactions, thread_mutes
from instance.services.filter_matches import Match
from instance.services.post_rows import Row
from instance.services.tokens import Caller


class PostedWith(TypedDict):
    name: str
    website: str | None


@dataclass(frozen=True)
class Viewed:
    """By the ids of posts, and of threads where those are `muted`."""

    made: Mapping[int, set[ReactionKind]] = field(default_factory=dict)
    bookmarked: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()
    filtered: Mapping[int, list[Match]] = field(default_factory=dict)
    applications: Mapping[int, Application] = field(default_factory=dict)

    def posted_with(self, post_id: int) -> PostedWith | None:
        row = self.applications.get(post_id)
        return {"name": row.name, "website": row.website} if row is not None else None


async def read(posts: Sequence[Row], caller: Caller | None) -> Viewed:
    """In as many questions however many posts."""
    if caller is None or caller.actor is None or not posts:
        return Viewed()
    return Viewed(
        made=await reactions.made_by([caller.actor], posts),
        bookmarked=frozenset(await bookmarks.kept([caller.actor], posts)),
        muted=frozenset(await thread_mutes.muted(caller.actor, posts)),
        filtered=await filter_matches.of_rows(caller.actor, posts),
        applications=await clients.of_posts(caller.actor, posts),
    )
