"""T84: whom a server deals with holds on every path. Mode by kind of server by path.

An unsigned request tells nobody's host. So in allowlist mode whoever does not sign reads no
document and finds nobody but the institution itself; pages stay open to people.
"""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from federation.authentication import Level
from federation.collections import Budget
from federation.errors import FederationError
from instance.errors import CurbsideError, FormRefused
from instance.inbox import fetches, objects
from instance.models import Delivery, Fetch, Offer, Role
from instance.outbox import remote, trust
from instance.outbox.enqueue import enqueue
from instance.services import follows, hosts
from instance.workers import fetching
from tests import treaties
from tests.cast import Houses, new
from tests.neighbours import FETCHED, HOSTS, Neighbours, around, is_open, wrote
from tests.network import Network, Sent
from tests.outsiders import PUBLIC

HANDLE = "/.well-known/webfinger?resource=acct:lee@house.example"
OURS = (
    "/actor",
    "/.well-known/webfinger?resource=https://house.example/",
    "/.well-known/webfinger?resource=https://house.example/actor",
    "/.well-known/webfinger?resource=acct:house.example@house.example",
)


@pytest.fixture(params=["open", "allowlist"])
async def near(request: pytest.FixtureRequest, houses: Houses, network: Network) -> Neighbours:
    found = await around(houses, network, request.param)
    network.sent.clear()
    return found


async def test_one_function_decides(near: Neighbours) -> None:
    levels = await near.house.at(trust.levels, list(HOSTS.values()))
    found = {kind: levels[host] is not Level.BLOCKED for kind, host in HOSTS.items()}
    assert found == near.expected()
    assert levels[HOSTS["trusted"]] is Level.TRUSTED
    for host in HOSTS.values():
        assert await near.house.at(trust.level, host) is levels[host]
    assert await near.house.at(trust.level, near.house.host) is Level.TRUSTED


async def test_what_a_server_reads_with_a_signature(near: Neighbours) -> None:
    for path in near.documents():
        statuses = {kind: await near.asks(kind, path) for kind in FETCHED}
        assert statuses == {kind: 200 if is_open(near.mode, kind) else 404 for kind in FETCHED}, (
            path
        )
    assert {kind for kind in FETCHED if near.asked(kind)} <= {
        kind for kind in FETCHED if is_open(near.mode, kind)
    }


async def test_what_anybody_reads_without_a_signature(near: Neighbours) -> None:
    is_list = near.mode == "allowlist"
    for path in near.documents()[:-1]:
        assert (await near.house.asked(path)).status == (401 if is_list else 200), path
    assert (await near.house.asked(HANDLE)).status == (401 if is_list else 200)
    unknown = await near.house.asked(HANDLE.replace("lee", "nobody"))
    assert unknown.status == (401 if is_list else 404)
    for path in OURS:
        assert (await near.house.asked(path)).status == 200, path
    for page in ("/", "/@lee", "/channels/rhythm", f"/t/{near.starter.thread_id}"):
        assert (await near.house.visitor().get(page)).status == 200, page


async def test_a_published_list_is_read_by_everybody(near: Neighbours) -> None:
    """A society that deals with few publishes it for hospitals it does not know (11.2)."""
    path = near.list_uri.removeprefix(near.house.origin)
    assert (await near.house.asked(path)).json["id"] == near.list_uri
    assert {await near.asks(kind, path) for kind in FETCHED} == {200}


async def test_whom_a_server_finds(near: Neighbours) -> None:
    found = {kind: await near.asks(kind, HANDLE) for kind in FETCHED}
    assert found == {kind: 200 if is_open(near.mode, kind) else 404 for kind in FETCHED}
    for path in OURS:
        assert {await near.asks(kind, path) for kind in FETCHED} == {200}, path


async def test_what_comes_to_an_inbox(near: Neighbours) -> None:
    for kind in HOSTS:
        uri = near.uri(kind)
        follow = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{uri}/follows/1",
            "type": "Follow",
            "actor": uri,
            "object": near.channel.uri,
        }
        status = await near.sends(kind, follow)
        if kind in FETCHED:
            assert status == (202 if is_open(near.mode, kind) else 403), kind
        elif not is_open(near.mode, kind):
            assert status == 403, kind
        if not is_open(near.mode, kind):
            assert not near.asked(kind), kind  # not even for a key


async def test_what_somebody_hands_on_for_another(near: Neighbours) -> None:
    carrier = near.people["allowed"]
    for kind in near.people:
        author = near.people[kind]
        note = author.note(7, to=[PUBLIC, near.channel.uri])
        create = author.activity("Create", note, 7, to=[PUBLIC, near.channel.uri])
        status = (await carrier.sends(near.house, create)).status
        if author is not carrier:
            assert (status == 403) is not is_open(near.mode, kind), kind


@pytest.mark.parametrize("by", ["address", "handle"])
async def test_whom_a_member_finds(near: Neighbours, by: str) -> None:
    for kind in FETCHED:
        address = near.uri(kind) if by == "address" else f"@mallory@{HOSTS[kind]}"
        near.network.sent.clear()
        try:
            await near.lee.speaks(follows.follow_address, address)
        except FormRefused:
            assert by == "handle" or not is_open(near.mode, kind), kind
        assert near.asked(kind) is is_open(near.mode, kind), kind


async def test_nobody_is_found_again_who_is_remembered(near: Neighbours) -> None:
    mallory = near.people["allowed"]
    await near.lee.speaks(follows.follow_address, mallory.uri)
    await near.house.block(mallory.host)
    with pytest.raises(FormRefused):
        await near.lee.speaks(follows.follow_address, mallory.uri)


FETCHES = {
    "object": lambda uri: objects.fetch(f"{uri}/notes/1"),
    "actor": objects.fetch_actor,
    "key": lambda uri: remote.directory().find(f"{uri}#main-key"),
    "collection": lambda uri: remote.directory().walk(f"{uri}/replies", Budget()),
    "institution": lambda uri: remote.directory().get(uri),
    "deletion": lambda uri: objects.fetch_parents({"inReplyTo": f"{uri}/notes/2"}, ""),
}


@pytest.mark.parametrize("what", FETCHES)
async def test_what_is_fetched(near: Neighbours, what: str) -> None:
    for kind in FETCHED:
        try:
            await near.house.at(FETCHES[what], near.uri(kind))
        except (FederationError, CurbsideError):
            pass
        assert near.asked(kind) is is_open(near.mode, kind), kind


@pytest.mark.parametrize("kind_of_fetch", ["object", "actor", "thread", "followers", "move"])
async def test_what_a_worker_fetches(near: Neighbours, kind_of_fetch: fetches.Kind) -> None:
    await wrote(near)

    async def fetch(uri: str) -> None:
        async with in_transaction():
            await fetches.request(kind_of_fetch, uri, channel=near.lee.uri)
        await fetching.fetch(await Fetch.get(uri=uri))
        await Fetch.all().delete()

    for kind in FETCHED:
        if not is_open(near.mode, kind):
            await near.house.at(fetch, f"https://{HOSTS[kind]}/users/writer/1")
            assert not near.asked(kind), kind


async def test_what_is_queued(near: Neighbours) -> None:
    inboxes = {f"https://{host}/inbox": kind for kind, host in HOSTS.items()}

    async def send() -> dict[str, bool]:
        document = {"id": f"{near.lee.uri}/x", "type": "Create", "actor": near.lee.uri}
        async with in_transaction():
            await enqueue(document, sender=near.lee.actor, inboxes=inboxes)
        rows = {row.inbox for row in await Delivery.filter(activity__uri=document["id"])}
        return {kind: inbox in rows for inbox, kind in inboxes.items()}

    assert await near.house.at(send) == near.expected()


async def test_what_is_sent_that_was_queued_before(near: Neighbours) -> None:
    async def queue() -> None:
        document = {"id": f"{near.lee.uri}/x", "type": "Create", "actor": near.lee.uri}
        inboxes = [f"https://{HOSTS['allowed']}/{n}" for n in range(len(HOSTS))]
        async with in_transaction():
            await enqueue(document, sender=near.lee.actor, inboxes=inboxes)
        rows = await Delivery.filter(activity__uri=document["id"])
        for row, host in zip(rows, HOSTS.values(), strict=True):
            moved = {"host": host, "inbox": f"https://{host}/inbox"}
            await Delivery.filter(id=row.id).update(**moved)

    await near.house.at(queue)
    await near.house.deliver()
    assert {kind: near.asked(kind) for kind in FETCHED} == near.expected(*FETCHED)
    rows = await near.house.at(lambda: Delivery.filter(last_error="blocked here"))
    assert {row.host for row in rows} >= {
        host for kind, host in HOSTS.items() if not is_open(near.mode, kind)
    }


async def test_what_is_stored_is_shown(near: Neighbours) -> None:
    await wrote(near)
    thread, channel = f"/t/{near.starter.thread_id}", f"/c/{near.channel.id}"
    key = await near.lee.key()
    places = {
        thread: (await near.house.visitor().get(thread)).text,
        "context": (await near.house.asked(f"{thread}?after=0", key)).text,
        "history": (await near.house.asked(f"{thread}/history?after=0", key)).text,
        "outbox": (await near.house.asked(f"{channel}/outbox?after=0", key)).text,
        "replies": (await near.house.asked(f"/o/{near.starter.id}/replies?after=0", key)).text,
    }
    for place, text in places.items():
        for kind, host in HOSTS.items():
            said = f"Words of {kind}." if place == thread else f"https://{host}/users/writer/"
            assert (said.replace("'", "&#39;") in text or said in text) is is_open(
                near.mode, kind
            ), (place, kind)


async def test_a_block_closes_what_was_open_and_its_end_opens_it(near: Neighbours) -> None:
    await wrote(near)
    thread = f"/t/{near.starter.thread_id}"
    host = HOSTS["allowed"]
    assert "Words of allowed." in (await near.house.visitor().get(thread)).text
    await near.house.block(host)
    assert "Words of allowed." not in (await near.house.visitor().get(thread)).text
    assert await near.asks("allowed", "/actor/outbox") == 404

    ruiz = await near.house.person(new("dahl", "Dr D. Dahl", role=Role.FEDERATION))
    await ruiz.does(hosts.unblock, host)
    assert "Words of allowed." in (await near.house.visitor().get(thread)).text
    assert await near.asks("allowed", "/actor/outbox") == 200


async def test_a_name_with_a_dot_at_its_end_is_nobodys(near: Neighbours) -> None:
    url = f"{near.house.origin}/actor/outbox"
    headers = {"Accept": "application/activity+json", "Host": "house.example."}
    sent = Sent("GET", url, headers)
    assert (await near.house.request(sent)).status in (401, 421)
    for kind in FETCHED:
        with pytest.raises(FederationError):
            await near.house.at(FETCHES["institution"], f"https://{HOSTS[kind]}./users/mallory")


async def test_two_that_deal_with_listed_servers_alone_become_partners(houses: Houses) -> None:
    """Each pins the other first: before that an Offer does not arrive, and gives nothing."""
    one, other = [
        await houses.open(
            name, "hospital", f"{name}.example", trusted=False, FEDERATION="allowlist"
        )
        for name in ("one", "other")
    ]
    await treaties.pin(one, other)
    await treaties.offer(one, other)
    await houses.settle()
    assert await other.at(lambda: Offer.all().count()) == 0
    now = datetime.now(UTC)
    await treaties.pin(other, one)
    await one.at(lambda: Offer.all().update(created_at=now - timedelta(days=2), state="none"))
    await treaties.offer(one, other)
    await houses.settle()
    await treaties.accept(other, one)
    await houses.settle()
    assert await treaties.is_trusted(one, other) and await treaties.is_trusted(other, one)
