"""What a member was told, by day."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.page import Author, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification. `url` opens what it is about and marks it read.

    `title` is that of the public thread it happened in; `identity` whom of the member's names it
    concerns, "" where they have one. `own`: the poll that ended is the member's.
    """

    kind: Literal[
        "reply",
        "mention",
        "follow",
        "follow_request",
        "like",
        "boost",
        "edited",
        "poll",
        "thread",
        "not_posted",
        "trust_offered",
        "trust_changed",
        "list_changed",
        "role_changed",
        "unmask_asked",
        "unmask_decided",
        "reading",
        "reading_asked",
        "reading_decided",
        "alert",
        "case",
        "case_second",
        "ends_soon",
        "vouch_asked",
        "vouch_ended",
        "vouch_lost",
        "vouched",
        "warned",
        "closing",
        "stays",
        "export_ready",
        "asked",
        "info_asked",
        "answered",
        "answered_more",
        "changed",
        "outcome_due",
        "expires",
        "recalled",
        "consent",
        "private",
        "draft_released",
        "draft_returned",
        "draft_ends",
    ]
    by: Author
    at: datetime
    url: str
    title: str = ""
    identity: str = ""
    reason: str = ""  # of a warning
    own: bool = False
    unread: bool = False
    alert: str = ""
    hospital: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDay:
    """The notifications of one day, newest first."""

    at: datetime  # the newest of them
    today: bool
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsPage(PageView):
    """`/notifications`. `unread` counts all there are, not those of this page alone."""

    TEMPLATE: ClassVar[str] = "notifications/list.html"
    days: tuple[NoticeDay, ...] = ()
    unread: int = 0
    newest_at: datetime | None = None
    older_url: str = ""
