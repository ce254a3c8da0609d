"""`curbside serve`, and the commands beside it, as an operator runs them."""

import http.client
import json
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.pairs import CHANNEL, MERCY, Pair, signed_in
from tests.live.servers import Place, Server, command
from tests.ports import free_ports

ENDS_WITHIN = 4.0  # less than the grace that connections have


@pytest.fixture(params=["sqlite", "postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with pairs.one_of_each_kind(request, tmp_path) as pair:
        yield pair


@pytest.fixture
def hospital(pair: Pair) -> Place:
    return pair.mercy


def test_what_a_command_posts_appears_on_pages_that_are_open(pair: Pair, hospital: Place) -> None:
    server = pair.server(hospital)
    with servers.running(server):
        browser = signed_in(hospital)
        sent = command(hospital, "follow", "--as", "lee", f"@{CHANNEL}")
        assert json.loads(sent.stdout)["state"] == "accepted"
        with browser.stream(f"{hospital.url}/stream") as home:
            assert "A late handover" not in (home.message() or "")
            text = "A late handover\n\nWho has tried it?"
            sent = command(hospital, "post", "--as", "lee", "--channel", CHANNEL, text)
            post = json.loads(sent.stdout)
            before = time.monotonic()
            assert "1 new" in (home.message() or "")
            assert time.monotonic() - before < 2
        assert "A late handover" in browser.get(hospital.url).text
        assert post["uri"] == f"{hospital.url}/o/{post['id']}"
        page = Browser().get(post["uri"])
        assert "Who has tried it?" in Browser().get(hospital.url + page.location).text


def test_open_pages_do_not_hold_up_the_end_of_a_server(pair: Pair, hospital: Place) -> None:
    server = pair.server(hospital)
    with servers.running(server):
        with signed_in(hospital).stream(f"{hospital.url}/stream") as home:
            home.message()
            started = time.monotonic()
            for process in server.processes:
                process.send(signal.SIGINT)
            assert home.message() is None
            codes = [process.wait() for process in server.processes]
        assert time.monotonic() - started < ENDS_WITHIN
        assert set(codes) == {0}
        assert "ERROR" not in server.log()


def test_a_server_on_a_port_that_is_taken_says_so_and_ends(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        home = pairs.with_tables(servers.place(MERCY, [port], port, tmp_path / "data"))
        ended = command(home, "serve")
    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_command_names_all_settings_that_are_wrong(tmp_path: Path) -> None:
    home = servers.place(MERCY, [1], 1, tmp_path, CURBSIDE_NAME="", CURBSIDE_KIND="clinic")
    for arguments in (["serve"], ["worker"], ["migrate"], ["post", "--as", "lee", "Hello"]):
        ended = command(home, *arguments)
        assert ended.returncode == 1
        assert "CURBSIDE_NAME" in ended.stderr and "CURBSIDE_KIND" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_server_waits_for_its_operator_to_migrate_postgresql(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    [port] = free_ports(1)
    home = servers.place(MERCY, [port], port, tmp_path, CURBSIDE_DATABASE=empty_postgres_url)
    for arguments in (["serve"], ["worker"]):
        ended = command(home, *arguments)
        assert ended.returncode == 1
        assert "Then run: curbside migrate" in ended.stderr
    assert "applied" in command(home, "migrate").stdout
    with servers.running(Server(home)):
        assert servers.is_answered(port)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hospital without people or peers, running."""
    folder = tmp_path_factory.mktemp("alone")
    [port] = free_ports(1)
    home = pairs.with_tables(servers.place(MERCY, [port], port, folder))
    with servers.running(Server(home)):
        yield home
    shutil.rmtree(folder)


@pytest.mark.xdist_group("alone")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/inbox", "application/activity+json"),
        ("/sign-in", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_does_not_tell_its_length_is_cut_at_the_limit(
    alone: Place, path: str, kind: str
) -> None:
    headers = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
    pieces = (b"x" * 10_000 for _ in range(60))
    with closing(http.client.HTTPConnection("localhost", alone.port, timeout=20)) as connection:
        # It hangs up before all of it is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, pieces, headers, encode_chunked=True)
        with connection.getresponse() as answer:
            assert answer.status == 413
    assert servers.is_answered(alone.port)


@pytest.mark.xdist_group("alone")
def test_in_development_cookies_tell_ports_apart_and_go_over_http(alone: Place) -> None:
    answer = Browser().get(f"{alone.url}/sign-in")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"visitor-{alone.port}=")
    assert set(flags) == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert "strict-transport-security" not in answer.headers
    assert "demo" in answer.text
