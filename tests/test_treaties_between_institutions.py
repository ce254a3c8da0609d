"""What two hospitals agreed holds on every path: borders, standing, how long words are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.errors import FormRefused
from instance.models import (
    AuditEntry,
    Consult,
    Contribution,
    Delivery,
    Direction,
    HistoryEntry,
    Participant,
    Relationship,
    Status,
)
from instance.outbox import trust
from instance.services.consults import opening, reading
from instance.services.consults.states import Event
from instance.web.presenting import people
from instance.workers import upkeep
from tests.cast import LEE, Houses
from tests.clinic import accept, ask, audited, is_known, question, seen_at, write, written
from tests.houses import TERMS, House, Person

NOW = datetime.now(UTC)
ELSEWHERE = {"jurisdiction": "US-WI"}


async def agreed(house: House, other: House, direction: Direction, **terms: Any) -> None:
    """What `house` has down for one direction of its treaty with `other`."""
    rows = {"peer__host": other.host, "direction": direction}
    changed = {"terms": TERMS | terms}
    await house.at(lambda: Relationship.filter(**rows).update(**changed))


async def close_border(house: House, other: House) -> None:
    """`house` wants no consults across the border, and another law holds at `other`."""
    await agreed(house, other, Direction.OURS, acrossBorder=False)
    await agreed(house, other, Direction.THEIRS, **ELSEWHERE)


async def scopes(house: House, other: House) -> set[str]:
    return await house.at(trust.scopes, other.host)


async def test_nobody_asks_across_a_closed_border(
    mercy: House, stlukes: House, lee: Person
) -> None:
    await close_border(mercy, stlukes)
    before = await mercy.rows()
    with pytest.raises(FormRefused) as refusal:
        await ask(lee, stlukes)
    assert "may not cross this border" in refusal.value.fields["hospitals"]
    assert await mercy.rows() == before


async def test_nobody_is_named_across_a_closed_border(
    mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await close_border(mercy, stlukes)
    with pytest.raises(FormRefused):
        await ask(lee, people=(okafor.address,))


async def test_a_border_that_closes_stops_what_is_on_its_way(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await close_border(mercy, stlukes)
    await houses.settle()
    assert not await is_known(stlukes, consult)
    [row] = await mercy.at(lambda: Delivery.filter(host=stlukes.host))
    assert row.gave_up_at is not None


async def test_a_border_that_closes_keeps_a_consult_from_growing_over_it(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await close_border(mercy, stlukes)
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert [row.kind for row in await written(stlukes, consult)] == ["question"]
    assert "consult.left_out" in await audited(mercy)


async def test_nothing_is_taken_from_across_a_closed_border(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    await close_border(stlukes, mercy)
    consult = await ask(lee, stlukes)
    await houses.settle()
    assert not await is_known(stlukes, consult)
    assert "F-CON-1 scope" in await audited(stlukes)


async def test_an_answer_does_not_come_back_over_a_border_that_closed(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await close_border(mercy, stlukes)
    await houses.settle()
    assert (await seen_at(mercy, consult)).status is Status.OPEN


@pytest.mark.parametrize(
    ("law", "passes"), [("US-MN", True), ("US", True), ("US-WI", False), ("DE", False), ("", False)]
)
async def test_a_state_is_within_its_country_and_what_is_not_told_is_nowhere(
    mercy: House, stlukes: House, law: str, passes: bool
) -> None:
    await agreed(mercy, stlukes, Direction.OURS, acrossBorder=False)
    await agreed(mercy, stlukes, Direction.THEIRS, jurisdiction=law)
    assert ("consult" in await scopes(mercy, stlukes)) is passes
    assert "directory" in await scopes(mercy, stlukes)


async def test_either_side_may_close_the_border(mercy: House, stlukes: House) -> None:
    await agreed(mercy, stlukes, Direction.THEIRS, acrossBorder=False, **ELSEWHERE)
    assert "consult" not in await scopes(mercy, stlukes)


async def test_a_hospital_may_keep_all_consults_within_its_border(
    houses: Houses, stlukes: House
) -> None:
    mercy = await houses.open(
        *("Mercy General", "hospital", "mercy.example"),
        JURISDICTION="US-MN",
        CONSULTS="within-border",
    )
    assert "consult" in await scopes(mercy, stlukes)
    await agreed(mercy, stlukes, Direction.THEIRS, **ELSEWHERE)
    assert "consult" not in await scopes(mercy, stlukes)
    with pytest.raises(FormRefused):
        await (await mercy.person(LEE)).does(opening.open_consult, question(stlukes.host))


async def test_one_direction_alone_counts_no_standing(mercy: House, stlukes: House) -> None:
    rows = {"peer__host": stlukes.host, "direction": Direction.THEIRS}
    await mercy.at(lambda: Relationship.filter(**rows).delete())
    assert await mercy.at(trust.ceiling, stlukes.host) == 0


async def test_a_badge_shows_no_more_than_the_agreement_counts_now(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    [row] = [row for row in await written(mercy, consult) if row.kind == "comment"]
    author = await mercy.at(reading.author_of, row)
    assert (await mercy.at(people.one, author, {})).standing.level == 3
    await agreed(mercy, stlukes, Direction.OURS, maxLevel=2)
    assert (await mercy.at(people.one, author, {})).standing.level == 2


async def test_what_a_guest_elsewhere_writes_keeps_no_more_than_we_count(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    """As we know them from before the agreement was changed."""
    for number in range(2):
        consult = await ask(lee, stlukes, heart)
        await houses.settle()
        await write(okafor, consult, Event.ANSWER)
        if number:
            await agreed(heart, stlukes, Direction.OURS, maxLevel=2)
        await houses.settle()
    [row] = [row for row in await written(heart, consult) if row.kind == "answer"]
    assert row.standing["level"] == 2


async def test_an_owner_passes_on_no_more_standing_than_it_counts(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    # The society and St. Luke's know each other by Mercy's word alone.
    await heart.at(lambda: Relationship.filter(peer__host=stlukes.host).delete())
    await agreed(mercy, stlukes, Direction.OURS, maxLevel=2)
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    [row] = [row for row in await written(heart, consult) if row.kind == "comment"]
    assert (row.standing["level"], row.standing["vouched_by"]) == (2, mercy.host)


@pytest.fixture
async def closed(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> Consult:
    """A consult of Mercy's that St. Luke's answered, closed everywhere."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed")
    await houses.settle()
    assert (await seen_at(stlukes, consult)).status is Status.CLOSED
    return consult


async def words_left(house: House, consult: Consult) -> int:
    there = await seen_at(house, consult)
    said = await house.at(lambda: Contribution.filter(consult_id=there.id))
    entries = await house.at(lambda: HistoryEntry.filter(consult_id=there.id).count())
    return bool(there.facts) + sum(bool(row.body) for row in said) + entries


async def test_a_partners_closed_consult_goes_when_its_time_is_over(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, closed: Consult
) -> None:
    await agreed(stlukes, mercy, Direction.THEIRS, retentionDays=30)
    for days, left in ((29, True), (31, False)):
        await stlukes.at(upkeep.purge, NOW + timedelta(days=days))
        assert bool(await words_left(stlukes, closed)) is left
    there = await seen_at(stlukes, closed)
    ids = {row.uri for row in await written(stlukes, closed)}
    assert there.root_uri in ids and len(ids) == 3
    browser = await stlukes.sign_in("okafor")
    assert (await browser.get(f"/k/{there.id}")).status == 404
    assert closed.facts["title"] not in (await browser.get("/consults?box=closed")).text
    rows = await stlukes.at(lambda: AuditEntry.filter(action="consult.purged"))
    assert [row.subject for row in rows] == [closed.uri]


async def test_what_is_ours_or_goes_on_is_kept_whatever_was_agreed(
    houses: Houses, mercy: House, stlukes: House, lee: Person, closed: Consult
) -> None:
    running = await ask(lee, stlukes)
    await houses.settle()
    for house, other in ((mercy, stlukes), (stlukes, mercy)):
        await agreed(house, other, Direction.THEIRS, retentionDays=1)
        await house.at(upkeep.purge, NOW + timedelta(days=5))
    assert await words_left(mercy, closed) and await words_left(stlukes, running)
    assert await stlukes.at(lambda: Participant.filter(consult__uri=running.uri).count()) == 2


async def test_of_what_is_gone_nothing_comes_back(
    houses: Houses, mercy: House, stlukes: House, lee: Person, closed: Consult
) -> None:
    await agreed(stlukes, mercy, Direction.THEIRS, retentionDays=1)
    await stlukes.at(upkeep.purge, NOW + timedelta(days=2))
    await mercy.at(lambda: Consult.filter(id=closed.id).update(status=Status.ANSWERED))
    await write(lee, closed, Event.COMMENT)
    await houses.settle()
    assert await words_left(stlukes, closed) == 0
    assert "6.2.6 purged" in await audited(stlukes)
