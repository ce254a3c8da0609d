"""A list that another institution publishes is followed, and never trusted further than it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import host_lists, proofs
from federation.authentication import Level
from federation.host_lists import Item
from instance.errors import FormRefused, NotAllowed, TrustRefused
from instance.models import (
    Actor,
    AuditEntry,
    ItemState,
    Notification,
    NotificationKind,
    Peer,
    Subscription,
    SubscriptionItem,
)
from instance.services import host_imports, hosts, published_list, subscriptions
from instance.workers import host_lists as worker
from tests.cast import LEE
from tests.houses import House, Person
from tests.instance.services.test_host_imports import blocked, brought, follower, level
from tests.network import Network
from tests.treaties import FIRST, SECOND, Institution

URL = "https://society.example/lists/1"


@pytest.fixture
async def ruiz(mercy: House) -> Person:
    return await mercy.person(FIRST)


@pytest.fixture
def society(network: Network) -> Institution:
    found = Institution("society.example", network)
    publish(found, 1, Item("bad.example", "blocked", "Spam"))
    return found


def publish(society: Institution, version: int, *items: Item, **changes: Any) -> dict[str, Any]:
    """The list as the society serves it from now on, with `changes` that it proves as well."""
    now = datetime.now(UTC)
    built = host_lists.build(URL, version, items, society.ed25519, now)
    society.documents[URL] = proofs.add_proof({**built, **changes}, society.ed25519, now)
    return built


async def subscribed(ruiz: Person) -> Subscription:
    row: Subscription = await ruiz.does(subscriptions.subscribe, URL)
    return row


async def looked(house: House, row: Subscription) -> Subscription:
    await house.at(subscriptions.fetch, row.id)
    return await house.at(subscriptions.by_id, row.id)


async def states(house: House) -> dict[str, str]:
    found = await house.at(lambda: SubscriptionItem.all())
    return {item.host: item.state.value for item in found}


async def test_a_list_goes_from_one_house_to_the_other(
    mercy: House, heart: House, ruiz: Person
) -> None:
    quill = await heart.person(SECOND)
    await quill.does(hosts.block, "bad.example", "Spam")
    found = await quill.does(published_list.publish)
    url = found.document["id"]
    served = await heart.asked(url.removeprefix(heart.origin))
    assert served.json["cs:version"] == 1 and "bad.example" in served.text
    row = await ruiz.does(subscriptions.subscribe, url)
    assert (row.publisher, row.version) == (f"{heart.origin}/actor", 1)
    assert await blocked(mercy) == {"bad.example"}
    assert (await mercy.at(lambda: Peer.get(host="bad.example"))).comment == "Spam"
    await quill.does(hosts.unblock, "bad.example")
    await quill.does(hosts.block, "worse.example")
    assert (await quill.does(published_list.publish)).version == 2
    await mercy.at(lambda: Subscription.all().update(due_at=datetime.now(UTC)))
    await mercy.at(worker.follow)
    assert await blocked(mercy) == {"worse.example"}
    await quill.does(published_list.withdraw)
    assert (await heart.asked(url.removeprefix(heart.origin))).status == 404
    assert (await looked(mercy, row)).error == "no_list"
    assert await blocked(mercy) == {"worse.example"}  # what it said before still counts


async def test_it_is_looked_at_daily(mercy: House, ruiz: Person, society: Institution) -> None:
    row = await subscribed(ruiz)
    assert timedelta(hours=23) < row.due_at - datetime.now(UTC) <= timedelta(days=1)
    assert await mercy.at(subscriptions.due) == []
    society.documents.clear()
    later = await looked(mercy, row)
    assert later.due_at < datetime.now(UTC) + timedelta(hours=2)


async def test_what_left_the_list_is_retracted(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    row = await subscribed(ruiz)
    publish(society, 2, Item("worse.example", "blocked"))
    changed = await looked(mercy, row)
    assert await blocked(mercy) == {"worse.example"}
    assert (changed.added, changed.retracted, changed.version) == (1, 1, 2)
    await ruiz.does(subscriptions.end, row.id)
    assert await blocked(mercy) == set()


async def test_what_an_administrator_decided_is_not_taken_back(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    await ruiz.does(hosts.block, "own.example")
    publish(society, 1, Item("own.example", "blocked"), Item("bad.example", "blocked"))
    row = await subscribed(ruiz)
    assert (await states(mercy))["own.example"] == "same"
    await ruiz.does(hosts.unblock, "bad.example")
    publish(society, 2, Item("own.example", "blocked"), Item("bad.example", "blocked"))
    await looked(mercy, row)
    assert await blocked(mercy) == {"own.example"}
    await ruiz.does(hosts.block, "bad.example")
    publish(society, 3)
    await looked(mercy, row)
    assert await blocked(mercy) == {"own.example", "bad.example"}


async def test_what_two_lists_block_is_open_when_both_have_dropped_it(
    mercy: House, ruiz: Person, society: Institution, network: Network
) -> None:
    first = await subscribed(ruiz)
    other = Institution("other.example", network)
    url = "https://other.example/lists/1"
    items = [Item("bad.example", "blocked")]
    other.documents[url] = host_lists.build(url, 1, items, other.ed25519, datetime.now(UTC))
    second = await ruiz.does(subscriptions.subscribe, url)
    await ruiz.does(subscriptions.end, first.id)
    assert await blocked(mercy) == {"bad.example"}
    await ruiz.does(subscriptions.end, second.id)
    assert await blocked(mercy) == set()


async def test_an_older_version_is_refused(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    publish(society, 5, Item("bad.example", "blocked"))
    row = await subscribed(ruiz)
    publish(society, 4)
    assert (await looked(mercy, row)).error == "older"
    assert await blocked(mercy) == {"bad.example"}


async def test_only_the_pinned_key_proves_it(
    mercy: House, ruiz: Person, society: Institution, network: Network
) -> None:
    row = await subscribed(ruiz)
    thief = Institution("thief.example", network)
    stolen = host_lists.build(URL, 2, [], thief.ed25519, datetime.now(UTC))
    for document in (
        stolen,
        {**stolen, "attributedTo": society.uri},
        {**publish(society, 2), "items": []} | {"cs:version": 9},
        {k: v for k, v in publish(society, 2).items() if k != "proof"},
    ):
        society.documents[URL] = document
        assert (await looked(mercy, row)).error == "not_proven"
    assert await blocked(mercy) == {"bad.example"}
    assert (await mercy.at(subscriptions.by_id, row.id)).version == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"attributedTo": "https://other.example/actor"}, "not proven"),
        ({"type": "Collection"}, "no list"),
        ({"cs:version": True}, "no list"),
        ({"items": [{"cs:host": "*.example", "cs:level": "blocked"}]}, "no list"),
        ({"items": [{"cs:host": "bad.example", "cs:level": "trusted"}]}, "no list"),
        ({"items": "bad.example"}, "no list"),
    ],
)
async def test_what_is_no_list_of_its_publisher_is_not_followed(
    mercy: House, ruiz: Person, society: Institution, change: dict[str, Any], said: str
) -> None:
    publish(society, 1, **change)
    with pytest.raises(FormRefused) as refused:
        await subscribed(ruiz)
    assert said in refused.value.fields["url"]
    assert await blocked(mercy) == set()


async def test_a_list_by_a_person_is_nobodys(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    society.documents[society.uri] = {**society.actor(), "type": "Person"}
    with pytest.raises(FormRefused):
        await subscribed(ruiz)


async def test_ourselves_and_partners_are_refused_and_cuts_wait(
    mercy: House, stlukes: House, ruiz: Person, society: Institution, wards: Actor
) -> None:
    await follower(mercy, "read.example", wards)
    names = ("mercy.example", "stlukes.example", "read.example", "quiet.example")
    items = [Item(name, "blocked") for name in names]
    publish(society, 1, *items, Item("good.example", "candidate"))
    row = await subscribed(ruiz)
    assert await states(mercy) == {
        "mercy.example": "refused",
        "stlukes.example": "refused",
        "read.example": "waiting",
        "quiet.example": "applied",
        "good.example": "proposed",
    }
    assert await blocked(mercy) == {"quiet.example"}
    assert await level(mercy, stlukes.host) is Level.TRUSTED
    assert row.waiting == 1
    await ruiz.does(hosts.block, "read.example")
    assert await mercy.at(subscriptions.items, row.id, ItemState.WAITING) == []


async def test_whom_an_administrator_began_with_is_not_cut_off_by_a_list(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    await ruiz.does(hosts.allow, "ward.allowed.example")
    now = datetime.now(UTC)
    await mercy.at(lambda: Peer.create(host="pinned.example", pinned_at=now))
    publish(society, 1, *(Item(name, "blocked") for name in ("allowed.example", "pinned.example")))
    await subscribed(ruiz)
    assert set((await states(mercy)).values()) == {"waiting"}
    assert await blocked(mercy) == set()


async def test_what_an_administrator_brought_is_not_taken_back(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    publish(society, 1, Item("bad.example", "blocked"), Item("worse.example", "blocked"))
    row = await subscribed(ruiz)
    found = await brought(ruiz, "bad.example\n")  # blocked already
    await ruiz.does(host_imports.confirm, found.id)
    publish(society, 2)
    await looked(mercy, row)
    assert await blocked(mercy) == {"bad.example"}


async def test_the_end_of_many_names_is_refused(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    names = ("example", "nhs.uk", "bad.example")
    publish(society, 1, *(Item(name, "blocked") for name in names))
    await subscribed(ruiz)
    told = {"example": "refused", "nhs.uk": "refused", "bad.example": "applied"}
    assert await states(mercy) == told


async def test_a_mistake_of_ours_is_not_made_every_moment(
    mercy: House, ruiz: Person, society: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await subscribed(ruiz)
    await mercy.at(lambda: Subscription.all().update(due_at=datetime.now(UTC)))

    async def fail(_: int) -> None:
        raise ValueError

    monkeypatch.setattr(subscriptions, "fetch", fail)
    await mercy.at(worker.follow)
    assert (await mercy.at(subscriptions.by_id, row.id)).due_at > datetime.now(UTC)


async def test_what_waits_is_counted_in_each_version(
    mercy: House, ruiz: Person, society: Institution, wards: Actor
) -> None:
    await follower(mercy, "read.example", wards)
    waiting = Item("read.example", "blocked")
    publish(society, 1, waiting)
    row = await subscribed(ruiz)
    publish(society, 2, waiting, Item("bad.example", "blocked"))
    assert (await looked(mercy, row)).waiting == 1


async def test_administrators_hear_of_each_change_once(
    mercy: House, ruiz: Person, society: Institution
) -> None:
    row = await subscribed(ruiz)
    kind = NotificationKind.LIST_CHANGED

    async def told() -> int:
        return await mercy.at(lambda: Notification.filter(kind=kind, read_at=None).count())

    assert await told() == 1
    read = {"read_at": datetime.now(UTC)}
    await mercy.at(lambda: Notification.all().update(**read))
    await looked(mercy, row)
    assert await told() == 0
    publish(society, 2)
    await looked(mercy, row)
    assert await told() == 1
    actions = [entry.action for entry in await mercy.at(lambda: AuditEntry.all())]
    assert actions.count("hosts.list_changed") == 2
    await mercy.block(society.host)  # a list that fails because of that is told of as well
    page = await (await mercy.sign_in(FIRST.handle)).get("/notifications")
    assert "The list of servers of An outsider has changed" in page.text


async def test_only_administrators_follow_and_publish(mercy: House, society: Institution) -> None:
    lee = await mercy.person(LEE)
    for work, what in (
        (subscriptions.subscribe, [URL]),
        (subscriptions.end, [1]),
        (published_list.publish, []),
        (published_list.withdraw, []),
    ):
        with pytest.raises(NotAllowed):
            await lee.does(work, *what)


async def test_what_cannot_be_followed_says_why(
    mercy: House, ruiz: Person, society: Institution, network: Network
) -> None:
    await subscribed(ruiz)
    with pytest.raises(FormRefused, match="form_refused"):
        await subscribed(ruiz)
    for url, said in (
        (f"{mercy.origin}/lists/1", "our own"),
        ("https://nowhere.example/lists/1", "did not answer"),
        ("not an address", "no list"),
    ):
        with pytest.raises(FormRefused) as refused:
            await ruiz.does(subscriptions.subscribe, url)
        assert said in refused.value.fields["url"]
    with pytest.raises(TrustRefused):
        await ruiz.does(published_list.withdraw)


async def test_by_the_page(mercy: House, ruiz: Person, society: Institution) -> None:
    browser = await mercy.sign_in(FIRST.handle)
    refused = await browser.post_form("/admin/hospitals/followed", {"url": "https://x.example/"})
    assert refused.status == 422 and "did not answer" in refused.text
    sent = await browser.post_form("/admin/hospitals/followed", {"url": URL})
    url = sent.header("location")
    assert sent.status == 302 and "An outsider" in (await browser.get(url)).text
    publish(society, 2)
    await browser.post_form(f"{url}/look", {})
    assert await blocked(mercy) == set()
    lists = await browser.get("/admin/hospitals/lists")
    assert f'href="{url}"' in lists.text
    await browser.post_form("/admin/hospitals/published/publish", {})
    assert f"{mercy.origin}/lists/" in (await browser.get("/admin/hospitals/lists")).text
    await browser.post_form("/admin/hospitals/published/withdraw", {})
    again = await browser.post_form("/admin/hospitals/published/withdraw", {})
    assert "No list is published." in again.text
    await browser.post_form(f"{url}/end", {})
    assert not await mercy.at(Subscription.exists)
