"""Mails of servers as they run: one that is killed while it sends, and one of a developer."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from instance.models import AlertKind, Mail, Member, Role
from instance.services import mails
from instance.workers import mailing
from tests.live import pairs, servers
from tests.live.pairs import at
from tests.live.servers import Server, until
from tests.ports import free_ports


class Slow:
    """Takes its time over the first mail; who sent it is gone by then."""

    def __init__(self) -> None:
        self.begun, self.taken = threading.Event(), threading.Event()
        self.ids: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        lines = envelope.content.decode().splitlines()
        self.ids += [line for line in lines if line.startswith("Message-ID:")]
        if not self.begun.is_set():
            self.begun.set()
            await asyncio.sleep(30)
        self.taken.set()
        return "250 OK"


@pytest.fixture
def slow() -> Iterator[tuple[Slow, int]]:
    [port] = free_ports(1)
    box = Slow()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


async def queue() -> None:
    await Member.all().update(role=Role.FEDERATION)
    await mails.queue(await Member.get(), AlertKind.KEYS, "heart.example")


async def work_off() -> None:
    await mailing.step(datetime.now(UTC))


async def sent() -> bool:
    return await Mail.filter(sent_at__not_isnull=True).exists()


def test_a_mail_outlives_the_server_that_is_killed_while_it_sends_it(
    tmp_path: Path, slow: tuple[Slow, int]
) -> None:
    box, port = slow
    mail = {"CURBSIDE_SMTP_HOST": "127.0.0.1", "CURBSIDE_SMTP_PORT": str(port)}
    home = pairs.hospital(tmp_path, [], CURBSIDE_SMTP_TLS="none", **mail)
    at(home, queue)
    server = Server(home)
    with servers.running(server):
        assert box.begun.wait(20)
        server.kill()
        server.start()
        server.wait_ready()
        assert box.taken.wait(30)
        until(lambda: at(home, sent), 10, "the mail counts as sent", every=0.5)
        log = server.log()
    first, again = box.ids
    assert first == again  # whoever gets both sees that they are one
    assert "hospital.example" not in log and "Traceback" not in log


def test_in_development_mails_are_files_in_the_data_folder(tmp_path: Path) -> None:
    home = pairs.hospital(tmp_path, [])
    for work in (queue, work_off):
        at(home, work)
    [file] = (home.config.data / "mail").iterdir()
    assert "heart.example shows other keys" in file.read_text() and at(home, sent)
