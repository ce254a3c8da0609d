"""What all members are told, as pages show it."""

from instance.services import announcements
from instance.web.views.announcements import AnnouncementRow

HERE = "/admin/announcements"


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
