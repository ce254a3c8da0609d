"""Many small changes, one commit; each caller hears of its own, and only after it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from instance import commits, events, postgres_engine, raw_sql, sqlite_engine
from instance.commits import Commits
from instance.database import Database
from instance.models import Event, Peer


@asynccontextmanager
async def grouping() -> AsyncIterator[Commits]:
    found = Commits()
    found.open()
    found.activate()
    yield found
    await found.close()


@pytest.fixture
async def grouped(database: Database) -> AsyncIterator[Commits]:
    async with grouping() as found:
        yield found


@pytest.fixture
async def on_sqlite(sqlite_database: Database) -> AsyncIterator[Commits]:
    async with grouping() as found:
        yield found


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    found = Database(postgres_url)
    await found.open()
    yield found
    await found.close()


def adding(host: str) -> Callable[[], Awaitable[str]]:
    async def work() -> str:
        await Peer.create(host=host)
        return host

    return work


async def failing() -> None:
    await Peer.create(host="undone.example")
    raise ZeroDivisionError


async def hosts() -> list[str]:
    return sorted([peer.host for peer in await Peer.all()])


@pytest.fixture
def committed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each COMMIT."""
    found: list[str] = []
    for engine in (sqlite_engine, postgres_engine):
        monkeypatch.setattr(engine._Connection, "commit", _noted(engine._Connection.commit, found))
    return found


def _noted(real: Any, found: list[str]) -> Any:
    async def commit(self: Any) -> None:
        found.append("commit")
        await real(self)

    return commit


async def test_what_waits_together_is_committed_once(
    grouped: Commits, committed: list[str]
) -> None:
    names = [f"h{number}.example" for number in range(20)]
    assert await asyncio.gather(*[commits.run(adding(name)) for name in names]) == names
    assert committed == ["commit"]
    assert await hosts() == sorted(names)


async def test_one_that_fails_undoes_itself_alone(grouped: Commits) -> None:
    works: list[Any] = [adding("a.example"), failing, adding("b.example")]
    found = await asyncio.gather(*map(commits.run, works), return_exceptions=True)
    assert [found[0], found[2]] == ["a.example", "b.example"]
    assert isinstance(found[1], ZeroDivisionError)
    assert await hosts() == ["a.example", "b.example"]


async def test_one_the_database_refuses_fails_alone(grouped: Commits) -> None:
    twice = [commits.run(adding("a.example")) for _ in range(2)]
    found = await asyncio.gather(*twice, commits.run(adding("b.example")), return_exceptions=True)
    assert found[0] == "a.example" and isinstance(found[1], IntegrityError)
    assert await hosts() == ["a.example", "b.example"]


async def test_nobody_hears_of_it_before_it_is_on_the_disk(
    on_sqlite: Commits, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_commit, real = asyncio.Event(), sqlite_engine._Connection.commit

    async def commit(self: Any) -> None:
        await may_commit.wait()
        await real(self)

    monkeypatch.setattr(sqlite_engine._Connection, "commit", commit)
    told = asyncio.create_task(commits.run(adding("a.example")))
    done, _ = await asyncio.wait([told], timeout=0.1)
    assert not done
    may_commit.set()
    await told
    with closing(sqlite3.connect(sqlite_database.url.removeprefix("sqlite://"))) as other:
        assert other.execute("SELECT host FROM peer").fetchall() == [("a.example",)]


async def test_where_the_commit_of_all_fails_each_is_tried_alone(
    on_sqlite: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = sqlite_engine._Connection.commit, [OperationalError("disk full")]

    async def commit(self: Any) -> None:
        if failures:
            raise failures.pop()
        await real(self)

    monkeypatch.setattr(sqlite_engine._Connection, "commit", commit)
    works: list[Any] = [adding("a.example"), failing, adding("b.example")]
    found = await asyncio.gather(*map(commits.run, works), return_exceptions=True)
    assert [found[0], found[2]] == ["a.example", "b.example"]
    assert isinstance(found[1], ZeroDivisionError)
    assert await hosts() == ["a.example", "b.example"]


async def test_a_transaction_that_sqlite_ended_is_not_believed_to_be_committed(
    on_sqlite: Commits,
) -> None:
    """As it does where the disk is full: nothing that stood in it is told to be there."""
    tries = 0

    async def lost() -> None:
        nonlocal tries
        tries += 1
        await Peer.create(host=f"b{tries}.example")
        if tries == 1:
            client: Any = get_connection("default")
            client._connection._conn.execute("ROLLBACK")

    await asyncio.gather(commits.run(adding("a.example")), commits.run(lost))
    assert await hosts() == ["a.example", "b2.example"]


async def test_who_hung_up_is_passed_over_and_nobody_else(grouped: Commits) -> None:
    left = asyncio.create_task(commits.run(adding("left.example")))
    stays = asyncio.create_task(commits.run(adding("stays.example")))
    await asyncio.sleep(0)
    left.cancel()
    assert await stays == "stays.example"
    assert "stays.example" in await hosts()


async def test_an_institution_that_closes_ends_what_waits_first(grouped: Commits) -> None:
    told = [asyncio.create_task(commits.run(adding(f"h{number}"))) for number in range(100)]
    await asyncio.sleep(0)
    await grouped.close()
    assert await asyncio.gather(*told) == [f"h{number}" for number in range(100)]


async def test_it_is_not_called_inside_a_transaction(grouped: Commits) -> None:
    async with in_transaction():
        with pytest.raises(RuntimeError):
            await commits.run(adding("a.example"))


async def test_alone_it_is_a_transaction_as_any_other(database: Database) -> None:
    assert await commits.run(adding("a.example")) == "a.example"
    with pytest.raises(ZeroDivisionError):
        await commits.run(failing)
    assert await hosts() == ["a.example"]


async def test_one_that_fails_by_itself_is_not_tried_again(grouped: Commits) -> None:
    tries = 0

    async def failing_once_more() -> None:
        nonlocal tries
        tries += 1
        await failing()

    with pytest.raises(ZeroDivisionError):
        await commits.run(failing_once_more)
    assert tries == 1 and not await hosts()


async def test_what_fails_in_a_group_tells_nobody(grouped: Commits) -> None:
    """Events of a group are recorded together at its end; each still stands and falls with the
    change it tells of."""

    def telling(number: int, *, fails: bool) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await events.publish("thread", number)
            if fails:
                raise ZeroDivisionError

        return work

    works = [commits.run(telling(number, fails=number == 2)) for number in range(1, 4)]
    await asyncio.gather(*works, return_exceptions=True)
    await commits.run(telling(4, fails=False))

    assert [event.object_id for event in await Event.all().order_by("id")] == [1, 3, 4]


class Prepared:
    """Works that are prepared together, by the names of their hosts."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.done: list[str] = []
        self.named: dict[Any, str] = {}

    def run(self, host: str, *, fails: bool = False) -> Awaitable[None]:
        async def work() -> None:
            await Peer.create(host=host)
            self.done.append(host)
            if fails:
                raise ZeroDivisionError

        self.named[work] = host
        return commits.run(work, self.prepare)

    async def prepare(self, works: list[Any]) -> None:
        self.calls.append([self.named[work] for work in works])


async def test_what_is_prepared_together_is_done_before_what_else_waits(grouped: Commits) -> None:
    both = Prepared()
    after: list[list[str]] = []

    async def other() -> None:
        after.append(list(both.done))

    await asyncio.gather(commits.run(other), both.run("a.example"), both.run("b.example"))

    assert both.calls == [["a.example", "b.example"]]
    assert after == [["a.example", "b.example"]]


async def test_where_one_fails_each_is_prepared_anew(grouped: Commits) -> None:
    both = Prepared()

    works = both.run("a.example"), both.run("b.example", fails=True)
    found = await asyncio.gather(*works, return_exceptions=True)

    assert both.calls == [["a.example", "b.example"], ["a.example"], ["b.example"]]
    assert found[0] is None and isinstance(found[1], ZeroDivisionError)
    assert await hosts() == ["a.example"]


async def test_what_was_prepared_is_done_though_its_caller_hangs_up(grouped: Commits) -> None:
    """Else it would be remembered and not be there; who hung up before is not prepared either."""
    both = Prepared()
    leaving: list[asyncio.Future[None]] = []
    real = both.prepare

    async def prepare(works: list[Any]) -> None:
        await real(works)
        leaving[1].cancel()

    both.prepare = prepare  # type: ignore[method-assign]
    leaving += [asyncio.ensure_future(both.run(host)) for host in ("gone", "leaves", "stays")]
    await asyncio.sleep(0)
    leaving[0].cancel()
    await leaving[2]

    assert both.calls == [["leaves", "stays"]]
    assert await hosts() == ["leaves", "stays"]


async def test_two_processes_that_want_the_same_rows_get_one_after_the_other(
    postgres_database: Database,
) -> None:
    """Each has locked what the other wants next: PostgreSQL would end one of them."""
    rows = [await Peer.create(host=f"h{number}.example") for number in range(2)]
    processes, tries = [Commits(), Commits()], list[int]()

    def locking(row: Peer) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            tries.append(row.id)
            await Peer.filter(id=row.id).update(comment="seen")
            await asyncio.sleep(0.1)

        return work

    for each in processes:
        each.open()
    pieces = []
    for each, order in zip(processes, (rows, rows[::-1]), strict=True):
        for row in order:
            pieces.append(commits._Piece(locking(row)))
            each.submit(pieces[-1])
    await asyncio.gather(*[piece.done for piece in pieces])
    for each in processes:
        await each.close()

    assert len(tries) == 4


async def test_a_process_that_keeps_the_turn_keeps_nobody_from_storing(
    postgres_database: Database,
) -> None:
    process = Commits()
    process.open()
    pieces = [commits._Piece(adding(f"{name}.example")) for name in "ab"]

    async with in_transaction():
        await raw_sql.run("SELECT pg_advisory_xact_lock(2, 0)", [])
        for piece in pieces:
            process.submit(piece)
        await asyncio.gather(*[piece.done for piece in pieces])
    await process.close()

    assert await hosts() == ["a.example", "b.example"]
