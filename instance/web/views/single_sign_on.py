"""The hospital's own sign-in: its settings, joining by it, connecting an account to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnSettingsPage(PageView):
    """`/admin/sso`: as it is, or as it was typed; the lists have one value a line.

    `redirect`: where the provider sends browsers back. `problem`: what a try found, a key of the
    table `sign_on_problem`; `tried`: nothing was wrong. `checked_at`: when it was last in order.
    """

    TEMPLATE: ClassVar[str] = "admin/sso.html"
    redirect: str
    issuer: str = ""
    client_id: str = ""
    has_secret: bool = False
    scopes: str = ""
    key_claim: str = ""
    email_claim: str = ""
    affiliation_claim: str = ""
    affiliations: str = ""
    factors: str = ""
    is_named: bool = False
    is_on: bool = False
    saved: bool = False
    tried: bool = False
    problem: str = ""
    checked_at: datetime | None = None
    keys: int = 0
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnJoinPage(PageView):
    """`/sso/join`: somebody of the roster, whose `legal_name` and `email` it says."""

    TEMPLATE: ClassVar[str] = "account/sso_join.html"
    legal_name: str
    email: str
    handle: str = ""
    name: str = ""
    shortest: int
    errors: tuple[FieldError, ...] = ()  # fields: handle, name, password


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnLinkPage(PageView):
    """`/account/security/sso`: connect the account, or disconnect what was connected `since`."""

    TEMPLATE: ClassVar[str] = "account/sso_link.html"
    since: datetime | None = None
    leads_to: str = ""
    refusal: str = ""
    problem: str = ""
    errors: tuple[FieldError, ...] = ()  # field: password


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutPage(PageView):
    """`/signed-out`, after a session that the hospital's own sign-in opened. `url`: where to sign
    out there as well, "" where it has no such page."""

    TEMPLATE: ClassVar[str] = "account/signed_out.html"
    url: str = ""
