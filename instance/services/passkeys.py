"""Passkeys: challenges, and what authenticators answer (WebAuthn, level 3).

A challenge is sealed by us and says what it is for and until when; none is stored before it is
used. User verification is always required, so a passkey is two factors by itself.
"""

import asyncio
import importlib
import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from instance import config, sealed
from instance.errors import FormRefused
from instance.models import Member, Passkey
from instance.services import challenges, settings
from instance.services.throttle import hashed

LIVES = timedelta(minutes=10)
NAME_MOST, OF_MEMBER_MOST = 60, 20
_PURPOSE = "passkey challenge"
_ANSWER_MOST = 20_000
# EdDSA, ES256, RS256: what the library checks, in the order of our liking.
_ALGORITHMS = (-8, -7, -257)
_REFUSED = "This passkey was not taken. Try again."


@dataclass(frozen=True)
class _Answer:
    """`challenge`: what the authenticator signed; `handle`: whose passkey it says it is."""

    credential: dict[str, Any]
    credential_id: str
    challenge: bytes
    handle: str


def challenge(binding: str) -> str:
    """Base64url, good for `LIVES` and for a page with this `binding` alone."""
    until = int((datetime.now(UTC) + LIVES).timestamp())
    return _base64url(b64decode(sealed.current().token(_PURPOSE, f"{until} {binding}")))


async def creation(member: Member, name: str, binding: str) -> str:
    """What a page hands to `navigator.credentials.create`, as JSON with base64url for bytes."""
    known = await Passkey.filter(member_id=member.id)
    return json.dumps(
        {
            "challenge": challenge(binding),
            "rp": {"id": _rp_id(), "name": (await settings.read()).name},
            "user": {"id": _handle(member.id), "name": member.email, "displayName": name},
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in _ALGORITHMS],
            "excludeCredentials": [{"type": "public-key", "id": k.credential_id} for k in known],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
        }
    )


def request(binding: str) -> str:
    """What a page hands to `navigator.credentials.get`: any passkey of this server will do."""
    return json.dumps(
        {"challenge": challenge(binding), "rpId": _rp_id(), "userVerification": "required"}
    )


def credential_hash(answer: str) -> str:
    """Which passkey an answer is of, to count tries; "" where it cannot be read."""
    read = _read(answer)
    return hashed(read.credential_id) if read else ""


async def signed_in(answer: str, binding: str) -> Member | None:
    """Whose passkey has signed the challenge; None for anything that is not in order."""
    read = _read(answer)
    if read is None or not _is_fresh(read.challenge, binding):
        return None
    found = Passkey.filter(credential_hash=hashed(read.credential_id))
    passkey = await found.select_related("member").first()
    if passkey is None or read.handle not in ("", _handle(passkey.member_id)):
        return None
    verified = await _checked(
        "verify_authentication_response",
        credential=read.credential,
        expected_challenge=read.challenge,
        credential_public_key=passkey.public_key,
        credential_current_sign_count=passkey.sign_count,
    )
    if verified is None or not await _use_up(read.challenge):
        return None
    values = {"sign_count": verified.new_sign_count, "used_at": datetime.now(UTC)}
    await Passkey.filter(id=passkey.id).update(**values)
    return passkey.member


async def made(member: Member, name: str, answer: str, binding: str) -> Passkey:
    """The passkey that an authenticator has made, not saved yet. Raises FormRefused."""
    label = " ".join(name.split())[:NAME_MOST]
    if not label or not label.isprintable():
        raise FormRefused({"name": "Give the passkey a name, such as Phone."})
    if await Passkey.filter(member_id=member.id).count() >= OF_MEMBER_MOST:
        raise FormRefused({"name": f"You have {OF_MEMBER_MOST} passkeys. Remove one first."})
    read = _read(answer)
    if read is None or not _is_fresh(read.challenge, binding):
        raise FormRefused({"passkey": _REFUSED})
    verified = await _checked(
        "verify_registration_response",
        credential=read.credential,
        expected_challenge=read.challenge,
    )
    if verified is None or not await _use_up(read.challenge):
        raise FormRefused({"passkey": _REFUSED})
    credential_id = _base64url(verified.credential_id)
    if await Passkey.filter(credential_hash=hashed(credential_id)).exists():
        raise FormRefused({"passkey": "This passkey is known already."})
    return Passkey(
        member_id=member.id,
        credential_id=credential_id,
        credential_hash=hashed(credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=label,
    )


async def _checked(function: str, **what: Any) -> Any:
    """What the library says of an answer; None where it refuses it.

    The library takes more than a second to import: in a thread, when it is first needed.
    """

    def check() -> Any:
        module, refusals = _webauthn()
        verify: Callable[..., Any] = getattr(module, function)
        try:
            return verify(
                **what,
                expected_rp_id=_rp_id(),
                expected_origin=config.current().origin,
                require_user_verification=True,
            )
        except (ValueError, KeyError, TypeError):
            return None
        except refusals:
            return None

    return await asyncio.to_thread(check)


@cache
def _webauthn() -> tuple[Any, tuple[type[Exception], ...]]:
    """The library, and what it raises for an answer that it does not take."""
    refused = importlib.import_module("webauthn.helpers.exceptions").WebAuthnException
    broken = importlib.import_module("cbor2").CBORDecodeError
    return importlib.import_module("webauthn"), (refused, broken)


def _read(answer: str) -> _Answer | None:
    try:
        credential = json.loads(answer[:_ANSWER_MOST])
        response = credential["response"]
        said = json.loads(_bytes(response["clientDataJSON"]))
        return _Answer(
            credential=credential,
            credential_id=_base64url(_bytes(credential["id"])),
            challenge=_bytes(said["challenge"]),
            handle=str(response.get("userHandle") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError, NoBase64, RecursionError):
        return None


def _is_fresh(sent: bytes, binding: str) -> bool:
    """Whether we sealed this challenge, for this page, and not too long ago."""
    ours = sealed.current().of_token(_PURPOSE, b64encode(sent).decode())
    if ours is None:
        return False
    until, _, bound = ours.partition(" ")
    return bound == binding and datetime.now(UTC).timestamp() < int(until)


async def _use_up(sent: bytes) -> bool:
    """False where this challenge was answered before: nobody repeats what was overheard."""
    return await challenges.use_up(sent.hex(), datetime.now(UTC) + LIVES)


def _handle(member_id: int) -> str:
    """By which authenticators tell accounts apart; it says nothing about the member."""
    return _base64url(bytes.fromhex(sealed.current().digest("passkey", str(member_id))))


def _rp_id() -> str:
    return urlsplit(config.current().origin).hostname or ""


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
