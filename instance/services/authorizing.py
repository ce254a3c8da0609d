"""A member lets an application in, and it gets what it calls with (T69).

A member allows one identity, never more than was asked, and consults only where an administrator
approved the application.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance.errors import ClientRefused, NotAllowed, OAuthRefused
from instance.models import AccessToken, Actor, Application, AuthorizationCode, Member
from instance.services import clients, members, redirects, scopes, second_factors, throttle
from instance.services.clients import Registration
from instance.services.redirects import OUT_OF_BAND
from instance.services.throttle import Door, Source, hashed

STATE_MAX = 1_000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_GUESSED = ("invalid_client", "invalid_grant")  # secrets and codes, which count as tries


@dataclass(frozen=True)
class Asked:
    """What an application asks a member for. `state` goes back to it as it came."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    challenge: str = ""

    def answer(self, **values: str) -> str:
        """Where the member's browser goes with this."""
        state = {} if self.state is None else {"state": self.state}
        return redirects.with_answer(self.redirect_uri, {**values, **state})


@dataclass(frozen=True)
class Issued:
    """A new token. The text of it is stored nowhere."""

    text: str
    row: AccessToken


async def asked(typed: Mapping[str, str]) -> Asked:
    """What the address of the consent page says.

    Raises ClientRefused where nobody may be sent back, OAuthRefused with what to tell whom.
    """
    application = await clients.known(typed.get("client_id", ""))
    redirect_uri = typed.get("redirect_uri", "")
    if application is None:
        raise ClientRefused("This application is not known here. Start again in the application.")
    if redirect_uri not in application.redirect_uris:
        raise ClientRefused("This application did not say that it is at that address.")
    state = typed.get("state")
    wanted = scopes.read(typed.get("scope", "")) or (scopes.DEFAULT,)
    challenge = typed.get("code_challenge", "")
    found = Asked(application, redirect_uri, wanted, state, challenge)
    if problem := _problem(found, typed):
        code, shown = problem
        is_shown_here = redirect_uri == OUT_OF_BAND
        back = "" if is_shown_here else found.answer(error=code, error_description=shown)
        raise OAuthRefused(code, shown, redirect_to=back)
    return found


async def allow(asked: Asked, member: Member, handle: str) -> str:
    """The member's yes, as the identity with this handle: a code for the application.

    Raises NotAllowed for somebody else's identity, and for consults without a second step.
    """
    actor = await members.speaking_as(member, handle)
    require_factor(asked, member)
    code = secrets.token_urlsafe(32)
    await AuthorizationCode.create(
        code_hash=hashed(code),
        application_id=asked.application.id,
        member_id=member.id,
        actor_id=actor.id,
        redirect_uri=asked.redirect_uri,
        scopes=list(asked.scopes),
        challenge=asked.challenge,
        expires_at=datetime.now(UTC) + AuthorizationCode.LIVES,
    )
    return code


def require_factor(asked: Asked, member: Member) -> None:
    if scopes.CONSULTS in asked.scopes and second_factors.is_missing(member):
        raise NotAllowed(
            "Consults need a second step at sign-in. Set it up under Account, Security, then "
            "start again in the application."
        )


async def exchange(typed: Mapping[str, str], source: Source) -> Issued:
    """A token for a code, or one that reads what is public. Raises OAuthRefused, TooMany."""
    tried = await throttle.reserve(Door.CLIENT, typed.get("client_id", "")[:100], source)
    try:
        issued = await _issued(await clients.authenticated(typed), typed)
    except OAuthRefused as error:
        if error.code not in _GUESSED:
            await tried.delete()
        raise
    await tried.delete()
    return issued


async def revoke(typed: Mapping[str, str]) -> None:
    """End a token. One that is none is ended already; of another application: OAuthRefused."""
    try:
        application = await clients.authenticated(typed)
    except OAuthRefused as error:
        raise OAuthRefused("unauthorized_client", error.shown, status=403) from error
    row = await AccessToken.get_or_none(token_hash=hashed(typed.get("token", "")))
    if row is None:
        return
    if row.application_id != application.id:
        raise OAuthRefused(
            "unauthorized_client", "You are not authorized to revoke this token", status=403
        )
    await row.delete()


async def issue_directly(actor: Actor, text: str) -> Issued:
    """For scripts, from the shell: a token of an application made for it.

    Raises FormRefused for scopes that do not exist.
    """
    application, _ = await clients.register(Registration("Command line", [OUT_OF_BAND], text))
    async with in_transaction():
        if scopes.CONSULTS in application.scopes:
            application.approved_at = datetime.now(UTC)
            await application.save(update_fields=["approved_at"])
        issued = await _issue(application, list(application.scopes), actor.member_id, actor.id)
        await clients.record("token.created", actor.uri, scopes=" ".join(application.scopes))
    return issued


async def _issued(application: Application, typed: Mapping[str, str]) -> Issued:
    kind = typed.get("grant_type", "")
    if kind == "authorization_code":
        return await _for_code(application, typed)
    if kind == "client_credentials":
        return await _for_itself(application, typed)
    raise OAuthRefused("unsupported_grant_type", "This server does not offer that.")


async def _for_code(application: Application, typed: Mapping[str, str]) -> Issued:
    refused = OAuthRefused("invalid_grant", "This code is not valid, was used, or is too old.")
    now = datetime.now(UTC)
    async with in_transaction():
        code = (
            await AuthorizationCode.filter(code_hash=hashed(typed.get("code", "")))
            .select_for_update()
            .first()
        )
        if code is None or code.application_id != application.id:
            raise refused
        is_reused = code.used_at is not None
        if is_reused:
            await AccessToken.filter(code_id=code.id).delete()
        else:
            if code.expires_at <= now or code.redirect_uri != typed.get("redirect_uri"):
                raise refused
            _require_verifier(code, typed)
            code.used_at = now
            await code.save(update_fields=["used_at"])
            issued = await _issue(application, code.scopes, code.member_id, code.actor_id, code.id)
    if is_reused:
        raise refused
    return issued


async def _for_itself(application: Application, typed: Mapping[str, str]) -> Issued:
    if not typed.get("client_secret"):
        raise clients.unknown()
    held = [scope for scope in application.scopes if scope != scopes.CONSULTS]
    wanted = scopes.read(typed.get("scope", "")) or scopes.read(scopes.DEFAULT)
    if scopes.unknown(wanted) or not scopes.within(wanted, held):
        raise OAuthRefused("invalid_scope", "The application did not register for this.")
    return await _issue(application, list(wanted), None, None)


async def _issue(
    application: Application,
    held: Sequence[str],
    member_id: int | None,
    actor_id: int | None,
    code_id: int | None = None,
) -> Issued:
    now, text = datetime.now(UTC), secrets.token_urlsafe(32)
    row = await AccessToken.create(
        token_hash=hashed(text),
        application_id=application.id,
        member_id=member_id,
        actor_id=actor_id,
        code_id=code_id,
        scopes=list(held),
    )
    if application.used_at is None:
        await Application.filter(id=application.id).update(used_at=now)
    return Issued(text, row)


def _problem(asked: Asked, typed: Mapping[str, str]) -> tuple[str, str] | None:
    """Error code and sentence for the application."""
    held = asked.application.scopes
    if typed.get("response_type") != "code":
        return "unsupported_response_type", "This server answers with a code."
    if scopes.unknown(asked.scopes) or not scopes.within(asked.scopes, held):
        return "invalid_scope", "The application did not register for this."
    if scopes.CONSULTS in asked.scopes and asked.application.approved_at is None:
        return "invalid_scope", "An administrator has to approve this application for consults."
    if asked.state is not None and len(asked.state) > STATE_MAX:
        return "invalid_request", "The state is too long."
    has_method = typed.get("code_challenge_method", "S256" if not asked.challenge else "plain")
    if asked.challenge and (has_method != "S256" or not _CHALLENGE.fullmatch(asked.challenge)):
        return "invalid_request", "The code challenge has to be of the kind S256."
    return None


def _require_verifier(code: AuthorizationCode, typed: Mapping[str, str]) -> None:
    """Who has no secret is known by the verifier alone (RFC 7636); `authenticated` let them so
    far."""
    verifier = typed.get("code_verifier", "")
    if not code.challenge:
        if not typed.get("client_secret"):
            raise clients.unknown()
        return
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    is_one = _VERIFIER.fullmatch(verifier) is not None
    if not is_one or not hmac.compare_digest(made, code.challenge):
        raise OAuthRefused("invalid_grant", "The code verifier does not fit the challenge.")
