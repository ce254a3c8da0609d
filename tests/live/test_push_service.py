"""A push service on a real socket, reached by the client that everything goes out with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from federation.client import Client
from federation.origin import PRODUCTION
from instance.outbox import push, push_keys
from instance.outbox.push import Device, Letter
from tests.federation.scripted import everybody
from tests.live.loopback import served
from tests.live.test_guarded_client import _request, client_of
from tests.network import Sent
from tests.push_service import Phone, PushService

LETTER = Letter(b'{"text": "Something waits."}', "t" * 32, timedelta(hours=1), is_urgent=True)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[PushService, Phone, int]]:
    """It answers as a `PushService` in a network does, over HTTP."""
    service = PushService()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _, body = (await _request(reader)).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        method, target, _ = first.split(" ")
        answer = await service.answer(Sent(method, service.origin + target, headers, body))
        more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head_out = f"HTTP/1.1 {answer.status} X\r\ncontent-length: 0\r\nconnection: close\r\n"
        writer.write(f"{head_out}{more}\r\n".encode())
        await writer.drain()

    async with served(serve) as port:
        service.origin = f"http://localhost:{port}"
        yield service, service.phone(), port


async def send(client: Client, phone: Phone) -> push.Answer:
    private, _ = push.new_key()
    place = phone.subscription
    device = Device(
        phone.endpoint, push_keys.decoded(place["p256dh"]), push_keys.decoded(place["auth"])
    )
    now = datetime.now(UTC)
    return await push.send(client, device, LETTER, private, "mailto:a@mercy.example", now)


async def test_a_phone_reads_what_was_sent_and_each_answer_is_understood() -> None:
    async with running() as (service, phone, port), client_of(port) as client:
        assert (await send(client, phone)).outcome == "taken"
        assert phone.shown == [{"text": "Something waits."}]
        service.answers.append((429, {"retry-after": "77"}))
        later = await send(client, phone)
        assert (later.outcome, later.after) == ("later", timedelta(seconds=77))
        for status, outcome in ((410, "gone"), (404, "gone"), (503, "later"), (413, "refused")):
            service.answers.append((status, {}))
            assert (await send(client, phone)).outcome == outcome
        assert (await send(client, Phone(f"{service.origin}/send/nobody"))).outcome == "gone"
        assert len(phone.shown) == 1


async def test_nothing_is_sent_to_an_address_that_is_not_public() -> None:
    """Also where a name led elsewhere when it was given (T36)."""
    async with running() as (service, phone, port):
        client = Client(
            user_agent="Curbside/0",
            development=PRODUCTION,
            private_networks=(),
            trust=everybody,
        )
        try:
            for url in (phone.endpoint, "https://localhost/x", f"https://127.0.0.1:{port}/x"):
                answer = await send(client, Phone(url))
                assert answer.outcome in ("gone", "later"), url
        finally:
            await client.close()
        assert service.taken == []
