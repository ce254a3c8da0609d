"""Servers are blocked, allowed, and taken from lists, by forms alone."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from federation.authentication import Level
from instance.models import Actor, AuditEntry, HostImport, ImportState, Peer
from instance.outbox import trust
from instance.services import host_previews
from instance.web.uploads import LIST_MAX
from instance.workers import host_lists as worker
from tests.browsing import Answer, Browser
from tests.cast import LEE, Houses
from tests.houses import House, Person
from tests.instance.services.test_host_imports import blocked, follower, level
from tests.network import Network, Sent
from tests.treaties import FIRST, SECOND, Institution

LISTS, IMPORT = "/admin/hospitals/lists", "/admin/hospitals/import"


@pytest.fixture
async def ruiz(mercy: House) -> Browser:
    await mercy.person(FIRST)
    return await mercy.sign_in(FIRST.handle)


@pytest.fixture
async def adeyemi(mercy: House) -> Browser:
    await mercy.person(SECOND)
    return await mercy.sign_in(SECOND.handle)


async def sends(
    browser: Browser, content: bytes, *, action: str = "block", token: str = "", to: str = IMPORT
) -> Answer:
    """A file, as a browser sends it."""
    shown = await browser.get(LISTS)
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', shown.text)
    token = token or (found[1] if found else "")
    fields = {"csrf_token": token, "action": action}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--x\r\nContent-Disposition: form-data; name="list"; filename="b.csv"\r\n'
    body = b"".join(parts) + head + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    return await browser._send(Sent("POST", browser.origin + to, headers, body))


async def text(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


async def test_a_list_is_brought_looked_at_and_confirmed(
    mercy: House, ruiz: Browser, stlukes: House
) -> None:
    answer = await sends(ruiz, b"domain\nbad.example\n*.x.example\nstlukes.example\n")
    url = answer.header("location")
    assert answer.status == 302 and url.startswith(IMPORT)
    checking = await text(ruiz, url)
    assert "<progress" in checking and "Nothing is done yet. You can close this page." in checking
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in checking
    assert f'hx-sse:connect="{url}/stream"' in checking
    assert "1 list of servers waits" in await text(ruiz, "/admin/hospitals")
    await mercy.at(worker.step)
    shown = await text(ruiz, url)
    assert "refresh" not in shown and "<progress" not in shown
    assert "<b>1</b>to block" in shown and "<b>2</b>not taken" in shown
    assert "Names with * are not taken." in shown and "A partner hospital would be cut" in shown
    assert await blocked(mercy) == set()
    assert (await ruiz.post_form(f"{url}/confirm", {})).status == 302
    assert "Done: 1 server blocked" in await text(ruiz, url)
    assert await blocked(mercy) == {"bad.example"}
    assert await level(mercy, stlukes.host) is Level.TRUSTED
    assert "bad.example" in await text(ruiz, LISTS)


async def test_a_list_that_cuts_somebody_off_waits_for_another_administrator(
    mercy: House, ruiz: Browser, adeyemi: Browser, wards: Actor
) -> None:
    await follower(mercy, "bad.example", wards)
    url = (await sends(ruiz, b"bad.example\n")).header("location")
    await mercy.at(worker.step)
    assert "1 follower there gets nothing any more." in await text(ruiz, url)
    await ruiz.post_form(f"{url}/confirm", {})
    waiting = await text(ruiz, url)
    assert "before a second administrator confirms" in waiting
    assert f'action="{url}/confirm"' not in waiting
    again = await ruiz.post_form(f"{url}/confirm", {})
    assert again.status != 302 and "You confirmed this list yourself." in again.text
    assert await blocked(mercy) == set()
    assert "Dr C. Ruiz confirmed." in await text(adeyemi, url)
    await adeyemi.post_form(f"{url}/confirm", {})
    assert await blocked(mercy) == {"bad.example"}


@pytest.mark.parametrize(
    ("content", "action", "said"),
    [
        (b"", "block", "Choose a file with at least one server in it."),
        (b"\xff\xfe\x00b\x00", "block", "This file is not in UTF-8."),
        (b"bad\0.example", "block", "This file is no text."),
        (b"bad.example", "trust", "Choose what the list is for."),
    ],
)
async def test_what_is_no_list_is_said_at_the_field(
    mercy: House, ruiz: Browser, content: bytes, action: str, said: str
) -> None:
    answer = await sends(ruiz, content, action=action)
    assert answer.status == 422 and said in answer.text
    assert not await mercy.at(HostImport.exists)


async def test_a_file_is_kept_in_no_other_file_and_has_a_limit(
    mercy: House, ruiz: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refused)
    large = b"domain,comment\n" + b"".join(
        b"h%d.example,%s\n" % (n, b"x" * 80) for n in range(10_000)
    )
    assert len(large) > 900_000
    assert (await sends(ruiz, large)).status == 302
    assert (await sends(ruiz, b"x" * LIST_MAX)).status == 413


async def test_files_are_taken_of_administrators_at_their_page_alone(
    mercy: House, ruiz: Browser
) -> None:
    await mercy.person(LEE)
    lee = await mercy.sign_in("lee")
    assert (await sends(lee, b"bad.example", token="0" * 64)).status == 404
    assert (await sends(mercy.visitor(), b"bad.example", token="0" * 64)).status == 404
    assert (await sends(ruiz, b"bad.example", token="0" * 64)).status == 403
    assert (await sends(ruiz, b"bad.example", to=LISTS)).status == 400
    assert (await sends(ruiz, b"bad.example", to="/sign-in")).status == 400
    assert not await mercy.at(HostImport.exists)
    for path in (LISTS, f"{IMPORT}/1", "/admin/hospitals/bad.example/access"):
        assert (await lee.get(path)).status == 404
    for path in ("blocks.csv", "allows.csv", "hosts.json"):
        assert (await lee.get(f"/admin/hospitals/export/{path}")).status == 404
        taken = await ruiz.get(f"/admin/hospitals/export/{path}")
        assert taken.status == 200 and taken.header("content-disposition").endswith(f'"{path}"')


async def test_others_are_answered_while_a_list_is_looked_at(
    mercy: House, ruiz: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_previews, "PART", 20)
    await sends(ruiz, b"".join(b"h%d.example\n" % number for number in range(200)))
    work = asyncio.create_task(mercy.at(worker.step))
    seen = []
    while not work.done():
        assert (await mercy.visitor().get("/channels")).status == 200
        seen.append((await mercy.at(HostImport.first)).checked)  # type: ignore[union-attr]
    await work
    assert len(set(seen)) > 3
    assert (await mercy.at(HostImport.first)).state is ImportState.CHECKED  # type: ignore[union-attr]


async def test_a_server_is_blocked_by_hand_and_the_block_removed(
    mercy: House, ruiz: Browser, wards: Actor
) -> None:
    await follower(mercy, "bad.example", wards)
    sent = await ruiz.post_form(LISTS, {"host": "https://BAD.example/"})
    url = sent.header("location")
    assert url == "/admin/hospitals/bad.example/access"
    assert "1 follower there gets nothing any more." in await text(ruiz, url)
    await ruiz.post_form("/admin/hospitals/bad.example/block", {"comment": "Spam"})
    assert await level(mercy, "sub.bad.example") is Level.BLOCKED
    shown = await text(ruiz, url)
    assert "Remove the block" in shown and "Spam" in shown
    below = await text(ruiz, "/admin/hospitals/sub.bad.example/access")
    assert "A domain above it is blocked" in below and "/block" not in below
    await ruiz.post_form("/admin/hospitals/bad.example/unblock", {})
    assert await level(mercy, "bad.example") is Level.PUBLIC
    actions = [entry.action for entry in await mercy.at(lambda: AuditEntry.all().order_by("id"))]
    assert actions[-2:] == ["trust.blocked", "trust.unblocked"]


async def test_a_server_is_allowed_by_hand(houses: Houses) -> None:
    house = await houses.open("House", "hospital", "house.example", FEDERATION="allowlist")
    await house.person(FIRST)
    ruiz = await house.sign_in(FIRST.handle)
    url = "/admin/hospitals/good.example/access"
    assert "Not allowed" in await text(ruiz, url)
    await ruiz.post_form("/admin/hospitals/good.example/allow", {})
    assert await level(house, "good.example") is Level.PUBLIC
    assert "deals only with servers" in await text(ruiz, LISTS)
    await ruiz.post_form("/admin/hospitals/good.example/disallow", {})
    assert await level(house, "good.example") is Level.BLOCKED
    actions = [entry.action for entry in await house.at(lambda: AuditEntry.all().order_by("id"))]
    assert actions[-2:] == ["trust.allowed", "trust.disallowed"]


async def test_what_cannot_be_done_is_said(mercy: House, ruiz: Browser, stlukes: House) -> None:
    for host, step, said in (
        ("example", "block", "That would block our own server."),
        ("bad.example", "unblock", "This server is not blocked itself."),
        ("bad.example", "disallow", "This server is not on the list."),
    ):
        answer = await ruiz.post_form(f"/admin/hospitals/{host}/{step}", {})
        assert answer.status != 302 and said in answer.text, host
    await mercy.block("bad.example")
    answer = await ruiz.post_form("/admin/hospitals/sub.bad.example/allow", {})
    assert "Remove the block first." in answer.text
    now = datetime.now(UTC)
    await mercy.at(lambda: Peer.filter(host=stlukes.host).update(allowed_at=now))
    answer = await ruiz.post_form(f"/admin/hospitals/{stlukes.host}/disallow", {})
    assert "Its keys were compared" in answer.text
    own = await ruiz.post_form(LISTS, {"host": "mercy.example"})
    assert own.status == 422 and "This is our own server." in own.text
    typed = await ruiz.post_form(LISTS, {"host": "bad example"})
    assert "bad example is not the name of a server." in typed.text


async def test_in_allowlist_mode_a_hospital_is_looked_up_before_it_is_listed(
    houses: Houses, network: Network
) -> None:
    """B pins A before A's Offer can arrive (federation.md 11)."""
    house = await houses.open("House", "hospital", "house.example", FEDERATION="allowlist")
    heart = Institution("heart.example", network)
    heart.webfinger()
    await house.person(FIRST)
    ruiz = await house.sign_in(FIRST.handle)
    found = await ruiz.post_form("/admin/hospitals", {"host": "heart.example"})
    assert found.status == 302
    assert "Check keys" in await text(ruiz, "/admin/hospitals/heart.example")
    assert await house.at(trust.level, heart.host) is Level.BLOCKED
    await house.block(heart.host)
    network.sent.clear()
    refused = await ruiz.post_form("/admin/hospitals", {"host": "heart.example"})
    assert refused.status == 422 and "is blocked here" in refused.text
    assert network.sent == []


async def test_what_is_looked_for_is_found(mercy: House, ruiz: Browser, lee: Person) -> None:
    for host in ("bad.example", "worse.example", "a_b.example"):
        await mercy.block(host)
    found = await text(ruiz, f"{LISTS}?q=BAD")
    assert "bad.example</a>" in found and "worse.example</a>" not in found
    assert "No server with this in its name" in await text(ruiz, f"{LISTS}?q=%25")
