"""Many small changes, one commit: what waits for the disk together waits once.

SQLite has one writer, and its commit waits for the disk. So one task of each institution takes all
work that waits, does it in one transaction, and tells the callers after the COMMIT. Where a piece
fails all is undone and done once more, each piece in a savepoint of its own, which costs as much as
a third of the work: so a piece that fails undoes itself alone. PostgreSQL commits transactions of
several connections together by itself; there each piece has its own.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from instance import events, logs, metrics, raw_sql
from instance.errors import Unavailable

T = TypeVar("T")
Work = Callable[[], Awaitable[Any]]

BATCH_MOST = 64  # so that whoever else wants the database gets it in between
WAITING_MOST = 1_000
TURN_SECONDS = 0.004

_current: ContextVar["Commits"] = ContextVar("curbside_commits")


async def run(work: Callable[[], Awaitable[T]]) -> T:
    """Do `work` in a transaction; its result, or what it raises, after the end of that.

    It may be done twice, the first time undone: what it does besides the database must bear that.
    Not to be called inside a transaction. Raises Unavailable where too much waits already.
    """
    if isinstance(raw_sql.active(), TransactionalDBClient):
        raise RuntimeError("work that is committed in a group cannot be part of a transaction")
    commits = _current.get(None)
    if commits is None or not commits.is_grouping:
        async with in_transaction():
            return await work()
    result: T = await commits.submit(work)
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
        if get_connection("default").capabilities.dialect == "sqlite":
            self._writer = asyncio.create_task(self._write(), name="curbside commits")

    def activate(self) -> None:
        """Make these the ones of the current task: `run` goes through them."""
        _current.set(self)

    async def submit(self, work: Work) -> Any:
        if len(self._waiting) >= WAITING_MOST:
            raise Unavailable
        piece = _Piece(work)
        self._waiting.append(piece)
        self._news.set()
        return await piece.done

    async def close(self) -> None:
        """After all that waits."""
        writer, self._writer = self._writer, None  # from now on everybody commits alone
        if writer is None:
            return
        last = _Piece(_nothing)
        self._waiting.append(last)
        self._news.set()
        await asyncio.wait([last.done, writer], return_when=asyncio.FIRST_COMPLETED)
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
                turn = _Turn()
                # Taken only now: BEGIN may have waited, and more has come meanwhile.
                while self._waiting and len(batch) < BATCH_MOST:
                    batch.append(self._waiting.popleft())
                    await batch[-1].do()
                    await turn.give_way()
        except Exception as error:  # the edge: each caller gets its own
            if not batch:
                self._refuse(error)
            elif len(batch) > 1 or batch[0].error is None:
                await self._commit_apart(batch)
        metrics.current().committed(len(batch), time.perf_counter() - began)
        for piece in batch:
            piece.tell()

    async def _commit_apart(self, batch: list["_Piece"]) -> None:
        """One of them failed, or their COMMIT did."""
        try:
            async with in_transaction():
                turn = _Turn()
                for piece in batch:
                    await piece.try_once()
                    await turn.give_way()
        except Exception:  # the edge: each caller gets its own
            for piece in batch:
                await piece.try_once()

    def _refuse(self, error: Exception) -> None:
        """Not even BEGIN: another process keeps the database to itself."""
        while self._waiting:
            piece = self._waiting.popleft()
            piece.error = error
            piece.tell()


class _Piece:
    """Somebody's work, and how it ended; told only after the commit."""

    def __init__(self, work: Work) -> None:
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.error: Exception | None = None
        self._work = work
        self._request = logs.request_id.get()  # the writer does it, for whom it is
        self._result: Any = None

    async def do(self) -> None:
        """Raises what the work does."""
        if self.done.cancelled():
            return  # its caller has hung up, was told nothing and comes again
        logs.request_id.set(self._request)
        try:
            self._result = await self._work()
        except Exception as error:
            self.error = error
            raise

    async def try_once(self) -> None:
        """In a savepoint, or a transaction of its own: undone where it fails, and nothing else."""
        self.error = None
        try:
            async with in_transaction():
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


class _Turn:
    """SQLite's statements do not give way to other requests by themselves."""

    def __init__(self) -> None:
        self._until = time.monotonic() + TURN_SECONDS

    async def give_way(self) -> None:
        """Once in a while: to look for what has come each time costs as much as a statement."""
        if time.monotonic() > self._until:
            await asyncio.sleep(0)
            self._until = time.monotonic() + TURN_SECONDS


async def _nothing() -> None:
    """What `close` waits for: it is told after all that was there before."""
