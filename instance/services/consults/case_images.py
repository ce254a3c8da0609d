"""Images of a consult in its teaching case: chosen one by one by who posted them, who says of each
that anyone may see it, and made anew once more. What is sealed never becomes public itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from instance.errors import NotFound
from instance.media import images as files
from instance.media.images import Picture, PictureRefused
from instance.models import Actor, Attachment, AttachmentState, Consult, Media, MediaState, Variant
from instance.outbox import pictures as documents
from instance.services import media, pictures
from instance.services.consults import images
from instance.services.consults.teaching import Case, Image


async def of_asker(consult: Consult) -> list[Media]:
    """Those that may stand in its case: all come with the question, and its asker chooses."""
    rows = await images.of_consult(consult)
    own = consult.asker.member_id
    return [row for row in rows if row.state is MediaState.READY and row.member_id == own]


async def shown(consult: Consult, case: Case) -> list[tuple[Image, Media | None]]:
    """Each with the copy that is here, None where there is none to look at."""
    rows = {images.address(row): row for row in await images.of_consult(consult)}
    ready = {uri: row for uri, row in rows.items() if row.state is MediaState.READY}
    return [(one, ready.get(one.url)) for one in case.images]


async def problems(consult: Consult, case: Case) -> dict[str, str]:
    """By the name of the field of the form."""
    found = {}
    if case.images and (why := await pictures.why_none()):
        found["images"] = why
    if len(case.images) > pictures.MOST:
        found["images"] = f"Choose {pictures.MOST} images at most."
    ids = {images.address(row): row.id for row in await of_asker(consult)}
    for one in case.images:
        if one.url not in ids:
            found["images"] = "An image is not there any more. Look at your images again."
        elif not one.alt:
            found[f"image-{ids[one.url]}"] = "Say what the image shows."
        elif len(one.alt) > pictures.ALT_MOST:
            found[f"image-{ids[one.url]}"] = f"Shorten this to {pictures.ALT_MOST} characters."
    return found


async def fields_of(consult: Consult, case: Case) -> dict[str, str]:
    ids = {images.address(row): row.id for row in await of_asker(consult)} if case.images else {}
    return {f"image-{ids[one.url]}": one.alt for one in case.images if one.url in ids}


async def made(consult: Consult, case: Case) -> list[Picture] | None:
    """Anew, for everybody to see; outside of a transaction, as it takes its time. None where one is
    gone or cannot be made."""
    ready = {images.address(row): row for row in await of_asker(consult)}
    try:
        return [
            await files.process(await media.content_of(ready[one.url], Variant.FULL), hashed=True)
            for one in case.images
        ]
    except (KeyError, NotFound, PictureRefused):
        return None


async def store(
    channel: Actor, case: Case, copies: Sequence[Picture], now: datetime
) -> list[Attachment]:
    """In the caller's transaction, which attaches them to the post."""
    found = []
    for image, copy in zip(case.images, copies, strict=True):
        values: dict[str, Any] = {"name": documents.new_name(), "alt": image.alt}
        row = await Attachment.create(
            actor_id=channel.id,
            state=AttachmentState.PROCESSING,
            looked_at=now,
            created_at=now,
            **values,
        )
        await pictures.keep(row, copy)
        found.append(row)
    return found
