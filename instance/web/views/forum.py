"""Home, channels, threads, people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.about import About
from instance.web.views.announcements import AnnouncementRow
from instance.web.views.consult_lists import ConsultCard
from instance.web.views.following import FollowForm, ServerForm
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import (
    Audience,
    Author,
    FieldError,
    Identity,
    PageView,
    Sharing,
    Standing,
)
from instance.web.views.polls import Poll
from instance.web.views.post_pictures import PictureForm
from instance.web.views.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel as its board and its threads name it.

    `slug` is "rhythm" for ours, "rhythm@heart.example" for a followed one elsewhere; `url` is
    "/channels/" + slug; `address` "@rhythm@heart.example" is what Mastodon is told to search.
    """

    name: str
    slug: str
    url: str
    address: str
    public: bool
    host_name: str  # the hospital that keeps it
    summary: str = ""
    rules: str = ""
    ours: bool = True
    following: bool = False
    closed: bool = False  # of ours: it can be read, and nobody writes in it
    requested: bool = False  # follow sent, the other side has not answered yet
    signed_by: str = "either"  # a key of `words.SIGNED_BY`


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel in a list. `last_at` None: nothing was posted yet."""

    channel: Channel
    threads: int = 0
    unread: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomePage(PageView):
    """`/` signed out: who runs this, and the public channels."""

    TEMPLATE: ClassVar[str] = "forum/welcome.html"
    about: About = field(default_factory=About)
    channels: tuple[ChannelRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that waits for this member, with its one next action.

    answered: their consult has `consult.answers` answers, `by` the first and `others` more.
    info_asked: `by` asks `quote`. asked: a consult of `by` in the reader's specialty.
    consent: their word is asked before it is published.
    outcome_due: resolved at `at`, the outcome is missing. held: after a recall, to be mended. `at`
    is when it began to wait.
    """

    kind: Literal["answered", "info_asked", "asked", "outcome_due", "held", "consent"]
    consult: ConsultCard
    at: datetime
    by: Author | None = None
    others: int = 0
    quote: str = ""
    declinable: bool = False  # the reader was asked, and may say no


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPosts:
    """Posts since the page was drawn; the stream sends `forum/_new_posts.html` with it."""

    count: int = 0
    url: str = ""  # this page again


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """A post, shortened: the first of its thread unless `is_reply`. `excerpt` is plain text.

    `pin_url`: where its author pins it to their profile, or takes it off where it is `pinned`.
    """

    url: str  # "/t/123"
    title: str
    author: Author
    at: datetime
    excerpt: str
    channel: Channel
    replies: int = 0
    new_replies: int = 0
    is_reply: bool = False
    poll: Poll | None = None
    pictures: int = 0
    pin_url: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(PageView):
    """`/` signed in. `suggested` (at most 3 channels) only while nothing is followed.

    `stream_url` sends `forum/_home.html`: what waits, and the link to new posts. The feed itself
    does not move. `missing` names hospitals whose posts are late. `owes_step`: no consult opens
    before they set up a second step at sign-in. `owes_zone`: they chose none, so times are UTC.
    """

    TEMPLATE: ClassVar[str] = "forum/home.html"
    needs_you: tuple[Need, ...] = ()
    feed: tuple[PostCard, ...] = ()
    suggested: tuple[ChannelRow, ...] = ()
    missing: tuple[str, ...] = ()
    owes_step: bool = False
    owes_zone: bool = False
    announcements: tuple[AnnouncementRow, ...] = ()
    new_posts: NewPosts = field(default_factory=NewPosts)
    older_url: str = ""
    stream_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsPage(PageView):
    """`/channels`. Visitors get the public ones in `ours` and nothing else."""

    TEMPLATE: ClassVar[str] = "forum/channels.html"
    ours: tuple[ChannelRow, ...] = ()
    elsewhere: tuple[ChannelRow, ...] = ()  # followed, kept by other hospitals or societies
    follow: FollowForm = field(default_factory=FollowForm)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One thread on a board. `new` counts unread replies; `unread` with 0: the thread is new."""

    url: str
    title: str
    author: Author
    replies: int
    last_at: datetime
    last_by: str
    unread: bool = False
    new: int = 0
    pinned: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(PageView):
    """`/channels/<slug>`. `may_post` False with `standing_needed`: the page says what is missing.

    `first`, `last`, `total` count threads ("Threads 1 to 25 of 214"); 0: not said.
    """

    TEMPLATE: ClassVar[str] = "forum/board.html"
    sharing: Sharing | None = None  # for visitors
    channel: Channel
    audience: Audience
    threads: tuple[BoardRow, ...] = ()
    may_post: bool = False
    may_follow: bool = False
    standing_needed: Standing | None = None
    moderators: tuple[str, ...] = ()
    moderation_url: str = ""  # for its moderators
    followers: int = 0
    first: int = 0
    last: int = 0
    total: int = 0
    older_url: str = ""
    newer_url: str = ""
    new_posts: NewPosts = field(default_factory=NewPosts)
    stream_url: str = ""
    copy_of: datetime | None = None  # a channel elsewhere not reachable: when this copy was made
    server: ServerForm = field(default_factory=ServerForm)  # for visitors, on channels of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThreadPage(PageView):
    """`/channels/<slug>/new`; `title`, `text` and `identity` as typed."""

    TEMPLATE: ClassVar[str] = "forum/new_thread.html"
    channel: Channel
    audience: Audience
    identities: tuple[Identity, ...] = ()
    title: str = ""
    text: str = ""
    identity: str = ""
    pictures: PictureForm | None = None
    errors: tuple[FieldError, ...] = ()  # fields: title, text, those of pictures
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTools:
    """What this reader may do to a thread besides answering it."""

    reports: bool = False
    moderates: bool = False
    accepts: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage(PageView):
    """`/t/<id>`. `replying` is the post the reply form answers; None: the first one.

    `stream_url` sends `forum/_new_posts.html`.
    """

    TEMPLATE: ClassVar[str] = "forum/thread.html"
    sharing: Sharing | None = None  # for visitors
    url: str  # "/t/123"
    title: str
    channel: Channel
    audience: Audience
    first: Post
    replies: tuple[Post, ...] = ()
    closed: bool = False
    tools: ThreadTools = field(default_factory=ThreadTools)
    may_reply: bool = False
    standing_needed: Standing | None = None
    identities: tuple[Identity, ...] = ()
    identity: str = ""
    replying: Post | None = None
    text: str = ""
    pictures: PictureForm | None = None
    errors: tuple[FieldError, ...] = ()  # fields: text, those of pictures
    checked: Mapping[str, CheckedField] = field(default_factory=dict)
    older_url: str = ""
    newer_url: str = ""
    new_posts: NewPosts = field(default_factory=NewPosts)
    stream_url: str = ""
    # Of a thread of elsewhere, for members: where to ask for what did not arrive, and since when
    # it has been asked for.
    missing_url: str = ""
    looked_at: datetime | None = None

    @property
    def is_refused(self) -> bool:
        """Whether a reply, or a vote in one of the polls here, was not taken."""
        polls = [post.poll for post in (self.first, *self.replies) if post.poll]
        return bool(self.errors) or any(poll.errors for poll in polls)
