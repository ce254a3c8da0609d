"""What administrators see of one hospital: how it stands, its keys, what is agreed, each step."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.admin import HostRow
from instance.web.views.arrivals import ArrivalPlace
from instance.web.views.figures import DeliveryFigures
from instance.web.views.page import FieldError, PageView

May = Literal["compare", "confirm", "offer", "accept", "reject", "revoke"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the five steps; `code` is a key of `words.TREATY_STAGES`."""

    code: str
    done: bool = False
    current: bool = False
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What holds, or what they ask for. `scopes` are keys of `treaty_words.SCOPES`, `ceiling` of
    `words.CEILINGS`."""

    scopes: tuple[str, ...]
    ends_at: datetime
    jurisdiction: str = ""
    ceiling: str = "4"
    retention_days: int = 0
    contact: str = ""
    agreement: str = ""
    within_border: bool = False
    cut_by_border: bool = False  # another law holds there, so no consults pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementForm:
    """As typed, or as first offered."""

    scopes: tuple[str, ...] = ()
    days: str = "365"
    jurisdiction: str = ""
    ceiling: str = "4"
    retention_days: str = "3650"
    contact: str = ""
    agreement: str = ""
    within_border: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How messages to it arrive. `figures` are of 30 days."""

    row: HostRow
    compared_at: datetime | None = None
    figures: DeliveryFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftHere:
    """What the server left here of one `kind`, a key of `hospitals.LEFT`: today and in all, and how
    much of it may be. `full`: what comes is refused. Typed is nothing where the usual counts."""

    kind: str
    today: int
    total: int
    a_day: int
    in_all: int
    full: bool = False
    typed_a_day: str = ""
    typed_in_all: str = ""
    usual_a_day: int = 0
    usual_in_all: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalPage(PageView):
    """`theirs` and `ours`: both keys in groups of four, theirs without the last 8 characters.

    `unreachable` stands in their place. `refusal`: why a step was not taken.
    """

    TEMPLATE: ClassVar[str] = "admin/hospital.html"
    host: str
    name: str
    step: str  # a key of `treaty_words.STEPS`
    url: str
    stages: tuple[Stage, ...] = ()
    may: tuple[May, ...] = ()
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    unreachable: str = ""
    offer: ArrivalPlace | None = None  # where ours has got to, while it is open
    spoke_to: str = ""
    compared_by: str = ""
    is_own_check: bool = False  # who sees the page compared them: another one confirms
    agreed: Agreed | None = None
    asked: Agreed | None = None
    health: Health | None = None
    left_here: tuple[LeftHere, ...] = ()
    has_limits_typed: bool = False
    cut_ours: int = 0
    cut_theirs: int = 0
    cut_waiting: int = 0
    asked_to_delete: int = 0  # consults of ours that it had when it left
    deleted: int = 0
    overdue: int = 0
    backups_until: datetime | None = None
    wanted: AgreementForm = AgreementForm()
    typed_spoke_to: str = ""
    typed_why: str = ""
    refusal: str = ""
    known: bool = False  # somebody wanted to add it, and it was there
    errors: tuple[FieldError, ...] = ()
