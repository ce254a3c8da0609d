"""Changes, told to open pages and workers: publish in the change's transaction, subscribe anywhere.

An event is a row of the table `event`, so it commits with the change or not at all. Everybody who
subscribes gets each event at least once after its commit; after a lost connection or a restart some
come twice. Wake-ups are `event_sources.py`'s matter.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import get_connection

from instance import raw_sql
from instance.event_sources import (
    CHANNEL,
    OVERLAP,
    Delivered,
    Event,
    Listening,
    Polling,
    rows,
    safe_start,
)

__all__ = ["Bus", "Event", "Subscription", "current", "publish"]

log = logging.getLogger(__name__)

_MAX_KIND = 40  # characters, as in the table
_PAGE = 500  # rows a subscriber that is behind reads at a time
_MAX_WAITING = 10_000  # events kept for a subscriber that does not take them

_INSERT_SQLITE = "INSERT INTO event (kind, object_id, created_at) VALUES {rows}"
# PostgreSQL sends the notification after the commit, and only then; one for all that is inserted,
# because each costs every process that listens as much. Its own clock: hosts differ.
_INSERT_POSTGRES = """
WITH published AS (
    INSERT INTO event (kind, object_id, created_at)
    SELECT kind, object_id, clock_timestamp()
    FROM unnest($1::text[], $2::bigint[]) AS happened (kind, object_id)
    RETURNING id, kind, object_id
) SELECT pg_notify($3, string_agg(concat_ws(' ', id, kind, object_id), ',' ORDER BY id))
FROM published
"""
_AT_ONCE = 90  # in one statement: a notification has room for 8,000 bytes

_current: ContextVar["Bus"] = ContextVar("curbside_bus")
_together: ContextVar[list[tuple[str, int]] | None] = ContextVar("curbside_events", default=None)


async def publish(kind: str, object_id: int, *also: tuple[str, int]) -> None:
    """Record that object `object_id` changed; call it inside the transaction of the change.

    `kind` is one word of at most 40 characters. `also`: what else changed by it, each a kind and an
    id. Works without an active bus too: then only other processes are woken.
    """
    happened = [(kind, object_id), *also]
    for word, _ in happened:
        _require_word(word)
    waiting = _together.get()
    if waiting is None:
        await _insert_all(happened)
    else:
        waiting += happened
    if bus := _current.get(None):
        bus.wake()


@cache  # there are few
def _require_word(kind: str) -> None:
    if not 0 < len(kind) <= _MAX_KIND or len(kind.split()) != 1 or "," in kind:
        raise ValueError(f"an event's kind is one word of at most {_MAX_KIND} characters")


@asynccontextmanager
async def together() -> AsyncIterator[None]:
    """Inside a transaction: what is published meanwhile is recorded at the end, all by one
    statement. Nothing of it where the block fails."""
    happened: list[tuple[str, int]] = []
    token = _together.set(happened)
    try:
        yield
    finally:
        _together.reset(token)
    await _insert_all(happened)


async def _insert_all(happened: Sequence[tuple[str, int]]) -> None:
    for start in range(0, len(happened), _AT_ONCE):
        await _insert(happened[start : start + _AT_ONCE])


async def _insert(happened: Sequence[tuple[str, int]]) -> None:
    connection = raw_sql.active()
    if connection.capabilities.dialect == "postgres":
        kinds, ids = zip(*happened, strict=True)
        await connection.execute_query(_INSERT_POSTGRES, [list(kinds), list(ids), CHANNEL])
        return
    now = str(datetime.now(UTC))  # once: sqlite3 would do it for each row
    values = [value for kind, object_id in happened for value in (kind, object_id, now)]
    rows = ", ".join(["(?, ?, ?)"] * len(happened))
    await connection.execute_insert(_INSERT_SQLITE.format(rows=rows), values)


def current() -> "Bus":
    """The bus of the current task. Raises LookupError where none was activated."""
    return _current.get()


class Bus:
    """One per institution and process, on the database that is active in `open()`."""

    def __init__(self) -> None:
        self.closed = False
        self._subscriptions: WeakSet[Subscription] = WeakSet()
        self._count = 0
        self._news = asyncio.Event()
        self._noticed: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # keys: tasks
        self._source: Polling | Listening | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start following the table. Events committed from now on reach every subscriber."""
        self._client: BaseDBAsyncClient = get_connection("default")
        if isinstance(self._client, TransactionalDBClient):
            raise RuntimeError("the bus cannot be opened inside a transaction")
        postgres = self._client.capabilities.dialect == "postgres"
        self._delivered = Delivered(OVERLAP if postgres else timedelta(0))
        source = Listening if postgres else Polling
        self._source = source(self._client, self._delivered, self._deliver)
        try:
            await self._source.open()
        except BaseException:
            self._source.close()
            raise
        self._task = asyncio.create_task(self._source.run(), name="curbside events")
        self._task.add_done_callback(self._stopped)

    def activate(self) -> None:
        """Make this the bus of the current task: `publish` wakes it, `current()` returns it."""
        _current.set(self)

    def wake(self) -> None:
        """Look for new rows soon. A reader waits for the end of a transaction by itself."""
        if self._source is not None:
            self._source.wake()

    def subscribe(self, after: int | None = None, *, kinds: Iterable[str] = ()) -> "Subscription":
        """Every event from now on, or every event after the one with the id `after`. `kinds`: those
        alone; whoever waits for something rare is not woken for all the rest."""
        return Subscription(self, after, frozenset(kinds))

    async def wait(self, longest: timedelta) -> bool:
        """Wait for any event; True when there was one since this task's last call.

        False after `longest`, and at once after `close()`: look at `closed`.
        """
        task = asyncio.current_task()
        if self._noticed.get(task, 0) == self._count and not self.closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(longest.total_seconds()):
                    await self._news.wait()
        woken = self._noticed.get(task, 0) != self._count
        self._noticed[task] = self._count
        return woken

    async def close(self) -> None:
        """End all subscriptions and waits. Call it early in a shutdown: open streams wait on it."""
        self._end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._source is not None:
            self._source.close()

    def _deliver(self, events: Iterable[Event]) -> None:
        fresh = [event for event in events if self._delivered.add(event)]
        if not fresh:
            return
        kinds = {event.kind for event in fresh}
        for subscription in list(self._subscriptions):
            subscription._push(fresh, kinds)
        self._count += len(fresh)
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _stopped(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("following events ended (%s); open streams end", type(error).__name__)
        self._end()

    def _end(self) -> None:
        self.closed = True
        for subscription in list(self._subscriptions):
            subscription.close()
        self._tell()


class Subscription(AsyncIterator[Event]):
    """An `async for` over events, for one reader. Registered from `subscribe()` on.

    Ends when it or the bus is closed. A reader that stays far behind costs no memory: its events
    are dropped here and read from the table when it goes on.
    """

    def __init__(self, bus: Bus, after: int | None, kinds: frozenset[str]) -> None:
        """`kinds`: none means all."""
        self._bus, self._kinds = bus, kinds
        self._waiting: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._closed = bus.closed
        self._behind = False
        self._missing: _Missing | None = None
        self._last = bus._delivered.last if after is None else after
        if after is not None:
            self._catch_up()
        bus._subscriptions.add(self)

    async def __anext__(self) -> Event:
        while not self._closed:
            if self._missing is not None:
                if (event := await self._missing.next()) is None:
                    self._missing = None
                elif self._wants(event):
                    return self._took(event)
            elif self._waiting:
                return self._took(self._waiting.popleft())
            elif self._behind:
                self._catch_up()
            else:
                self._ready.clear()
                await self._ready.wait()
        raise StopAsyncIteration

    async def some(self, most: int) -> list[Event]:
        """The next one, and those that wait behind it; none when it has ended."""
        found: list[Event] = []
        with suppress(StopAsyncIteration):
            found.append(await anext(self))
        while found and len(found) < most and self._missing is None and self._waiting:
            found.append(self._took(self._waiting.popleft()))
        return found

    def skip(self) -> None:
        """Pass over what waits: for a reader that is about to look at everything anyway."""
        self._waiting.clear()
        self._missing = None
        self._behind = False
        self._last = self._bus._delivered.last

    def close(self) -> None:
        self._closed = True
        self._ready.set()

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()
        self._bus._subscriptions.discard(self)

    def _took(self, event: Event) -> Event:
        self._last = event.id
        return event

    def _wants(self, event: Event) -> bool:
        return not self._kinds or event.kind in self._kinds

    def _push(self, events: list[Event], kinds: set[str]) -> None:
        """`kinds`: of these events."""
        if self._behind or (self._kinds and self._kinds.isdisjoint(kinds)):
            return
        self._waiting.extend(filter(self._wants, events))
        if len(self._waiting) > _MAX_WAITING:
            self._waiting.clear()
            self._behind = True
        self._ready.set()

    def _catch_up(self) -> None:
        # What is delivered from here on waits in the queue; what was before is read again.
        self._behind = False
        delivered = self._bus._delivered
        known = delivered.since(self._last)
        if known is not None:
            self._missing = _Missing(known)
        else:
            self._missing = _MissingRows(self._bus._client, self._last, delivered.snapshot())


class _Missing:
    """Events a reader has not seen, held in memory."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = deque(events)

    async def next(self) -> Event | None:
        return self._events.popleft() if self._events else None


class _MissingRows(_Missing):
    """Those in the table after an id, page by page, as far as they were delivered `before`.

    A read that fails or is cancelled (a reader's own timeout) is repeated from the same place.
    """

    def __init__(self, client: BaseDBAsyncClient, after: int, before: Delivered) -> None:
        super().__init__()
        self._client, self._after, self._before = client, after, before
        self._started = self._finished = False

    async def next(self) -> Event | None:
        if not self._started:
            self._after = await safe_start(self._client, self._after)
            self._started = True
        while not self._events and not self._finished:
            page = await rows(self._client, self._after, _PAGE)
            self._events.extend(event for event in page if event in self._before)
            self._after = page[-1].id if page else self._after
            self._finished = len(page) < _PAGE
        return await super().next()
