"""How far a host is trusted: read from the tables each time, so that a change counts at once."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.authentication import Level
from instance import config
from instance.config import Config
from instance.database import Database
from instance.models import Direction, Peer, PeerLevel, Relationship, TrustState
from instance.outbox import trust

HOST = "stlukes.example"
NOW, DAY = datetime.now(UTC), timedelta(days=1)


@pytest.fixture(autouse=True)
def settings(tmp_path: Path) -> Iterator[None]:
    environ = {"CURBSIDE_ORIGIN": "https://mercy.example", "CURBSIDE_NAME": "Mercy"}
    config.use(Config.from_env({**environ, "CURBSIDE_DATA": str(tmp_path)}))
    yield


async def peer(level: PeerLevel, host: str = HOST, **changes: Any) -> Peer:
    """With an agreement in each direction that holds now, but for `changes`."""
    found = await Peer.create(host=host, level=level)
    values: dict[str, Any] = {
        "state": TrustState.ACTIVE,
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
        **changes,
    }
    for direction in Direction:
        await Relationship.create(
            peer=found,
            direction=direction,
            uri=f"https://{host}/trust/{direction.value}",
            scopes=["consult"],
            terms={},
            **values,
        )
    return found


async def test_a_host_of_a_hundred_labels_is_asked_about_as_any_other(database: Database) -> None:
    host = "a." * 110 + HOST
    assert trust.question(host)
    assert await trust.level(host) is Level.PUBLIC

    await Peer.create(host=HOST, level=PeerLevel.BLOCKED)
    assert await trust.level(host) is Level.BLOCKED


async def test_trust_takes_both_directions(database: Database) -> None:
    found = await peer(PeerLevel.TRUSTED)
    assert await trust.level(HOST) is Level.TRUSTED

    for direction in Direction:
        rows = Relationship.filter(peer_id=found.id, direction=direction)
        await rows.update(state=TrustState.REVOKED)
        assert await trust.level(HOST) is Level.PUBLIC
        await rows.update(state=TrustState.ACTIVE)
    assert await trust.level(HOST) is Level.TRUSTED


@pytest.mark.parametrize("level", [level for level in PeerLevel if level is not PeerLevel.TRUSTED])
async def test_agreements_alone_are_no_trust(database: Database, level: PeerLevel) -> None:
    await peer(level)

    assert await trust.level(HOST) is not Level.TRUSTED


@pytest.mark.parametrize(
    "dates",
    [
        {"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY},
        {"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY},
    ],
)
async def test_trust_is_bounded_by_its_dates(database: Database, dates: dict[str, Any]) -> None:
    await peer(PeerLevel.TRUSTED, **dates)

    assert await trust.level(HOST) is Level.PUBLIC


async def test_a_block_ends_trust_and_covers_every_subdomain(database: Database) -> None:
    await peer(PeerLevel.TRUSTED, f"mail.{HOST}")
    found = await peer(PeerLevel.TRUSTED)

    await Peer.filter(id=found.id).update(level=PeerLevel.BLOCKED)

    assert await trust.level(HOST) is Level.BLOCKED
    assert await trust.level(f"mail.{HOST}") is Level.BLOCKED
    assert await trust.level(f"a.b.{HOST}") is Level.BLOCKED
    assert await trust.level("example") is Level.PUBLIC
    assert await trust.level(f"not{HOST}") is Level.PUBLIC


async def test_trust_in_a_domain_is_no_trust_in_its_subdomains(database: Database) -> None:
    await peer(PeerLevel.TRUSTED)

    assert await trust.level(f"mail.{HOST}") is Level.PUBLIC


async def test_we_trust_ourselves_and_strangers_are_public(database: Database) -> None:
    assert await trust.level("mercy.example") is Level.TRUSTED
    assert await trust.level("stranger.example") is Level.PUBLIC


async def test_a_block_by_another_process_counts_in_the_next_turn_of_the_loop(
    sqlite_database: Database,
) -> None:
    """Of one turn all is read from one state of the database, but no later request is (T56)."""
    await peer(PeerLevel.PUBLIC)
    file = sqlite_database.url.removeprefix("sqlite://")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        assert await trust.level(HOST) is Level.PUBLIC
        other.execute("UPDATE peer SET level = 'blocked'")
        await asyncio.sleep(0)
        assert await trust.level(HOST) is Level.BLOCKED


async def test_a_block_counts_as_soon_as_it_is_committed(sqlite_database: Database) -> None:
    """Whatever was asked by others while it was."""
    found = await peer(PeerLevel.PUBLIC)

    async def ask_in_every_turn() -> None:
        while True:
            await trust.level(HOST)
            await asyncio.sleep(0)

    asking = asyncio.create_task(ask_in_every_turn())
    for level, expected in ((PeerLevel.BLOCKED, Level.BLOCKED), (PeerLevel.PUBLIC, Level.PUBLIC)):
        found.level = level
        await found.save()
        assert await trust.level(HOST) is expected
    asking.cancel()
