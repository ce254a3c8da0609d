"""Public posts as they are searched: their words and hashtags, kept in the transaction that changes
them. What was there before search was is read by a worker, a few at a time, the newest first.

Whether somebody may find a post is asked when they look (`public_search`, `tag_feeds`): that
changes without the post.
"""

from tortoise.transactions import in_transaction

from instance import html, raw_sql, word_tables
from instance.models import Actor, Post, Thread, Unindexed
from instance.outbox import finding
from instance.services import documents, tags

_AT_ONCE = 100
_AUTHOR = "a"
_UNREAD = "SELECT 1 FROM unindexed LIMIT 1"


async def keep(post: Post, title: str) -> None:
    """In the caller's transaction. `title`: of a thread's first post."""
    await tags.keep(post)
    if documents.is_to_all(post.document):
        await _put(post, f"{title} {html.excerpt(post.content, len(post.content))}")
    else:
        await word_tables.POSTS.drop([post.id])


def of_new(post: Post, text: str) -> list[raw_sql.Question]:
    """The statements that keep the words of one that is stored with them, so that nothing of it
    needs to be looked for. `text`: what it says, its title too, without tags."""
    if not documents.is_to_all(post.document):
        return []
    return [word_tables.POSTS.adding(post.id, text, marks=_marks(post))]


async def _put(post: Post, text: str) -> None:
    await word_tables.POSTS.put(post.id, text, marks=_marks(post))
    if post.updated_at is not None:
        await word_tables.POSTS.note_taken_out()


def _marks(post: Post) -> list[str]:
    page = documents.page_url(post.document)
    marks = [of_author(post.author_id)]
    if page and page != post.uri:
        marks.append(finding.of_url(page))
    return marks


def of_author(actor_id: int) -> str:
    return word_tables.mark(_AUTHOR, actor_id)


async def is_complete() -> bool:
    """Whether nothing is left of what was there before search was."""
    return not await raw_sql.look_up(_UNREAD, [])


async def read_on() -> bool:
    """Read some more of that; False where nothing is left. One worker at a time."""
    async with in_transaction():
        left = await Unindexed.all().order_by("name").select_for_update().first()
        if left is None:
            return False
        below = await (_read_posts(left.below) if left.name == "post" else _read_actors(left.below))
        if below:
            await Unindexed.filter(name=left.name).update(below=below)
        else:
            await Unindexed.filter(name=left.name).delete()
    return True


async def _read_posts(below: int) -> int:
    rows = Post.filter(id__lt=below).order_by("-id").limit(_AT_ONCE).select_for_update()
    posts = await rows
    titles = await _titles(posts)
    for post in posts:
        if post.deleted_at is None:
            await keep(post, "" if post.in_reply_to_uri else titles[post.thread_id])
    return posts[-1].id if len(posts) == _AT_ONCE else 0


async def _read_actors(below: int) -> int:
    actors = await Actor.filter(id__lt=below).order_by("-id").limit(_AT_ONCE).select_for_update()
    for actor in actors:
        await finding.keep(actor)
    return actors[-1].id if len(actors) == _AT_ONCE else 0


async def _titles(posts: list[Post]) -> dict[int, str]:
    threads = await raw_sql.some(Thread, "id", list({post.thread_id for post in posts}))
    return {thread.id: thread.title for thread in threads}
