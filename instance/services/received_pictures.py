"""Pictures of public posts of elsewhere: fetched once, made anew, shown from here for a while.

So a reader's browser calls no other server (T48), and what a server says of a file is not believed.
What is no picture, came too often, or was not to be had, is told as an address and no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation.fields import listed
from instance import config, events, html
from instance.ids import new_id
from instance.media import images
from instance.media.images import PictureRefused
from instance.models import Actor, Attachment, AttachmentFile, AttachmentState, Fetch, Post
from instance.outbox import faces, limits, remote
from instance.outbox import pictures as documents
from instance.services import pictures, received_portraits

KIND = "picture"  # of what is fetched; `channel` is the post
KEPT = timedelta(days=30)
SIDE = 1_600  # what a page can show
MOST = 4  # of one post, as of ours
PER_MINUTE = 30  # that the posts of one host make us fetch (T40)
OF_HOST_MOST = 1_000  # that we keep of the people of one host (T78)
_TYPES = ("Document", "Image", "Video", "Audio")
_LOOKED_AT, _URL_MOST, _TYPE_MOST = 16, 512, 100
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True)
class Named:
    """A file as a post names it."""

    url: str
    media_type: str
    alt: str
    focus: tuple[float, float] | None

    @property
    def is_picture(self) -> bool:
        return self.media_type in images.TYPES


async def expect(post: Post, author: Actor) -> None:
    """Note the files that a post of elsewhere names, in the caller's transaction, and ask for those
    that are pictures; and for those of its author's profile."""
    await received_portraits.want(author)
    for position, one in enumerate(_named_in(post.document)):
        await _expect(post, author, position, one)


async def follow(post: Post) -> None:
    """Its author changed it, in the caller's transaction: what it names no more is deleted."""
    named = {one.url: one for one in _named_in(post.document)}
    rows = Attachment.filter(post_id=post.id)
    await pictures.erase(rows.exclude(source__in=list(named)) if named else rows)
    kept = {row.source: row for row in await Attachment.filter(post_id=post.id)}
    author = await Actor.get(id=post.author_id)
    for position, one in enumerate(named.values()):
        if (row := kept.get(one.url)) is None:
            await _expect(post, author, position, one)
            continue
        x, y = one.focus or (None, None)
        values = {"alt": one.alt, "position": position, "focus_x": x, "focus_y": y}
        await Attachment.filter(id=row.id).update(**values)


async def bring(url: str, post_uri: str) -> None:
    """Fetch one that is expected, and keep it. Raises FederationError."""
    row = await _expected(url, post_uri)
    if row is None:
        return
    content = await remote.directory().picture(url)
    try:
        made = await images.process(content, hashed=True, side=SIDE)
    except PictureRefused:
        await miss(url, post_uri)
        return
    async with in_transaction():
        still = await Attachment.get_or_none(id=row.id, state=AttachmentState.AWAITED)
        if still is None or row.post is None:
            return  # its post was deleted meanwhile
        await pictures.keep(still, made)
        # For who reads it now, as what its author says anew is.
        await events.publish("thread", row.post.thread_id, ("edited", row.post.id))


async def miss(url: str, post_uri: str) -> None:
    """It cannot be had: who reads the post is told its address."""
    row = await _expected(url, post_uri)
    if row is not None:
        none = {"state": AttachmentState.MISSING, "width": 0, "height": 0}
        await Attachment.filter(id=row.id).update(**none)


async def purge(now: datetime, kept: timedelta) -> None:
    """What was fetched long ago."""
    old = Attachment.filter(
        state=AttachmentState.READY, source__not_isnull=True, created_at__lt=now - kept
    )
    rows = old.order_by("id").limit(_FORGOTTEN_AT_ONCE)
    while ids := [row.id for row in await rows]:
        async with in_transaction():
            await forget(Attachment.filter(id__in=ids))


async def forget(which: QuerySet[Attachment]) -> None:
    """In the caller's transaction. They keep their width: what has one was here, and is asked for
    when it is to be shown again."""
    ids = list(await which.values_list("id", flat=True))
    await AttachmentFile.filter(attachment_id__in=ids).delete()
    await Attachment.filter(id__in=ids).update(state=AttachmentState.MISSING)


async def want_again(attachment_id: int, now: datetime) -> None:
    """Somebody was to see one that was here before; within what its host makes us fetch."""
    forgotten = Attachment.filter(id=attachment_id, state=AttachmentState.MISSING, width__gt=0)
    async with in_transaction():
        row = await forgotten.filter(source__not_isnull=True).select_for_update().first()
        post = await Post.get_or_none(id=row.post_id, deleted_at=None) if row is not None else None
        if row is None or row.source is None or post is None:
            return
        author = await Actor.get(id=row.actor_id)
        if not await _has_room(author.host):
            return
        await forgotten.update(state=AttachmentState.AWAITED, created_at=now)
        await _ask_for(row.source, post)


async def _expect(post: Post, author: Actor, position: int, one: Named) -> None:
    is_wanted = one.is_picture and await _has_room(author.host)
    x, y = one.focus or (None, None)
    await Attachment.create(
        actor_id=author.id,
        post_id=post.id,
        position=position,
        name=documents.new_name(),
        source=one.url,
        state=AttachmentState.AWAITED if is_wanted else AttachmentState.MISSING,
        media_type=one.media_type,
        alt=one.alt,
        focus_x=x,
        focus_y=y,
        created_at=datetime.now(UTC),
    )
    if is_wanted:
        await _ask_for(one.url, post)


async def _has_room(host: str) -> bool:
    if not config.current().media_origin:
        return False
    if not limits.current().picture_fetches.take(host, PER_MINUTE):
        return False
    kept = Attachment.filter(actor__host=host, source__not_isnull=True, state=AttachmentState.READY)
    return await kept.count() < OF_HOST_MOST


async def _ask_for(url: str, post: Post) -> None:
    defaults = {"id": new_id(), "host": faces.host(url), "due_at": datetime.now(UTC)}
    row, _ = await Fetch.get_or_create(defaults=defaults, kind=KIND, uri=url, channel=post.uri)
    await events.publish("fetch", row.id)


async def _expected(url: str, post_uri: str) -> Attachment | None:
    awaited = Attachment.filter(source=url, post__uri=post_uri, state=AttachmentState.AWAITED)
    return await awaited.select_related("post").first()


def _named_in(document: Mapping[str, Any]) -> list[Named]:
    """Each address once; what is none of a file of elsewhere is left out."""
    found: dict[str, Named] = {}
    for entry in listed(document.get("attachment"))[:_LOOKED_AT]:
        named = _named(entry) if isinstance(entry, Mapping) else None
        if named is not None and len(found) < MOST:
            found.setdefault(named.url, named)
    return list(found.values())


def _named(entry: Mapping[str, Any]) -> Named | None:
    if entry.get("type") not in _TYPES:
        return None
    link: Any = next(iter(listed(entry.get("url"))), "")
    if isinstance(link, Mapping):
        link, stated = link.get("href"), link.get("mediaType")
    else:
        stated = entry.get("mediaType")
    if not isinstance(link, str) or len(link) > _URL_MOST or not faces.is_elsewhere(link):
        return None
    name = entry.get("name")
    kind = stated if isinstance(stated, str) and len(stated) <= _TYPE_MOST else ""
    if not kind and entry["type"] == "Image":
        kind = images.TYPES[0]  # what it is is looked at, whatever it is called
    alt = html.plain(name, pictures.ALT_MOST) if isinstance(name, str) else ""
    return Named(link, kind.lower(), alt, _focus(entry.get("focalPoint")))


def _focus(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(type(one) in (int, float) and -1 <= one <= 1 for one in value):
        return None
    return float(value[0]), float(value[1])
