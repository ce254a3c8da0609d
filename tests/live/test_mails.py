"""Mails to a real mail server on loopback: one that takes them, and ones that do not."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from instance import smtp
from instance.models import AlertKind, Mail, Member, Role
from instance.services import mails
from instance.workers import mailing
from tests.cast import Houses, new
from tests.houses import House, Person
from tests.live.loopback import served

ADMIN = new("admin", "Dr A. Dmin", role=Role.FEDERATION)


class Box:
    """What a mail server has taken, and what it answers to a recipient."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.taken: list[Any] = []
        self.answer = answer

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope)
        return "250 OK"

    def messages(self) -> list[Any]:
        return [message_from_bytes(one.content, policy=policy.default) for one in self.taken]


@asynccontextmanager
async def mail_server(box: Box, **options: Any) -> AsyncIterator[int]:
    """Its port. At the end no connection is open, whatever was said over it."""
    loop, made = asyncio.get_running_loop(), list[SMTP]()

    def connection() -> SMTP:
        made.append(SMTP(box, loop=loop, **options))
        return made[-1]

    server = await loop.create_server(connection, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in made:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()
        await asyncio.sleep(0)  # what is aborted is closed by the loop


def endless_server(says: bytes) -> AbstractAsyncContextManager[int]:
    """Takes connections and says this without end, or never a word. Its port."""

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(says)
            await asyncio.sleep(0.05)

    return served(hang)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Signed by itself, for this name; and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def shown(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    return context


async def hospital(houses: Houses, port: int, tls: str = "none", **more: str) -> Person:
    settings = {"SMTP_HOST": "localhost", "SMTP_PORT": str(port), "SMTP_TLS": tls, **more}
    house = await houses.open(
        "Mercy General", "hospital", "mercy.example", trusted=False, **settings
    )
    admin = await house.person(ADMIN)
    await admin.does(mails.queue, AlertKind.SILENT, "stlukes.example")
    return admin


async def step(house: House) -> Mail | None:
    await house.at(mailing.step, datetime.now(UTC))
    return await house.at(lambda: Mail.all().order_by("-id").first())


async def test_a_mail_arrives_once_and_says_nothing_but_its_sentence(houses: Houses) -> None:
    """T54."""
    box = Box()
    async with mail_server(box) as port:
        admin = await hospital(houses, port)
        for _ in range(2):
            row = await step(admin.home)
    assert row is not None and row.sent_at is not None and row.due_at is None
    [envelope], [message] = box.taken, box.messages()
    assert envelope.mail_from == "curbside@mercy.example"
    assert envelope.rcpt_tos == ["admin@hospital.example"]
    assert message["Subject"] == "A partner hospital does not answer"
    assert message.get_content().splitlines()[:3] == [
        "stlukes.example has not answered for more than 30 minutes.",
        "",
        "https://mercy.example/admin/hospitals/stlukes.example",
    ]
    assert b"Dmin" not in envelope.content and b"Mercy" not in envelope.content


async def test_two_workers_send_each_mail_once(houses: Houses) -> None:
    box = Box()
    async with mail_server(box) as port:
        admin = await hospital(houses, port)
        for number in range(9):
            await admin.does(mails.queue, AlertKind.KEYS, f"h{number}.example")
        now = datetime.now(UTC)
        await asyncio.gather(*(admin.home.at(mailing.step, now) for _ in range(3)))
    assert len(box.taken) == len({one["Message-ID"] for one in box.messages()}) == 10


async def test_a_mail_that_is_not_wanted_any_more_is_not_sent(houses: Houses) -> None:
    box = Box()
    async with mail_server(box) as port:
        admin = await hospital(houses, port)
        await admin.home.at(lambda: Member.all().update(role=Role.MEMBER))
        assert await step(admin.home) is None
    assert box.taken == []


async def test_a_server_that_is_not_there_is_tried_again(houses: Houses) -> None:
    box = Box()
    async with mail_server(box) as port:
        pass
    admin = await hospital(houses, port)
    row = await step(admin.home)
    assert row is not None and (row.last_error, row.attempts) == ("unreachable", 1)
    assert row.due_at is not None and row.due_at > datetime.now(UTC) + timedelta(seconds=30)


@pytest.mark.parametrize(("says", "limit"), [(b"", "_SECONDS"), (b"220-a\r\n", "_SECONDS_IN_ALL")])
async def test_a_server_that_hangs_holds_nothing_up_for_long(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, says: bytes, limit: str
) -> None:
    monkeypatch.setattr(smtp, limit, 0.3)
    async with endless_server(says) as port:
        admin = await hospital(houses, port)
        async with asyncio.timeout(10):
            row = await step(admin.home)
    assert row is not None and row.last_error == "timeout" and row.due_at is not None


@pytest.mark.parametrize(
    ("answer", "reason", "is_over"),
    [("451 later", "busy 451", False), ("550 canary nobody", "refused 550", True)],
)
async def test_a_recipient_that_is_refused_is_tried_again_or_not(
    houses: Houses, answer: str, reason: str, is_over: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box = Box(answer)
    async with mail_server(box) as port:
        admin = await hospital(houses, port)
        row = await step(admin.home)
    assert row is not None and row.last_error == reason
    assert (row.due_at is None) == (row.gave_up_at is not None) == is_over
    ours = [one.getMessage() for one in caplog.records if one.name != "mail.log"]  # the other side
    said = " ".join(ours)
    assert box.taken == [] and "canary" not in said and "hospital.example" not in said
    assert any("was not sent" in line for line in ours)


@pytest.mark.parametrize(
    ("name", "is_trusted", "reason"),
    [("localhost", True, ""), ("localhost", False, "certificate"), ("other", True, "certificate")],
)
async def test_a_mail_goes_only_to_whom_the_certificate_names(
    houses: Houses,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_trusted: bool,
    reason: str,
) -> None:
    files, box = certificate(tmp_path, name), Box()
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    async with mail_server(box, tls_context=shown(files), require_starttls=True) as port:
        admin = await hospital(houses, port, "starttls")
        row = await step(admin.home)
    assert row is not None and row.last_error == reason
    assert len(box.taken) == (not reason) and (row.due_at is not None) == bool(reason)


async def test_nothing_is_sent_over_an_open_connection_where_tls_was_asked_for(
    houses: Houses,
) -> None:
    box = Box()
    async with mail_server(box) as port:
        admin = await hospital(houses, port, "starttls")
        row = await step(admin.home)
    assert row is not None and row.last_error == "no_tls" and box.taken == []


@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_a_wrong_password_is_said_and_tried_again(houses: Houses, password: str) -> None:
    def authenticate(server: Any, session: Any, envelope: Any, how: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    box, options = Box(), {"auth_require_tls": False, "authenticator": authenticate}
    async with mail_server(box, **options) as port:
        signed = {"SMTP_USER": "curbside", "SMTP_PASSWORD": password}
        admin = await hospital(houses, port, **signed)
        row = await step(admin.home)
    assert row is not None and row.last_error == ("" if password == "right" else "sign_in 535")
    assert (row.due_at is None) == (password == "right") == bool(box.taken)


@pytest.mark.parametrize("takes", [True, False])
async def test_an_address_of_other_letters_needs_a_server_that_takes_it(
    houses: Houses, takes: bool
) -> None:
    box = Box()
    async with mail_server(box, enable_SMTPUTF8=takes) as port:
        admin = await hospital(houses, port)
        await admin.home.at(lambda: Member.all().update(email="ruiz@spitäl.example"))
        row = await step(admin.home)
    assert row is not None and row.last_error == ("" if takes else "address")
    assert [one.rcpt_tos for one in box.taken] == ([["ruiz@spitäl.example"]] if takes else [])
