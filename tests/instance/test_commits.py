"""Many small changes, one commit; each caller hears of its own, and only after it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from instance import commits, events, sqlite_engine
from instance.commits import Commits
from instance.database import Database
from instance.models import Event, Peer


@pytest.fixture
async def grouped(sqlite_database: Database) -> AsyncIterator[Commits]:
    found = Commits()
    found.open()
    found.activate()
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
    real = sqlite_engine._Connection.commit

    async def commit(self: Any) -> None:
        found.append("commit")
        await real(self)

    monkeypatch.setattr(sqlite_engine._Connection, "commit", commit)
    return found


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
    grouped: Commits, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
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
    grouped: Commits, monkeypatch: pytest.MonkeyPatch
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
    grouped: Commits,
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
