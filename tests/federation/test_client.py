"""The one client: where it goes, whom it signs for, and what it believes of an answer."""

import ast
import asyncio
import gzip
import re
import socket
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import orjson
import pytest

import federation
from federation import answers, client
from federation.addresses import may_connect
from federation.client import Client
from federation.errors import FetchFailed, UnsafeAddress
from federation.guard import Guard, RefusedAddress
from federation.messages import Form, Response
from federation.origin import PRODUCTION, Development
from tests.federation.scripted import (
    NOW,
    ScriptedNetwork,
    Sent,
    client_on,
    ed25519_key,
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


LITERAL_TRICKS = [
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://10.0.0.1/",
    "https://\uff11\uff12\uff17.0.0.1/",  # full-width digits
    "https://127\u30020\u30020\u30021/",  # ideographic full stops
    "https://%31%32%37.0.0.1/",
]
NOT_URLS = [
    "http://cardio.example/o/1",
    "ftp://cardio.example/o/1",
    "file:///etc/passwd",
    "data:application/activity+json,{}",
    "//cardio.example/o/1",
    "/o/1",
    "",
    "https://",
    "https:///o/1",
    "https://user:password@cardio.example/o/1",
    "https://good.example@cardio.example/o/1",
    "https://cardio.example:8443/o/1",
    "https://cardio.example:80/o/1",
    "https://cardio.example:0443/o/1",
    "https://cardio.example\\@good.example/o/1",
    "https://cardio.example/o/1\r\nX-Injected: 1",
    "https://cardio.example/o/1\nX",
    "https://cardio.example/o 1",
    "https://cardio.example\t/o/1",
    "https://[not-an-address]/",
    "https://cardio.example/" + "a" * 3000,
    "http://localhost:8001/o/1",
    "https://localhost:8001/o/1",
]


@pytest.mark.parametrize("url", [*LITERAL_TRICKS, *NOT_URLS])
async def test_what_may_not_be_asked_is_refused_without_a_connection(
    network: ScriptedNetwork, url: str
) -> None:
    ours = client_on(network)

    for ask in (ours.get_document(url), ours.get_json(url), ours.post(url, b"{}", {})):
        with pytest.raises(UnsafeAddress) as refused:
            await ask
        assert refused.value.permanent
    assert network.requests == []


# Relative ones, and what a parser reads as such, stay with the host that redirects.
LOCATIONS = [
    url
    for url in [*LITERAL_TRICKS, *NOT_URLS]
    if re.match(r"[a-z]+:(//)?[^/]", url) and not re.search(r"[\n\t]", url)
]


@pytest.mark.parametrize("location", LOCATIONS)
async def test_a_redirect_is_held_to_the_same_rules(
    network: ScriptedNetwork, location: str
) -> None:
    network.redirect(NOTE, location)

    with pytest.raises(UnsafeAddress):
        await client_on(network).get_document(NOTE)

    assert network.asked == [NOTE]


async def test_the_url_goes_out_in_one_form_and_without_fragment(network: ScriptedNetwork) -> None:
    answer = {"id": "https://cardio.example/%C3%B6?q=%20&r=a/b"}
    network.serve("https://cardio.example/%C3%B6?q=%20&r=a/b", answer)

    written = "https://CARDIO.example:443/ö?q=%20&r=a/b#main-key"

    assert await client_on(network).get_document(written) == answer


async def test_redirects_are_followed_three_times_and_not_four(network: ScriptedNetwork) -> None:
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

    assert len(network.requests) == 1 + client.MAX_REDIRECTS


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


async def test_a_redirect_of_a_post_is_not_followed(network: ScriptedNetwork) -> None:
    network.redirect(INBOX, "https://cardio.example/inbox2", status=307)

    answer = await client_on(network).post(INBOX, b"{}", {"Signature": "x"})

    assert answer.status == 307
    assert network.asked == [INBOX]


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

    ours = Client(user_agent="x", development=PRODUCTION, private_networks=(), transport=slow)
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


async def test_a_post_carries_what_was_signed_and_its_own_type(network: ScriptedNetwork) -> None:
    network.answer(INBOX, 202)
    headers = await client.signed("POST", INBOX, b"{}", ed25519_key(), "trusted", NOW)

    answer = await client_on(network).post(INBOX, b"{}", headers)

    [sent] = network.requests
    assert answer.status == 202
    assert (sent.method, sent.body) == ("POST", b"{}")
    assert sent.headers["content-type"] == "application/activity+json"
    assert 'tag="curbside-v1"' in sent.headers["signature-input"]
    assert len({name.lower() for name in sent.headers}) == len(sent.headers)


@pytest.mark.parametrize(("form", "header"), [("cavage", "digest"), ("rfc9421", "content-digest")])
def test_each_form_signs_in_its_own_way(form: Form, header: str) -> None:
    made = {name.lower() for name in client.sign("POST", INBOX, b"{}", rsa_key(), form, NOW)}

    assert {"signature", header} <= made


async def test_only_the_slow_signature_is_made_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[object] = []

    async def to_thread(function: Callable[..., Any], *arguments: Any) -> Any:
        threads.append(arguments)
        return function(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    await client.signed("POST", INBOX, b"{}", ed25519_key(), "trusted", NOW)
    assert threads == []
    await client.signed("POST", INBOX, b"{}", rsa_key(), "cavage", NOW)
    assert len(threads) == 1


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


PUBLIC_ADDRESSES = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::808:808",
]
OTHER_ADDRESSES = """
    0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 192.0.0.9
    192.0.0.10 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::8.8.8.8 ::127.0.0.1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    64:ff9b::6440:1 64:ff9b:1::808:808 100::1 2001::1 2001:0:808:808::1 2001:2::1 2001:10::1
    2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1
    fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1
""".split()


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address_is_allowed(address: str) -> None:
    assert may_connect(ip_address(address))


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_every_other_address_is_refused(address: str) -> None:
    assert not may_connect(ip_address(address))


def test_a_listed_private_network_is_allowed_and_no_other() -> None:
    listed = [ip_network("10.20.0.0/16"), ip_network("fd12::/16"), ip_network("100.64.0.0/10")]

    for address in ("10.20.3.4", "fd12::5", "100.100.1.1"):
        assert may_connect(ip_address(address), listed)
    for address in ("10.21.0.1", "192.168.0.1", "fd13::1", "64:ff9b::a14:304"):
        assert not may_connect(ip_address(address), listed)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255"]
)
def test_no_setting_opens_loopback_or_metadata(address: str) -> None:
    assert not may_connect(ip_address(address), [ip_network("0.0.0.0/0")])
    assert not Guard(PRODUCTION, (ip_network("0.0.0.0/0"),)).allows(ip_address(address), False)


@pytest.mark.parametrize(
    "address", ["::1", "::", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "fd00:ec2::254"]
)
def test_no_setting_opens_them_over_ipv6_either(address: str) -> None:
    assert not may_connect(ip_address(address), [ip_network("::/0")])


def name_server(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("bad", OTHER_ADDRESSES)
async def test_one_bad_address_refuses_the_whole_name(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    name_server(monkeypatch, "8.8.8.8", bad)

    with pytest.raises(UnsafeAddress):
        await Guard(PRODUCTION).resolve("cardio.example", 443)


async def test_a_name_with_good_addresses_keeps_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, "8.8.8.8", "2606:4700::1111")

    found = await Guard(PRODUCTION).resolve("cardio.example", 443)

    assert [entry[4][0] for entry in found] == ["8.8.8.8", "2606:4700::1111"]


async def test_a_name_may_be_loopback_only_as_a_listed_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name_server(monkeypatch, "127.0.0.1", "::1")
    guard = Guard(Development(frozenset({"localhost:8001"})))

    assert await guard.resolve("localhost", 8001)
    for host, port in (("localhost", 8002), ("localhost", 443), ("evil.example", 8001)):
        with pytest.raises(UnsafeAddress):
            await guard.resolve(host, port)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:8.8.8.8", "fe80::1%1", "x"]
)
def test_an_address_is_looked_at_again_when_its_socket_is_made(address: str) -> None:
    with pytest.raises(RefusedAddress):
        Guard(PRODUCTION).new_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)))


async def test_the_network_is_asked_through_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, "8.8.8.8", "10.0.0.1")
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=())

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
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=())

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
    # The demo waits for the servers it started itself, at addresses it chose itself.
    waits_for_its_own = {"instance/demo/supervisor.py"}

    using = {
        str(path.relative_to(root))
        for package in ("federation", "instance")
        for path in (root / package).rglob("*.py")
        if imported_names(path) & ways_out
    }

    assert using - waits_for_its_own == {"federation/client.py"}


async def test_the_network_session_keeps_no_cookies_and_reads_no_environment() -> None:
    ours = Client(user_agent="x", development=PRODUCTION, private_networks=())
    session = ours._network._open()

    try:
        session.cookie_jar.update_cookies({"session": "1"})
        assert len(session.cookie_jar) == 0
        assert not session.trust_env
        assert not session.auto_decompress
    finally:
        await session.close()
