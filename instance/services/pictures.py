"""Pictures of public posts: made anew, kept in the database, shown to everybody.

A picture of a patient that anybody can see is the worst that can get out of here. So whoever posts
one says of each that it shows no patient (T47), which the pages ask and an application cannot:
from applications none is taken until an owner decides so, who may also switch all of them off.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, raw_sql
from instance.errors import FormRefused, NotFound
from instance.ids import read_id
from instance.media import images
from instance.media.images import PictureRefused
from instance.models import Actor, Attachment, AttachmentFile, AttachmentState, Post, Variant
from instance.outbox import limits
from instance.outbox import pictures as documents
from instance.services import identifiers, settings

FIELD = "file"  # of forms
MOST = 4  # of one post
UNSENT_MOST = 40  # of one identity at a time (T78)
UNSENT_KEPT = timedelta(hours=24)
ALT_MOST = 1_500
BYTES_MOST, PIXELS_MOST, TYPES = images.BYTES_MOST, images.PIXELS_MOST, images.TYPES  # of one
_WORKED_ON_FOR = timedelta(minutes=5)  # then whoever made it anew has ended
_OFF = "Pictures that anyone can see are switched off here."
_ON_PAGES_ALONE = (
    "Pictures are taken on the pages of this server alone, which ask whether they show a patient."
)
_NO_PLACE = (
    "Pictures cannot be sent here yet. Ask your administrator to give this server an address for "
    "them."
)
_UNKNOWN = "name nothing that was sent before"


@dataclass(frozen=True)
class Said:
    """What its sender says of a picture; None: as it was. `focus`: its most important point."""

    alt: str | None = None
    focus: tuple[float, float] | None = None
    looked_at: datetime | None = None


async def may_send(*, from_application: bool) -> bool:
    return not await _why_not(from_application)


async def why_none() -> str:
    """Why nobody sends any, in words; "" where that is not so."""
    if (await settings.read()).pictures == "off":
        return _OFF
    return "" if config.current().media_origin else _NO_PLACE


async def begin(actor: Actor, said: Said, now: datetime, *, from_application: bool) -> Attachment:
    """A place for a picture that came, which `make` fills. Raises FormRefused."""
    if why := await _why_not(from_application):
        raise FormRefused({FIELD: why})
    values = await columns(said)
    async with in_transaction():
        await Actor.filter(id=actor.id).select_for_update().first()  # twice at once
        if await unsent([actor]).count() >= UNSENT_MOST:
            raise FormRefused({FIELD: "You have many pictures that are not posted. Wait a day."})
        return await Attachment.create(
            actor_id=actor.id,
            name=documents.new_name(),
            state=AttachmentState.PROCESSING,
            created_at=now,
            **values,
        )


async def make(row: Attachment, content: bytes, name: str, declared: str) -> None:
    """Make it anew from what was sent, or put on record why not. What it was called goes no
    further."""
    worked_on = Attachment.filter(id=row.id, state=AttachmentState.PROCESSING)
    try:
        made = await images.process(content, name=name, declared=declared, hashed=True)
    except PictureRefused as error:
        await worked_on.update(state=AttachmentState.REFUSED, problem=error.sentence)
        return
    async with in_transaction():
        if found := await worked_on.select_for_update().first():
            await keep(found, made)


async def keep(row: Attachment, made: images.Picture) -> None:
    """In the caller's transaction."""
    row.update_from_dict(
        {
            "state": AttachmentState.READY,
            "media_type": made.media_type,
            "width": made.width,
            "height": made.height,
            "blurhash": made.blurhash,
        }
    )
    await row.save(update_fields=["state", "media_type", "width", "height", "blurhash"])
    for variant, content in ((Variant.FULL, made.content), (Variant.SMALL, made.small)):
        await AttachmentFile.create(attachment_id=row.id, variant=variant, content=content)


async def columns(said: Said) -> dict[str, Any]:
    """What it changes, by column. Raises FormRefused as public posts do."""
    values: dict[str, Any] = {}
    if said.alt is not None:
        alt = " ".join(said.alt.split())
        if len(alt) > ALT_MOST:
            raise FormRefused({"description": f"is too long: shorten it to {ALT_MOST} characters"})
        await identifiers.require_public({"description": alt})
        values["alt"] = alt
    if said.focus is not None:
        values["focus_x"], values["focus_y"] = said.focus
    if said.looked_at is not None:
        values["looked_at"] = said.looked_at
    return values


async def own(actor: Actor, attachment_id: int) -> Attachment:
    """One of theirs, posted or not. Raises NotFound; FormRefused for one that was refused."""
    row = await Attachment.get_or_none(id=attachment_id, actor_id=actor.id)
    if row is None:
        raise NotFound
    is_worked_on = row.state is AttachmentState.PROCESSING
    if is_worked_on and row.created_at < datetime.now(UTC) - _WORKED_ON_FOR:
        raise FormRefused({FIELD: images.REASONS["stopped"]})
    if row.state is AttachmentState.REFUSED:
        raise FormRefused({FIELD: row.problem})
    return row


async def describe(actor: Actor, attachment_id: int, said: Said) -> Attachment:
    """Before it is posted. Raises NotFound, FormRefused."""
    values = await columns(said)
    mine = unsent([actor]).filter(id=attachment_id)
    if not await mine.exists():
        raise NotFound
    if values:
        await mine.update(**values)
    return await own(actor, attachment_id)


async def remove(actor: Actor, attachment_id: int) -> None:
    """Before it is posted. Raises NotFound."""
    async with in_transaction():
        mine = unsent([actor]).filter(id=attachment_id)
        if not await mine.exists():
            raise NotFound
        await erase(mine)


def unsent(own: Collection[Actor]) -> QuerySet[Attachment]:
    return Attachment.filter(actor_id__in=[actor.id for actor in own], post_id=None)


async def ready(
    actor: Actor, ids: Sequence[str], *, from_application: bool = True
) -> list[Attachment]:
    """Those that a new post of theirs names, in that order. Raises FormRefused where one is not
    theirs, stands in a post, or is not ready, and where none are taken any more."""
    if ids and (why := await _why_not(from_application)):
        raise FormRefused({"media_ids": why})
    numbers = list(dict.fromkeys(read_id(text) for text in ids))
    if len(numbers) > MOST:
        raise FormRefused({"media_ids": f"name more than {MOST} pictures"})
    known = [number for number in numbers if number is not None]
    rows = {row.id: row for row in await unsent([actor]).filter(id__in=known)}
    found = [rows.get(number or 0) for number in numbers]
    if any(row and row.state is AttachmentState.PROCESSING for row in found):
        raise FormRefused({"media_ids": "name a picture that is not ready yet: try again soon"})
    taken = [row for row in found if row and row.state is AttachmentState.READY]
    if len(taken) != len(numbers):
        raise FormRefused({"media_ids": _UNKNOWN})
    return taken


async def attach(rows: Sequence[Attachment], post: Post) -> None:
    """In the transaction that stores the post. Raises FormRefused for one that stands in another
    since, or was deleted."""
    for position, row in enumerate(rows):
        free = Attachment.filter(id=row.id, post_id=None, actor_id=post.author_id)
        if not await free.update(post_id=post.id, position=position):
            raise FormRefused({"media_ids": _UNKNOWN})


async def hold(actor_id: int, ids: Sequence[str], until: datetime) -> None:
    """Keep what a post names that waits for its time."""
    held = [row.id for row in await named(actor_id, ids)]
    await Attachment.filter(id__in=held, post_id=None).update(held_until=until)


async def named(actor_id: int, ids: Sequence[str]) -> list[Attachment]:
    """Those that a post names which waits for its time, as far as they are there."""
    known = [number for text in ids if (number := read_id(text)) is not None]
    if not known:
        return []
    unsent = Attachment.filter(actor_id=actor_id, post_id=None, id__in=known)
    rows = {row.id: row for row in await unsent}
    return [rows[number] for number in known if number in rows]


async def of_posts(posts: Collection[Post]) -> Mapping[int, list[Attachment]]:
    """By the ids of posts. Of a page without pictures nothing is asked."""
    return await of_ids([post.id for post in posts if post.document.get("attachment")])


async def of_ids(ids: Sequence[int]) -> Mapping[int, list[Attachment]]:
    """By the ids of posts that may have any."""
    found: dict[int, list[Attachment]] = {}
    for row in sorted(await raw_sql.some(Attachment, "post_id", ids), key=_place):
        found.setdefault(row.post_id or 0, []).append(row)
        _note(row)
    return found


def _note(row: Attachment) -> None:
    """That a copy from elsewhere was shown, or would have been, had it not been forgotten."""
    seen = limits.current().seen_pictures
    if row.source is None:
        return
    if row.state is AttachmentState.READY:
        seen.use(row.name, datetime.now(UTC).date())
    elif row.state is AttachmentState.MISSING and row.width:
        seen.want(row.id)


def small_size(row: Attachment) -> tuple[int, int]:
    """Width and height of the small one, so that a page keeps its place free."""
    return images.small_size(row.width, row.height)


async def file(name: str, variant: Variant) -> tuple[str, bytes]:
    """Media type and content of what is served under a name. Raises NotFound."""
    row = await Attachment.get_or_none(
        name=name, state=AttachmentState.READY, actor__is_blocked=False, actor__gone_at=None
    )
    if row is None:
        raise NotFound
    found = await AttachmentFile.get_or_none(attachment_id=row.id, variant=variant)
    if found is None:
        raise NotFound  # deleted meanwhile
    _note(row)
    return "image/jpeg" if variant is Variant.SMALL else row.media_type, found.content


async def erase(which: QuerySet[Attachment]) -> None:
    """In the caller's transaction."""
    await which.delete()


def _place(row: Attachment) -> tuple[int, int]:
    return row.position, row.id


async def _why_not(from_application: bool) -> str:
    if why := await why_none():
        return why
    are_allowed = (await settings.read()).pictures == "applications"
    return _ON_PAGES_ALONE if from_application and not are_allowed else ""
