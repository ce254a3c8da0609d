"""Applications register here, and see that their token holds."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.services import clients, push, scopes
from instance.services.clients import Registration
from instance.services.tokens import Caller
from instance.web.api import entities_clients, rates
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import count_call
from instance.web.guards import any_client, application
from instance.web.requests import network

blueprint = Blueprint("api_apps", __name__)


@blueprint.post("/api/v1/apps")
@any_client()
async def post_app(_: Caller | None) -> ResponseReturnValue:
    count_call(f"network {network(request)}", rates.REGISTRATIONS, "apps")
    typed = await sent()
    row, secret = await clients.register(
        Registration(
            name=typed.text("client_name").strip(),
            redirect_uris=_addresses(typed),
            scopes=" ".join(typed.texts("scopes")) or scopes.DEFAULT,
            website=typed.text("website").strip(),
        )
    )
    return answer(entities_clients.registered(row, secret, (await push.key()).public))


@blueprint.get("/api/v1/apps/verify_credentials")
@application
async def get_own(caller: Caller) -> ResponseReturnValue:
    key = (await push.key()).public
    return answer(entities_clients.application(caller.application, key))


def _addresses(typed: Sent) -> list[str]:
    """A list, or one text with line breaks between."""
    lines = [line.strip() for text in typed.texts("redirect_uris") for line in text.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))
