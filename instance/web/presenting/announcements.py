"""What all members are told, as pages show it."""

from collections.abc import Collection

from instance.models import Actor
from instance.services import announcements
from instance.web.views.announcements import AnnouncementRow

HERE = "/admin/announcements"


async def waiting_for(own: Collection[Actor]) -> tuple[AnnouncementRow, ...]:
    """On the start page of a member, who may put each away."""
    return tuple(
        AnnouncementRow(
            lines=tuple(row.text.splitlines()),
            at=row.published_at,
            dismiss_url=f"/announcements/{row.id}/dismiss",
        )
        for row in await announcements.waiting_for(own)
    )


async def told() -> tuple[AnnouncementRow, ...]:
    """The newest first."""
    return tuple(
        AnnouncementRow(
            lines=tuple(row.text.splitlines()),
            at=row.published_at,
            end_url=f"{HERE}/{row.id}/end",
        )
        for row in await announcements.current()
    )
