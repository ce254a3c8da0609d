"""What is known here at an address: a post, a person or a channel, by its id or by its page, here
or where it comes from. Nothing is fetched."""

import re

from instance import config, raw_sql, word_tables
from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Actor, ActorKind, Member, Post, Thread
from instance.outbox import finding
from instance.services import accounts, documents, feeds
from instance.services.feed_sources import Entry
from instance.services.mentions import page_of

URL_MAX = 512  # what the columns of ids hold
_OUR_PAGE = re.compile(r"/t/(\d{1,19})(?:#p-(\d{1,19}))?")
_THEIR_PAGE = re.compile(r"https?://([^/?#@\s]+)/(?:@|c/|m/)([A-Za-z0-9_.-]{1,64})/?")
_FEW = 10


async def entry(url: str) -> Entry | None:
    """A post as it stands in timelines, but for one that was deleted or that nobody sees."""
    if len(url) > URL_MAX:
        return None
    found = await _post_id(url)
    try:
        return await feeds.entry(found) if found is not None else None
    except NotFound:
        return None


async def actor(url: str, reader: Member | None) -> Actor | None:
    """Whom the reader may see."""
    if len(url) > URL_MAX:
        return None
    found = await Actor.get_or_none(uri=url) or await _with_page(url)
    return found if found is not None and await accounts.may_see(found, reader) else None


async def _post_id(url: str) -> int | None:
    origin = config.current().origin
    if url.startswith(f"{origin}/t/") and (page := _OUR_PAGE.fullmatch(url.removeprefix(origin))):
        thread_id, post_id = page.groups()
        return read_id(post_id) if post_id else await _starter(read_id(thread_id))
    if (post := await raw_sql.one(Post, "uri", url)) is not None:
        return int(post.id)
    if (thread := await raw_sql.one(Thread, "uri", url)) is not None:
        return await _starter(thread.id)
    ids = await _marked(word_tables.POSTS, url)
    posts = await Post.filter(id__in=ids) if ids else []
    fitting = [post.id for post in posts if documents.page_url(post.document) == url]
    return fitting[0] if fitting else None


async def _starter(thread_id: int | None) -> int | None:
    found = Post.filter(thread_id=thread_id, in_reply_to_uri=None).order_by("id")
    starter = await found.first() if thread_id is not None else None
    return int(starter.id) if starter is not None else None


async def _with_page(url: str) -> Actor | None:
    settings = config.current()
    for start in ("/@", "/channels/"):
        if url.startswith(settings.uri(start)):
            handle = url.removeprefix(settings.uri(start)).casefold()
            found = await Actor.get_or_none(local_handle=handle)
            return (
                found if found is not None and page_of(found).casefold() == url.casefold() else None
            )
    ids = await _marked(word_tables.ACTORS, url)
    if (page := _THEIR_PAGE.fullmatch(url)) is not None:
        rows = Actor.filter(host=page[1].lower(), handle__iexact=page[2], is_local=False)
        ids += [one.id for one in await rows.limit(_FEW)]
    kinds = (ActorKind.PERSON, ActorKind.CHANNEL)
    actors = await Actor.filter(id__in=ids, kind__in=kinds) if ids else []
    return next((one for one in actors if url in (one.page_url, one.uri)), None)


async def _marked(table: word_tables.WordTable, url: str) -> list[int]:
    asked = word_tables.asked((), marks=[finding.of_url(url)])
    return [int(row["id"]) for row in await raw_sql.run(table.matching("?1", _FEW), [asked])]
