"""What administrators see of this server's dealings with others. No content, ever."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from instance.web.views.figures import DeliveryFigures
from instance.web.views.host_lists import OpenImport
from instance.web.views.page import FieldError, PageView

StartGroup = Literal["safety", "people", "hospitals", "server", "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLine:
    """One thing that is wrong or waits: `code` chooses the sentence in `admin/start.html`."""

    code: str
    url: str
    count: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminStartPage(PageView):
    """`/admin`. Groups without a line are left out; none at all: everything is quiet.
    `stream_url` sends `admin/_start.html`."""

    TEMPLATE: ClassVar[str] = "admin/start.html"
    backup_at: datetime | None = None  # what the last one holds was so then
    groups: tuple[tuple[StartGroup, tuple[StartLine, ...]], ...] = ()
    stream_url: str = ""


HostLook = Literal["well", "quiet", "failing", "paused", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """One hospital or server. `look`: quiet (never written to), paused (after seven days without
    an answer), stopped (by an administrator). `reason` is a key of `delivery_reasons.REASONS`."""

    host: str
    name: str
    partner: bool = False
    step: str = ""  # a key of `treaty_words.STEPS`, where trust was begun
    look: HostLook = "well"
    waiting: int = 0
    waiting_since: datetime | None = None
    gave_up: int = 0
    kept: int = 0  # of those: can be sent again
    arrived_at: datetime | None = None
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    reason: str = ""
    paused_at: datetime | None = None
    day: DeliveryFigures | None = None  # its last 24 hours, where anything was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalsPage(PageView):
    """`worst` has been silent for the longest; `failing` is how many are."""

    TEMPLATE: ClassVar[str] = "admin/hospitals.html"
    hosts: tuple[HostRow, ...] = ()
    worst: HostRow | None = None
    failing: int = 0
    stopped: int = 0
    partners: int = 0
    waiting: int = 0
    gave_up: int = 0
    more: int = 0  # servers that are well and not listed
    imports: tuple[OpenImport, ...] = ()  # lists that wait for somebody
    typed_host: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRow:
    """`kind` and `reason` are keys of `words.DELIVERY_KINDS` and `delivery_reasons.REASONS`."""

    kind: str
    gave_up: bool
    count: int
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBacklog:
    host: HostRow
    rows: tuple[BacklogRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """How often on a day; `reason` is a key of `words.REFUSALS`."""

    day: date
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentMails:
    """Mails that did not get out; `reason` is a key of `alert_words.MAIL_ERRORS`, `to` who waits
    for them."""

    gave_up: bool
    reason: str
    count: int
    since: datetime
    to: tuple[str, ...]
    to_invited: bool = False  # people who are invited as well


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesPage(PageView):
    TEMPLATE: ClassVar[str] = "admin/deliveries.html"
    hosts: tuple[HostBacklog, ...] = ()
    mails: tuple[UnsentMails, ...] = ()
    refusals: tuple[RefusalRow, ...] = ()
