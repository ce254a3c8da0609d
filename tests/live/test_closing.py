"""A server that is killed while it closes ends properly: each name is gone, and said so once."""

import sqlite3
from collections import Counter
from contextlib import closing as closed
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.transactions import in_transaction

from instance import events
from instance.models import (
    Actor,
    ActorKind,
    AuditEntry,
    Closing,
    Delivery,
    Follow,
    Member,
    OutboxActivity,
    ReceivedActivity,
    Relationship,
    Role,
    TrustState,
)
from instance.services import channels, closing
from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.pairs import Pair, at, eventually
from tests.live.servers import Place, until

CHANNELS = 12
# Seconds, of which nothing is measured. A hospital that looks up the key of a name while its server
# is down, or starting, asks to be told again in a minute; and that may happen twice.
TOLD_WITHIN = 240.0


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    found = pairs.pair(tmp_path)
    at(found.mercy, has_an_owner_and_many_names)
    return found


async def has_an_owner_and_many_names() -> None:
    await Member.all().update(role=Role.OWNER)
    for number in range(CHANNELS):
        await channels.create_channel(f"ward{number}", f"Ward {number}", "Rounds")


async def the_day_has_come() -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        row = await Closing.create(closes_at=now, agreed_at=now)
        await events.publish(closing.EVENT, row.id)


def test_a_server_that_is_killed_while_it_closes_deletes_every_name_and_says_so_once(
    pair: Pair,
) -> None:
    """T81."""
    mercy, stlukes = pair.server(pair.mercy), pair.server(pair.stlukes)
    with servers.running(mercy, stlukes):
        address = f"@lee@{pair.mercy.config.host}"
        servers.command(pair.stlukes, "follow", "--as", "okafor", address)
        at(pair.mercy, lambda: eventually(Follow.all().exists, "somebody follows"))
        names = at(pair.mercy, ours)
        at(pair.mercy, the_day_has_come)
        until(lambda: gone(pair.mercy) >= 2, 30, "two names are gone", every=0.002)
        mercy.kill()
        assert gone(pair.mercy) < len(names)  # in the middle
        mercy.start()
        at(pair.mercy, lambda: eventually(all_is_said, "all of it arrived", TOLD_WITHIN))
        mercy.kill()  # it owes the end of trust, which it looks for once a minute
        mercy.start()
        at(pair.mercy, lambda: eventually(is_ended, "it is closed", TOLD_WITHIN))

        assert at(pair.mercy, farewells) == Counter(names)
        assert at(pair.stlukes, heard_of_once) == len(names)
        mercy.wait_ready()
        assert all(is_gone(uri) for uri in names)
        assert at(pair.mercy, in_the_record) == ["closing.began", "closing.ended"]
        at(pair.stlukes, lambda: eventually(lee_is_gone, "St. Luke's knows", TOLD_WITHIN))
        at(pair.stlukes, lambda: eventually(trust_has_ended, "St. Luke's is told", TOLD_WITHIN))


def gone(home: Place) -> int:
    """How many names have ended so far, as its database says at this moment."""
    with closed(sqlite3.connect(home.folder / "curbside.sqlite3", timeout=30)) as database:
        return int(database.execute("SELECT count FROM closing").fetchone()[0])


def is_gone(uri: str) -> bool:
    """As its server answers."""
    answer = Browser().get(uri, Accept="application/activity+json")
    return answer.status == 410 and "Tombstone" in answer.text


async def ours() -> list[str]:
    found = await Actor.filter(is_local=True, kind__in=[ActorKind.PERSON, ActorKind.CHANNEL])
    return [actor.uri for actor in found]


async def is_ended() -> bool:
    return await Closing.filter(ended_at__not_isnull=True).exists()


async def all_is_said() -> bool:
    return not await closing.left() and not await closing.waiting_messages()


async def farewells() -> Counter[str]:
    """By whom, how many `Delete`s of themselves there are; each was delivered."""
    assert not await Delivery.filter(gave_up_at__not_isnull=True).exists()
    rows = await OutboxActivity.filter(type="Delete").select_related("actor")
    return Counter(row.actor.uri for row in rows)


async def heard_of_once() -> int:
    return await ReceivedActivity.filter(type="Delete").count()


async def in_the_record() -> list[str]:
    rows = await AuditEntry.filter(action__startswith="closing.").order_by("id")
    return [row.action for row in rows]


async def lee_is_gone() -> bool:
    return await Actor.filter(handle="lee", gone_at__not_isnull=True).exists()


async def trust_has_ended() -> bool:
    return not await Relationship.filter(state=TrustState.ACTIVE).exists()
