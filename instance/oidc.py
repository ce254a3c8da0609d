"""OpenID Connect as the one who asks (OpenID Connect Core 1.0, RFC 7636, RFC 9207). Pure.

Documents, keys and tokens come in as they were fetched; what is not in order raises OidcRefused
with a key of `sign_on_words.PROBLEMS`. Nothing of a token is in its message.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urlsplit

# Never `none`, nor a shared secret: whoever reads a public key could sign with it.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
_LEEWAY = timedelta(minutes=1)
_OLDEST = timedelta(minutes=10)
_TOKEN_MOST, _KEYS_MOST, _URL_MOST = 64_000, 50, 2_000
_RSA_LEAST = 2048
_SCOPES = ("openid", "email", "profile")


class OidcRefused(Exception):
    """`code`: what is wrong, a key of `sign_on_words.PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeyUnknown(OidcRefused):
    """Signed with a key that was not among those we know: it may be new."""


@dataclass(frozen=True)
class Provider:
    """What a discovery document says, as far as it is used. Addresses; "" where there is none."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    says_issuer: bool  # in what it sends back by the browser (RFC 9207)
    takes_secret_in_form: bool


@dataclass(frozen=True)
class Asked:
    """What went along with the browser, and has to come back or stand in the token."""

    state: str
    nonce: str
    verifier: str


def read_provider(document: Mapping[str, Any], issuer: str) -> Provider:
    """Raises OidcRefused: `issuer_differs`, `no_code`, `no_algorithm`, `no_pkce`, `endpoints`."""
    if document.get("issuer") != issuer:
        raise OidcRefused("issuer_differs")
    if "code" not in _texts(document.get("response_types_supported", ["code"])):
        raise OidcRefused("no_code")
    signs = _texts(document.get("id_token_signing_alg_values_supported", ["RS256"]))
    if not set(signs) & set(ALGORITHMS):
        raise OidcRefused("no_algorithm")
    # Who says nothing of PKCE may take it all the same: what is not known there is passed over.
    if "S256" not in _texts(document.get("code_challenge_methods_supported", ["S256"])):
        raise OidcRefused("no_pkce")
    ways = _texts(document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]))
    return Provider(
        issuer=issuer,
        authorization=_address(document, "authorization_endpoint"),
        token=_address(document, "token_endpoint"),
        keys=_address(document, "jwks_uri"),
        userinfo=_address(document, "userinfo_endpoint", optional=True),
        end_session=_address(document, "end_session_endpoint", optional=True),
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        takes_secret_in_form="client_secret_basic" not in ways and "client_secret_post" in ways,
    )


def read_keys(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The public keys that a token may be signed with. Raises OidcRefused for none: `no_keys`."""
    listed = document.get("keys")
    keys = listed[:_KEYS_MOST] if isinstance(listed, list) else []
    found = [dict(key) for key in keys if isinstance(key, dict) and _signs(key)]
    if not found:
        raise OidcRefused("no_keys")
    return found


def authorization_url(
    provider: Provider, client_id: str, redirect: str, scopes: str, asked: Asked
) -> str:
    """Where the browser goes. `scopes`: further ones, with blanks between them."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": " ".join(dict.fromkeys([*_SCOPES, *scopes.split()])),
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge(asked.verifier),
        "code_challenge_method": "S256",
    }
    mark = "&" if urlsplit(provider.authorization).query else "?"
    return f"{provider.authorization}{mark}{urlencode(query)}"


def end_session_url(provider: Provider, client_id: str) -> str:
    """Where a person ends their session there; "" where nothing is (RP-Initiated Logout 1.0)."""
    if not provider.end_session:
        return ""
    mark = "&" if urlsplit(provider.end_session).query else "?"
    return f"{provider.end_session}{mark}{urlencode({'client_id': client_id})}"


def challenge(verifier: str) -> str:
    """Source: RFC 7636, 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def require_issuer(provider: Provider, said: str | None) -> None:
    """Who sent the browser back is who was asked (RFC 9207): no mix-up. Raises OidcRefused."""
    if said is None and not provider.says_issuer:
        return
    if said != provider.issuer:
        raise OidcRefused("mixed_up")


def claims_of(
    token: object,
    keys: Sequence[Mapping[str, Any]],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
) -> dict[str, Any]:
    """What an ID token says, once all of it is in order. Raises OidcRefused, KeyUnknown."""
    if not isinstance(token, str) or not 0 < len(token) <= _TOKEN_MOST:
        raise OidcRefused("no_token")
    claims: dict[str, Any] = _signatures().signed_claims(token, keys)
    if claims.get("iss") != issuer:
        raise OidcRefused("issuer_differs")
    _require_audience(claims, client_id)
    _require_times(claims, now)
    if claims.get("nonce") != nonce:
        raise OidcRefused("nonce")
    subject(claims)
    return claims


def subject(claims: Mapping[str, Any]) -> str:
    """Whom the provider means, always the same for one person. Raises OidcRefused."""
    found = claims.get("sub")
    if not isinstance(found, str) or not 0 < len(found) <= 255 or not found.isascii():
        raise OidcRefused("no_subject")
    return found


def require_same_subject(claims: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """Further claims are of the person whom the token means (Core 5.3.2). Raises OidcRefused."""
    if more.get("sub") != claims["sub"]:
        raise OidcRefused("other_subject")


def _signatures() -> Any:
    """Loaded when a token comes: few servers ever see one, and what checks them takes 2 MiB."""
    return import_module("instance.oidc_signatures")


def _require_audience(claims: Mapping[str, Any], client_id: str) -> None:
    meant = claims.get("aud")
    several = meant if isinstance(meant, list) else [meant]
    party = claims.get("azp")
    if client_id not in several or (party is not None and party != client_id):
        raise OidcRefused("audience")
    if len(several) > 1 and party is None:
        raise OidcRefused("audience")


def _require_times(claims: Mapping[str, Any], now: datetime) -> None:
    ends, made = _seconds(claims, "exp"), _seconds(claims, "iat")
    starts = _seconds(claims, "nbf") if "nbf" in claims else made
    at, leeway = now.timestamp(), _LEEWAY.total_seconds()
    if ends + leeway <= at or made + _OLDEST.total_seconds() + leeway <= at:
        raise OidcRefused("too_old")
    if max(made, starts) > at + leeway:
        raise OidcRefused("clock")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise OidcRefused("times")
    return float(found)


def _signs(key: Mapping[str, Any]) -> bool:
    """Whether it is a public key of a kind that we take, to sign with."""
    if key.get("use", "sig") != "sig" or key.get("kty") not in KINDS.values():
        return False
    if key["kty"] == "RSA":
        modulus = key.get("n")
        return isinstance(modulus, str) and len(modulus) * 6 >= _RSA_LEAST
    return key.get("crv") in ("P-256", "Ed25519")


def _address(document: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
    found = document.get(name)
    if found is None and optional:
        return ""
    if not isinstance(found, str) or len(found) > _URL_MOST or not found.isprintable():
        raise OidcRefused("endpoints")
    parts = urlsplit(found)
    # Whether http may be asked is the client's to say; the browser is led to nothing else either.
    if parts.scheme not in ("https", "http") or not parts.netloc or "@" in parts.netloc:
        raise OidcRefused("endpoints")
    return found


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
