"""Posts that a member saved, and their own that wait for their time."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.forum import PostCard
from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class BookmarksPage(PageView):
    """`/bookmarks`, the last saved first."""

    TEMPLATE: ClassVar[str] = "forum/bookmarks.html"
    posts: tuple[PostCard, ...] = ()
    older_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledRow:
    """`name`: whom it is posted as, "" where the member has one name. `refusal`: why it could not
    be posted; then it waits for nothing."""

    url: str  # + "/cancel"
    text: str
    at: datetime
    name: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledPage(PageView):
    """`/account/scheduled`, the next one first."""

    TEMPLATE: ClassVar[str] = "account/scheduled.html"
    rows: tuple[ScheduledRow, ...] = ()
