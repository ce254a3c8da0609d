"""While a restored institution still asks what it lost, nothing new gets a number in its consults;
what people write meanwhile waits (federation.md 6.2, 12; T60)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation import proofs
from federation.errors import FetchFailed
from instance.errors import Unavailable
from instance.models import Delivery, Peer, Status
from instance.services.consults import history
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import accept, ask, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network
from tests.restores import (
    again,
    ask_others,
    back_up,
    come_again,
    counts,
    is_history,
    open_consults,
    restored,
    thread,
)

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite3"


async def test_an_interrupted_fetch_opens_no_consult_and_what_is_written_meanwhile_waits(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """The partner has answered, and what it holds is not here yet: an answer, a comment of a member
    here, the clock, and an activity that came before the fire comes again."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    [came] = [one for one in network.posts(mercy.host, "Create")]
    await write(lee, consult, Event.COMMENT, text="Before the fire.")
    await houses.settle()
    before = await thread(stlukes, consult)

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    network.broken = is_history
    with pytest.raises(FetchFailed):
        await ask_others(mercy, stlukes.host)
    await mercy.at(open_consults)
    late = await write(okafor, consult, Event.COMMENT, text="After the fire.")
    await stlukes.deliver()
    with pytest.raises(Unavailable, match="unavailable") as refused:
        await write(lee, consult, Event.COMMENT)
    assert "Send this again" in refused.value.shown
    browser = await mercy.sign_in("lee")
    page = await browser.post_form(f"/k/{consult.id}/comment", {"text": "What I had to say."})
    assert page.status == 503 and "Send this again" in page.text
    assert "What I had to say." in page.text
    over = datetime.now(UTC) + timedelta(days=30)
    assert await mercy.at(history.lapsing, over, 100) == []
    assert (await mercy.request(came)).status == 503
    assert (await seen_at(mercy, consult)).last_seq == 1
    assert await stlukes.at(lambda: Delivery.filter(due_at__not_isnull=True).count()) == 1

    network.broken = None
    await ask_others(mercy, stlukes.host)
    await come_again(stlukes)
    await houses.settle()
    here, there = await thread(mercy, consult), await thread(stlukes, consult)
    assert here["entries"][: len(before["entries"])] == before["entries"]
    assert here["entries"] == there["entries"] and there["frozen"] is None
    assert late.uri in {row.uri for row in await written(mercy, consult)}


async def test_of_two_partners_that_hold_different_parts_both_are_heard_before_anything_is_added(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    quill: Person,
    copy: Path,
) -> None:
    """One has the first half, with an answer from the other, which has all of it and is gone for an
    hour; then its server answers, and breaks off in the middle."""
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(quill, consult, Event.ANSWER)
    await houses.settle()
    network.down.add(stlukes.host)
    for said in ("One.", "Two."):
        await write(lee, consult, Event.COMMENT, text=said)
        await mercy.deliver()
    before = await thread(heart, consult)
    assert [(await seen_at(one, consult)).last_seq for one in (stlukes, heart)] == [3, 5]

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    network.down = {heart.host}
    await ask_others(mercy, stlukes.host)
    await mercy.at(open_consults)
    found = await thread(mercy, consult)
    assert found["entries"] == before["entries"][:3]
    [answer] = [row for row in await written(mercy, consult) if row.kind == "answer"]
    assert answer.standing["level"] == 3  # as it was checked when it came
    late = await write(okafor, consult, Event.COMMENT, text="After the fire.")
    await stlukes.deliver()
    with pytest.raises(Unavailable):
        await write(lee, consult, Event.COMMENT)

    network.down, network.broken = set(), is_history
    with pytest.raises(FetchFailed):
        await ask_others(mercy, heart.host)
    await mercy.at(open_consults)
    with pytest.raises(Unavailable):
        await write(lee, consult, Event.COMMENT)
    network.broken = None
    await ask_others(mercy, heart.host)
    await come_again(stlukes)
    await houses.settle()
    threads = [await thread(house, consult) for house in (mercy, stlukes, heart)]
    for one in threads:
        assert one["entries"][:5] == before["entries"] and one["frozen"] is None
        assert one["entries"] == threads[0]["entries"]
    assert late.uri in {row.uri for row in await written(heart, consult)}


async def test_what_was_taken_and_had_not_been_spread_when_the_fire_came_is_not_lost(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """The owner answered 202, and burned down before it said so to anybody."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    answer = await write(okafor, consult, Event.ANSWER)
    await stlukes.deliver()
    assert (await seen_at(mercy, consult)).last_seq == 3

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    await ask_others(mercy, stlukes.host)
    await come_again(stlukes)
    await houses.settle()
    here, there = await thread(mercy, consult), await thread(stlukes, consult)
    assert here["entries"] == there["entries"] and here["state"] == there["state"]
    assert here["state"][0] is Status.ANSWERED
    [row] = [row for row in await written(stlukes, consult) if row.uri == answer.uri]
    assert row.seq == 2 and row.refused_at is None


async def test_what_comes_again_after_it_was_given_back_is_not_refused(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """Its sender heard no answer before the fire. Other words under its id count as little as ever,
    and by nobody else."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    [came] = network.posts(mercy.host, "Create")

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    await ask_others(mercy, stlukes.host)
    await houses.settle()
    before = await thread(mercy, consult)
    key = await okafor.key()
    other = {name: value for name, value in came.document.items() if name != "proof"}
    other["object"] = {**other["object"], "content": "<p>Other words.</p>"}
    other = proofs.add_proof({**other, "id": f"{came.document['id']}9"}, key, datetime.now(UTC))
    assert (await mercy.receives(other, key)).status == 403
    assert (await mercy.receives(came.document, key)).status == 202
    assert await thread(mercy, consult) == before


async def test_an_act_whose_consequence_had_not_left_the_fire_has_it_again(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """An answer and that the consult is answered, and accepting it, go out one after the other."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    answer = await write(okafor, consult, Event.ANSWER)
    network.lose(lambda sent: sent.host == stlukes.host and sent.document.get("cs:seq") == 3)
    await houses.settle()

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    await ask_others(mercy, stlukes.host)
    await houses.settle()
    here, there = await thread(mercy, consult), await thread(stlukes, consult)
    assert here["state"] == there["state"] and here["state"][:3] == (Status.ANSWERED, 2, 3)
    assert here["entries"] == there["entries"]

    made_at, copy = back_up(mercy, copy.with_name("second")), copy.with_name("second")
    network.lose(lambda sent: sent.host == stlukes.host and sent.document.get("cs:seq") == 5)
    await accept(lee, consult, answer)
    await houses.settle()
    mercy = await restored(mercy, copy, made_at, "the next one")
    houses.opened[0] = mercy
    await ask_others(mercy, stlukes.host)
    await houses.settle()
    here, there = await thread(mercy, consult), await thread(stlukes, consult)
    assert here["state"] == there["state"] and here["state"][0] is Status.RESOLVED
    assert here["state"][3] == [answer.uri] and there["frozen"] is None


async def test_who_is_given_up_for_a_day_gives_nothing_back_to_what_went_on_without_it(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """It has other words under the numbers that were given since; what did not go on is whole."""
    first, second = await ask(lee, stlukes), await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    for consult in (first, second):
        for said in ("One.", "Two.", "Three."):
            await write(lee, consult, Event.COMMENT, text=said)
    await houses.settle()
    before = await thread(stlukes, second)

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0], lee = mercy, again(mercy, lee)
    network.down = {stlukes.host}
    since = datetime.now(UTC) - timedelta(hours=25)
    times = {"awaited_since": since, "untold_since": since}
    await mercy.at(lambda: Peer.all().update(**times))
    await mercy.at(open_consults)
    own = await write(lee, first, Event.COMMENT, text="A day later.")
    network.down = set()
    await ask_others(mercy, stlukes.host)
    assert (await counts(mercy))["not_proven"] == 1
    assert (await seen_at(mercy, first)).last_seq == 2
    assert [row.uri for row in await written(mercy, first)][1:] == [own.uri]
    assert (await thread(mercy, second))["entries"] == before["entries"]


async def test_what_comes_is_not_refused_by_a_state_of_before(
    network: Network,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    copy: Path,
) -> None:
    """The backup has a closed consult, which its asker opened again since: what the owner does not
    know yet costs nobody their words."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed")
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(lee, consult, Event.REOPEN)
    await houses.settle()

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    network.broken = is_history
    with pytest.raises(FetchFailed):
        await ask_others(mercy, stlukes.host)
    late = await write(okafor, consult, Event.COMMENT, text="After the fire.")
    await stlukes.deliver()
    network.broken = None
    await ask_others(mercy, stlukes.host)
    await come_again(stlukes)
    await houses.settle()
    [row] = [row for row in await written(stlukes, consult) if row.uri == late.uri]
    assert row.seq is not None and row.refused_at is None
