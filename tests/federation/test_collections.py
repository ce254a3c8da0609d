"""The pages we serve, and walking a peer's pages without being led on."""

import asyncio
from typing import Any

import pytest

from federation import collections
from federation.client import Client
from federation.collections import Budget, Walked
from federation.errors import FetchFailed, UnsafeAddress
from federation.messages import Response
from federation.origin import PRODUCTION
from tests.federation.scripted import NOW, ScriptedNetwork, client_on, ed25519_key, everybody

THREAD = "https://cardio.example/t/1"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


def item(number: int) -> str:
    return f"https://cardio.example/o/{number}"


def page(url: str, items: list[Any], following: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": url, "type": "OrderedCollectionPage", "orderedItems": items}
    return found if following is None else found | {"next": following}


def serve_thread(network: ScriptedNetwork, first: Any = f"{THREAD}?p=0", **members: Any) -> None:
    network.serve(
        THREAD,
        {
            "id": THREAD,
            "type": "OrderedCollection",
            "first": first,
            "totalItems": 10**12,
            **members,
        },
    )


def serve_page(
    network: ScriptedNetwork, number: int, items: list[Any], following: Any = None
) -> None:
    url = f"{THREAD}?p={number}"
    network.serve(url, page(url, items, following))


async def test_what_we_serve_is_what_we_read(network: ScriptedNetwork) -> None:
    items: list[Any] = [item(number) for number in range(1, 121)]
    network.serve(THREAD, collections.build(THREAD, 120).to_wire())
    for start, following in ((0, "50"), (50, "100"), (100, None)):
        after = str(start)
        served = collections.build_page(
            THREAD, items[start : start + 50], after=after, next_after=following
        )
        network.serve(collections.page_id(THREAD, after), served.to_wire())

    walked = await collections.walk(client_on(network), THREAD)

    assert walked == Walked(items, pages=4, complete=True)


def test_a_collection_has_a_first_page_and_says_who_owns_it() -> None:
    served = collections.build(THREAD, 3, attributedTo="https://cardio.example/c/1").to_wire()

    assert served["type"] == "OrderedCollection"
    assert served["totalItems"] == 3
    assert served["first"] == f"{THREAD}?after=0"
    assert served["attributedTo"] == "https://cardio.example/c/1"


def test_a_collection_may_be_a_count_alone() -> None:
    served = collections.build("https://cardio.example/u/1/followers", 7, browsable=False).to_wire()

    assert set(served) == {"@context", "id", "type", "totalItems"}


def test_a_page_holds_fifty_and_leads_on_only_while_there_are_more() -> None:
    full = collections.build_page(THREAD, [item(n) for n in range(50)], next_after="49").to_wire()

    assert (full["partOf"], full["next"]) == (THREAD, f"{THREAD}?after=49")
    assert "next" not in collections.build_page(THREAD, [item(1)]).to_wire()
    with pytest.raises(ValueError, match="more than 50"):
        collections.build_page(THREAD, [item(n) for n in range(51)])


async def test_pages_may_come_embedded_in_each_other(network: ScriptedNetwork) -> None:
    inner = page(f"{THREAD}?p=1", [item(2)], f"{THREAD}?p=2")
    first = {"type": "CollectionPage", "partOf": THREAD, "items": item(1), "next": inner}
    serve_thread(network, first)
    serve_page(network, 2, [{"id": item(3), "type": "Note"}])

    walked = await collections.walk(client_on(network), THREAD)

    assert walked.items == [item(1), item(2), {"id": item(3), "type": "Note"}]
    assert walked.complete
    assert network.asked == [THREAD, f"{THREAD}?p=2"]


async def test_items_without_pages_are_read(network: ScriptedNetwork) -> None:
    network.serve(
        THREAD, {"id": THREAD, "type": "Collection", "items": [item(1), 5, None, item(2)]}
    )

    assert (await collections.walk(client_on(network), THREAD)).items == [item(1), item(2)]


async def test_a_page_that_names_itself_as_next_is_read_once(network: ScriptedNetwork) -> None:
    serve_thread(network)
    serve_page(network, 0, [item(1)], f"{THREAD}?p=0")

    walked = await collections.walk(client_on(network), THREAD)

    assert walked == Walked([item(1)], pages=2, complete=False)
    assert len(network.requests) == 2


async def test_two_pages_that_name_each_other_are_read_once(network: ScriptedNetwork) -> None:
    serve_thread(network)
    serve_page(network, 0, [item(1)], f"{THREAD}?p=1")
    serve_page(network, 1, [item(2)], f"{THREAD}?p=0")

    walked = await collections.walk(client_on(network), THREAD)

    assert walked.items == [item(1), item(2)]
    assert len(network.requests) == 3


async def test_endless_pages_end_with_the_budget(network: ScriptedNetwork) -> None:
    serve_thread(network)
    for number in range(50):
        serve_page(network, number, [item(number)], f"{THREAD}?p={number + 1}")

    walked = await collections.walk(client_on(network), THREAD)

    assert (walked.pages, walked.complete) == (10, False)
    assert len(network.requests) == 10


async def test_endless_embedded_pages_end_with_the_budget(network: ScriptedNetwork) -> None:
    first: Any = f"{THREAD}?p=9"
    for number in range(14):
        first = {"type": "CollectionPage", "items": [item(number)], "next": first}
    serve_thread(network, first)

    walked = await collections.walk(client_on(network), THREAD)

    assert (walked.pages, len(walked.items), walked.complete) == (10, 9, False)


async def test_a_page_of_thousands_is_cut_at_the_budget(network: ScriptedNetwork) -> None:
    serve_thread(network)
    serve_page(network, 0, [item(number) for number in range(5000)], f"{THREAD}?p=1")

    walked = await collections.walk(client_on(network), THREAD)

    assert (len(walked.items), walked.pages, walked.complete) == (250, 2, False)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/t/1",
        "http://cardio.example/t/1?p=0",
        "https://cardio.example:8443/t",
        "/t/1?p=0",
    ],
)
async def test_a_page_of_another_origin_is_not_asked_for(
    network: ScriptedNetwork, elsewhere: str
) -> None:
    serve_thread(network, elsewhere, orderedItems=[item(1)])

    walked = await collections.walk(client_on(network), THREAD)

    assert walked == Walked([item(1)], pages=1, complete=False)
    assert network.asked == [THREAD]


async def test_an_embedded_page_of_another_origin_is_not_read(network: ScriptedNetwork) -> None:
    serve_thread(network, page("https://evil.example/t/1?p=0", [item(1)]))

    assert (await collections.walk(client_on(network), THREAD)).items == []


async def test_a_collection_that_moved_to_another_origin_is_not_read(
    network: ScriptedNetwork,
) -> None:
    network.redirect(THREAD, "https://evil.example/t/1")
    network.serve(
        "https://evil.example/t/1", {"id": "https://evil.example/t/1", "type": "Collection"}
    )

    with pytest.raises(FetchFailed):
        await collections.walk(client_on(network), THREAD)


@pytest.mark.parametrize("broken", [b"{", b'{"id":"https://cardio.example/t/1?p=1","type":"Note"}'])
async def test_what_was_read_before_a_failure_is_kept(
    network: ScriptedNetwork, broken: bytes
) -> None:
    serve_thread(network)
    serve_page(network, 0, [item(1)], f"{THREAD}?p=1")
    network.serve(f"{THREAD}?p=1", broken)

    walked = await collections.walk(client_on(network), THREAD)

    assert walked == Walked([item(1)], pages=2, complete=False)


async def test_without_a_collection_there_is_nothing_to_keep(network: ScriptedNetwork) -> None:
    network.serve(THREAD, {"id": THREAD, "type": "Note"})
    ours = client_on(network)

    for url in (THREAD, "https://cardio.example/missing"):
        with pytest.raises(FetchFailed):
            await collections.walk(ours, url)
    with pytest.raises(UnsafeAddress):
        await collections.walk(ours, "https://10.0.0.1/t/1")


async def test_a_slow_peer_costs_no_more_than_the_time_allowed() -> None:
    async def slow(method: str, url: str, headers: Any, body: bytes | None) -> Response:
        if "?p=1" in url:
            await asyncio.sleep(5)
        body = b'{"id":"%b","type":"CollectionPage","items":["x"],"next":"%b?p=1"}' % (
            url.encode(),
            THREAD.encode(),
        )
        return Response(200, {"content-type": "application/activity+json"}, body, url)

    ours = Client(
        user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody, transport=slow
    )

    walked = await collections.walk(ours, THREAD, Budget(seconds=0.05))

    assert walked == Walked(["x"], pages=1, complete=False)


async def test_every_page_is_asked_for_with_the_signature_given(network: ScriptedNetwork) -> None:
    serve_thread(network)
    serve_page(network, 0, [item(1)])

    await collections.walk(client_on(network), THREAD, key=ed25519_key(), form="trusted")

    created = f"created={int(NOW.timestamp())}"
    assert [created in sent.headers["signature-input"] for sent in network.requests] == [True, True]
