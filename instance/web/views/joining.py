"""Inviting people, and joining by an invitation (ux.md J3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from markupsafe import Markup

from instance.web.views.page import FieldError, PageView

JoinStage = Literal["gone", "signed_in", "who", "code", "account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPage(PageView):
    """`/join`, as far as they have come: `gone` is a link that does not work.

    `name`, `specialty` (a slug) and `department`: how the roster knows them, "" where it does not.
    The rest is what the account form holds.
    """

    TEMPLATE: ClassVar[str] = "join/join.html"
    stage: JoinStage
    email: str = ""
    name: str = ""
    specialty: str = ""
    department: str = ""
    contact: str = ""
    handle: str = ""
    pseudonym: str = ""
    typed_name: str = ""
    profession: str = "physician"
    rules: tuple[str, ...] = ()
    shortest: int = 0
    errors: tuple[FieldError, ...] = ()  # fields: code, handle, pseudonym, name, password, agrees

    @property
    def is_known(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinStepPage(PageView):
    """`/join/second-step`: a passkey or a code app. The rest as on the pages of the account."""

    TEMPLATE: ClassVar[str] = "join/step.html"
    options: str
    passkey_name: str = ""
    secret: str
    qr: Markup
    draft: str
    errors: tuple[FieldError, ...] = ()  # fields: name, passkey, code


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPage(PageView):
    """`/join/done`: what they are here now, and what is missing where that is not all."""

    TEMPLATE: ClassVar[str] = "join/done.html"
    name: str
    is_verified: bool
    has_second_step: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """`state` is a key of `words.INVITATION_STATES`; `at`: when it came to be in it, or ends."""

    id: str
    email: str
    state: str
    sent_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Everybody of the roster is being asked, or was."""

    looked_at: int
    total: int
    invited: int
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsPage(PageView):
    """`/admin/invitations`. `done`: a key of `words.INVITATION_DONE`; `on_roster`: how many work
    here as the roster says. `refusal`: why something could not be done."""

    TEMPLATE: ClassVar[str] = "admin/invitations.html"
    rows: tuple[InvitationRow, ...] = ()
    sent: int = 0
    used: int = 0
    expired: int = 0
    withdrawn: int = 0
    on_roster: int = 0
    sends_mail: bool = True
    running: Round | None = None
    stream_url: str = ""
    more_url: str = ""
    typed: str = ""
    done: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()  # field: email
