"""Consults between two hospitals, both ways, over the wire they really use."""

from datetime import UTC, datetime, timedelta

from instance.models import Delivery, OutboxActivity, Status
from instance.services.consults.states import Event
from tests.cast import MOYO, Houses
from tests.clinic import accept, ask, group_key, is_known, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network


async def test_a_question_is_answered_elsewhere_and_accepted(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert (await seen_at(mercy, consult)).status is Status.ANSWERED
    await accept(lee, consult, answer)
    await houses.settle()
    for house in (mercy, stlukes):
        state = await seen_at(house, consult)
        assert (state.status, state.version) == (Status.RESOLVED, 3)
        assert state.accepted == [answer.uri]
        assert [row.kind for row in await written(house, consult)] == ["question", "answer"]


async def test_both_sides_tell_the_same_history(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO)
    await houses.settle()
    await write(lee, consult, Event.PROVIDE_INFO)
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    there = {row.uri: (row.seq, row.body, row.standing) for row in await written(stlukes, consult)}
    here = {row.uri: (row.seq, row.body, row.standing) for row in await written(mercy, consult)}
    assert here == there
    assert sorted(seq or 0 for seq, _, _ in here.values()) == [1, 2, 4, 6]


async def test_an_answer_counts_only_after_the_owner_spread_it(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    assert answer.seq is None
    assert (await seen_at(stlukes, consult)).status is Status.OPEN
    await houses.settle()
    assert [row.seq for row in await written(stlukes, consult)] == [1, 2]
    assert (await seen_at(stlukes, consult)).status is Status.ANSWERED


async def test_a_question_back_pauses_the_clock_until_it_is_answered(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO)
    await houses.settle()
    for house in (mercy, stlukes):
        state = await seen_at(house, consult)
        assert (state.status, state.due_at) == (Status.NEEDS_INFO, None)
    await write(lee, consult, Event.PROVIDE_INFO)
    await houses.settle()
    for house in (mercy, stlukes):
        state = await seen_at(house, consult)
        left = (state.due_at or consult.published_at) - datetime.now(UTC)
        assert state.status is Status.OPEN
        assert timedelta(hours=71, minutes=59) < left <= timedelta(hours=72)


async def test_what_was_not_solved_is_open_again_on_both_sides(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.NOT_SOLVED)
    await houses.settle()
    for house in (mercy, stlukes):
        state = await seen_at(house, consult)
        assert (state.status, state.version, state.accepted) == (Status.OPEN, 4, [])


async def test_an_outcome_closes_the_consult_on_both_sides(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed")
    await houses.settle()
    for house in (mercy, stlukes):
        state = await seen_at(house, consult)
        assert (state.status, state.outcome) == (Status.CLOSED, "followed")


async def test_a_lost_entry_is_fetched_when_the_next_one_arrives(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    network.lose(lambda sent: sent.document.get("cs:seq") == 2)
    await write(lee, consult, Event.COMMENT, text="The lost one.")
    await houses.settle()
    assert (await seen_at(stlukes, consult)).last_seq == 1
    await write(lee, consult, Event.COMMENT, text="The next one.")
    await houses.settle()
    assert (await seen_at(stlukes, consult)).last_seq == 3
    texts = [row.body["content"] for row in await written(stlukes, consult)][1:]
    assert texts == ["<p>The lost one.</p>", "<p>The next one.</p>"]


async def test_a_consult_whose_first_entry_was_lost_arrives_whole_with_the_second(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    network.lose(lambda sent: sent.document.get("cs:seq") == 1)
    consult = await ask(lee, stlukes)
    await houses.settle()
    assert not await is_known(stlukes, consult)
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert [row.seq for row in await written(stlukes, consult)] == [1, 2]


async def test_a_peer_that_was_down_gets_everything_once_and_in_order(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    network.down.add(stlukes.host)
    for number in range(4):
        await write(lee, consult, Event.COMMENT, text=f"Number {number}.")
        await houses.settle()
    network.down.clear()
    await houses.settle()  # nothing is due yet
    assert (await seen_at(stlukes, consult)).last_seq == 1
    await write(okafor, consult, Event.COMMENT, text="We are back.")
    await houses.settle()
    sent = [post.document["cs:seq"] for post in network.posts(stlukes.host, "Add")]
    assert sent == [1, 2, 3, 4, 5, 6]
    assert [row.seq for row in await written(stlukes, consult)] == [1, 2, 3, 4, 5, 6]


async def test_what_a_server_down_could_not_send_waits_for_it_too(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    network.down.add(mercy.host)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    network.down.clear()
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert (await seen_at(stlukes, consult)).status is Status.ANSWERED


async def test_the_same_request_again_changes_nothing(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    await ask(lee, stlukes)
    await houses.settle()
    before = await stlukes.rows()
    for sent in network.posts(stlukes.host, "Add"):
        assert (await stlukes.request(sent)).status == 202
    assert await stlukes.rows() == before


async def test_an_entry_signed_anew_changes_nothing(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    before = await stlukes.rows()
    [sent] = network.posts(stlukes.host, "Add")
    answer = await stlukes.receives(sent.document, await group_key(consult, mercy))
    assert answer.status == 202
    assert await stlukes.rows() == before


async def test_a_consult_of_one_hospital_leaves_it_by_no_wire(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee)
    network.sent.clear()
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert network.sent == []
    assert await mercy.at(lambda: Delivery.all().count()) == 0


async def test_the_society_hears_nothing_of_a_consult_it_is_not_asked(
    houses: Houses, network: Network, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert network.posts(heart.host) == []
    assert await is_known(stlukes, consult) and not await is_known(heart, consult)


async def test_a_consult_for_named_people_is_theirs_alone(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await stlukes.person(MOYO)
    consult = await ask(lee, people=(okafor.address,))
    await houses.settle()
    there = await seen_at(stlukes, consult)
    for handle, status in (("okafor", 200), ("moyo", 404)):
        browser = await stlukes.sign_in(handle)
        assert (await browser.get(f"/k/{there.id}")).status == status
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert (await seen_at(mercy, consult)).status is Status.ANSWERED


async def test_its_words_leave_the_queue_with_the_last_delivery(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    await ask(lee, stlukes)
    bodies = await mercy.at(lambda: OutboxActivity.all())
    assert all(row.body for row in bodies)
    await houses.settle()
    assert [row.body for row in await mercy.at(lambda: OutboxActivity.all())] == [None]
