"""What a member's own standing rests on, and how they raise it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`method` is a key of `words.METHODS`. `until` is None where it has no end."""

    method: str
    since: datetime
    until: datetime | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedProof:
    """`why` is a key of `case_words.ENDINGS`."""

    method: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """`text`: what an officer asks, or why they refused."""

    id: str
    kind: str
    state: str
    at: datetime
    text: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """`kind` is a key of `words.WAYS`."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPage(PageView):
    """`/account/verification`. `waiting` are open, `decided` the last ones.

    `done` is a key of `case_words.DONE`. `answered`: the id of the case that `typed_answer` is for.
    """

    TEMPLATE: ClassVar[str] = "account/verification.html"
    standing: Standing
    proofs: tuple[Proof, ...] = ()
    ended: tuple[EndedProof, ...] = ()
    waiting: tuple[OwnCase, ...] = ()
    decided: tuple[OwnCase, ...] = ()
    ways: tuple[WayRow, ...] = ()
    files: int = 0
    may_ask: bool = False
    may_answer: bool = False
    done: str = ""
    answered: str = ""
    typed_answer: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDocumentsPage(PageView):
    """`/account/verification/document`. `sent`: how many are here already."""

    TEMPLATE: ClassVar[str] = "account/send_documents.html"
    sent: int = 0
    most: int = 4
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage(PageView):
    """`/account/verification/statement`. `text` with the name and work as they are chosen;
    `signed`: what was signed last."""

    TEMPLATE: ClassVar[str] = "account/statement.html"
    text: str
    name: str = ""
    profession: str = ""
    stage: str = ""
    is_fixed: bool = False  # somebody has checked what they do
    signed: str = ""
    signed_at: datetime | None = None
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()
