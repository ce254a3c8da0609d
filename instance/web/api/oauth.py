"""Tokens: for a code or for an application itself, taken back, and whose one is."""

import base64
import binascii
from urllib.parse import unquote_plus

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance import config
from instance.services import authorizing, scopes
from instance.services.tokens import Caller
from instance.web import sessions
from instance.web.api import entities_clients
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.guards import any_client, client, unsigned

blueprint = Blueprint("api_oauth", __name__)


@blueprint.post("/oauth/token")
@any_client()
async def post_token(_: Caller | None) -> ResponseReturnValue:
    issued = await authorizing.exchange(await _typed(), sessions.source(request))
    return answer(entities_clients.token(issued))


@blueprint.post("/oauth/revoke")
@any_client()
async def post_revoke(_: Caller | None) -> ResponseReturnValue:
    await authorizing.revoke(await _typed())
    return answer({})


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
@client("profile", "read:accounts")
async def get_userinfo(caller: Caller) -> ResponseReturnValue:
    return answer(entities_clients.userinfo(caller))


@blueprint.get("/.well-known/oauth-authorization-server")
@unsigned
async def get_metadata() -> ResponseReturnValue:
    """RFC 8414."""
    uri = config.current().uri
    return answer(
        {
            "issuer": f"{config.current().origin}/",
            "service_documentation": uri("/help"),
            "authorization_endpoint": uri("/oauth/authorize"),
            "token_endpoint": uri("/oauth/token"),
            "app_registration_endpoint": uri("/api/v1/apps"),
            "revocation_endpoint": uri("/oauth/revoke"),
            "userinfo_endpoint": uri("/oauth/userinfo"),
            "scopes_supported": list(scopes.SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "code_challenge_methods_supported": ["S256"],
        }
    )


async def _typed() -> dict[str, str]:
    """Of the body; who the application is may stand in the header (RFC 6749, 2.3.1).

    Nothing of the address counts: it would be written down on the way (T69).
    """
    typed = (await sent(from_address=False)).plain()
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return typed
        typed |= {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}
    return typed
