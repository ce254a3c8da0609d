"""The one client: where it goes, whom it signs for, what it sends."""

import ast
import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

import federation
from federation import signing
from federation.authentication import Level
from federation.client import MAX_REDIRECTS, Client
from federation.errors import FetchFailed, HostBlocked, UnsafeAddress
from federation.guard import Guard
from federation.messages import Form
from federation.origin import PRODUCTION
from tests.federation.scripted import (
    NOW,
    ScriptedNetwork,
    Sent,
    Trusting,
    client_on,
    ed25519_key,
    everybody,
    rsa_key,
)

NOTE = "https://cardio.example/o/1"


INBOX = "https://cardio.example/inbox"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


def signatures(sent: Sent) -> bool:
    return "signature" in sent.headers


async def test_a_document_is_asked_for_as_activitystreams(network: ScriptedNetwork) -> None:
    network.serve(NOTE, {"id": NOTE, "type": "Note"})

    document = await client_on(network).get_document(NOTE)

    assert document == {"id": NOTE, "type": "Note"}
    [sent] = network.requests
    assert sent.headers["accept"] == (
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
        "application/activity+json"
    )
    assert sent.headers["user-agent"] == "Curbside/0 (+https://mercy.example)"
    assert sent.headers["accept-encoding"] == "identity"
    assert not signatures(sent)


async def test_the_url_goes_out_in_one_form_and_without_fragment(network: ScriptedNetwork) -> None:
    answer = {"id": "https://cardio.example/%C3%B6?q=%20&r=a/b"}
    network.serve("https://cardio.example/%C3%B6?q=%20&r=a/b", answer)

    written = "https://CARDIO.example:443/ö?q=%20&r=a/b#main-key"

    assert await client_on(network).get_document(written) == answer


async def test_redirects_are_followed_three_times_and_not_four(network: ScriptedNetwork) -> None:
    """T37."""
    for hop in range(4):
        network.redirect(
            f"https://cardio.example/{hop}", f"/{hop + 1}", status=(301, 302, 307, 308)[hop]
        )
    last = "https://cardio.example/4"
    network.serve(last, {"id": last})
    ours = client_on(network)

    assert (await ours.get_document("https://cardio.example/1"))["id"] == last
    with pytest.raises(FetchFailed, match="too often"):
        await ours.get_document("https://cardio.example/0")


async def test_a_redirect_loop_ends(network: ScriptedNetwork) -> None:
    network.redirect(NOTE, NOTE)

    with pytest.raises(FetchFailed):
        await client_on(network).get_document(NOTE)

    assert len(network.requests) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize("form", ["cavage", "rfc9421"])
async def test_a_signature_is_for_one_origin_and_not_made_again_on_the_way_back(
    network: ScriptedNetwork, form: Form
) -> None:
    network.redirect(NOTE, "https://cardio.example/o/1b")
    network.redirect("https://cardio.example/o/1b", "https://evil.example/x")
    network.redirect("https://evil.example/x", "https://cardio.example/secret")
    network.serve("https://cardio.example/secret", {"id": "https://cardio.example/secret"})

    await client_on(network).get_document(NOTE, key=rsa_key(), form=form)

    assert [signatures(sent) for sent in network.requests] == [True, True, False, False]
    assert all("cardio" in str(sent.headers.get("host", "cardio")) for sent in network.requests)


async def test_a_refetch_at_another_origin_is_not_signed(network: ScriptedNetwork) -> None:
    network.redirect(NOTE, "https://evil.example/x")
    network.serve("https://evil.example/x", {"id": "https://evil.example/y"})
    network.serve("https://evil.example/y", {"id": "https://evil.example/y"})

    await client_on(network).get_document(NOTE, key=rsa_key())

    assert [signatures(sent) for sent in network.requests] == [True, False, False]


async def test_no_redirect_leads_to_a_blocked_host(network: ScriptedNetwork) -> None:
    """T84: nor is it asked straight away, for a document, for JSON or for the time."""
    network.redirect(NOTE, "https://blocked.example/x")
    network.serve("https://blocked.example/x", {"id": "https://blocked.example/x"})
    ours = client_on(network).asking(Trusting(blocked=Level.BLOCKED))
    for ask in (ours.get_document, ours.get_json):
        with pytest.raises(HostBlocked):
            await ask(NOTE)
    for straight in (ours.get_document, ours.get_json, ours.clock_of):
        with pytest.raises(HostBlocked):
            await straight("https://blocked.example/x")
    assert network.asked == [NOTE, NOTE]


async def test_a_redirect_of_a_post_is_not_followed(network: ScriptedNetwork) -> None:
    """T37."""
    network.redirect(INBOX, "https://cardio.example/inbox2", status=307)

    answer = await client_on(network).post(INBOX, b"{}", {"Signature": "x"})

    assert answer.status == 307
    assert network.asked == [INBOX]


async def test_a_post_carries_what_was_signed_and_its_own_type(network: ScriptedNetwork) -> None:
    network.answer(INBOX, 202)
    headers = await signing.signed("POST", INBOX, b"{}", ed25519_key(), "trusted", NOW)

    answer = await client_on(network).post(INBOX, b"{}", headers)

    [sent] = network.requests
    assert answer.status == 202
    assert (sent.method, sent.body) == ("POST", b"{}")
    assert sent.headers["content-type"] == "application/activity+json"
    assert 'tag="curbside-v1"' in sent.headers["signature-input"]
    assert len({name.lower() for name in sent.headers}) == len(sent.headers)


@pytest.mark.parametrize(("form", "header"), [("cavage", "digest"), ("rfc9421", "content-digest")])
def test_each_form_signs_in_its_own_way(form: Form, header: str) -> None:
    made = {name.lower() for name in signing.sign("POST", INBOX, b"{}", rsa_key(), form, NOW)}

    assert {"signature", header} <= made


async def test_only_the_slow_signature_is_made_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[bool] = []
    sign = signing.sign

    def watched(*arguments: Any) -> dict[str, str]:
        here.append(threading.current_thread() is threading.main_thread())
        return sign(*arguments)

    monkeypatch.setattr(signing, "sign", watched)
    await signing.signed("POST", INBOX, b"{}", ed25519_key(), "trusted", NOW)
    await signing.signed("POST", INBOX, b"{}", rsa_key(), "cavage", NOW)
    assert here == [True, False]


async def test_a_signature_does_not_wait_for_name_servers_that_do_not_answer() -> None:
    loop, answered = asyncio.get_running_loop(), threading.Event()
    waiting = [loop.run_in_executor(None, answered.wait) for _ in range(40)]
    try:
        async with asyncio.timeout(5):
            await signing.signed("POST", INBOX, b"{}", rsa_key(), "cavage", NOW)
    finally:
        answered.set()
        await asyncio.gather(*waiting)


async def test_a_listed_development_pair_is_spoken_to_over_http(network: ScriptedNetwork) -> None:
    url = "http://localhost:8001/o/1"
    network.serve(url, {"id": url})
    ours = client_on(network, peers=["localhost:8001", "127.0.0.1:8001"])

    assert await ours.get_document(url)
    network.serve("http://127.0.0.1:8001/x", {"id": "http://127.0.0.1:8001/x"})
    assert await ours.get_document("http://127.0.0.1:8001/x")
    for other in (
        "http://localhost:8002/",
        "http://127.0.0.1:8002/",
        "http://[::1]:8001/",
        "http://localhost/",
    ):
        with pytest.raises(UnsafeAddress):
            await ours.get_document(other)


def name_server(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_the_network_is_asked_through_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, "8.8.8.8", "10.0.0.1")
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody)

    try:
        with pytest.raises(UnsafeAddress):
            await ours.post("https://cardio.example/inbox", b"{}", {})
    finally:
        await ours.close()


async def test_a_name_that_changes_after_it_was_vetted_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(*_: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 443))]

    monkeypatch.setattr(Guard, "resolve", resolve)
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody)

    try:
        with pytest.raises(UnsafeAddress):
            await ours.get_document("https://cardio.example/o/1")
    finally:
        await ours.close()


def imported_names(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_there_is_one_client_and_no_way_around_it() -> None:
    """T38."""
    ways_out = {
        "aiohttp",
        "requests",
        "httpx",
        "urllib3",
        "urllib.request",
        "http.client",
        "ftplib",
    }
    root = Path(federation.__file__).parent.parent
    using = {
        str(path.relative_to(root))
        for package in ("federation", "instance")
        for path in (root / package).rglob("*.py")
        if imported_names(path) & ways_out
    }

    # The command asks its own server, at CURBSIDE_LISTEN, whatever anybody else says.
    assert using == {"federation/connections.py", "instance/cli/status.py"}


async def test_the_network_session_keeps_no_cookies_and_reads_no_environment() -> None:
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody)
    session = ours._network._open()

    try:
        session.cookie_jar.update_cookies({"session": "1"})
        assert len(session.cookie_jar) == 0
        assert not session.trust_env
        assert not session.auto_decompress
    finally:
        await session.close()


async def test_connections_are_few_and_of_one_host_fewer() -> None:
    """T39."""
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=(), trust=everybody)
    session = ours._network._open()

    try:
        connector = session.connector
        assert connector is not None
        assert (connector.limit, connector.limit_per_host) == (100, 4)
    finally:
        await session.close()
