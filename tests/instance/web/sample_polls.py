"""Sample views of polls and of what members are told."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import (
    FieldError,
    NewPollPage,
    Notice,
    NoticeDay,
    NotificationsPage,
    Poll,
    PollOption,
    ThreadPage,
)
from instance.web.words.channels import POLL_BARS
from tests.instance.web import sample_forum as forum
from tests.instance.web.cast import (
    IDENTITIES,
    LEE,
    MOREAU,
    NOW,
    OKAFOR,
    PUBLIC,
    READER,
    WARDS,
    before,
    page,
    visitor,
)

OPTIONS = (
    PollOption(id="0", name="Continue at full dose", votes=8, percent=17),
    PollOption(
        id="1", name="Continue at reduced dose", votes=38, percent=83, mine=True, leads=True
    ),
    PollOption(id="2", name="Stop and watch"),
)
RESULT = Poll(
    id="901",
    url="/t/801/votes",
    options=OPTIONS,
    ends_at=NOW + timedelta(days=2, hours=3),
    voters=46,
    votes=48,
)
OPEN = replace(RESULT, may_vote=True, identities=IDENTITIES, counted_by="St Luke's")
SEVERAL = replace(
    OPEN,
    multiple=True,
    counted_by="",
    errors=(FieldError(field="choice", message="Choose an option."),),
)
TIED = replace(
    RESULT,
    options=tuple(replace(option, votes=20, percent=43, leads=True) for option in OPTIONS[:2]),
    closed=True,
    ends_at=before(hours=3),
    voters=0,
)
CLOSED = replace(RESULT, closed=True, ends_at=before(days=3), multiple=True)
UNCLEAR = replace(RESULT, options=OPTIONS[2:], voters=3, votes=3, ends_at=None)
PHYSICIANS = replace(OPEN, physicians=True, result=False, votes=0, voters=0)
VOTED = replace(
    PHYSICIANS,
    may_vote=False,
    counted_by="",
    options=tuple(replace(one, votes=None, percent=None, leads=False) for one in OPTIONS),
)
BARRED = tuple(
    replace(VOTED, bar=bar, options=OPTIONS[2:], multiple=bar == "stage") for bar in POLL_BARS
)
COUNTED = replace(RESULT, id="902", physicians=True, closed=True, ends_at=before(hours=3), voters=0)
AGREED = replace(TIED, physicians=True, options=TIED.options[:2], votes=40)
FEW = replace(COUNTED, options=TIED.options + OPTIONS[2:], votes=40)
NONE = replace(COUNTED, options=OPTIONS[2:], votes=0)
UNUSED = replace(UNCLEAR, voters=0, votes=0)
NOBODY = replace(UNUSED, closed=True)

NEW = NewPollPage(page=page(nav="channels"), channel=WARDS, audience=PUBLIC, identities=IDENTITIES)
REFUSED = replace(
    NEW,
    title="What do you do?",
    options=("Continue", "", "", "", "Stop", "", "", "", "", ""),
    closes_in="7d",
    multiple="several",
    who_counts="physicians",
    errors=(FieldError(field="option-2", message="Write 2 options or more."),),
)


WAITING = replace(VOTED, closed=True, ends_at=before(hours=3))


def thread(*polls: Poll) -> ThreadPage:
    """A thread whose first posts ask these."""
    first = replace(forum.FIRST, poll=polls[0])
    replies = tuple(
        replace(post, poll=replace(poll, id=post.id))
        for post, poll in zip(forum.REPLIES, polls[1:], strict=False)
    )
    return replace(forum.THREAD, first=first, replies=replies, errors=(), replying=None)


TODAY = (
    Notice(
        kind="reply",
        by=OKAFOR,
        at=before(minutes=20),
        url="/notifications/31",
        title="Early rhythm control",
        identity="harbourlight",
        unread=True,
    ),
    Notice(
        kind="mention",
        by=MOREAU,
        at=before(hours=2),
        url="/notifications/30",
        title="Early rhythm control",
        unread=True,
    ),
    Notice(kind="follow", by=READER, at=before(hours=3), url="/notifications/29"),
    Notice(
        kind="alert",
        by=LEE,
        at=before(hours=3),
        url="/notifications/21",
        alert="silent",
        hospital="St. Luke's Regional Medical Center",
    ),
    Notice(kind="poll", by=LEE, at=before(hours=4), url="/notifications/28", own=True, title="Q"),
    Notice(kind="not_posted", by=LEE, at=before(hours=4), url="/notifications/22", unread=True),
)
EARLIER = (
    Notice(kind="follow_request", by=READER, at=before(days=2), url="/notifications/27"),
    Notice(kind="like", by=OKAFOR, at=before(days=2), url="/notifications/26", title="Leaflet"),
    Notice(kind="thread", by=LEE, at=before(days=2), url="/notifications/23", title="Rounds"),
    Notice(kind="edited", by=OKAFOR, at=before(days=2), url="/notifications/35", title="Leaflet"),
    Notice(kind="boost", by=OKAFOR, at=before(days=2), url="/notifications/25", title="Leaflet"),
    Notice(kind="poll", by=OKAFOR, at=before(days=2), url="/notifications/24", title="Leaflet"),
)
NOTIFICATIONS = NotificationsPage(
    page=page(nav="notifications", here="/notifications"),
    days=(
        NoticeDay(at=TODAY[0].at, today=True, notices=TODAY),
        NoticeDay(at=EARLIER[0].at, today=False, notices=EARLIER),
    ),
    unread=2,
    newest_at=TODAY[0].at,
    older_url="/notifications?before=24",
)

PAGES = {
    "new-poll": NEW,
    "new-poll-errors": REFUSED,
    "thread-polls": thread(OPEN, RESULT, TIED, UNCLEAR),
    "thread-polls-closed": thread(CLOSED, UNUSED, NOBODY),
    "thread-polls-refused": thread(SEVERAL, RESULT),
    "thread-polls-visitor": replace(
        thread(RESULT), page=visitor(nav="channels"), may_reply=False, stream_url=""
    ),
    "thread-polls-physicians": thread(PHYSICIANS, VOTED, WAITING, COUNTED),
    "thread-polls-physicians-results": thread(
        AGREED, FEW, NONE, replace(WAITING, counted_by="St Luke's")
    ),
    "thread-polls-physicians-barred": thread(*BARRED[:4]),
    "thread-polls-physicians-partner": thread(BARRED[4]),
    "home-polls-physicians": replace(
        forum.HOME,
        feed=(replace(forum.CARDS[0], poll=VOTED), replace(forum.CARDS[1], poll=COUNTED)),
    ),
    "home-polls": replace(
        forum.HOME,
        feed=(replace(forum.CARDS[0], poll=RESULT), replace(forum.CARDS[1], poll=OPEN)),
    ),
    "notifications": NOTIFICATIONS,
    "notifications-read": replace(NOTIFICATIONS, unread=0, days=NOTIFICATIONS.days[1:]),
    "notifications-none": NotificationsPage(page=page(nav="notifications")),
}
