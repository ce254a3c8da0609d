"""What a member's home shows of public channels and people."""

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance.models import Actor, Follow, FollowState, Post

PAGE = 20


async def home(actors: list[Actor], *, before: int | None = None) -> list[Post]:
    """Thread starters of what these identities follow, newest first; `before`: a post id's time.

    Keyset page: pass the id of the last post shown.
    """
    targets = await Follow.filter(
        follower_id__in=[actor.id for actor in actors],
        state=FollowState.ACCEPTED,
        target__is_blocked=False,
    ).values_list("target_id", flat=True)
    groups = Post.filter(thread__group_id__in=targets, in_reply_to_uri=None, deleted_at=None)
    people = Post.filter(author_id__in=targets, in_reply_to_uri=None, deleted_at=None)
    last = await _post(before)
    found: dict[int, Post] = {}
    for query in (groups, people):
        found |= {post.id: post for post in await _page(query, last)}
    return sorted(found.values(), key=lambda post: (post.published_at, post.id), reverse=True)[
        :PAGE
    ]


async def of_author(author: Actor, *, before: int | None = None) -> list[Post]:
    """A person's public posts, newest first; pages as those of `home`."""
    return await _page(Post.filter(author_id=author.id, deleted_at=None), await _post(before))


async def pinned(author: Actor) -> list[Post]:
    """What they keep at the top of their profile, the last pinned first."""
    found = await shown(Post.filter(author_id=author.id, deleted_at=None)).filter(
        pinned_at__not_isnull=True
    )
    return sorted(found, key=lambda post: (post.pinned_at, post.id), reverse=True)


async def _post(post_id: int | None) -> Post | None:
    return await Post.get_or_none(id=post_id) if post_id is not None else None


def _page(query: QuerySet[Post], last: Post | None) -> QuerySet[Post]:
    if last is not None:
        earlier = Q(published_at__lt=last.published_at)
        query = query.filter(earlier | Q(published_at=last.published_at, id__lt=last.id))
    return shown(query).order_by("-published_at", "-id").limit(PAGE)


def shown(query: QuerySet[Post]) -> QuerySet[Post]:
    """Without those of blocked hosts; each with its author and channel."""
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    shown = query.filter(in_sight, author__is_blocked=False)
    return shown.select_related("author", "thread__group")
