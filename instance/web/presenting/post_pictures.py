"""Pictures of public posts as pages show them."""

from collections.abc import Sequence

from instance.models import Attachment, AttachmentState
from instance.outbox import pictures as documents
from instance.services import pictures
from instance.web.views import PostPicture


def of_post(rows: Sequence[Attachment]) -> tuple[PostPicture, ...]:
    return tuple(picture(row) for row in rows)


def picture(row: Attachment) -> PostPicture:
    if row.state is not AttachmentState.READY:
        return PostPicture(url=row.source or "", alt=row.alt)
    width, height = pictures.small_size(row)
    return PostPicture(
        url=documents.url(row),
        small_url=documents.small_url(row),
        width=width,
        height=height,
        alt=row.alt,
    )
