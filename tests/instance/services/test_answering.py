"""Writing into a consult: at its owner it counts at once, elsewhere when the owner spread it."""

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Consult
from instance.services.consults import contributing
from instance.services.consults.states import Event
from tests.cast import MOYO, RUIZ, SANTOS, Houses, new
from tests.clinic import ANSWER, ask, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


async def test_an_answer_goes_to_its_owner_alone(
    houses: Houses, network: Network, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    network.sent.clear()
    await write(await stlukes.person(MOYO), consult, Event.ANSWER)
    await stlukes.deliver()
    [sent] = [sent for sent in network.sent if sent.method == "POST"]
    assert sent.url.startswith(f"{mercy.origin}/g/") and sent.document["type"] == "Create"


async def test_what_the_owner_refuses_is_marked_and_nothing_else(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    refused = await write(okafor, consult, Event.COMMENT, text="First.")
    await mercy.at(lambda: Consult.filter(id=consult.id).update(is_locked=True))
    await stlukes.deliver()
    await mercy.at(lambda: Consult.filter(id=consult.id).update(is_locked=False))
    await write(okafor, consult, Event.COMMENT, text="Second.")
    await houses.settle()
    rows = {row.uri: row for row in await written(stlukes, consult)}
    assert rows.pop(refused.uri).refused_at is not None
    assert [row.refused_at for row in rows.values()] == [None, None]
    assert refused.uri not in [row.uri for row in await written(mercy, consult)]


async def test_one_refusal_does_not_mark_what_still_waits(
    mercy: House, stlukes: House, consult: Consult, network: Network, okafor: Person
) -> None:
    first = await write(okafor, consult, Event.COMMENT, text="First.")
    second = await write(okafor, consult, Event.COMMENT, text="Second.")
    network.answer_once(mercy.host, 403)
    await stlukes.deliver()
    rows = {row.uri: row.refused_at for row in await written(stlukes, consult)}
    assert rows[first.uri] is not None and rows[second.uri] is None


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (Event.ANSWER, {"recommendation": " "}),
        (Event.ANSWER, {"rationale": ""}),
        (Event.ANSWER, {"confidence": "sure"}),
        (Event.ANSWER, {"recommendation": "x" * 4001}),
        (Event.ANSWER, {"would_change": "x" * 2001}),
        (Event.ANSWER, {"citation": "x" * 501}),
        (Event.COMMENT, {"text": " "}),
        (Event.COMMENT, {"text": "x" * 4001}),
        (Event.ASK_INFO, {"text": ""}),
    ],
)
async def test_a_text_that_is_missing_or_too_long_is_refused(
    stlukes: House, consult: Consult, okafor: Person, event: Event, missing: dict[str, str]
) -> None:
    before = await stlukes.rows()
    with pytest.raises(FormRefused) as refusal:
        await write(okafor, consult, event, **missing)
    assert set(refusal.value.fields) == set(missing)
    assert await stlukes.rows() == before


async def test_markup_in_an_answer_is_text(
    houses: Houses, mercy: House, consult: Consult, okafor: Person
) -> None:
    await write(okafor, consult, Event.COMMENT, text="<img src=x> & <b>bold</b>\nsecond line")
    await houses.settle()
    [_, row] = await written(mercy, consult)
    expected = "&lt;img src=x&gt; &amp; &lt;b&gt;bold&lt;/b&gt;<br>second line"
    assert row.body["content"] == f"<p>{expected}</p>"


async def test_the_asker_does_not_answer_and_others_do_not_accept(
    houses: Houses, mercy: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    with pytest.raises(NotAllowed):
        await write(lee, consult, Event.ANSWER)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    ruiz = await mercy.person(RUIZ)
    [_, answer] = await written(mercy, consult)
    with pytest.raises(NotAllowed):
        await ruiz.does(contributing.accept, consult.id, [str(answer.id)])


async def test_only_answers_of_this_consult_are_accepted(
    houses: Houses, mercy: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    other = await ask(lee, okafor.home)
    await houses.settle()
    for one in (consult, other):
        await write(okafor, one, Event.ANSWER)
        await write(okafor, one, Event.COMMENT)
    await houses.settle()
    root, answer, comment = [str(row.id) for row in await written(mercy, consult)]
    foreign = str((await written(mercy, other))[1].id)
    for chosen in ([], [root], [comment], [foreign], [answer, foreign], ["x"], ["9" * 30]):
        with pytest.raises(FormRefused):
            await lee.does(contributing.accept, consult.id, chosen)
    await lee.does(contributing.accept, consult.id, [answer])


async def test_at_most_three_answers_are_accepted(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    ruiz = await mercy.person(RUIZ)
    for _ in range(4):
        await write(ruiz, consult, Event.ANSWER)
    answers = [str(row.id) for row in (await written(mercy, consult))[1:]]
    with pytest.raises(FormRefused):
        await lee.does(contributing.accept, consult.id, answers)
    await lee.does(contributing.accept, consult.id, answers[:3])
    assert len((await seen_at(mercy, consult)).accepted) == 3


async def test_what_is_no_longer_possible_leaves_the_version_as_it_was(
    mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    before = await mercy.rows()
    for event in (Event.PROVIDE_INFO, Event.NOT_SOLVED, Event.RECORD_OUTCOME):
        with pytest.raises(Conflict):
            await write(lee, consult, event, outcome="followed")
    assert (await seen_at(mercy, consult)).version == 1
    assert await mercy.rows() == before


async def test_who_may_not_read_it_finds_nothing_to_answer(mercy: House, lee: Person) -> None:
    consult = await ask(lee, people=("lee",))
    ruiz = await mercy.person(RUIZ)
    for number in (consult.id, consult.id + 1):
        with pytest.raises(NotFound):
            await ruiz.does(contributing.contribute, number, Event.ANSWER, ANSWER)
        with pytest.raises(NotFound):
            await ruiz.does(contributing.accept, number, ["1"])


async def test_a_standing_is_kept_as_it_was_when_it_was_written(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    okafor.member.level = SANTOS.level
    await stlukes.at(okafor.member.save)
    for house in (mercy, stlukes):
        [_, row] = await written(house, consult)
        assert row.standing["level"] == 3
    with pytest.raises(NotAllowed):  # at home what the roster says holds at once
        await write(okafor, consult, Event.ANSWER)


async def test_two_names_of_one_person_never_meet_in_one_consult(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    hartley = await mercy.person(new("hartley", "Dr D. Hartley", pseudonym="marrow_owl"))
    fields = {"text": "A word."}
    contribute = contributing.contribute
    with pytest.raises(FormRefused):
        await hartley.does(contribute, consult.id, Event.COMMENT, fields)
    await hartley.does(contribute, consult.id, Event.COMMENT, fields, "marrow_owl")
    with pytest.raises(FormRefused):
        await hartley.does(contribute, consult.id, Event.COMMENT, fields, "hartley")
    await hartley.does(contribute, consult.id, Event.COMMENT, fields)
    authors = {row.author_id for row in (await written(mercy, consult))[1:]}
    assert hartley.pseudonym is not None and authors == {hartley.pseudonym.id}
