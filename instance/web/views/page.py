"""What every page shows, and the small things several pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.pieces import KeptAt

Theme = Literal["system", "light", "dark"]
Nav = Literal["", "home", "consults", "channels", "people", "account", "notifications", "admin"]
Tone = Literal["info", "ok", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One sentence about what has just happened; shown once, above the page."""

    text: str
    tone: Tone = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The signed-in member, as colleagues of the same hospital see them."""

    name: str
    profile_url: str  # "/@lee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many consults stand in each box of this member, what they were told and did not read,
    and how many reports and cases wait for them; 0 shows no number, and 100 "99+"."""

    needs_you: int = 0
    mine: int = 0
    answering: int = 0
    open: int = 0
    drafts: int = 0
    notifications: int = 0
    recalled: int = 0  # of these: that something was recalled
    reports: int = 0
    cases: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SideChannel:
    """A followed channel in the left column. `url` is "/channels/rhythm" or "…@host"."""

    name: str
    url: str
    public: bool
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Common to all pages. `member` None is a visitor: no side column, no forms but sign-in.

    `here` is path and query of this page as written in our own links ("/consults?box=mine"): the
    link with the same address is marked as the current one. `csrf_token` goes into every form,
    the sign-in form included (T68). `on_call` is the institution's text ("extension 4444").
    """

    institution: str
    now: datetime
    csrf_token: str
    on_call: str = ""
    disclaimer: str = ""  # what the institution adds to the one of every consult
    development: bool = False
    closes_at: datetime | None = None  # this server, for good
    has_closed: bool = False
    member: Me | None = None
    is_admin: bool = False  # of dealings with other hospitals
    reads_record: bool = False
    gives_roles: bool = False
    keeps_roster: bool = False
    keeps_safety: bool = False  # may ask to read a consult, or decide that
    reads_reports: bool = False  # of channels that they keep
    sees_figures: bool = False  # of consults
    keeps_channels: bool = False  # all of ours
    changes_settings: bool = False
    set_up_left: int = 0  # steps before this server is ready, for its owner
    nav: Nav = ""
    here: str = ""
    counts: Counts = field(default_factory=Counts)
    channels: tuple[SideChannel, ...] = ()
    partners: int = 0
    partners_offline: int = 0
    theme: Theme = "system"
    has_keys: bool = True  # a single key acts, outside fields
    zone: str = "UTC"  # an IANA name: the member's zone, else the institution's
    flashes: tuple[Flash, ...] = ()

    @property
    def minute(self) -> datetime:
        """`now`, as it is shown."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def administers(self) -> bool:
        """Whether there is a fifth entry, Administration."""
        duties = (self.is_admin, self.reads_record, self.gives_roles, self.keeps_safety)
        more = (self.reads_reports, self.keeps_channels, self.changes_settings)
        return any(duties) or any(more) or self.keeps_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Base of all page views: common data, and the template that draws the class."""

    TEMPLATE: ClassVar[str]
    page: Page

    @property
    def kept_at(self) -> KeptAt | None:
        """Where the drawn page is kept; None: it is drawn each time."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What a page that anyone may read tells search engines, link previews and other servers.

    `url` is its one address, `document` the id of what it shows; `embed`: where it is described
    for pages that put it in. Pages of consults have none.
    """

    title: str
    url: str
    document: str
    description: str = ""  # plain text
    kind: Literal["website", "article", "profile"] = "website"
    indexed: bool = False
    embed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field that cannot be taken as typed.

    `field` is the name of the form field (labs: "labs-2-value"), `code` a key of
    `words.FIELD_ERRORS` ("missing", "too_long", …); `message` replaces the table's words.
    """

    field: str
    code: str = ""
    message: str = ""

    @classmethod
    def all_of(cls, fields: Mapping[str, str]) -> tuple["FieldError", ...]:
        """From field name -> sentence, as services refuse a form."""
        return tuple(cls(field=name, message=sentence) for name, sentence in fields.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a hospital vouches for. `level` 0 to 4 (domain.md 4.5); for a post: when written.

    `role`: physician, nurse, pharmacist, hcp (any other profession), recruiter, admin,
    patient-safety. `stage`: student, trainee, practising, retired; "" where a
    pseudonym does not tell it.
    """

    level: int
    role: str = "physician"
    stage: str = "practising"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who is speaking (UX-3). `name` is the name or the pseudonym, never both.

    `specialty` is a slug or plain words, `institution` the hospital's name, or the host of
    somebody from elsewhere. `pseudonym` only for readers who may know (same hospital, that duty).
    `standing_now` only when it differs from the standing the post was written with.
    """

    name: str
    standing: Standing
    specialty: str = ""
    institution: str = ""
    url: str = ""  # "/@okafor@cardio.example"; empty: no link
    is_channel: bool = False  # for which nobody vouches: it has no standing
    pseudonym: bool = False
    standing_now: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One name the member may sign with. `id` is the value of the form field `identity`."""

    id: str
    name: str
    pseudonym: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed with a hospital, for who writes to it or reads along. `law`: ISO 3166, both
    where there are two. `ceiling` is a key of `words.CEILINGS`."""

    until: datetime
    retention_days: int
    contact: str = ""
    law: str = ""
    ceiling: str = "4"
    agreement: str = ""  # SHA-256 of the paper


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingHospital:
    """A hospital that can read a consult: `why` is a key of `words.READS_BECAUSE`, `owner` the name
    of the one whose consult it is. `rests`: why it gets nothing new, a key of
    `treaty_words.WHY_NOT`. Not `known`: our hospital has no agreement with it."""

    name: str
    why: str
    owner: str
    ours: bool = False
    terms: Terms | None = None
    rests: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A hospital, society or (kind "people") a person that can read; `detail` in plain words."""

    name: str
    ours: bool = False
    detail: str = ""  # "Cardiology, Heartland Cardiology Society" for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who can read this, always in sight (UX-2).

    ours, chosen, partners, people: a consult; `readers` then holds all of them, ours first, and
    `hospitals` where they are, with the reason and the terms of each.
    asker: a consult that its asker withdrew.
    public, local: a channel or post; `readers` may be empty.
    """

    kind: Literal["ours", "chosen", "partners", "people", "asker", "public", "local"]
    readers: tuple[Reader, ...] = ()
    hospitals: tuple[ReadingHospital, ...] = ()
