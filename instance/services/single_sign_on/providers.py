"""The provider that an owner named: what is said of it, and whether it is in order."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance import config, oidc
from instance.errors import FormRefused
from instance.models import Member, SignOnProvider
from instance.oidc import KeyUnknown, OidcRefused, Provider
from instance.outbox import sign_on
from instance.services import audit, duties, members
from instance.services.duties import Duty

REDIRECT = "/sso/callback"
NAMES = ("issuer", "client_id", "scopes", "key_claim", "email_claim", "affiliation_claim")
LISTS = ("affiliations", "factors")
LINE_MAX, CLAIM_MAX, LIST_MAX = 500, 60, 20
_NO_SECRET = "Enter the secret that the provider gave to this server."  # noqa: S105
_SCOPES = re.compile(r"[!#-\[\]-~ ]{0,200}")  # RFC 6749, 3.3
_ONE = 1  # there is one provider
_FRESH = timedelta(days=1)
_KEYS_AGAIN = timedelta(minutes=1)  # a token with an unknown key makes us ask no more often


async def named() -> SignOnProvider | None:
    """Switched on or not; None where no owner named one."""
    return await SignOnProvider.get_or_none(id=_ONE)


async def in_use() -> SignOnProvider | None:
    """None where it is switched off."""
    return await SignOnProvider.get_or_none(id=_ONE, is_on=True)


def redirect() -> str:
    """The one address to which the browser comes back."""
    return config.current().uri(REDIRECT)


def as_typed(row: SignOnProvider | None) -> dict[str, str]:
    """What is said of it, as a form has it; the secret is never in it."""
    if row is None:
        return {"email_claim": "email", "factors": "mfa"}
    lists = {name: "\n".join(getattr(row, name)) for name in LISTS}
    return {name: getattr(row, name) for name in NAMES} | lists


async def change(by: Member | None, typed: Mapping[str, str]) -> SignOnProvider:
    """All that is said of it; `client_secret` left empty stays. Another provider is not switched
    on until it was tried. `by`: None in the shell. Raises FormRefused, NotAllowed.
    """
    if by is not None:
        duties.require(by, Duty.SETTINGS)
    row = await named() or SignOnProvider(id=_ONE, issuer="", client_id="", client_secret=b"")
    wanted = _read(typed, row)
    is_other = any(getattr(row, name) != wanted[name] for name in ("issuer", "client_id"))
    if is_other:
        wanted |= {"is_on": False, "found": None, "found_at": None, "keys": None, "keys_at": None}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    row.update_from_dict(wanted)
    said = ", ".join(name for name in changed if name in (*NAMES, *LISTS, "client_secret"))
    async with in_transaction():
        await row.save(force_create=not row._saved_in_db)
        if said:
            await _record(by, "sso.changed", changed=said)
    return row


async def switch(by: Member | None, *, is_on: bool) -> None:
    """Let people sign in through it, or no longer. Raises OidcRefused where it is not in order."""
    if by is not None:
        duties.require(by, Duty.SETTINGS)
    if is_on:
        await check()
    async with in_transaction():
        if await SignOnProvider.filter(id=_ONE).exclude(is_on=is_on).update(is_on=is_on):
            await _record(by, "sso.switched", now="on" if is_on else "off")


async def check() -> Provider:
    """Ask it for all that a sign-in needs, and keep it. Raises OidcRefused: what is wrong."""
    row = await named()
    if row is None:
        raise OidcRefused("address")
    provider = await _discover(row)
    await _refresh_keys(row, provider)
    try:
        # There is no such code. Whether it knows us is said before.
        form = {"code": "check", "redirect_uri": redirect(), "code_verifier": "check" * 9}
        await sign_on.redeem(provider, row.client_id, row.client_secret.decode(), form)
    except OidcRefused as refused:
        if refused.code not in ("code", "token"):
            raise
    return provider


async def description(row: SignOnProvider, now: datetime) -> Provider:
    """How it describes itself; asked anew once a day. Raises OidcRefused."""
    if row.found is None:
        return await _discover(row)
    if row.found_at is None or row.found_at + _FRESH <= now:
        # One request asks; and where that fails, what is known holds for another hour.
        again = {"found_at": now - _FRESH + timedelta(hours=1)}
        if await SignOnProvider.filter(id=_ONE, found_at=row.found_at).update(**again):
            try:
                return await _discover(row)
            except OidcRefused:
                pass
    return Provider(**row.found)


async def claims(
    row: SignOnProvider, provider: Provider, token: object, nonce: str
) -> dict[str, object]:
    """What an ID token says. Signed with a key we do not know, its keys are asked for once more.

    Raises OidcRefused.
    """
    now = datetime.now(UTC)
    wanted = {"issuer": row.issuer, "client_id": row.client_id, "nonce": nonce, "now": now}
    try:
        return oidc.claims_of(token, row.keys or [], **wanted)  # type: ignore[arg-type]
    except KeyUnknown:
        if row.keys_at is not None and row.keys_at + _KEYS_AGAIN > now:
            raise
    await _refresh_keys(row, provider)
    return oidc.claims_of(token, row.keys, **wanted)  # type: ignore[arg-type]


async def _discover(row: SignOnProvider) -> Provider:
    provider = oidc.read_provider(await sign_on.discover(row.issuer), row.issuer)
    for address in (provider.authorization, provider.token, provider.keys):
        sign_on.origin(address)
    for address in filter(None, (provider.userinfo, provider.end_session)):
        sign_on.origin(address)
    row.found, row.found_at = asdict(provider), datetime.now(UTC)
    values = {"found": row.found, "found_at": row.found_at}
    await SignOnProvider.filter(id=_ONE, issuer=row.issuer).update(**values)
    return provider


async def _refresh_keys(row: SignOnProvider, provider: Provider) -> None:
    # Noted before: a hundred forged tokens at once ask once.
    now = datetime.now(UTC)
    await SignOnProvider.filter(id=_ONE, issuer=row.issuer).update(keys_at=now)
    row.keys, row.keys_at = await sign_on.fetch_keys(provider), now
    await SignOnProvider.filter(id=_ONE, issuer=row.issuer).update(keys=row.keys)


def _read(typed: Mapping[str, str], row: SignOnProvider) -> dict[str, object]:
    wanted: dict[str, object] = {name: typed.get(name, "").strip() for name in NAMES}
    wanted |= {name: _lines(typed.get(name, "")) for name in LISTS}
    secret = typed.get("client_secret", "").strip() or row.client_secret.decode()
    wanted["client_secret"] = secret.encode()
    if problems := _problems(wanted, secret):
        raise FormRefused(problems)
    return wanted


def _problems(wanted: Mapping[str, object], secret: str) -> dict[str, str]:
    found = {}
    try:
        sign_on.origin(str(wanted["issuer"]))
    except OidcRefused:
        found["issuer"] = "Enter the whole secure address that the provider calls its issuer."
    if not 0 < len(str(wanted["client_id"])) <= 200:
        found["client_id"] = "Enter the client id that the provider gave to this server."
    if not secret or len(secret) > LINE_MAX:
        found["client_secret"] = _NO_SECRET
    if not (wanted["key_claim"] or wanted["email_claim"]):
        found["key_claim"] = "Say which claim tells the staff number, or which one the e-mail."
    for name in ("key_claim", "email_claim", "affiliation_claim"):
        if len(str(wanted[name])) > CLAIM_MAX:
            found[name] = f"Use {CLAIM_MAX} characters or fewer."
    if _SCOPES.fullmatch(str(wanted["scopes"])) is None:
        found["scopes"] = "Use letters, digits and signs, with one blank between two scopes."
    for name in LISTS:
        lines = wanted[name]
        if isinstance(lines, list) and (
            len(lines) > LIST_MAX or max(map(len, lines), default=0) > 200
        ):
            found[name] = f"Use {LIST_MAX} lines or fewer, of up to 200 characters."
    if wanted["affiliations"] and not wanted["affiliation_claim"]:
        found["affiliation_claim"] = "Say which claim tells the affiliation."
    if len(str(wanted["issuer"])) > LINE_MAX:
        found["issuer"] = f"Use {LINE_MAX} characters or fewer."
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


async def _record(by: Member | None, action: str, **detail: str) -> None:
    ours = config.current()
    who = (await members.speaking_as(by)).uri if by is not None else ours.uri("/actor")
    await audit.record(action, actor_uri=who, host=ours.host, subject=ours.uri("/actor"), **detail)
