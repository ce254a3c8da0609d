"""The pictures in the public posts of an identity, in its file: each under the last part of the
address by which `activitypub/outbox.json` names it."""

from collections.abc import AsyncIterator

from instance.models import Actor, Attachment, AttachmentFile, AttachmentState, Variant
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
        yield FOLDER + documents.url(row).rpartition("/")[2], _parts(file.content)


async def _parts(content: bytes) -> Chunks:
    for at in range(0, len(content), _PART):
        yield content[at : at + _PART]
