"""Web Push to applications: where, of what, in which form; and it ends with their token."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from mastodon import Mastodon

from instance.models import Actor, PushMessage, PushSubscription
from instance.services import editing, follows, notifications, posting, push, reactions, signing_in
from instance.services.consults.states import Event
from instance.workers import pushing
from tests.cast import OKAFOR, new
from tests.clients import Phone, signed_in
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.network import Network
from tests.push_service import Phone as Device
from tests.push_service import PushService

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

HERE = "/api/v1/push/subscription"
EVERY = {"mention": True, "favourite": True, "follow": True, "poll": True, "status": True}


@pytest.fixture
def service(network: Network) -> PushService:
    found = network.servers["push.example"] = PushService()
    return found


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(new("moyo", "Dr S. Moyo"))


def asked(device: Device, *, standard: bool = True, **data: Any) -> dict[str, Any]:
    place = device.subscription
    keys = {name: place[name] for name in ("p256dh", "auth")}
    subscription = {"endpoint": place["endpoint"], "keys": keys, "standard": standard}
    return {"subscription": subscription, "data": {"alerts": EVERY, **data}}


async def subscribed(phone: Phone, device: Device, **data: Any) -> dict[str, Any]:
    answer = await phone.calls("POST", HERE, asked(device, **data))
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


async def send(house: House) -> None:
    while await house.at(pushing.step, datetime.now(UTC)):
        continue


async def test_an_application_hears_of_a_type_and_a_number_and_of_nothing_else(
    mercy: House, wards: Actor, lee: Person, moyo: Person, service: PushService
) -> None:
    phone, device = await signed_in(mercy, "lee"), service.phone()
    assert (await phone.get(HERE)).status == 404
    set_ = await subscribed(phone, device)
    key = (await mercy.at(push.key)).public
    assert set(set_) == {"id", "endpoint", "standard", "server_key", "alerts", "policy"}
    assert (set_["endpoint"], set_["server_key"], set_["policy"]) == (device.endpoint, key, "all")
    assert set_["alerts"] | EVERY == set_["alerts"] and set_["alerts"]["reblog"] is False
    assert await phone.reads(HERE) == set_
    assert (await phone.reads("/api/v2/instance"))["configuration"]["vapid"]["public_key"] == key

    written = await lee.speaks(posting.start_thread, wards, "A title", "zebrafinch")
    post = await mercy.at(posting.by_id, written.id)
    await moyo.speaks(posting.reply, post, "zebrafinch too")
    await moyo.speaks(reactions.boost, post)
    await send(mercy)

    shown = await phone.reads("/api/v1/notifications?types[]=mention")
    assert device.shown == [
        {
            "access_token": "",
            "preferred_locale": "en",
            "notification_id": int(shown[0]["id"]),
            "notification_type": "mention",
            "icon": "",
            "title": "Somebody mentioned you",
            "body": "Open it to read.",
        }
    ]
    body = {"data": {"alerts": {"reblog": "1"}}, "policy": "followed"}
    changed = await phone.calls("PUT", HERE, body)
    assert changed.json["alerts"] == {one: one == "reblog" for one in set_["alerts"]}
    await moyo.speaks(reactions.unboost, post)
    other = await mercy.person(new("tanaka", "H. Tanaka"))
    await other.speaks(reactions.boost, post)
    await lee.speaks(follows.follow, other.actor)
    again = await lee.speaks(posting.start_thread, wards, "Again", "Text")
    for one in (moyo, other):
        await one.speaks(reactions.boost, await mercy.at(posting.by_id, again.id))
    await send(mercy)
    assert [one["notification_type"] for one in device.shown] == ["mention", "reblog"]
    assert (await phone.calls("DELETE", HERE)).json == {}
    assert (await phone.get(HERE)).status == 404
    assert (await phone.calls("PUT", HERE, body)).status == 404


async def test_who_shared_a_post_gets_a_message_when_it_was_changed(
    mercy: House, wards: Actor, lee: Person, moyo: Person, service: PushService
) -> None:
    phone, device = await signed_in(mercy, "lee"), service.phone()
    await subscribed(phone, device, alerts={"update": True})
    post = await moyo.speaks(posting.start_thread, wards, "A title", "zebrafinch")
    await lee.speaks(reactions.boost, await mercy.at(posting.by_id, post.id))
    post = await mercy.at(posting.by_id, post.id)
    await moyo.speaks(editing.edit_post, post, "A title", "zebrafinch too")
    await send(mercy)
    [shown] = device.shown
    assert shown["notification_type"] == "update" and "zebrafinch" not in str(shown)


async def test_what_is_older_than_the_standard_is_opened_as_mastodon_sends_it(
    mercy: House, lee: Person, moyo: Person, service: PushService
) -> None:
    script = Mastodon(api_base_url=mercy.origin, version_check_mode="none")
    private, made = script.push_subscription_generate_keys()
    public: Any = made  # bytes, which its types call text
    phone, device = await signed_in(mercy, "lee"), service.phone()
    keys = {"auth": b64encode(public["auth"]).decode()}
    keys["p256dh"] = b64encode(public["pubkey"]).decode()
    form = {"endpoint": device.endpoint, "keys": keys}
    body = {"subscription": form, "data": {"alerts": {"follow": True}}}
    assert (await phone.calls("POST", HERE, body)).json["standard"] is False
    await moyo.speaks(follows.follow, lee.actor)
    await send(mercy)

    [sent] = service.taken
    headers = {name.lower(): value for name, value in sent.headers.items()}
    opened = script.push_subscription_decrypt_push(
        sent.body, private, headers["encryption"], headers["crypto-key"]
    )
    assert (opened.notification_type, opened.title) == ("follow", "Somebody follows you")
    [row] = await phone.reads("/api/v1/notifications")
    assert str(opened.notification_id) == row["id"]


async def test_it_ends_with_its_token_and_what_was_read_is_not_sent(
    mercy: House, lee: Person, moyo: Person, service: PushService
) -> None:
    phones = [await signed_in(mercy, "lee") for _ in range(2)]
    device = service.phone()
    for phone in phones:  # a browser has one place for all
        await subscribed(phone, device)
    await subscribed(phones[0], device)
    assert await mercy.at(lambda: PushSubscription.all().count()) == 2
    assert await lee.does(push.of) == []
    await moyo.speaks(follows.follow, lee.actor)
    form = {"client_id": phones[0].client_id, "client_secret": phones[0].secret}
    await phones[0].posts("/oauth/revoke", {**form, "token": phones[0].token})
    assert await mercy.at(lambda: PushMessage.all().count()) == 1
    await lee.does(notifications.read_all)
    await send(mercy)
    assert (device.shown, await mercy.at(lambda: PushMessage.all().count())) == ([], 0)
    await lee.does(signing_in.end_all)
    assert await mercy.at(lambda: PushSubscription.all().count()) == 0


async def test_each_application_hears_of_its_own_identity_and_of_no_consult(
    mercy: House, moyo: Person, service: PushService
) -> None:
    both = await mercy.person(new("kim", "Dr A. Kim", "cardiology", pseudonym="heron"))
    assert both.pseudonym is not None
    phone = await signed_in(mercy, "kim", "push read")
    device = service.phone()
    await subscribed(phone, device)
    consult = await ask(both)
    await write(await mercy.person(OKAFOR), consult, Event.ANSWER)
    await moyo.speaks(follows.follow, both.pseudonym)
    assert await mercy.at(lambda: PushMessage.all().count()) == 0
    await send(mercy)
    assert device.shown == []


async def test_a_place_that_is_none_is_refused_in_words(
    mercy: House, lee: Person, service: PushService
) -> None:
    phone, device = await signed_in(mercy, "lee"), service.phone()
    good = asked(device)
    wrong: list[Any] = [{}, {"subscription": "x"}, {"subscription": {"endpoint": device.endpoint}}]
    for url in ("http://push.example/x", "https://127.0.0.1/x", "https://[::1]/", "x", ""):
        wrong.append({**good, "subscription": {**good["subscription"], "endpoint": url}})
    keys = {**good["subscription"]["keys"], "p256dh": "AAAA"}
    wrong.append({**good, "subscription": {**good["subscription"], "keys": keys}})
    for body in wrong:
        answer = await phone.calls("POST", HERE, body)
        assert answer.status == 422, body
        assert "subscription" in answer.json["details"]
    reading = await signed_in(mercy, "lee", "read write")
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert (await reading.calls(method, HERE, good)).status == 403
    assert await mercy.at(lambda: PushSubscription.all().count()) == 0
