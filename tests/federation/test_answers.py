"""What an answer must be before anything in it is believed."""

import asyncio
import gzip
from typing import Any

import orjson
import pytest

from federation import answers, client
from federation.client import Client
from federation.errors import FetchFailed
from federation.messages import Response
from federation.origin import PRODUCTION
from tests.federation.scripted import (
    ScriptedNetwork,
    client_on,
    everybody,
)

NOTE = "https://cardio.example/o/1"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


async def test_a_document_of_another_origin_is_dropped_and_not_asked_for(
    network: ScriptedNetwork,
) -> None:
    network.serve(
        "https://evil.example/x", {"id": "https://good.example/u/alice", "type": "Person"}
    )

    with pytest.raises(FetchFailed) as failed:
        await client_on(network).get_document("https://evil.example/x")

    assert failed.value.permanent
    assert network.asked == ["https://evil.example/x"]


@pytest.mark.parametrize("identifier", [None, 5, "", "/o/1", [NOTE], {"id": NOTE}, f"{NOTE}#x"])
async def test_a_document_that_does_not_say_where_it_lives_is_dropped(
    network: ScriptedNetwork, identifier: Any
) -> None:
    network.serve(NOTE, {"id": identifier, "type": "Note"})

    with pytest.raises(FetchFailed):
        await client_on(network).get_document(NOTE)


async def test_another_id_of_the_same_origin_counts_as_served_there(
    network: ScriptedNetwork,
) -> None:
    network.serve("https://cardio.example/@bob", {"id": NOTE, "name": "what the page says"})
    network.serve(NOTE, {"id": NOTE, "name": "what the id says"})

    document = await client_on(network).get_document("https://cardio.example/@bob")

    assert document["name"] == "what the id says"
    assert network.asked == ["https://cardio.example/@bob", NOTE]


async def test_the_second_look_is_the_last(network: ScriptedNetwork) -> None:
    network.serve("https://cardio.example/1", {"id": "https://cardio.example/2"})
    network.serve("https://cardio.example/2", {"id": "https://cardio.example/3"})
    network.serve("https://cardio.example/3", {"id": "https://cardio.example/3"})

    with pytest.raises(FetchFailed, match="under an id it does not have"):
        await client_on(network).get_document("https://cardio.example/1")

    assert len(network.requests) == 2


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/html",
        "text/plain; charset=application/activity+json",
        "image/png",
        "application/octet-stream",
        "application/ld+json",
        'application/ld+json; profile="https://evil.example/ns"',
        "",
    ],
)
async def test_an_upload_is_no_document_whatever_is_in_it(
    network: ScriptedNetwork, kind: str
) -> None:
    network.serve(NOTE, {"id": NOTE}, kind=kind)

    with pytest.raises(FetchFailed, match="not ActivityStreams"):
        await client_on(network).get_document(NOTE)


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'Application/LD+JSON;PROFILE="https://www.w3.org/ns/activitystreams"',
    ],
)
async def test_both_activitystreams_types_are_read(network: ScriptedNetwork, kind: str) -> None:
    network.serve(NOTE, {"id": NOTE}, kind=kind)

    assert await client_on(network).get_document(NOTE)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (201, 204, 304, 401, 404, 410)),
        *((status, False) for status in (408, 429, 500, 503)),
    ],
)
async def test_only_200_is_an_answer_and_the_failure_says_whether_to_try_again(
    network: ScriptedNetwork, status: int, permanent: bool
) -> None:
    network.serve(NOTE, {"id": NOTE}, status=status)

    with pytest.raises(FetchFailed) as failed:
        await client_on(network).get_document(NOTE)

    assert (failed.value.status, failed.value.permanent) == (status, permanent)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id":1,"id":2}', b"\xff", b"[" * 5000])
async def test_a_body_that_is_no_document_is_a_failed_fetch(
    network: ScriptedNetwork, body: bytes
) -> None:
    network.serve(NOTE, body)

    with pytest.raises(FetchFailed) as failed:
        await client_on(network).get_document(NOTE)

    assert failed.value.permanent


async def test_a_document_may_be_a_megabyte_and_not_more(network: ScriptedNetwork) -> None:
    frame = len(orjson.dumps({"id": NOTE, "content": ""}))
    ours = client_on(network)
    network.serve(NOTE, {"id": NOTE, "content": "x" * (answers.MAX_BYTES - frame)})

    assert await ours.get_document(NOTE)
    network.serve(NOTE, {"id": NOTE, "content": "x" * (answers.MAX_BYTES - frame + 1)})
    with pytest.raises(FetchFailed, match="too much"):
        await ours.get_document(NOTE)


async def test_a_compressed_answer_is_not_unpacked(network: ScriptedNetwork) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    network.serve(NOTE, bomb, headers={"content-encoding": "gzip"})

    with pytest.raises(FetchFailed, match="encoding"):
        await client_on(network).get_document(NOTE)


async def test_time_runs_over_all_redirects_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.05)
    asked: list[str] = []

    async def slow(method: str, url: str, headers: Any, body: bytes | None) -> Response:
        asked.append(url)
        await asyncio.sleep(0.03)
        return Response(302, {"location": f"/{len(asked)}"}, b"", url)

    ours = Client(
        user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody, transport=slow
    )
    with pytest.raises(FetchFailed, match="in time") as failed:
        await ours.get_document(NOTE)

    assert not failed.value.permanent
    assert len(asked) == 2


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("https://x/secret"), TimeoutError(), OSError()]
)
async def test_a_peer_that_is_down_may_be_asked_again(
    network: ScriptedNetwork, error: Exception
) -> None:
    network.answer(NOTE, error)

    with pytest.raises(FetchFailed) as failed:
        await client_on(network).get_document(NOTE)

    assert (failed.value.permanent, failed.value.status) == (False, None)
    assert "secret" not in str(failed.value)


async def test_a_refusal_names_hosts_and_nothing_of_the_path(network: ScriptedNetwork) -> None:
    for answer in ({"kind": "text/html"}, {"status": 404}, {"headers": {"content-encoding": "br"}}):
        network.serve("https://cardio.example/o/canary", {"content": "canary"}, **answer)
        with pytest.raises(FetchFailed) as failed:
            await client_on(network).get_document("https://cardio.example/o/canary")
        assert "canary" not in str(failed.value)
        assert "cardio.example" in str(failed.value)


@pytest.mark.parametrize("kind", ["application/json", "application/jrd+json; charset=utf-8"])
async def test_other_json_needs_no_id(network: ScriptedNetwork, kind: str) -> None:
    network.serve("https://cardio.example/x", {"links": []}, kind=kind)

    found = await client_on(network).get_json(
        "https://cardio.example/x", accept="application/jrd+json"
    )

    assert found == {"links": []}
    assert network.requests[0].headers["accept"] == "application/jrd+json"


async def test_other_json_has_to_be_json_and_may_be_kept_from_leaving(
    network: ScriptedNetwork,
) -> None:
    ours = client_on(network)
    network.serve("https://cardio.example/x", {}, kind="text/plain")
    with pytest.raises(FetchFailed, match="not JSON"):
        await ours.get_json("https://cardio.example/x")

    network.serve("https://other.example/x", {"a": 1}, kind="application/json")
    network.redirect("https://cardio.example/x", "https://other.example/x")
    assert await ours.get_json("https://cardio.example/x") == {"a": 1}
    with pytest.raises(FetchFailed, match="another host"):
        await ours.get_json("https://cardio.example/x", may_leave=False)
