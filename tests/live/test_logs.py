"""What people and peers write is in no log line and no temporary file (T62)."""

import http.client
import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from instance.models import Consult
from instance.web.views.asking import LAB_ROWS, ConsultDraft
from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.pairs import CHANNEL, Pair, at, eventually, signed_in

PUBLIC = "canarypublic"  # posts, addresses, headers: anything a person or peer can send
PRIVATE = "canaryprivate"  # in consults: not readable in the database file either
LAB = ("name", "value", "unit", "range", "day")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))  # the servers inherit it
    return tmp_path


@pytest.fixture(params=[("debug", "text"), ("info", "json")], ids=lambda one: one[1])
def pair(request: pytest.FixtureRequest, folder: Path) -> Iterator[Pair]:
    level, form = request.param
    yield pairs.pair(folder, log_level=level, log_format=form)


def test_what_is_written_is_in_no_log_and_no_temporary_file(pair: Pair, folder: Path) -> None:
    with servers.running(pair.server(pair.mercy), pair.server(pair.stlukes)):
        send_to_every_public_form(pair)
        discuss_a_consult(pair)
        send_what_is_refused(pair.mercy.port)
        servers.command(pair.mercy, "post", "--as", "lee", "--channel", CHANNEL, PUBLIC)
    for home in (pair.mercy, pair.stlukes):
        log = home.log.read_text()
        assert "instance.inbox.receive" in log, "the log level is not in effect"
        assert "answered POST" in log, "requests have no lines"
        assert not [line for line in log.splitlines() if "canary" in line]
        assert PRIVATE not in written_in(home.folder)
    assert "canary" not in written_in(folder / "temporary")


def send_to_every_public_form(pair: Pair) -> None:
    url, browser = pair.mercy.url, signed_in(pair.mercy)
    board = f"{url}/channels/{CHANNEL}"
    sent = browser.post(f"{board}/new", {"title": PUBLIC, "text": PUBLIC})
    thread = url + sent.location
    assert browser.post(f"{thread}/replies", {"text": PUBLIC}, page=thread).status == 302
    for path in ("/account/theme", "/account/profile"):
        browser.post(url + path, {"theme": PUBLIC, "public": PUBLIC}, page=f"{url}/account")
    for address in (f"@{PUBLIC}@{pair.stlukes.config.host}", f"{pair.stlukes.url}/{PUBLIC}"):
        refused = browser.post(f"{url}/follow", {"address": address}, page=f"{url}/channels")
        assert refused.status == 422
    fields = {"login": PUBLIC, "password": PUBLIC, "next": f"/{PUBLIC}"}
    assert Browser().post(f"{url}/sign-in", fields).status == 401


def discuss_a_consult(pair: Pair) -> None:
    asker, answerer = signed_in(pair.mercy), signed_in(pair.stlukes)
    new = f"{pair.mercy.url}/consults/new"
    refused = asker.post(new, every_consult_field())
    assert refused.status == 422 and PRIVATE in refused.text
    asked = asker.post(new, every_consult_field() | acceptable_choices(pair))
    assert asked.status == 302, asked.text
    here = pair.mercy.url + asked.location
    there = f"{pair.stlukes.url}/k/{at(pair.stlukes, arrived_consult)}"
    answer = dict.fromkeys(("recommendation", "rationale", "would_change"), PRIVATE)
    answer |= {"citation": f"10.1000/{PRIVATE}", "citation_title": PRIVATE}
    for form, fields in (
        ("ask-info", {"text": PRIVATE}),
        ("answer", {**answer, "confidence": PRIVATE}),  # refused
        ("comment", {"text": PRIVATE}),
        ("answer", {**answer, "confidence": "low"}),
    ):
        sent = answerer.post(f"{there}/{form}", fields, page=there)
        assert sent.status in (302, 422), sent.text
    for form in ("provide-info", "comment", "not-solved"):
        asker.post(f"{here}/{form}", {"text": PRIVATE}, page=here)
    asker.post(f"{here}/outcome", {"outcome": PRIVATE, "text": PRIVATE}, page=here)


def every_consult_field() -> dict[str, str]:
    names = [name for name in ConsultDraft.__dataclass_fields__ if name != "labs"]
    labs = [f"labs-{row}-{part}" for row in range(LAB_ROWS) for part in LAB]
    return dict.fromkeys([*names, *labs], PRIVATE)


def acceptable_choices(pair: Pair) -> dict[str, str]:
    return {
        "question_type": "management",
        "specialties": "cardiology",
        "urgency": "routine",
        "target_hours": "72",
        "age_band": "60-69",
        "sex": "female",
        "pregnant": "na",
        "region": "US-MN",
        "audience": "chosen",
        "hospitals": pair.stlukes.config.host,
        "people": "",
        "identity": "",
        "attested": "yes",
    }


async def arrived_consult() -> int:
    await eventually(lambda: Consult.all().exists(), "the consult arrives")
    return int((await Consult.get()).id)


def send_what_is_refused(port: int) -> None:
    """Addresses, headers and bodies that a visitor or a peer makes up."""
    note = f'{{"id": "http://localhost:{port}/{PUBLIC}", "type": "{PUBLIC}", "x": "{PUBLIC}"'
    kind, form = "application/activity+json", "application/x-www-form-urlencoded"
    keyed = f'keyId="http://localhost:{port}/{PUBLIC}",headers="date",signature="{PUBLIC}"'
    for method, path, body, headers in (
        ("GET", f"/{PUBLIC}?q={PUBLIC}", "", {"User-Agent": PUBLIC, "Referer": PUBLIC}),
        ("GET", f"/.well-known/webfinger?resource=acct:{PUBLIC}@{PUBLIC}", "", {}),
        ("GET", "/", "", {"Cookie": f"session-{port}={PUBLIC}; {PUBLIC}={PUBLIC}"}),
        ("POST", "/inbox", note, {"Content-Type": kind}),
        ("POST", "/inbox", note + "}", {"Content-Type": kind, "Signature": PUBLIC}),
        ("POST", "/inbox", note + "}", {"Content-Type": kind, "Signature": keyed}),
        ("POST", "/inbox", PUBLIC * 60_000, {"Content-Type": kind}),
        ("POST", "/sign-in", f"login={PUBLIC}&next={PUBLIC}", {"Content-Type": form}),
        ("POST", "/sign-in", *upload()),
    ):
        with closing(http.client.HTTPConnection("localhost", port, timeout=20)) as connection:
            # It need not read to its end what is too large, and may answer and hang up before.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, headers)
                assert connection.getresponse().status in (200, 400, 401, 403, 404, 413, 415)


def upload() -> tuple[str, dict[str, str]]:
    """A form with a file in it: of a kind no page has, and as large as a body may be."""
    part = f'--x\r\nContent-Disposition: form-data; name="{PUBLIC}"; filename="{PUBLIC}"\r\n\r\n'
    body = part + PUBLIC * 40_000 + "\r\n--x--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=x"}


def written_in(folder: Path) -> str:
    """All bytes of all files below, the logs left out, as text in which letters are kept."""
    files = [Path(base) / name for base, _, names in os.walk(folder) for name in names]
    read = [file.read_bytes() for file in files if file.suffix != ".log"]
    return re.sub(r"[^\w]", " ", b" ".join(read).decode("latin-1"))
