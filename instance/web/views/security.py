"""The second step at sign-in, and how a member signs in."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from markupsafe import Markup

from instance.web.views.applications import AllowedApplication
from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepPage(PageView):
    """`/sign-in/code`, after the password. `problem`, `passkey_options`: as on the page before;
    `shared`: what was chosen there."""

    TEMPLATE: ClassVar[str] = "account/second_step.html"
    next_path: str = ""
    problem: Literal["", "refused", "locked", "busy"] = ""
    locked_until: datetime | None = None
    shared: bool = True
    passkey_options: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One place this member is signed in. `id` is public within the account (no cookie value)."""

    id: str
    device: str  # "Firefox on Linux"
    started_at: datetime
    seen_at: datetime
    current: bool = False
    takes_messages: bool = False  # on the device, by push


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: str
    name: str
    added_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityPage(PageView):
    """`/account/security`. `for_consults`: they came from a consult that needs a second step.

    `demanded`: the last factor cannot be removed. `done`: what was just changed, a key of
    `words.SECURITY_DONE`. `waiting_address`: a code was mailed there. `has_sign_on`: there is the
    hospital's own sign-in; connected `sign_on_since`.
    """

    TEMPLATE: ClassVar[str] = "account/security.html"
    email: str
    waiting_address: str = ""
    app_since: datetime | None = None
    passkeys: tuple[Passkey, ...] = ()
    codes_left: int = 0
    demanded: bool = False
    for_consults: bool = False
    done: str = ""
    has_sign_on: bool = False
    sign_on_since: datetime | None = None
    sessions: tuple[Session, ...] = ()
    applications: tuple[AllowedApplication, ...] = ()

    @property
    def has_factor(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)

    @property
    def may_remove(self) -> bool:
        return not self.demanded or len(self.passkeys) + (self.app_since is not None) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(PageView):
    """`/account/security/password`."""

    TEMPLATE: ClassVar[str] = "account/password.html"
    errors: tuple[FieldError, ...] = ()  # fields: password (the present one), new
    shortest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAppPage(PageView):
    """`/account/security/app`: `secret` as text in fours, `qr` the same as a picture.

    `draft` brings it back with the form.
    """

    TEMPLATE: ClassVar[str] = "account/code_app.html"
    secret: str
    qr: Markup
    draft: str
    errors: tuple[FieldError, ...] = ()  # fields: code, password


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskeyPage(PageView):
    """`/account/security/passkeys/new`. `options`: JSON for the authenticator."""

    TEMPLATE: ClassVar[str] = "account/passkey.html"
    options: str
    name: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: name, password, passkey


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFactorPage(PageView):
    """Remove a passkey, by its `name`, or the code app (""). `action`: where the form goes."""

    TEMPLATE: ClassVar[str] = "account/remove_factor.html"
    action: str
    name: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: password, code


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesPage(PageView):
    """`codes` are shown once, when they were made; without them the page makes new ones.
    `next_url`: where who has kept them goes on."""

    TEMPLATE: ClassVar[str] = "account/recovery_codes.html"
    codes: tuple[str, ...] = ()
    left: int = 0
    next_url: str = "/account/security"
    errors: tuple[FieldError, ...] = ()  # field: password


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage(PageView):
    """`/account/security/address`. `waiting`: where a code was mailed that is typed here."""

    TEMPLATE: ClassVar[str] = "account/address.html"
    email: str
    is_sent: bool = True  # this server can send mails
    waiting: str = ""
    typed: str = ""
    is_lowering: bool = False  # the standing rests on the address that goes
    errors: tuple[FieldError, ...] = ()  # fields: address, password, code
