"""Samples of the pages of what a member saved, and scheduled."""

from dataclasses import replace

from instance.web.views import (
    BookmarksPage,
    PageView,
    QuietFilter,
    QuietPage,
    QuietThread,
    ScheduledPage,
    ScheduledRow,
)
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
QUIET = QuietPage(
    page=page(nav="account", here="/account/quiet"),
    threads=(
        QuietThread(
            url="/t/801", title="Who rounds at night?", end_url="/account/quiet/threads/5/end"
        ),
    ),
    filters=(
        QuietFilter(
            title="Meetings",
            keywords=("congress", "early bird"),
            posts=2,
            contexts=("home", "public"),
            action="hide",
            until=NOW,
            end_url="/account/quiet/filters/6/end",
            name="quiet_owl",
        ),
    ),
)
PAGES: dict[str, PageView] = {
    "bookmarks": BOOKMARKS,
    "bookmarks-empty": replace(BOOKMARKS, posts=(), older_url=""),
    "scheduled": SCHEDULED,
    "quiet": QUIET,
    "quiet-none": replace(QUIET, threads=(), filters=()),
    "scheduled-empty": replace(SCHEDULED, rows=()),
}
