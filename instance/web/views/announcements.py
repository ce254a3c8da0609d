"""What the page holds on which owners tell all members something."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRow:
    lines: tuple[str, ...]
    at: datetime
    end_url: str = ""
    dismiss_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementsPage(PageView):
    """`/admin/announcements`. `most`: characters of one."""

    TEMPLATE: ClassVar[str] = "admin/announcements.html"
    rows: tuple[AnnouncementRow, ...] = ()
    typed: str = ""
    most: int = 2_000
    errors: tuple[FieldError, ...] = ()  # field: text
