"""What is an outage, where none can be made to come at the right moment (tests/live/test_outages
has those that can)."""

import asyncpg
from tortoise.exceptions import OperationalError

from instance import outages
from instance.outages import Outage


def test_a_connection_that_breaks_while_somebody_begins_to_ask_is_a_database_that_is_gone() -> None:
    """In front of the page that says so: not a fault of ours, which is a 500."""
    broken = asyncpg.InternalClientError(
        'cannot switch to state 11; protocol is in the "failed" state'
    )
    for error in (broken, OperationalError(broken), ExceptionGroup("two", [ValueError(), broken])):
        assert outages.of(error) is Outage.GONE
    assert outages.of(asyncpg.UniqueViolationError("twice")) is None
    assert outages.of(ValueError()) is None
