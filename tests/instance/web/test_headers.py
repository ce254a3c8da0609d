"""What stands around every answer: security headers, cookies, and refusals of bodies."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import orjson
import pytest

from instance.services import channels
from tests.browsing import Answer, Browser
from tests.houses import ACTIVITY, PASSWORD, House, Person
from tests.network import Sent
from tests.outsiders import Outsider

# Headers do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

SECURITY = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' https://media.mercy.example; object-src 'none'; "
        "base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
MAX_BODY = 512 * 1024
CANARY = "canarycanary"


@pytest.fixture
async def browser(mercy: House, lee: Person) -> Browser:
    await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    return await mercy.sign_in("lee")


async def every_kind_of_answer(mercy: House, browser: Browser) -> AsyncIterator[Answer]:
    page = await browser.get("/")
    yield page
    yield await mercy.visitor().get("/")
    yield await browser.get("/nothing-here")
    yield await mercy.visitor().get("/account")
    yield await browser.post_form("/consults/new", {})
    yield await browser.post_form("/account/theme", {"theme": "dark"})  # a redirect
    yield await browser.request(Sent("POST", f"{mercy.origin}/sign-in", {}))
    yield await mercy.asked("/actor")
    yield await mercy.asked("/.well-known/webfinger?resource=acct:rhythm@mercy.example")
    yield await mercy.asked("/nodeinfo/2.1")
    yield await mercy.asked("/k/7")
    yield await mercy.request(Sent("POST", f"{mercy.origin}/inbox", {"Content-Type": ACTIVITY}))
    yield await mercy.request(Sent("DELETE", f"{mercy.origin}/", {}))
    yield await mercy.request(Sent("GET", "https://other.example/", {}))
    sheet = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    yield await mercy.visitor().get(sheet)


async def test_every_answer_carries_the_security_headers(mercy: House, browser: Browser) -> None:
    statuses = set()
    async for answer in every_kind_of_answer(mercy, browser):
        statuses.add(answer.status)
        for name, value in SECURITY.items():
            assert answer.header(name) == value, (answer.status, name)
        assert answer.header("strict-transport-security") == "max-age=31536000"
    assert statuses >= {200, 302, 401, 403, 404, 421, 422}


async def test_an_accepted_activity_is_answered_with_nothing_to_show_and_by_https_alone(
    mercy: House, stranger: Outsider
) -> None:
    answer = await stranger.sends(mercy, stranger.activity("Create", stranger.note()))
    assert (answer.status, answer.body) == (202, b"")
    assert answer.header("strict-transport-security") == "max-age=31536000"
    assert not {name.lower() for name, _ in answer.headers} & SECURITY.keys()


async def test_a_members_page_is_kept_by_no_cache(mercy: House, browser: Browser) -> None:
    for path in ("/", "/account", "/consults", "/channels/rhythm", "/nothing-here"):
        assert "no-store" in (await browser.get(path)).header("cache-control"), path


async def test_cookies_in_production_are_for_this_host_and_no_script(
    mercy: House, lee: Person
) -> None:
    visitor = mercy.visitor()
    answers = [
        await visitor.get("/sign-in"),
        await visitor.post_form("/sign-in", {"login": "lee", "password": PASSWORD}),
        await mercy.enter(mercy.visitor(), "lee"),
    ]
    names = ("__Host-visitor", "__Host-step", "__Host-session")
    for answer, name in zip(answers, names, strict=True):
        [line] = [v for n, v in answer.headers if n.lower() == "set-cookie" and v.startswith(name)]
        value, *flags = line.split("; ")
        assert len(value) > len(name) + 30
        assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


async def test_every_sign_in_opens_a_session_of_its_own(mercy: House, lee: Person) -> None:
    """Nothing a visitor brings along becomes a session (T67)."""
    visitor = mercy.visitor()
    visitor.cookies["__Host-session"] = "chosen-by-somebody-else"
    await mercy.enter(visitor, "lee")
    first = visitor.cookies["__Host-session"]
    assert first != "chosen-by-somebody-else" and len(first) > 40
    assert (await mercy.sign_in("lee")).cookies["__Host-session"] != first


async def test_after_five_wrong_tries_no_header_helps(mercy: House, lee: Person) -> None:
    visitor = mercy.visitor()
    wrong = {"login": "lee", "password": "a wrong password"}
    statuses = [(await visitor.post_form("/sign-in", wrong)).status for _ in range(5)]
    assert statuses == [401] * 5
    for number in range(3):
        forged = {
            "X-Forwarded-For": f"203.0.113.{number}",
            "Forwarded": f"for=203.0.113.{number}",
            "X-Real-IP": f"203.0.113.{number}",
        }
        asking = Browser(mercy.origin, partial(_with, mercy, forged))
        for password in ("a wrong password", PASSWORD):
            sent = {"login": "lee", "password": password}
            answer = await asking.post_form("/sign-in", sent)
            assert answer.status == 429
            assert "Too many tries" in answer.text


async def _with(mercy: House, more: dict[str, str], sent: Sent) -> Answer:
    return await mercy.request(Sent(sent.method, sent.url, {**sent.headers, **more}, sent.body))


async def test_a_body_too_large_is_refused_on_pages_and_inboxes(
    mercy: House, browser: Browser
) -> None:
    large = b"csrf_token=" + b"x" * MAX_BODY
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": mercy.origin}
    page = await browser.request(Sent("POST", f"{mercy.origin}/sign-in", kind, large))
    assert page.status == 413 and "512 KB" in page.text
    for length in ({}, {"Transfer-Encoding": "chunked"}):
        headers = {"Content-Type": ACTIVITY, **length}
        sent = Sent("POST", f"{mercy.origin}/inbox", headers, b" " * (MAX_BODY + 1))
        assert problem(await mercy.request(sent)) == 413


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"{}", "text/html", 415),
        (b"{}", ACTIVITY, 401),  # unsigned: nobody looks at what it says
        (f'{{"id": "{CANARY}"'.encode(), ACTIVITY, 401),
    ],
)
async def test_a_refused_activity_hears_its_kind_and_nothing_of_itself(
    mercy: House, body: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind, "Signature": f'keyId="{CANARY}"'}
    answer = await mercy.request(Sent("POST", f"{mercy.origin}/inbox", headers, body))
    assert problem(answer) == status


@pytest.mark.parametrize(
    "document",
    [
        f'{{"{CANARY}": 1, "{CANARY}": 2}}'.encode(),
        CANARY.encode(),
        b"[" * 40,
        f'{{"type": "Create", "id": "{CANARY}"}}'.encode(),
        f'{{"@graph": [{{"id": "{CANARY}"}}]}}'.encode(),
    ],
)
async def test_a_signed_but_malformed_activity_is_a_bad_request(
    mercy: House, stranger: Outsider, document: bytes
) -> None:
    answer = await mercy.receives(document, stranger.rsa, "cavage")
    assert problem(answer) == 400


async def test_a_blocked_server_hears_that_it_is_refused(mercy: House, blocked: Outsider) -> None:
    assert problem(await mercy.receives({"id": CANARY}, blocked.rsa, "cavage")) == 403


def problem(answer: Answer) -> int:
    """The status of a refusal in the form that servers read, with nothing of what was sent."""
    assert answer.header("content-type") == "application/problem+json"
    said: dict[str, Any] = orjson.loads(answer.body)
    assert set(said) == {"type", "status", "title"} and said["status"] == answer.status
    assert CANARY not in answer.text and CANARY not in str(answer.headers)
    challenge = (answer.header("www-authenticate"), bool(answer.header("accept-signature")))
    assert challenge == (("Signature", True) if answer.status == 401 else ("", False))
    return answer.status


async def test_a_form_with_a_file_in_it_goes_through_no_temporary_file(
    mercy: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No form of ours has one (T62: what is typed is in no file)."""

    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refused)
    part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    body = part + b"x" * (MAX_BODY - 200) + b"\r\n--x--\r\n"
    for length in ({}, {"Transfer-Encoding": "chunked"}):
        headers = {"Content-Type": "multipart/form-data; boundary=x", **length}
        sent = Sent("POST", f"{mercy.origin}/sign-in", headers, body)
        answer = await browser.request(sent)
        assert answer.status == 400 and "could not be read" in answer.text
