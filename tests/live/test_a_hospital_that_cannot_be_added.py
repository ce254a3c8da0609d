"""What an administrator reads when a hospital cannot be added, asked of real servers."""

import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from federation import connections
from federation.guard import Guard
from tests.browsing import Browser
from tests.houses import House
from tests.treaties import FIRST

HEART = "heart.example"


class Internet:
    """The real client and real sockets, for which every name leads to one port of loopback."""

    def __init__(self, mercy: House, browser: Browser, patch: pytest.MonkeyPatch) -> None:
        self._browser, self.port = browser, 0
        self.network = connections.Connections(Guard(mercy.config.development))
        patch.setattr(mercy.institution.client, "_transport", self.network)
        patch.setattr(connections._Resolver, "resolve", self._resolve)
        patch.setattr(Guard, "new_socket", lambda _, info: socket.socket(*info[:3]))

    async def _resolve(self, host: str, *_: object, **__: object) -> list[dict[str, Any]]:
        """As the resolver of the client does, of names that somebody has."""
        if host != HEART:
            raise OSError("no such name")
        found = {"hostname": host, "host": "127.0.0.1", "port": self.port}
        return [{**found, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def said(self, host: str = HEART) -> str:
        """What the page says to an administrator who adds this hospital."""
        answer = await self._browser.post_form("/admin/hospitals", {"host": host})
        assert answer.status == 422 and 'id="host-e"' in answer.text
        assert f'value="{host}"' in answer.text
        return answer.text.partition('id="host-e">')[2].partition("</span>")[0]


@pytest.fixture
async def internet(mercy: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Internet]:
    await mercy.person(FIRST)
    found = Internet(mercy, await mercy.sign_in(FIRST.handle), monkeypatch)
    yield found
    await found.network.close()


class Site(BaseHTTPRequestHandler):
    """A hospital's web site: a server, and nothing of ours."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nowhere."""


@contextmanager
def site(certificate: Path | None) -> Iterator[int]:
    """Its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path, name: str) -> Path:
    """For `name`, by nobody in particular."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "site.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return file


def vouched_for(file: Path, patch: pytest.MonkeyPatch) -> None:
    """As if an authority that every machine knows had made it."""
    known = ssl.create_default_context(cafile=str(file))
    patch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", known)


async def test_a_certificate_that_nobody_vouches_for(internet: Internet, tmp_path: Path) -> None:
    with site(certificate(tmp_path, HEART)) as internet.port:
        told = await internet.said()
    assert "We asked heart.example who it is. Its certificate is not valid" in told
    assert "do not go on before" in told


async def test_a_certificate_for_another_name(
    internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "other.example")
    vouched_for(file, monkeypatch)
    with site(file) as internet.port:
        assert "Its certificate is not valid" in await internet.said()


async def test_a_server_without_encryption(internet: Internet) -> None:
    with site(None) as internet.port:
        assert "does not speak over an encrypted connection" in await internet.said()


async def test_a_web_site_that_is_no_server_of_this_kind(
    internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, HEART)
    vouched_for(file, monkeypatch)
    with site(file) as internet.port:
        told = await internet.said()
    assert "There is a server, but it does not work with others as Curbside does." in told


async def test_a_server_that_nobody_switched_on(internet: Internet) -> None:
    with site(None) as internet.port:
        pass
    assert "Nobody answered. Check the spelling" in await internet.said()


async def test_a_name_that_nobody_has(internet: Internet) -> None:
    assert "There is no server of this name." in await internet.said("haert.example")
