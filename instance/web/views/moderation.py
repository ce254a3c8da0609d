"""What moderators see, and the form with which anybody reports a post."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.forum import Channel
from instance.web.views.page import Author, FieldError, PageView
from instance.web.views.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormPage(PageView):
    """`/t/<id>/posts/<id>/report`. `told`: who keeps it elsewhere and gets the words too."""

    TEMPLATE: ClassVar[str] = "moderation/report_form.html"
    post: Post
    url: str  # "/t/123/posts/456"
    back_url: str
    told: str = ""
    sent: bool = False  # it was, just now
    text: str = ""
    errors: tuple[FieldError, ...] = ()  # field: text


@dataclass(frozen=True, slots=True, kw_only=True)
class PostModerationPage(PageView):
    """`/t/<id>/posts/<id>/moderate`: remove the post, or ban its author from the channel.

    `elsewhere`: the hospital that keeps the channel, where it is not this one: it decides.
    """

    TEMPLATE: ClassVar[str] = "moderation/post.html"
    channel: Channel
    post: Post
    url: str
    back_url: str
    rules: tuple[str, ...] = ()
    banned: bool = False
    elsewhere: str = ""
    rule: str = ""
    reason: str = ""
    ban_rule: str = ""
    ban_reason: str = ""
    ends_on: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: reason, ban_reason, ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class BanRow:
    """`ends_at` None: until somebody lifts it."""

    id: str
    author: Author
    reason: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerRow:
    """Somebody who asked to follow."""

    id: str
    author: Author
    address: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelModerationPage(PageView):
    """`/channels/<slug>/moderation`: who keeps it, who waits, who is banned, its rules."""

    TEMPLATE: ClassVar[str] = "moderation/channel.html"
    channel: Channel
    url: str
    moderators: tuple[Author, ...] = ()
    requests: tuple[FollowerRow, ...] = ()
    bans: tuple[BanRow, ...] = ()
    rules: str = ""
    approves_followers: bool = False
    only_moderators_post: bool = False
    signed_by: str = "either"  # a key of `words.SIGNED_BY`
    reports: int | None = None  # that wait, for those who decide them
    errors: tuple[FieldError, ...] = ()  # fields: rules, signed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One report in a list. `by`: a member here, or the host it came from; never who there.

    `reason`: of the decision.
    """

    url: str
    target: Author
    by: str
    at: datetime
    posts: int = 0
    text: str = ""
    reason: str = ""
    decision: Literal["", "no_action", "removed", "banned", "suspended", "warned", "passed_on"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage(PageView):
    """`/admin/reports`."""

    TEMPLATE: ClassVar[str] = "moderation/reports.html"
    waiting: tuple[ReportRow, ...] = ()
    total: int = 0
    decided: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPost:
    """A post of a report, where it stands; `answers` is the post it replies to."""

    post: Post
    url: str
    title: str
    channel: str
    answers: Post | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage(PageView):
    """`/admin/reports/<id>`: the posts, the reporter's words, and the decision."""

    TEMPLATE: ClassVar[str] = "moderation/report.html"
    report: ReportRow
    posts: tuple[ReportedPost, ...] = ()
    earlier: tuple[ReportRow, ...] = ()
    rules: tuple[str, ...] = ()
    choices: tuple[str, ...] = ("no_action",)  # keys of `words.DECIDE`
    decision: str = ""
    rule: str = ""
    reason: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: decision, reason
