"""`curbside retention`: what is kept for how long, what would go, and what should be gone."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import orjson

from instance.config import Config
from instance.institution import Institution
from instance.models import Event, PurgeRun
from instance.services.retention import purging
from tests.instance.cli.test_keys import curbside, environment
from tests.making import make

__all__ = ["environment"]

LONG_AGO = datetime.now(UTC) - timedelta(days=9)


def test_it_counts_what_would_go_and_says_what_should_be_gone(environment: None) -> None:
    told = curbside("retention")
    assert told.exit_code == 0 and "events                   24 h" in told.output
    assert "  7 days at most, 12 hours unused" in told.output and ".md " not in told.output
    everything = orjson.loads(curbside("retention", "--json").output)
    assert "6 years" in everything["stays"]["audit_entry"]
    assert curbside("retention", "verify").exit_code == 0

    asyncio.run(_leave_one())
    counted = curbside("retention", "--dry-run", "--json")
    [events] = [row for row in orjson.loads(counted.output)["goes"] if row["kind"] == "events"]
    assert events["due"] == 1
    late = curbside("retention", "verify")
    assert late.exit_code == 1 and "Should be gone: events. Is `curbside serve`" in late.output

    asyncio.run(_purge())
    again = curbside("retention", "verify")
    assert again.exit_code == 0 and "Nothing is left that should be gone." in again.output
    [events] = [
        row
        for row in orjson.loads(curbside("retention", "verify", "--json").output)["kinds"]
        if row["kind"] == "events"
    ]
    assert (events["oldest"], events["last_removed"], events["removed"]) == (None, 1, 1)


async def _leave_one() -> None:
    await _within(lambda: make(Event, created_at=LONG_AGO))


async def _purge() -> None:
    async def purge() -> None:
        await Event.filter(created_at__gt=LONG_AGO + timedelta(days=1)).delete()
        await purging.run(datetime.now(UTC))
        assert await PurgeRun.filter(name="events").exists()

    await _within(purge)


async def _within(work: object) -> None:
    institution = Institution(Config.from_env(os.environ))
    await institution.open()
    try:
        await work()  # type: ignore[operator]
    finally:
        await institution.close()
