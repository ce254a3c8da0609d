"""The pictures of an identity and of its public posts, in its file: each under the last part of the
address by which `activitypub/actor.json` or `outbox.json` names it."""

from collections.abc import AsyncIterator

from instance.models import Actor, Attachment, AttachmentFile, AttachmentState, Portrait, Variant
from instance.outbox import pictures as documents

FOLDER = "pictures/"
_PART = 64 * 1024  # bytes
Chunks = AsyncIterator[bytes]


async def entries(actor: Actor) -> AsyncIterator[tuple[str, Chunks]]:
    posted = Attachment.filter(
        actor_id=actor.id, post_id__not_isnull=True, state=AttachmentState.READY
    )
    for row in await posted.order_by("id"):
        file = await AttachmentFile.get_or_none(attachment_id=row.id, variant=Variant.FULL)
        if file is None:
            continue  # deleted at this moment
        yield _path(documents.url(row)), _parts(file.content)
    for face in await Portrait.filter(actor_id=actor.id).order_by("id"):
        yield _path(documents.address(face.name, face.media_type)), _parts(face.content or b"")


def _path(url: str) -> str:
    return FOLDER + url.rpartition("/")[2]


async def _parts(content: bytes) -> Chunks:
    for at in range(0, len(content), _PART):
        yield content[at : at + _PART]
