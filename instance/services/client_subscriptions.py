"""Where an application takes push messages: one place a token, and it goes with the token."""

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.transactions import in_transaction

from instance import sealed
from instance.errors import FormRefused, NotFound
from instance.models import AccessToken, PushPolicy, PushSubscription
from instance.services import push
from instance.services.client_notifications import TYPES
from instance.services.tokens import Caller

# What applications may ask for; of what we never tell there is never a message.
ALERTS = (*dict.fromkeys(TYPES.values()), "admin.sign_up", "admin.report")
_NO_PLACE = "must be an https address with the keys p256dh and auth"


@dataclass(frozen=True)
class Chosen:
    """Of which types an application wants to hear, and from whom."""

    alerts: Mapping[str, bool]
    policy: PushPolicy = PushPolicy.ALL


async def subscribe(
    caller: Caller, typed: Mapping[str, str], chosen: Chosen, *, is_standard: bool
) -> PushSubscription:
    """In the place of what this token had. `typed`: endpoint, p256dh and auth, as they came.

    Raises FormRefused for what is no place, NotFound where the token was just taken back.
    """
    try:
        device = push.device_of(typed)
    except FormRefused as error:
        raise FormRefused({"subscription": _NO_PLACE}) from error
    token = caller.token
    place = f"{token.id} {device.endpoint}"  # two tokens may have one: a browser has one for all
    async with in_transaction():
        if not await AccessToken.filter(id=token.id).select_for_update().exists():
            raise NotFound
        await PushSubscription.filter(token_id=token.id).delete()
        return await PushSubscription.create(
            member_id=token.member_id,
            token_id=token.id,
            endpoint_hash=sealed.current().digest("push endpoint", place),
            place=push.place_of(device),
            device=caller.application.name,
            alerts=dict(chosen.alerts),
            policy=chosen.policy,
            is_standard=is_standard,
        )


async def current(caller: Caller) -> PushSubscription:
    """Raises NotFound."""
    row = await PushSubscription.filter(token_id=caller.token.id).first()
    if row is None:
        raise NotFound
    return row


async def choose(caller: Caller, chosen: Chosen) -> PushSubscription:
    """Raises NotFound."""
    row = await current(caller)
    row.alerts, row.policy = dict(chosen.alerts), chosen.policy
    await row.save(update_fields=["alerts", "policy"])
    return row


async def remove(caller: Caller) -> None:
    await PushSubscription.filter(token_id=caller.token.id).delete()
