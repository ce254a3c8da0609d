"""Pictures that members send: made anew, kept sealed in the database, shown to whom they may be.

In the database and not beside it: a picture and the row that names it are stored and deleted in
one transaction, and a backup has both or neither.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, sealed
from instance.errors import Conflict, FormRefused, NotFound
from instance.media import images
from instance.media.images import Box, Picture, PictureRefused
from instance.models import BreakGlass, ConsentBasis, Media, MediaPart, MediaState, Member, Variant
from instance.services import identifiers
from instance.services.consults import break_glass, reading, recalling

FIELD = "images"  # of forms
Part = tuple[float, float, float, float]  # left, top, width, height, in percent
MOST = 8  # of one form (domain.md 3.2)
UNSENT_MOST = 40  # of one member at a time (T78)
UNSENT_KEPT = timedelta(days=30)
ALT_MOST = 500
SEEN_FOR = timedelta(seconds=60)
_PURPOSE = "picture"
_PART = 256 * 1024  # bytes
_NO_PLACE = (
    "Images cannot be sent here yet. Ask your administrator to give this server an address for "
    "them."
)
_CHANGED = "This image was changed in another tab. Look at it again."


async def add(
    member: Member, draft_key: int, content: bytes, name: str, declared: str, now: datetime
) -> Media:
    """Take a file for a form; what is kept is a picture made anew from it. Raises FormRefused."""
    if not config.current().media_origin:
        raise FormRefused({FIELD: _NO_PLACE})
    picture = await made(content, name, declared)
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        if await unsent(member).count() >= UNSENT_MOST:
            raise FormRefused({FIELD: "You have many images that are not sent. Delete some first."})
        if await of_draft(member, draft_key).count() >= MOST:
            raise FormRefused({FIELD: f"{MOST} images are here already. Delete one first."})
        row = await Media.create(
            member_id=member.id, draft_key=draft_key, words={"alt": ""}, created_at=now
        )
        await keep(row, picture)
    return row


async def edit(
    member: Member, media_id: int, version: int, cover: Sequence[Part], keep_only: Part | None
) -> None:
    """Cover and crop for good: what was there before is gone. Raises NotFound, Conflict, and
    FormRefused where a rectangle is none."""
    row = await own(member, media_id)
    covers, crop = [Box(*part) for part in cover], Box(*keep_only) if keep_only else None
    if len(covers) > images.COVERS_MOST or not all(box.is_inside for box in (*covers, *_one(crop))):
        raise FormRefused({FIELD: "Keep every rectangle within the image, from 0 to 100 percent."})
    if not covers and crop is None:
        raise FormRefused({FIELD: "Give the place of a rectangle first, or draw one on the image."})
    before = await content_of(row, Variant.FULL)
    try:
        picture = await images.process(before, covers=covers, crop=crop)
    except PictureRefused as error:
        raise FormRefused({FIELD: error.sentence}) from error
    async with in_transaction():
        unchanged = unsent(member).filter(id=row.id, version=version)
        if await unchanged.select_for_update().first() is None:
            raise Conflict(_CHANGED)
        await keep(row, picture)
        await Media.filter(id=row.id).update(version=version + 1, looked_at=None)


async def describe(
    member: Member,
    media_id: int,
    version: int,
    *,
    alt: str,
    basis: ConsentBasis | None,
    looked_at: datetime | None,
) -> None:
    """What its sender says of it, of the picture as it is in `version`. Raises NotFound,
    FormRefused, Conflict."""
    row = await own(member, media_id)
    said = " ".join(alt.split())
    if len(said) > ALT_MOST:
        raise FormRefused({"alt": f"Shorten this to {ALT_MOST} characters."})
    await identifiers.require_no_block({"alt": said})
    row.update_from_dict({"words": {"alt": said}, "basis": basis, "looked_at": looked_at})
    async with in_transaction():
        unchanged = unsent(member).filter(id=row.id, version=version)
        if await unchanged.select_for_update().first() is None:
            raise Conflict(_CHANGED)
        await row.save(update_fields=["words", "basis", "looked_at"])


async def own(member: Member, media_id: int) -> Media:
    """An image of theirs that is not sent. Raises NotFound."""
    row = await unsent(member).get_or_none(id=media_id)
    if row is None:
        raise NotFound
    return row


def unsent(member: Member) -> QuerySet[Media]:
    return Media.filter(member_id=member.id, consult_id=None, keepsake_id=None)


def of_draft(member: Member, draft_key: int) -> QuerySet[Media]:
    """Those of one form, as they came."""
    return unsent(member).filter(draft_key=draft_key).order_by("id")


async def discard(member: Member, draft_key: int) -> None:
    """The form is thrown away. In the caller's transaction."""
    await erase(unsent(member).filter(draft_key=draft_key))


async def remove(member: Member, media_id: int) -> None:
    async with in_transaction():
        await erase(unsent(member).filter(id=media_id))


async def readable(member: Member, media_id: int, now: datetime) -> Media:
    """To show it now. Raises NotFound alike, after the same questions, for what there is not and
    for what this member may not see (T53)."""
    row = await _visible(member, media_id)
    if row is not None:
        return row
    row = await _held(member, media_id)
    if row is not None and row.consult is not None:
        await recalling.note_reading(member, row.consult)
        return row
    opened = await break_glass.opened_to(member, now)
    row = await _of_opened(media_id, opened)
    if row is None or row.consult_id is None:
        raise NotFound
    await break_glass.note_reading(member, opened[row.consult_id])
    return row


async def is_readable(member: Member, media_id: int, now: datetime) -> bool:
    """The same, of what is not shown yet."""
    if await _visible(member, media_id) or await _held(member, media_id):
        return True
    return await _of_opened(media_id, await break_glass.opened_to(member, now)) is not None


async def _visible(member: Member, media_id: int) -> Media | None:
    consults = await reading.visible(member)
    may = Q(consult_id__in=Subquery(consults.values("id")))
    mine = Q(consult_id=None, member_id=member.id)
    return await Media.filter(may | mine, id=media_id, state=MediaState.READY).first()


async def _held(member: Member, media_id: int) -> Media | None:
    """Recalled with its question: for its asker and stewards, until that goes on."""
    row = await Media.get_or_none(id=media_id, state=MediaState.HELD).select_related("consult")
    if row is None or row.consult_id is None:
        return None
    try:
        await recalling.keepers(member, row.consult_id)
    except NotFound:
        return None
    return row


async def _of_opened(media_id: int, opened: Mapping[int, BreakGlass]) -> Media | None:
    """Of a consult that was opened to who takes no part in it."""
    if not opened:
        return None
    ready = Media.filter(id=media_id, state=MediaState.READY)
    return await ready.filter(consult_id__in=list(opened)).first()


def ticket(session_id: int, media_id: int, variant: Variant, now: datetime) -> str:
    """By which one session sees one picture for the next minute; nobody else can make one."""
    ends = int((now + SEEN_FOR).timestamp())
    named = f"{session_id} {media_id} {variant.value} {ends}"
    token = sealed.current().token(_PURPOSE, named)
    return token.replace("+", "-").replace("/", "_").rstrip("=")


def of_ticket(text: str, now: datetime) -> tuple[int, int, Variant]:
    """Session, picture and which of its sizes. Raises NotFound for one that is none, or is over."""
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    named = (sealed.current().of_token(_PURPOSE, padded) or "").split(" ")
    if len(named) != 4 or int(named[3]) <= now.timestamp():
        raise NotFound
    return int(named[0]), int(named[1]), Variant(named[2])


def small_size(row: Media) -> tuple[int, int]:
    return images.small_size(row.width, row.height)


async def content_of(row: Media, variant: Variant) -> bytes:
    """Raises NotFound where it was deleted meanwhile."""
    parts = await MediaPart.filter(media_id=row.id, variant=variant).order_by("number")
    if not parts:
        raise NotFound
    return b"".join(part.content for part in parts)


async def keep(row: Media, picture: Picture) -> None:
    """In the caller's transaction, instead of what was there."""
    await MediaPart.filter(media_id=row.id).delete()
    for variant, content in ((Variant.FULL, picture.content), (Variant.SMALL, picture.small)):
        for number, start in enumerate(range(0, len(content), _PART)):
            piece = content[start : start + _PART]
            await MediaPart.create(media_id=row.id, variant=variant, number=number, content=piece)
    row.media_type, row.state = picture.media_type, MediaState.READY
    row.width, row.height = picture.width, picture.height
    await row.save(update_fields=["media_type", "state", "width", "height"])


async def erase(which: QuerySet[Media]) -> None:
    """In the caller's transaction."""
    await which.delete()


async def made(content: bytes, name: str, declared: str) -> Picture:
    try:
        return await images.process(content, name=name, declared=declared)
    except PictureRefused as error:
        refused = FormRefused({FIELD: error.sentence})
        refused.status = error.status
        raise refused from error


def _one(box: Box | None) -> tuple[Box, ...]:
    return (box,) if box is not None else ()
