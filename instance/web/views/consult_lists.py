"""Folders of consults and drafts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.page import Author, PageView
from instance.web.views.private_cards import PrivateCard

Box = Literal["needs-you", "mine", "answering", "open", "drafts", "closed", "private"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time left for the first answer. None in place of a Clock once there is one.

    `due_at` None: paused, information was asked. `started_at` is when the target time began, so
    that the last quarter of it can be marked.
    """

    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultCard:
    """One consult in a list. `state` and `specialties` are codes of domain.md 3.3 and 5."""

    url: str  # "/k/123"
    title: str
    state: str
    author: Author
    at: datetime
    specialties: tuple[str, ...] = ()
    clock: Clock | None = None
    answers: int = 0
    readers: int = 0  # hospitals that can read it; 0: not said
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """What a member began to ask; `title` "" where it has none yet. `to`: it is for that person
    alone. `state` draft or held."""

    url: str  # "/consults/new?draft=123"
    discard_url: str
    title: str
    state: str
    at: datetime
    ends_at: datetime  # deleted then, if nobody touches it
    to: str = ""
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultListPage(PageView):
    """`/consults?box=…`; `consults`, or in the box drafts `drafts`, in the box private
    `conversations`, in the order shown.
    `stream_url` sends `_list.html`. `state`, `specialty`, `age_band`: only those are shown."""

    TEMPLATE: ClassVar[str] = "consults/list.html"
    box: Box
    consults: tuple[ConsultCard, ...] = ()
    drafts: tuple[DraftRow, ...] = ()
    conversations: tuple[PrivateCard, ...] = ()
    older_url: str = ""
    stream_url: str = ""
    state: str = ""
    specialty: str = ""
    age_band: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.state or self.specialty or self.age_band)
