"""Where an application takes push messages: read, set, choose what comes, and end it."""

from contextlib import suppress

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.models import PushPolicy
from instance.services import client_subscriptions
from instance.services.client_subscriptions import ALERTS, Chosen
from instance.services.tokens import Caller
from instance.web.api import entities_push
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.guards import client

blueprint = Blueprint("api_push", __name__)

HERE = "/api/v1/push/subscription"


@blueprint.get(HERE)
@client("push")
async def get_subscription(caller: Caller) -> ResponseReturnValue:
    row = await client_subscriptions.current(caller)
    return answer(await entities_push.subscription(row))


@blueprint.post(HERE)
@client("push")
async def post_subscription(caller: Caller) -> ResponseReturnValue:
    typed = await sent()
    asked = typed.inner("subscription")
    keys = asked.inner("keys")
    place = {"endpoint": asked.text("endpoint")}
    place |= {name: keys.text(name) for name in ("p256dh", "auth")}
    row = await client_subscriptions.subscribe(
        caller, place, _chosen(typed), is_standard=asked.flag("standard")
    )
    return answer(await entities_push.subscription(row))


@blueprint.put(HERE)
@client("push")
async def put_subscription(caller: Caller) -> ResponseReturnValue:
    row = await client_subscriptions.choose(caller, _chosen(await sent()))
    return answer(await entities_push.subscription(row))


@blueprint.delete(HERE)
@client("push")
async def delete_subscription(caller: Caller) -> ResponseReturnValue:
    await client_subscriptions.remove(caller)
    return answer({})


def _chosen(typed: Sent) -> Chosen:
    """Some send the policy beside the alerts, some above."""
    data = typed.inner("data")
    alerts = data.inner("alerts")
    policy = PushPolicy.ALL
    with suppress(ValueError):
        policy = PushPolicy(data.text("policy") or typed.text("policy"))
    return Chosen({kind: alerts.flag(kind) for kind in ALERTS}, policy)
