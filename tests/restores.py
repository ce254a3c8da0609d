"""A house of the cast that burns down and comes back from a backup, and asks the others."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

from instance.inbox import recovering
from instance.models import Consult, Delivery, HistoryEntry, Peer, RestoreCount
from instance.services import recovering as told
from instance.services import restoring
from tests.clinic import seen_at, written
from tests.houses import House, Person
from tests.network import Sent

NAME = "2026-11-27T031000Z"


def back_up(house: House, copy: Path) -> datetime:
    made_at = datetime.now(UTC)
    with closing(sqlite3.connect(house.config.database_url.removeprefix("sqlite://"))) as one:
        one.execute("VACUUM INTO ?", (str(copy),))
    return made_at


async def restored(house: House, copy: Path, made_at: datetime, name: str = NAME) -> House:
    """Another server with the same name, folder and key, from that copy; nobody is asked yet."""
    await house.close()
    file = Path(house.config.database_url.removeprefix("sqlite://"))
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    copyfile(copy, file)
    again = House(
        house.name,
        "hospital",
        house.host,
        house.config.database_url,
        house.config.data,
        house.network,
    )
    await again.open()
    await again.at(restoring.settle, name, made_at)
    return again


async def ask_others(house: House, *hosts: str) -> None:
    async def work() -> None:
        restore = await restoring.running()
        assert restore is not None
        for host in hosts:
            await recovering.ask(host, restore)

    await house.at(work)


async def thread(house: House, consult: Consult) -> dict[str, Any]:
    """All that its readers see of it, and how it is numbered."""
    seen = await seen_at(house, consult)
    entries = await house.at(lambda: HistoryEntry.filter(consult_id=seen.id).order_by("seq"))
    posts = await written(house, consult)
    return {
        "state": (seen.status, seen.version, seen.last_seq, seen.accepted, _second(seen.due_at)),
        "entries": [(one.seq, one.activity_uri, one.digest) for one in entries],
        "posts": [(one.uri, one.seq, one.body, one.deleted_at is None) for one in posts],
        "frozen": seen.frozen_at,
    }


def _second(at: datetime | None) -> datetime | None:
    """As the wire has it."""
    return at.replace(microsecond=0) if at is not None else None


async def counts(house: House) -> dict[str, int]:
    rows = await house.at(lambda: RestoreCount.all())
    return {row.kind: row.count for row in rows}


def again(house: House, person: Person) -> Person:
    return Person(house, person.member, person.actor, person.pseudonym)


async def open_consults() -> None:
    """As the worker does between two hospitals that it asks."""
    restore = await restoring.running()
    if restore is not None:
        await told.open_consults(restore)


def is_history(sent: Sent) -> bool:
    """Of a network that breaks off there."""
    return sent.target.startswith("/shared/history")


async def come_again(house: House) -> None:
    """What it was told to send again later, it sends now."""
    now = datetime.now(UTC)
    await house.at(lambda: Delivery.filter(due_at__not_isnull=True).update(due_at=now))
    await house.at(lambda: Peer.all().update(retry_after_at=None, probe_at=None))
    await house.deliver()
