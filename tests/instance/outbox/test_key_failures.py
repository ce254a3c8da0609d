"""How long a document that could not be had is not asked for (federation.md 9.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from federation.authentication import Level
from federation.errors import FetchFailed, KeyUnavailable, Malformed
from instance.outbox import key_failures, remote
from instance.outbox.key_failures import LONGEST, SHORTEST, AskedRecently, Failures
from tests.houses import House, Person
from tests.network import Network

URL, HOST = "https://stlukes.example/u/1", "stlukes.example"
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
SILENT = [ConnectionRefusedError(), FetchFailed("no answer"), FetchFailed("", status=502)]
SAID_NO = [Malformed("no actor"), FetchFailed("", status=404), FetchFailed("", permanent=True)]


def paused(failures: Failures, now: datetime) -> timedelta:
    """For how long after `now` nobody asks."""
    try:
        failures.require_none(URL, HOST, now)
    except AskedRecently as error:
        return error.until - now
    return timedelta(0)


@pytest.mark.parametrize("error", SILENT, ids=repr)
def test_a_partner_that_does_not_answer_is_asked_again_soon(error: Exception) -> None:
    failures = Failures()
    failures.remember(URL, Level.TRUSTED, error, BEGAN)
    assert paused(failures, BEGAN) == SHORTEST
    assert paused(failures, BEGAN + SHORTEST) == timedelta(0)


@pytest.mark.parametrize("error", SILENT, ids=repr)
def test_a_stranger_that_does_not_answer_is_left_alone_for_five_minutes(error: Exception) -> None:
    failures = Failures()
    failures.remember(URL, Level.PUBLIC, error, BEGAN)
    assert paused(failures, BEGAN) == LONGEST


@pytest.mark.parametrize("error", SAID_NO, ids=repr)
def test_what_a_partner_answered_holds_for_five_minutes(error: Exception) -> None:
    failures = Failures()
    failures.remember(URL, Level.TRUSTED, error, BEGAN)
    assert paused(failures, BEGAN) == LONGEST


def test_a_partner_that_stays_silent_is_asked_less_and_less_often() -> None:
    failures, now, pauses = Failures(), BEGAN, []
    while now < BEGAN + timedelta(hours=1):
        failures.remember(URL, Level.TRUSTED, ConnectionRefusedError(), now)
        pauses.append(paused(failures, now))
        now += pauses[-1]
    assert pauses[:4] == [SHORTEST, SHORTEST, 2 * SHORTEST, 4 * SHORTEST]
    assert pauses[-1] == LONGEST and len(pauses) < 20


def test_a_partner_that_answered_again_is_as_new() -> None:
    failures = Failures()
    failures.remember(URL, Level.TRUSTED, ConnectionRefusedError(), BEGAN)
    failures.forget(URL)
    failures.remember(URL, Level.TRUSTED, ConnectionRefusedError(), BEGAN + timedelta(hours=1))
    assert paused(failures, BEGAN + timedelta(hours=1)) == SHORTEST


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_member_of_a_partner_that_was_down_is_known_once_it_is_back(
    mercy: House,
    stlukes: House,
    okafor: Person,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def find() -> str:
        return (await remote.directory().find(f"{okafor.uri}#ed25519-1")).owner

    network.down.add(stlukes.host)
    with pytest.raises(KeyUnavailable):
        await mercy.at(find)
    network.down.clear()
    with pytest.raises(AskedRecently):
        await mercy.at(find)
    monkeypatch.setattr(key_failures, "SHORTEST", timedelta(0))
    mercy.institution.directory._failures.forget(okafor.uri)
    network.down.add(stlukes.host)
    with pytest.raises(KeyUnavailable):
        await mercy.at(find)
    network.down.clear()
    assert await mercy.at(find) == okafor.uri
