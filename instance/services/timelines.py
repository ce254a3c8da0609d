"""What a member's home shows of public channels and people."""

from tortoise.expressions import Q

from instance.models import Actor, Follow, FollowState, Post

PAGE = 20


async def home(actors: list[Actor], *, before: int | None = None) -> list[Post]:
    """Thread starters of what these identities follow, newest first; `before`: a post id's time.

    Keyset page: pass the id of the last post shown.
    """
    targets = await Follow.filter(
        follower_id__in=[actor.id for actor in actors], state=FollowState.ACCEPTED
    ).values_list("target_id", flat=True)
    groups = Post.filter(thread__group_id__in=targets, in_reply_to_uri=None, deleted_at=None)
    people = Post.filter(author_id__in=targets, in_reply_to_uri=None, deleted_at=None)
    last = await Post.get_or_none(id=before) if before is not None else None
    found: dict[int, Post] = {}
    for query in (groups, people):
        if last is not None:
            earlier = Q(published_at__lt=last.published_at)
            query = query.filter(earlier | Q(published_at=last.published_at, id__lt=last.id))
        for post in (
            await query.order_by("-published_at", "-id")
            .limit(PAGE)
            .select_related("author", "thread__group")
        ):
            found[post.id] = post
    return sorted(found.values(), key=lambda post: (post.published_at, post.id), reverse=True)[
        :PAGE
    ]


async def of_author(author: Actor) -> list[Post]:
    """A person's public posts, newest first."""
    return (
        await Post.filter(author_id=author.id, deleted_at=None)
        .order_by("-published_at", "-id")
        .limit(PAGE)
        .select_related("author", "thread__group")
    )
