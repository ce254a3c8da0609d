"""What a page costs does not grow with how much there is."""

from itertools import islice
from typing import get_args

import pytest

from instance import sealed
from instance.models import Actor, Participant, Report, Role
from instance.services import channels, follows, posting
from instance.services.consults import counting, reading, wanted
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.cast import OKAFOR, Houses, new
from tests.clinic import FACTS, ask, write
from tests.houses import House, Person
from tests.instance.queries import queries

FEW, MANY = 2, 40
PAGES = ("/", "/account", *(f"/consults?box={box}" for box in get_args(reading.Box)))


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each sealed value that was opened."""
    found: list[int] = []
    real = sealed.Box.open

    def opened(self: sealed.Box, text: str) -> bytes:
        found.append(len(text))
        return real(self, text)

    monkeypatch.setattr(sealed.Box, "open", opened)
    return found


async def fill(asker: Person, answerer: Person, times: int) -> None:
    """So many consults that nobody answered, and as many that `answerer` did."""
    for _ in range(times):
        await ask(asker)
        await write(answerer, await ask(asker), Event.ANSWER)


async def costs(browser: Browser, unsealed: list[int]) -> dict[str, tuple[int, int, int]]:
    """For each page: statements, sealed values that were opened, and titles on it."""
    found = {}
    for page in PAGES:
        unsealed.clear()
        with queries() as made:
            answer = await browser.get(page)
        assert answer.status == 200
        found[page] = (len(made), len(unsealed), answer.text.count(FACTS["title"]))
    return found


async def test_a_page_takes_as_many_statements_for_many_consults_as_for_few(
    mercy: House, lee: Person, unsealed: list[int]
) -> None:
    colleague = await mercy.person(OKAFOR)
    browsers = [await mercy.sign_in("lee"), await mercy.sign_in("okafor")]
    await fill(lee, colleague, FEW)
    few = [await costs(browser, unsealed) for browser in browsers]
    await fill(lee, colleague, MANY - FEW)
    many = [await costs(browser, unsealed) for browser in browsers]

    for before, after in zip(few, many, strict=True):
        for page in PAGES:
            assert before[page][0] == after[page][0], page
            _, opened, shown = after[page]
            assert opened <= 2 * shown, page  # the question, and who made it wait
    assert [pages["/consults?box=needs-you"][2] for pages in many] == [MANY, MANY]
    assert many[0]["/consults?box=mine"][2] == wanted.PAGE


async def test_a_page_that_shows_no_consult_unseals_none(
    mercy: House, lee: Person, unsealed: list[int]
) -> None:
    await fill(lee, await mercy.person(OKAFOR), 1)
    browser = await mercy.sign_in("okafor")
    unsealed.clear()
    page = await browser.get("/people")

    assert "Consults" in page.text
    assert unsealed == []


async def test_what_needs_a_member_is_in_their_specialties_and_they_said_nothing_yet(
    mercy: House, lee: Person
) -> None:
    cardiologist = await mercy.person(OKAFOR)
    surgeon = await mercy.person(new("surgeon", "Dr S.", "cardiology_x", "general_surgery"))
    waiting, answered, discussed = await ask(lee), await ask(lee), await ask(lee)
    await write(cardiologist, answered, Event.ANSWER)
    await write(cardiologist, discussed, Event.COMMENT)

    for person, expected in ((cardiologist, [waiting.id]), (surgeon, []), (lee, [answered.id])):
        found = await person.does(reading.needing)
        counted = await person.does(counting.of_boxes)
        assert [consult.id for consult in found] == expected
        assert counted.needs_you == len(expected)


async def test_the_folders_are_counted_as_they_are_listed(mercy: House, lee: Person) -> None:
    colleague = await mercy.person(OKAFOR)
    await fill(lee, colleague, 2)
    await ask(colleague)

    for person in (lee, colleague):
        counted = await person.does(counting.of_boxes)
        for box in ("needs-you", "mine", "open"):
            listed = await person.does(reading.in_box, box)
            assert getattr(counted, box.replace("-", "_")) == len(listed), box


async def test_readers_and_answers_of_many_consults_are_counted(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    alone, together = await ask(lee), await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, together, Event.ANSWER)
    await houses.settle()
    both = [alone, together]

    assert await mercy.at(reading.reader_counts, both) == {alone.id: 1, together.id: 2}
    assert await mercy.at(reading.answer_counts, both) == {together.id: 1}


async def test_a_peer_that_asks_for_a_member_costs_the_same_however_much_they_wrote(
    mercy: House, stlukes: House, unsealed: list[int]
) -> None:
    hidden = await mercy.person(new("hidden", "Dr Hidden", "cardiology", is_public=False))
    key, path = await stlukes.institution_key(), f"/u/{hidden.actor.id}"
    shared = await ask(hidden, stlukes)
    assert (await mercy.asked(path, key)).status == 200
    costs = []
    for more in (FEW, MANY - FEW):
        for _ in range(more):
            await ask(hidden)
        unsealed.clear()
        with queries() as made:
            assert (await mercy.asked(path, key)).status == 200
        costs.append((len(made), len(unsealed)))
    assert costs[0] == costs[1]

    await mercy.at(lambda: Participant.filter(consult_id=shared.id, host=stlukes.host).delete())
    assert (await mercy.asked(path, key)).status == 404


async def test_meeting_in_a_consult_is_for_the_institution_it_is_addressed_to(
    mercy: House, stlukes: House, okafor: Person, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    actor = await mercy.at(Actor.get, id=consult.asker_id)

    async def meet(uri: str, host: str) -> bool:
        return await mercy.at(reading.meet, actor, uri, host)

    assert await meet(f"{stlukes.origin}/actor", stlukes.host)
    assert not await meet(f"{stlukes.origin}/act", stlukes.host)
    assert not await meet(f"{stlukes.origin}/acto_", stlukes.host)
    assert not await meet(okafor.uri, stlukes.host)
    assert not await meet(f"{stlukes.origin}/actor", "heart.example")


async def test_a_list_of_channels_costs_as_much_for_many_as_for_few(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    costs, numbers = [], iter(range(20))
    for more in (2, 10):
        for number in islice(numbers, more):
            group = await mercy.at(channels.create_channel, f"c{number}", f"Channel {number}", "")
            await lee.speaks(follows.follow, group)
            for _ in range(number % 3):
                await lee.speaks(posting.start_thread, group, f"In {number}", "Words.")
        costs.append([await statements(browser, page) for page in ("/", "/channels")])
    assert costs[0] == costs[1]
    listed = (await browser.get("/channels")).text
    assert "Channel 11" in listed and "2 threads" in listed and "1 thread" in listed


async def test_a_report_costs_as_much_for_many_posts_as_for_one(mercy: House, lee: Person) -> None:
    await mercy.person(new("warden", "Dr W. Arden", role=Role.MODERATOR))
    browser = await mercy.sign_in("warden")
    group = await mercy.at(channels.create_channel, "wards", "Wards", "")
    started = [
        await lee.speaks(posting.start_thread, group, f"In {n}", f"Words {n}.") for n in range(9)
    ]
    costs = []
    for number, count in enumerate((1, 1, 8)):  # the first one: then there is an earlier one
        uri = f"x:{number}"
        row = await mercy.at(Report.create, uri=uri, host="x", target=lee.actor, text="?")
        await mercy.at(row.posts.add, *started[:count])
        costs.append(await statements(browser, f"/admin/reports/{row.id}"))
    assert costs[1] == costs[2]
    page = (await browser.get(f"/admin/reports/{row.id}")).text
    assert [f"Words {n}." in page for n in range(9)] == [True] * 8 + [False]


async def statements(browser: Browser, page: str) -> int:
    with queries() as made:
        answer = await browser.get(page)
    assert answer.status == 200, page
    return len(made)
