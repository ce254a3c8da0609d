"""The proxies that `curbside example` prints, run for real in front of a server with a name and a
certificate: what goes through, and what does not."""

import asyncio
import http.client
import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import pytest
from aiohttp.abc import AbstractResolver

from federation import cavage
from federation.keys import PrivateKey, new_rsa, public_to_pem
from instance.demo.world import PASSWORD
from instance.models import Actor, ActorKey, ActorKind, Session, Variant
from instance.services import media, members
from tests import pictures
from tests.live import pairs, servers
from tests.live.certificates import certificate
from tests.live.pairs import at
from tests.live.servers import Place, Process, Server, until
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("proxies")

PAGES, FILES, SENDER = "curbside.test", "media.curbside.test", "https://ward.example/users/kim"


@dataclass(frozen=True)
class Front:
    """A hospital behind a proxy, which listens at `port`; its certificate; what it writes."""

    home: Place
    server: Server
    port: int
    trusts: ssl.SSLContext
    log: Path

    def asks(
        self,
        path: str,
        host: str = PAGES,
        method: str = "GET",
        body: bytes | None = None,
        **headers: str,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(self.opened(host)) as connection:
            connection.request(method, path, body, named)
            with connection.getresponse() as answer:
                return answer.status, answer.headers, answer.read()

    def opened(self, host: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(host, timeout=30)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain:
            # It takes over what is underneath; where that fails, the one around it is closed.
            connection.sock = self.trusts.wrap_socket(plain, server_hostname=host)
        return connection


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    home = pairs.hospital(
        folder,
        [],
        CURBSIDE_ORIGIN=f"https://{PAGES}",
        CURBSIDE_MEDIA_ORIGIN=f"https://{FILES}",
        CURBSIDE_LOOPBACK_PEERS="",
        CURBSIDE_TRUSTED_PROXIES="127.0.0.1/32",
    )
    printed = servers.command(home, "example", request.param).stdout
    certificate(folder / "site.pem", PAGES, FILES)
    [port] = free_ports(1)
    arguments = {"nginx": _nginx, "caddy": _caddy}[request.param](folder, printed, port)
    proxy = Process({"HOME": str(folder)}, folder / "proxy.log", *arguments, program=())
    server = Server(home)
    trusts = ssl.create_default_context(cafile=str(folder / "site.pem"))
    front = Front(home, server, port, trusts, folder / "curbside.log")
    try:
        server.start()
        proxy.start()
        until(lambda: _answers(front), servers.STARTS_WITHIN, "the proxy and the server answer")
        yield front
    except BaseException as error:
        error.add_note((folder / "proxy.log").read_text()[-2000:] + server.log()[-2000:])
        raise
    finally:
        proxy.end()
        server.end()


def _nginx(folder: Path, printed: str, port: int) -> list[str]:
    """Only what this machine has otherwise is changed: ports and files."""
    site = re.sub(r"listen \[::\].*\n", "", printed)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_ports(1)[0]};")
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}")
    site = re.sub(r"/etc/letsencrypt/\S+?;", f"{folder}/site.pem;", site)
    site = site.replace("/var/log/nginx/", f"{folder}/")
    (folder / "site.conf").write_text(site)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if Path("/root").exists() and folder.owner() == "root" else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{places}include {folder}/site.conf;\n}}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf")]


def _caddy(folder: Path, printed: str, port: int) -> list[str]:
    pem = folder / "site.pem"
    first = f"{PAGES}, {FILES} {{\n"
    assert first in printed
    site = printed.replace(first, f"{first}\ttls {pem} {pem}\n", 1)
    site = site.replace("/var/log/caddy/", f"{folder}/")
    [other] = free_ports(1)
    options = (
        "{\n\tadmin off\n\tauto_https disable_redirects\n"
        f"\thttps_port {port}\n\thttp_port {other}\n}}\n"
    )
    (folder / "Caddyfile").write_text(options + site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _answers(front: Front) -> bool:
    try:
        return front.asks("/health/ready")[0] == 200
    except OSError:
        return False


def test_pages_forms_and_what_servers_send_go_through_with_their_limits(front: Front) -> None:
    status, headers, page = front.asks("/about?code=unseen")
    assert status == 200 and b"Mercy General" in page and "strict-transport" in str(headers).lower()
    key = PrivateKey(f"{SENDER}#key", SENDER, new_rsa())
    at(front.home, lambda: _know(key))
    body = orjson.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://ward.example/likes/1",
            "type": "Listen",
            "actor": SENDER,
            "object": f"https://{PAGES}/actor",
        }
    )
    signed = cavage.sign("POST", f"https://{PAGES}/inbox", body, key, datetime.now(UTC))
    sent = {name.replace("-", "_"): value for name, value in signed.items() if name != "Host"}
    assert front.asks("/inbox", method="POST", body=body, **sent)[0] == 202
    assert front.asks("/inbox", method="POST", body=body[:-1] + b" }", **sent)[0] == 401
    assert front.asks("/inbox", method="POST", body=b" " * 600_000, **sent)[0] == 413
    assert "unseen" not in front.log.read_text() and "/about" in front.log.read_text()


def test_streams_are_open_and_say_at_once_what_happens(front: Front) -> None:
    """Server-sent events of a page and a WebSocket of an application."""
    cookie = _signed_in(front)
    with closing(front.opened(PAGES)) as connection:
        connection.request("GET", "/stream", headers={"Cookie": cookie})
        with connection.getresponse() as page:
            assert page.status == 200 and page.readline().startswith(b"data: ")


async def test_applications_open_a_web_socket(front: Front) -> None:
    made = servers.command(front.home, "token", "create", "--as", "lee", "--scopes", "read")
    token = orjson.loads(made.stdout)["access_token"]
    connector = aiohttp.TCPConnector(resolver=_Here(), ssl=front.trusts)
    headers = {"Host": PAGES, "Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        url = f"https://{PAGES}:{front.port}/api/v1/streaming?stream=public"
        async with session.ws_connect(url) as opened:
            words = ("post", "--as", "lee", "--channel", pairs.CHANNEL, "Through it\n\nAll.")
            said = await asyncio.to_thread(servers.command, front.home, *words)
            assert said.returncode == 0, said.stderr
            assert orjson.loads(await opened.receive_str(timeout=20))["event"] == "update"


def test_a_picture_is_at_the_host_of_files_and_nowhere_else(front: Front) -> None:
    _signed_in(front)
    picture = at(front.home, _picture)
    status, headers, content = front.asks(picture, FILES)
    assert status == 200 and headers["Content-Type"] == "image/png" and content[:4] == b"\x89PNG"
    assert front.asks(picture)[0] == 404
    for path in ("/about", "/sign-in", "/actor"):
        assert front.asks(path, FILES)[0] == 404
    assert front.asks("/inbox", FILES, "POST", b"{}")[0] == 421
    log = front.log.read_text()
    assert "/see/" in log and picture not in log


def test_while_the_server_is_away_the_proxy_says_when_to_come_again(front: Front) -> None:
    """The last one here: it ends the server."""
    front.server.stop()
    for method in ("GET", "POST"):
        status, headers, said = front.asks("/inbox", method=method)
        assert status == 503 and headers["Retry-After"] and b"being started again" in said


class _Here(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[Any]:
        found = {"hostname": host, "host": "127.0.0.1", "port": port}
        return [{**found, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is open."""


def _signed_in(front: Front) -> str:
    """The cookies of Dr Lee's browser."""
    _, headers, page = front.asks("/sign-in")
    cookie = "; ".join(line.partition(";")[0] for line in headers.get_all("Set-Cookie") or [])
    token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"login": "lee", "password": PASSWORD, "csrf_token": token[1].decode()}
    status, headers, page = front.asks(
        "/sign-in",
        method="POST",
        body=urlencode(form).encode(),
        Content_Type="application/x-www-form-urlencoded",
        Cookie=cookie,
        Origin=f"https://{PAGES}",
    )
    assert status == 302, page
    return "; ".join(line.partition(";")[0] for line in headers.get_all("Set-Cookie") or [])


async def _know(key: PrivateKey) -> None:
    """A sender whose key is here already: nobody is asked for it."""
    now = datetime.now(UTC)
    actor, _ = await Actor.get_or_create(
        uri=SENDER,
        defaults={
            "kind": ActorKind.PERSON,
            "host": "ward.example",
            "handle": "kim",
            "inbox": f"{SENDER}/inbox",
            "fetched_at": now,
        },
    )
    await ActorKey.filter(actor=actor).delete()
    await ActorKey.create(
        actor=actor, uri=key.id, algorithm="rsa", public=public_to_pem(key.public.key)
    )


async def _picture() -> str:
    """Where Dr Lee's browser is sent for an image of hers."""
    lee, session = await members.by_login("lee"), await Session.all().order_by("-id").first()
    assert lee is not None and session is not None
    now = datetime.now(UTC)
    row = await media.add(lee, 7, pictures.of(), "scan.png", "image/png", now)
    return "/see/" + media.ticket(session.id, row.id, Variant.FULL, now)
