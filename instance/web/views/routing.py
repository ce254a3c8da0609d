"""Who was asked about a consult, in numbers; and when and how a member may be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """So many of ours were asked `at` that time; None: fewer than 5, and how many would say who."""

    at: datetime
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom the asker invited by name: they wrote it themselves."""

    name: str
    hospital: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hops:
    """For the asker alone: whom their consult has got to, never by name, and what comes next."""

    done: tuple[Hop, ...] = ()
    next_at: datetime | None = None
    hospitals_at: datetime | None = None
    societies_at: datetime | None = None
    invited: tuple[Invited, ...] = ()
    may_invite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """One line of what reaches a member. `mail` None: its mails are chosen elsewhere."""

    occasion: str  # a key of `words.OCCASIONS`
    push: bool
    mail: bool | None
    off_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDevice:
    """`id` is public within the account."""

    id: str
    device: str
    since: datetime
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityPage(PageView):
    """`/account/availability`: when others may ask, as it stands or as it was typed."""

    TEMPLATE: ClassVar[str] = "account/availability.html"
    away: bool = False
    away_until: str = ""  # as a date field has it
    quiet_from: str = "22:00"
    quiet_to: str = "07:00"
    zone: str = ""
    weekly_cap: str = "3"
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """On `/account/notifications`: what reaches them how, and their devices.

    `push_key`: ours, for the browser; "" on a shared computer, where nothing is offered.
    """

    habits: tuple[Habit, ...] = ()
    devices: tuple[PushDevice, ...] = ()
    push_key: str = ""
    refused: str = ""
