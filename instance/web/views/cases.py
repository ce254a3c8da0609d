"""What verification officers see of those who wait for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from instance.web.views.page import FieldError, PageView, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """`kind`, `state` and `evidence` are keys of the tables of `case_words`. `due_at`: until when
    somebody should have looked."""

    url: str
    name: str
    kind: str
    state: str
    since: datetime
    waited: timedelta
    due_at: datetime
    late: bool = False
    mine: bool = False
    profession: str = "physician"
    stage: str = "practising"
    specialty: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBox:
    name: str
    url: str
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage(PageView):
    """`/admin/verification`. `done`: what was just decided, a key of `case_words.CHOICES`."""

    TEMPLATE: ClassVar[str] = "admin/cases.html"
    box: str = "waiting"
    boxes: tuple[CaseBox, ...] = ()
    rows: tuple[CaseRow, ...] = ()
    late: int = 0
    median: timedelta | None = None
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRow:
    """A row of the roster that may be theirs."""

    id: str
    name: str
    email: str
    department: str = ""
    profession: str = "physician"
    stage: str = "practising"
    licence: str = ""
    licence_until: str = ""  # a day
    same_email: bool = False
    same_name: bool = False
    taken: bool = False  # another member has it


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A document. `seen`: by this officer."""

    url: str
    kind: str  # pdf, jpg or png
    kilobytes: int
    sent_at: datetime
    gone_at: datetime
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """`act` is a key of `case_words.ACTS`; `by` is "" for this server itself."""

    act: str
    by: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProof:
    """Something a standing rests on. `method` is a key of `case_words.EVIDENCE`."""

    method: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumber:
    """`kind` and `finding` are keys of `words.NUMBERS` and `words.NUMBER_FINDINGS`."""

    kind: str
    typed: str
    finding: str
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVoucher:
    """A colleague who vouches for them, and how they know them."""

    name: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage(PageView):
    """One case: what the person says, what we know, and what the officer may do.

    `choices` are keys of `case_words.CHOICES`, empty where nothing is theirs to decide; `why_not`
    says why. `proposed`: what another officer would grant, until `until`.
    """

    TEMPLATE: ClassVar[str] = "admin/case.html"
    url: str
    knows: str  # the last step on the page
    row: CaseRow
    standing: Standing
    email: str
    mailbox: bool = False
    jurisdiction: str = ""
    specialties: tuple[str, ...] = ()
    joined_at: datetime
    claims_stage: str = ""
    proofs: tuple[CaseProof, ...] = ()
    numbers: tuple[CaseNumber, ...] = ()
    vouchers: tuple[CaseVoucher, ...] = ()
    near: tuple[NearRow, ...] = ()
    files: tuple[CaseFile, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    choices: tuple[str, ...] = ()
    why_not: str = ""
    proposed: str = ""
    proposed_entry: str = ""
    proposed_by: str = ""
    until: datetime | None = None
    position: int = 0
    of: int = 0
    next_url: str = ""
    done: str = ""
    typed_choice: str = ""
    typed_reason: str = ""
    typed_until: str = ""
    typed_entry: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()
