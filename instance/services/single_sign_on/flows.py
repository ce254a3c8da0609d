"""The browser goes to the provider and comes back: what comes back is believed or refused.

Nothing is stored until it is back. What it has to bring is sealed in a cookie of that browser, so
nobody finishes in one browser what was begun in another (T68), and it works once.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from instance import oidc, sealed
from instance.errors import SignOnRefused
from instance.models import SignOnProvider
from instance.oidc import Asked, OidcRefused, Provider
from instance.outbox import sign_on
from instance.services import challenges, throttle
from instance.services.single_sign_on import providers
from instance.services.throttle import Door, Source
from instance.sign_on_words import SAID

LIVES = timedelta(minutes=15)
_PURPOSE = "single sign-on"
_TEXT_MOST = 254


@dataclass(frozen=True)
class Wish:
    """What the browser wants: to sign in, or to connect the account of this session (its id)."""

    shared: bool = True
    next_path: str = ""
    session_id: int = 0


@dataclass(frozen=True)
class Proof:
    """Who somebody is at the provider, and what it says of them. "" for what it does not say.

    `email` is one that the provider has verified; `affiliations` those that count here.
    """

    issuer: str
    subject: str
    key: str
    email: str
    affiliations: tuple[str, ...]
    saw_second_step: bool


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it carries there and back."""

    url: str
    token: str


async def begin(wish: Wish) -> Begun:
    """Raises SignOnRefused."""
    row = await _in_use()
    now = datetime.now(UTC)
    before = origin_of_form(row)
    try:
        provider = await providers.description(row, now)
    except OidcRefused as refused:
        raise SignOnRefused("broken", refused.code) from refused
    if before != sign_on.origin(provider.authorization):
        raise SignOnRefused("moved")  # the page allows its browser no other address yet
    asked = Asked(*(secrets.token_urlsafe(32) for _ in range(3)))
    carried = {
        "asked": asdict(asked),
        "wish": asdict(wish),
        "issuer": row.issuer,
        "until": int((now + LIVES).timestamp()),
    }
    back = providers.redirect()
    url = oidc.authorization_url(provider, row.client_id, back, row.scopes, asked)
    return Begun(url, sealed.current().token(_PURPOSE, orjson.dumps(carried).decode()))


async def finish(query: Mapping[str, str], token: str, source: Source) -> tuple[Proof, Wish]:
    """`query`: what the provider sent back by the browser; `token`: what that carried.

    Raises SignOnRefused, TooMany.
    """
    carried = _opened(token)
    asked, wish = Asked(**carried["asked"]), Wish(**carried["wish"])
    if not hmac.compare_digest(query.get("state", "").encode(), asked.state.encode()):
        raise SignOnRefused("elsewhere")
    now = datetime.now(UTC)
    if now.timestamp() >= carried["until"]:
        raise SignOnRefused("late")
    row = await _in_use()
    if row.issuer != carried["issuer"] or not await challenges.use_up(asked.state, now + LIVES):
        raise SignOnRefused("elsewhere")
    try:
        provider = await providers.description(row, now)
        oidc.require_issuer(provider, query.get("iss"))
        _require_success(query)
        # What follows asks the provider. Who is known there takes no try from the others.
        tried = await throttle.reserve(Door.PROVIDER, asked.state, source)
        proof = await _proof(row, provider, query, asked)
    except OidcRefused as refused:
        raise SignOnRefused("broken", refused.code) from refused
    await tried.delete()
    return proof, wish


def origin_of_form(row: SignOnProvider) -> str:
    """Where a form of ours may lead a browser: the provider's page; "" while it is not known."""
    return sign_on.origin(Provider(**row.found).authorization) if row.found else ""


async def farewell() -> str:
    """Where somebody signs out at the provider as well; "" where there is no such page."""
    row = await providers.in_use()
    if row is None or not row.found:
        return ""
    return oidc.end_session_url(Provider(**row.found), row.client_id)


async def _in_use() -> SignOnProvider:
    row = await providers.in_use()
    if row is None:
        raise SignOnRefused("off")
    return row


def _opened(token: str) -> dict[str, Any]:
    text = sealed.current().of_token(_PURPOSE, token)
    if text is None:
        raise SignOnRefused("elsewhere")
    carried: dict[str, Any] = orjson.loads(text)
    return carried


def _require_success(query: Mapping[str, str]) -> None:
    """Its own words are somebody else's: ours are said instead."""
    if error := query.get("error"):
        reason = SAID.get(error, "broken")
        raise SignOnRefused(reason, "setup" if reason == "broken" else "")


async def _proof(
    row: SignOnProvider, provider: Provider, query: Mapping[str, str], asked: Asked
) -> Proof:
    form = {
        "code": query.get("code", ""),
        "redirect_uri": providers.redirect(),
        "code_verifier": asked.verifier,
    }
    tokens = await sign_on.redeem(provider, row.client_id, row.client_secret.decode(), form)
    claims = await providers.claims(row, provider, tokens.get("id_token"), asked.nonce)
    access = tokens.get("access_token")
    if provider.userinfo and isinstance(access, str) and _is_incomplete(row, claims):
        more = await sign_on.more_claims(provider, access)
        oidc.require_same_subject(claims, more)
        claims = {**more, **claims}  # what was signed counts
    return _said(row, claims)


def _is_incomplete(row: SignOnProvider, claims: Mapping[str, Any]) -> bool:
    who = (row.key_claim,) if row.key_claim else (row.email_claim, "email_verified")
    wanted = filter(None, (*who, row.affiliation_claim))
    return any(_value(claims, name) is None for name in wanted)


def _said(row: SignOnProvider, claims: Mapping[str, Any]) -> Proof:
    is_verified = claims.get("email_verified") in (True, "true")
    said = _texts(_value(claims, row.affiliation_claim))
    shown = {*_texts(claims.get("amr")), *_texts(claims.get("acr"))}
    return Proof(
        issuer=row.issuer,
        subject=oidc.subject(claims),
        key=_text(claims, row.key_claim),
        email=_text(claims, row.email_claim) if is_verified else "",
        affiliations=tuple(one for one in said if one in row.affiliations),
        saw_second_step=bool(shown & set(row.factors)),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    """One value, as text; "" for none, for several and for what no row can hold."""
    found = _value(claims, name)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    is_text = isinstance(found, str) and len(found) <= _TEXT_MOST and found.isprintable()
    return found.strip() if is_text and isinstance(found, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    return tuple(one for one in several if isinstance(one, str))


def _value(claims: Mapping[str, Any], name: str) -> Any:
    """By its name; or, as `realm_access.roles`, inside of others."""
    if not name or name in claims:
        return claims.get(name)
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
