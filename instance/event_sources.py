"""Where a bus learns of committed events: a look at SQLite's change counter, or LISTEN.

SQLite has one writer at a time, so ids are committed in their order and reading on from the last
one is enough. On PostgreSQL a transaction may commit an id after another committed a greater one.
There each event comes by NOTIFY, after its commit; and every reading of the table goes back far
enough to meet what was committed late, and leaves out what is known.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError

log = logging.getLogger(__name__)

CHANNEL = "curbside_event"
OVERLAP = timedelta(seconds=60)  # no transaction that publishes may stay open as long as this
_POLL = timedelta(milliseconds=100)
_CHECK = timedelta(seconds=15)  # a connection that died silently is found out this late
_RETRY = timedelta(seconds=1)
_PAGE = 1000


class Event(NamedTuple):
    id: int
    kind: str
    object_id: int


class Delivered:
    """Which events were handed on: all up to `floor`, and above it those one by one.

    An id passes below the floor when it was handed on longer than `overlap` ago.
    """

    def __init__(self, overlap: timedelta) -> None:
        self.floor = 0
        self.last = 0
        self._overlap = overlap.total_seconds()
        # In the order of delivery. What was there before this process has no Event here.
        self._recent: OrderedDict[int, tuple[float, Event | None]] = OrderedDict()

    def __contains__(self, event: Event) -> bool:
        return event.id <= self.floor or event.id in self._recent

    def add(self, event: Event) -> bool:
        """False when it is a repetition."""
        if event.id in self._recent:
            return False
        self._note(event.id, event)
        return True

    def start(self, floor: int, known: Iterable[int]) -> None:
        """Take everything up to `floor`, and `known`, as handed on, in an order nobody knows."""
        self.floor = self.last = floor
        for event_id in known:
            self._note(event_id, None)

    def since(self, event_id: int) -> list[Event] | None:
        """What was handed on after that event; None when only the table can tell."""
        if self._recent.get(event_id, (0.0, None))[1] is None:
            return None
        order = [event for _, event in self._recent.values()]
        place = next(i for i, event in enumerate(order) if event and event.id == event_id)
        return [event for event in order[place + 1 :] if event]

    def snapshot(self) -> "Delivered":
        copy = Delivered(timedelta(0))
        copy.floor, copy._recent = self.floor, self._recent.copy()
        return copy

    def _note(self, event_id: int, event: Event | None) -> None:
        self.last = event_id
        if not self._overlap:
            self.floor = max(self.floor, event_id)
            return
        now = time.monotonic()
        self._recent[event_id] = (now, event)
        while self._recent and self._recent[next(iter(self._recent))][0] <= now - self._overlap:
            old, _ = self._recent.popitem(last=False)
            self.floor = max(self.floor, old)


Deliver = Callable[[Iterable[Event]], None]


class Polling:
    """SQLite: woken in process, and by the counter that another process's commit moves."""

    def __init__(self, client: Any, delivered: Delivered, deliver: Deliver) -> None:
        self._client, self._delivered, self._deliver = client, delivered, deliver
        self._woken = asyncio.Event()
        self._version: int | None = None

    async def open(self) -> None:
        found = await self._client.execute_query_dict("SELECT max(id) AS last FROM event")
        self._delivered.start(found[0]["last"] or 0, ())

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        while True:
            try:
                await self._changed()
                # An event is published before its commit. Its transaction has the one connection
                # until it ends: who gets that afterwards never reads too early.
                async with self._client.acquire_connection():
                    pass
                page = await committed(self._client, self._delivered.floor, _PAGE)
                self._deliver(page)
                if len(page) == _PAGE:
                    self._woken.set()
            except OperationalError as error:
                log.warning("reading events failed; trying again", exc_info=error)
                await asyncio.sleep(_RETRY.total_seconds())
                self._woken.set()

    async def _changed(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL.total_seconds()):
                    await self._woken.wait()
            if self._woken.is_set():
                self._woken.clear()
                return
            found = await self._client.execute_query_dict("PRAGMA data_version")
            if found[0]["data_version"] != self._version:
                self._version = found[0]["data_version"]
                return

    def close(self) -> None:
        """Nothing of its own to close."""


class Listening:
    """PostgreSQL: LISTEN on a connection apart; the table is read again now and then."""

    def __init__(self, client: Any, delivered: Delivered, deliver: Deliver) -> None:
        self._client, self._delivered, self._deliver = client, delivered, deliver
        self._connection: Any = None
        self._lost = asyncio.Event()

    async def open(self) -> None:
        await self._listen()
        # Beside rows younger than the overlap, smaller ids may be on their way to a commit.
        floor = await self._connection.fetchval(_OLD, OVERLAP)
        found = await self._connection.fetch(_ABOVE, floor)
        self._delivered.start(floor, [row["id"] for row in found])

    def wake(self) -> None:
        """NOTIFY wakes this process as well."""

    async def run(self) -> None:
        while True:
            try:
                if self._lost.is_set():
                    await self._listen()
                await self._read_again()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_CHECK.total_seconds()):
                        await self._lost.wait()
            except self._client.connection_lost as error:
                log.warning("listening for events failed", exc_info=error)
                self._lost.set()
            if self._lost.is_set():
                await asyncio.sleep(_RETRY.total_seconds())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _listen(self) -> None:
        self.close()
        lost = asyncio.Event()
        self._connection = await self._client.connect_apart("events")
        self._connection.add_termination_listener(lambda _: lost.set())
        await self._connection.add_listener(CHANNEL, self._notified)
        self._lost = lost

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        told = (one.split(" ") for one in payload.split(","))
        self._deliver([Event(int(one), kind, int(object_id)) for one, kind, object_id in told])

    async def _read_again(self) -> None:
        found = await self._connection.fetch(_ABOVE, self._delivered.floor, timeout=10)
        events = [Event(row["id"], row["kind"], row["object_id"]) for row in found]
        self._deliver(event for event in events if event not in self._delivered)


async def rows(client: BaseDBAsyncClient, after: int, limit: int) -> list[Event]:
    """The next events by id, at most `limit`."""
    sign = "$" if client.capabilities.dialect == "postgres" else "?"
    found = await client.execute_query_dict(_NEXT.replace("?", sign), [after, limit])
    return [Event(row["id"], row["kind"], row["object_id"]) for row in found]


async def committed(client: Any, after: int, limit: int) -> list[Event]:
    """Of SQLite: likewise, as they were committed last."""
    return list(map(Event._make, await client.look_up_tuples(_NEXT, [after, limit])))


async def safe_start(client: BaseDBAsyncClient, after: int) -> int:
    """An id so far before `after` that nothing before it was committed later than `after`."""
    if client.capabilities.dialect != "postgres":
        return after
    found = await client.execute_query_dict(_SAFE_START, [after, OVERLAP])
    return int(found[0]["start"])


_OLD = "SELECT coalesce(max(id), 0) FROM event WHERE created_at <= now() - $1::interval"
_NEXT = "SELECT id, kind, object_id FROM event WHERE id > ?1 ORDER BY id LIMIT ?2"
_ABOVE = "SELECT id, kind, object_id FROM event WHERE id > $1 ORDER BY id"
_SAFE_START = """
SELECT coalesce(min(id) - 1, $1::bigint) AS start FROM event WHERE id <= $1
AND created_at > (SELECT created_at FROM event WHERE id = $1) - $2::interval
"""
