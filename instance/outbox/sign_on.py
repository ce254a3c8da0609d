"""What we ask the provider of the hospital's own sign-in, over the one guarded client.

Everything that goes wrong is an OidcRefused with words for it.
"""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from federation.client import Client
from federation.errors import FederationError, FetchFailed, Malformed, UnsafeAddress
from federation.origin import origin_of
from federation.signers import Level
from instance import config, oidc
from instance.oidc import OidcRefused, Provider
from instance.outbox import remote

log = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
# What a token endpoint says (RFC 6749 5.2); anything else is "token".
_SAID = {"invalid_client": "client", "invalid_grant": "code"}


class _Named:
    """An owner named the provider: which hosts we federate with has no say in it."""

    async def level(self, host: str) -> Level:
        return Level.PUBLIC


def origin(address: str) -> str:
    """Of an issuer or endpoint. Raises OidcRefused for what is not https (but in development)."""
    try:
        return origin_of(address, config.current().development)
    except Malformed as error:
        raise OidcRefused("address") from error


async def discover(issuer: str) -> dict[str, Any]:
    """The provider's description of itself, not read yet."""
    async with _asking(issuer, "no_discovery") as client:
        return await client.get_json(issuer.rstrip("/") + DISCOVERY, may_leave=False)


async def fetch_keys(provider: Provider) -> list[dict[str, Any]]:
    async with _asking(provider.issuer) as client:
        return oidc.read_keys(await client.get_json(provider.keys, may_leave=False))


async def redeem(
    provider: Provider, client_id: str, secret: str, form: Mapping[str, str]
) -> dict[str, Any]:
    """The tokens for a code: `form` has it, with its verifier and redirect address."""
    sent = {"grant_type": "authorization_code", **form}
    headers = {}
    if provider.takes_secret_in_form:
        sent |= {"client_id": client_id, "client_secret": secret}
    else:
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    async with _asking(provider.issuer) as client:
        status, answer = await client.post_form(provider.token, sent, headers)
    if status != 200:
        code = str(answer.get("error"))
        log.warning("the token endpoint of %s answered %d", origin(provider.token), status)
        raise OidcRefused(_SAID.get(code, "token") if status < 500 else "unreachable")
    return answer


async def more_claims(provider: Provider, token: str) -> dict[str, Any]:
    """What the provider says of who this access token is for."""
    async with _asking(provider.issuer) as client:
        return await client.get_with_token(provider.userinfo, token)


@asynccontextmanager
async def _asking(issuer: str, missing: str = "unexpected") -> AsyncIterator[Client]:
    """`missing`: what it means that there is nothing."""
    try:
        async with remote.directory().client.towards(origin(issuer)) as client:
            yield client.asking(_Named())
    except FederationError as error:
        log.warning("single sign-on: %s", error)
        raise OidcRefused(_code_of(error, missing)) from error


def _code_of(error: FederationError, missing: str) -> str:
    if isinstance(error, UnsafeAddress):
        return "unsafe"
    if "Certificate" in str(error):
        return "certificate"
    if not isinstance(error, FetchFailed) or error.permanent:
        return missing if getattr(error, "status", None) in (404, 410) else "unexpected"
    return "unreachable"
