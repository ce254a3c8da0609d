"""Many small changes, one commit: what waits for the disk together waits once.

A commit waits for the disk, and PostgreSQL's for each other too, where they tell of something. So
one task of each process takes all work that waits, does it in one transaction, and tells the
callers after the COMMIT. Where a piece fails all is undone and done once more, each piece apart,
which costs as much as a third of the work: so a piece that fails undoes itself alone.

SQLite has one writer. On PostgreSQL one process at a time commits a group: two groups, each of many
pieces, would lock the same rows in different orders. Who does not get its turn in time does each
piece in a transaction of its own.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from tortoise.transactions import in_transaction

from instance import events, logs, metrics, raw_sql
from instance.database import is_transactions
from instance.errors import Unavailable

T = TypeVar("T")
Work = Callable[[], Awaitable[Any]]
Prepare = Callable[[list[Any]], Awaitable[None]]

BATCH_MOST = 64  # so that whoever else wants the database gets it in between
WAITING_MOST = 1_000
ENDS_WITHIN = 10.0  # seconds: longer than a statement may wait for a lock
# Of PostgreSQL. Shorter than it waits before it looks for a deadlock: what gives way then is the
# group, which is done apart, and nobody's request. A process that was stopped lets go soon.
_MY_TURN = """
SELECT set_config('lock_timeout', '900ms', true),
    set_config('idle_in_transaction_session_timeout', '5s', true),
    pg_advisory_xact_lock(2, 0)"""
_YIELDING = ("55P03", "40P01")  # a lock was waited for too long; a deadlock

_current: ContextVar["Commits"] = ContextVar("curbside_commits")


async def run(work: Callable[[], Awaitable[T]], prepare: Prepare | None = None) -> T:
    """Do `work` in a transaction; its result, or what it raises, after the end of that.

    It may be done twice, the first time undone: what it does besides the database must bear that.
    `prepare` is called before it in the same transaction, once for all works that were given it
    and wait together; those are done first. Not to be called inside a transaction. Raises
    Unavailable where too much waits already.
    """
    if is_transactions(raw_sql.active()):
        raise RuntimeError("work that is committed in a group cannot be part of a transaction")
    commits = _current.get(None)
    piece = _Piece(work, prepare)
    if commits is None or not commits.is_grouping:
        await piece.try_once()
        piece.tell()
    else:
        commits.submit(piece)
    result: T = await piece.done
    return result


class Commits:
    """One per institution and process, on the database that is active in `open()`."""

    def __init__(self) -> None:
        self._waiting: deque[_Piece] = deque()
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    @property
    def is_grouping(self) -> bool:
        return self._writer is not None

    def open(self) -> None:
        self._writer = asyncio.create_task(self._write(), name="curbside commits")

    def activate(self) -> None:
        """Make these the ones of the current task: `run` goes through them."""
        _current.set(self)

    def submit(self, piece: "_Piece") -> None:
        if len(self._waiting) >= WAITING_MOST:
            raise Unavailable
        self._waiting.append(piece)
        self._news.set()

    async def close(self) -> None:
        """After all that waits, unless the database hangs: then nobody was told that it is done."""
        writer, self._writer = self._writer, None  # from now on everybody commits alone
        if writer is None:
            return
        last = _Piece(_nothing)
        self._waiting.append(last)
        self._news.set()
        ends = [last.done, writer]
        await asyncio.wait(ends, timeout=ENDS_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._commit_some()

    async def _commit_some(self) -> None:
        batch: list[_Piece] = []
        began = time.perf_counter()
        try:
            async with in_transaction(), events.together():
                await _take_turn()
                # Taken only now: this may have waited, and more has come meanwhile.
                while some := self._taken(BATCH_MOST - len(batch)):
                    batch += some
                    for piece in await _prepared(some):
                        await piece.do()
        except Exception as error:  # the edge: each caller gets its own
            if has_to_yield := getattr(error, "sqlstate", "") in _YIELDING:
                batch = batch or self._taken(BATCH_MOST)
            if not batch:
                self._refuse(error)
            elif len(batch) > 1 or batch[0].error is None or has_to_yield:
                await _commit_apart(batch)
        metrics.current().committed(len(batch), time.perf_counter() - began)
        for piece in batch:
            piece.tell()

    def _taken(self, most: int) -> "list[_Piece]":
        """The next ones, but for those whose callers have hung up: they were told nothing and come
        again."""
        found: list[_Piece] = []
        while self._waiting and len(found) < most:
            piece = self._waiting.popleft()
            if not piece.done.cancelled():
                found.append(piece)
        return found

    def _refuse(self, error: Exception) -> None:
        """Not even BEGIN: another process keeps the database to itself."""
        while self._waiting:
            piece = self._waiting.popleft()
            piece.error = error
            piece.tell()


class _Piece:
    """Somebody's work, and how it ended; told only after the commit."""

    def __init__(self, work: Work, prepare: Prepare | None = None) -> None:
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.error: Exception | None = None
        self.work, self.prepare = work, prepare
        self._request = logs.request_id.get()  # the writer does it, for whom it is
        self._result: Any = None

    async def do(self) -> None:
        """Raises what the work does."""
        logs.request_id.set(self._request)
        try:
            self._result = await self.work()
        except Exception as error:
            self.error = error
            raise

    async def try_once(self) -> None:
        """In a savepoint, or a transaction of its own: undone where it fails, and nothing else."""
        self.error = None
        try:
            async with in_transaction():
                await _prepared([self])
                await self.do()
        except Exception as error:  # the edge: its caller's, be it of the COMMIT
            self.error = error

    def tell(self) -> None:
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self._result)


async def _take_turn() -> None:
    if raw_sql.is_postgres():
        await raw_sql.run(_MY_TURN, [])


async def _prepared(pieces: list[_Piece]) -> list[_Piece]:
    """In the order in which they are to be done."""
    first: dict[Prepare, list[_Piece]] = {}
    for piece in pieces:
        if piece.prepare is not None:
            first.setdefault(piece.prepare, []).append(piece)
    for prepare, some in first.items():
        await prepare([piece.work for piece in some])
    return sorted(pieces, key=lambda piece: piece.prepare is None)


async def _commit_apart(batch: list[_Piece]) -> None:
    """One of them failed, or their COMMIT did, or it is somebody else's turn for too long."""
    try:
        if raw_sql.is_postgres():
            for piece in batch:
                await piece.try_once()
            return
        async with in_transaction():
            for piece in batch:
                await piece.try_once()
    except Exception:  # the edge: each caller gets its own
        for piece in batch:
            await piece.try_once()


async def _nothing() -> None:
    """What `close` waits for: it is told after all that was there before."""
