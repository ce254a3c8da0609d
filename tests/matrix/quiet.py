"""What reaches somebody without being asked for: open pages, notifications, mails, messages."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from typing import Any

from instance.models import Mail, Notification, PushMessage
from instance.services import audit_exports
from tests.houses import House, Person
from tests.instance.web.test_streams import Stream, opened
from tests.matrix.asking import Reader
from tests.matrix.rows import ROWS
from tests.takeaway import taken

QUIET = 0.5  # seconds in which nothing comes; a sign of life comes each 5
_BOXES = ("needs-you", "mine", "open", "answering", "closed")


async def heard(
    readers: Iterable[Reader], happens: Callable[[], Awaitable[Any]], *pages: str
) -> list[str]:
    """The open ones, by reader and address, to which something came when it happened."""
    async with AsyncExitStack() as stack:
        streams: dict[str, Stream] = {}
        for reader in readers:
            assert reader.browser is not None
            for path in pages:
                place = opened(reader.browser, reader.house, path)
                stream = await stack.enter_async_context(place)
                await stream.next()  # the page as it is, or that there is none
                streams[f"{reader.name} {path}"] = stream
        await happens()
        came = await asyncio.gather(*(_comes(stream) for stream in streams.values()))
    return [name for name, text in zip(streams, came, strict=True) if text]


async def told(house: House) -> dict[str, list[Any]]:
    """Every notification, mail and message of everybody, by table."""

    async def read() -> dict[str, list[Any]]:
        return {
            "notification": await Notification.all().values_list("member_id", "id"),
            "mail": await Mail.all().values_list("member_id", "id"),
            "message": await PushMessage.all().values_list("subscription__member_id", "id"),
        }

    return await house.at(read)


async def exported(people: Iterable[Person]) -> dict[str, str]:
    """What each may take along of their own, and what the record gives away as a whole."""
    found = {}
    for person in people:
        for identity in (None, person.actor):
            files = (await taken(person, identity)).files
            name = f"{person.actor.handle}, {'all' if identity is None else 'one name'}"
            found[name] = str(files).lower()
    return found


async def audited(house: House) -> str:
    async def read() -> str:
        return str([row async for row in audit_exports.rows()]).lower()

    return await house.at(read)


async def _comes(stream: Stream) -> str:
    with suppress(TimeoutError):
        async with asyncio.timeout(QUIET):
            return await stream.next()
    return ""


def pages() -> list[str]:
    """Every stream that is of no one thing."""
    rules = [rule for rule in ROWS if rule.endswith("stream") and "<" not in rule]
    boxes = [f"/consults/stream?box={box}" for box in _BOXES]
    return [rule for rule in rules if rule != "/consults/stream"] + boxes
