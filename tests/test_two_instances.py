"""Whole flows between two hospitals and a society, both ways, over the wire they really use."""


from instance.models import Status
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import accept, ask, seen_at, write, written
from tests.houses import House, Person


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
    assert sorted(seq for seq, _, _ in here.values()) == [1, 2, 4, 6]
