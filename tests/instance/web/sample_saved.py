"""Samples of the pages of what a member saved, and scheduled."""

from dataclasses import replace

from instance.web.views import BookmarksPage, PageView, ScheduledPage, ScheduledRow
from tests.instance.web import sample_forum as forum
from tests.instance.web.cast import NOW, before, page

BOOKMARKS = BookmarksPage(
    page=page(nav="account", here="/bookmarks"),
    posts=forum.CARDS,
    older_url="/bookmarks?before=7",
)
SCHEDULED = ScheduledPage(
    page=page(nav="account", here="/account/scheduled"),
    rows=(
        ScheduledRow(
            url="/account/scheduled/8",
            text="@wards Who rounds at night?\n\nWe tried 2 ways.",
            at=before(hours=2),
            name="quiet_owl",
            refusal="Only moderators start threads in this channel.",
        ),
        ScheduledRow(url="/account/scheduled/9", text="A post alone", at=NOW, name="Dr J. Lee"),
    ),
)
PAGES: dict[str, PageView] = {
    "bookmarks": BOOKMARKS,
    "bookmarks-empty": replace(BOOKMARKS, posts=(), older_url=""),
    "scheduled": SCHEDULED,
    "scheduled-empty": replace(SCHEDULED, rows=()),
}
