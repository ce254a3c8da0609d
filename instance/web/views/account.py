"""Entry and own settings."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, Identity, PageView, Standing
from instance.web.views.routing import Reach

MailState = Literal["", "waiting", "sent", "failed", "gave_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account of the demo, offered on its sign-in page. Development mode only."""

    login: str
    password: str
    who: str  # "Dr Lee, hospital medicine"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(PageView):
    """`/sign-in`. `next_path` is a local path already checked (T42); it comes back as `next`.

    `problem`: refused (same words for unknown and wrong), passkey (was not taken), late (for the
    second step), locked (until `locked_until`), busy (too many others at once), signed_out (needed
    for the page that was asked for), idle (after 15 minutes). `passkey_options`: JSON.

    `has_sign_on`: the hospital's own sign-in, whose page is at the origin `leads_to`, is offered.
    `sign_on_refusal`, `sign_on_problem`: keys of the tables of these names.
    """

    TEMPLATE: ClassVar[str] = "account/sign_in.html"
    login: str = ""
    next_path: str = ""
    problem: Literal["", "refused", "passkey", "late", "locked", "busy", "signed_out", "idle"] = ""
    locked_until: datetime | None = None
    errors: tuple[FieldError, ...] = ()  # fields: login, password
    passkey_options: str
    public_channels: int = 0
    has_sign_on: bool = False
    leads_to: str = ""
    sign_on_refusal: str = ""
    sign_on_problem: str = ""
    demo_accounts: tuple[DemoAccount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """Why the standing is lower than before, in plain words ending the sentence "because …"."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """An identity that nobody elsewhere sees: whether partner hospitals can find it (`allowed`)."""

    handle: str
    name: str
    address: str
    pseudonym: bool
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(PageView):
    """`/account`: who you are, and what your hospital vouches for.

    `handle` without "@", `address` the whole "@lee@mercy.example". `specialties` are slugs.
    `may_ask`, `may_answer`: consults, by standing, role and stage together.
    """

    TEMPLATE: ClassVar[str] = "account/account.html"
    name: str
    handle: str
    address: str
    email: str
    standing: Standing
    role: str = "member"  # a key of `role_words.ROLES`
    may_ask: bool = False
    may_answer: bool = False
    is_public: bool = False  # anyone may read the profile
    is_indexable: bool = False  # search engines may list it
    findable: tuple[Findable, ...] = ()  # identities without a public profile
    specialties: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()
    checked_at: datetime | None = None
    valid_until: datetime | None = None
    lowered: LevelChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoice:
    """`kind` is a key of `alert_words.CHOICES`."""

    kind: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage(PageView):
    """`/account/notifications`: of what a member has mails. `choices` is empty for who looks after
    nothing that mails tell of.

    `last`: what became of the newest mail to them, `at` that time; `error`: why it did not get
    out, a key of `alert_words.MAIL_ERRORS`.
    """

    TEMPLATE: ClassVar[str] = "account/mail.html"
    email: str
    is_sent: bool = True  # this server can send mails
    choices: tuple[MailChoice, ...] = ()
    last: MailState = ""
    at: datetime | None = None
    error: str = ""
    reach: Reach = field(default_factory=Reach)
    weekly: bool = False  # of the channels they follow


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribePage(PageView):
    """`/unsubscribe/<token>`, from a weekly mail, to whoever has it. `url`: where it is ended; "":
    it was."""

    TEMPLATE: ClassVar[str] = "account/unsubscribe.html"
    url: str = ""
