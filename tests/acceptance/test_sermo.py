"""Sermo: colleagues see a pseudonym and its level, and no name; and in polls of physicians only
verified ones vote, one vote a person, and small numbers are told to nobody. A thread is published
when everybody in it agrees."""

import json
from dataclasses import replace

import pytest

from instance.errors import FormRefused, NotAllowed
from instance.models import Actor, Consult, Level, Post, Setting
from instance.services import posting
from instance.services.consults import contributing
from instance.services.consults.states import Event
from instance.workers import polls as polls_worker
from tests import publishing
from tests.cast import Houses, new
from tests.clinic import ANSWER, ask, seen_at, write
from tests.houses import House, Person
from tests.polling import ask_all, choose, end
from tests.verifying import now

MOYO = new(
    "moyo", "Dr S. Moyo", "cardiology", pseudonym="graniteheart", legal_name="Sarah Moyo-Winter"
)
NAMED_BY = ("moyo", "winter", "sarah")


@pytest.fixture
async def granite(mercy: House) -> Person:
    """One of 5 cardiologists: of fewer, neither specialty nor stage would be told."""
    for number in range(4):
        await mercy.person(new(f"heart{number}", f"Dr H. Eart{number}", "cardiology"))
    return await mercy.person(replace(MOYO, email="s.winter@mercy.example", level=Level.VERIFIED))


def is_named(text: str) -> list[str]:
    return [word for word in NAMED_BY if word in text.lower()]


async def test_a_pseudonyms_profile_shows_level_and_no_legal_name_to_anybody(
    mercy: House, lee: Person, granite: Person, wards: object
) -> None:
    assert granite.pseudonym is not None
    for browser in (mercy.visitor(), await mercy.sign_in("lee")):
        page = (await browser.get("/@graniteheart")).text
        assert "Verified physician" in page and "Cardiology" in page
        assert is_named(page) == []


async def test_a_pseudonyms_documents_say_no_legal_name(
    mercy: House, stlukes: House, granite: Person
) -> None:
    assert granite.pseudonym is not None
    path = granite.pseudonym.uri.removeprefix(mercy.origin)
    key = await stlukes.institution_key()
    for answer in (await mercy.asked(path), await mercy.asked(path, key)):
        assert answer.status == 200 and is_named(json.dumps(answer.json)) == []


async def test_an_answer_under_a_pseudonym_stays_one_at_every_hospital(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, granite: Person
) -> None:
    consult = await ask(okafor, mercy)
    await houses.settle()
    here = await seen_at(mercy, consult)
    await granite.does(contributing.contribute, here.id, Event.ANSWER, ANSWER, "graniteheart")
    await houses.settle()
    there = await seen_at(stlukes, consult)
    page = (await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}")).text
    assert "graniteheart" in page and "Verified physician" in page
    assert is_named(page) == []


async def test_a_public_thread_of_a_pseudonym_names_nobody(
    mercy: House, granite: Person, lee: Person
) -> None:
    assert granite.pseudonym is not None
    post = await mercy.at(posting.start_thread, granite.pseudonym, None, "Nights", "Long ones.")
    for path in (f"/t/{post.thread_id}", f"/o/{post.id}"):
        assert is_named((await mercy.visitor().get(path)).text) == []
    assert is_named(json.dumps((await mercy.asked(f"/o/{post.id}")).json)) == []


@pytest.fixture
async def question(lee: Person, wards: Actor) -> Post:
    return await ask_all(lee, wards, who_counts="physicians")


async def test_in_a_poll_of_verified_physicians_only_they_vote_and_each_person_once(
    mercy: House, granite: Person, question: Post
) -> None:
    assert granite.pseudonym is not None
    for number, level in enumerate((Level.ATTESTED, Level.CHECKED)):
        with pytest.raises(NotAllowed):
            await choose(await mercy.person(new(f"p{number}", "P", level=level)), question, 0)
    await choose(Person(mercy, granite.member, granite.pseudonym), question, 0)
    with pytest.raises(FormRefused):
        await choose(granite, question, 0)


async def test_its_public_result_is_a_sum_without_numbers_below_five(
    mercy: House, question: Post
) -> None:
    """No page and no document names a voter, or lets a small number be worked out."""
    for number in range(9):
        voter = await mercy.person(new(f"voter{number}", f"Dr V. {number}"))
        await choose(voter, question, int(number >= 5))
    await end(mercy, question.uri)
    await mercy.at(polls_worker.step, now())
    page = (await mercy.visitor().get(f"/t/{question.thread_id}")).text
    document = (await mercy.asked(f"/o/{question.id}")).json
    assert "“Continue” got the most votes: 5." in page and page.count("fewer than 5") == 4
    counts = [option["replies"]["totalItems"] for option in document["oneOf"]]
    assert (counts, document["votersCount"]) == ([5, 0, 0], 5)
    assert "voter0" not in page + json.dumps(document) and "9 people voted" not in page


@pytest.fixture
async def closed(houses: Houses, lee: Person, okafor: Person, granite: Person) -> Consult:
    """Answered by a colleague at another hospital, and by the pseudonym."""
    consult = await ask(lee, okafor.home)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await granite.does(contributing.contribute, consult.id, Event.ANSWER, ANSWER, "graniteheart")
    await houses.settle()
    await publishing.close(houses, lee, consult)
    return consult


async def agree(houses: Houses, consult: Consult, *people: Person) -> None:
    for one in people:
        await publishing.says(one, consult, "publish", named=True)
    for house in houses.opened:
        await publishing.signs(house, consult)
    await houses.settle()


async def test_a_thread_is_published_when_everybody_agrees_and_without_what_was_declined(
    houses: Houses,
    mercy: House,
    lee: Person,
    okafor: Person,
    granite: Person,
    wards: Actor,
    closed: Consult,
) -> None:
    """A pseudonym that chooses its name stays one."""
    await publishing.propose(lee, closed, wards)
    await houses.settle()
    await publishing.says(okafor, closed, "leave_out")
    await publishing.says(granite, closed, "publish", named=True)
    await houses.settle()
    assert await publishing.public_posts(mercy, wards) == []
    await agree(houses, closed)
    [post] = await publishing.public_posts(mercy, wards)
    page = (await mercy.visitor().get(f"/t/{post.thread_id}")).text
    assert "graniteheart" in page and page.count("Answer: ") == 1 and "Okafor" not in page
    assert is_named(page + json.dumps((await mercy.asked(f"/o/{post.id}")).json)) == []


async def test_before_a_thread_is_public_its_identifiers_are_looked_for_again(
    houses: Houses, mercy: House, lee: Person, okafor: Person, wards: Actor
) -> None:
    """What the check learned meanwhile, here how the hospital writes its numbers, stops it."""
    consult = await publishing.closed(houses, lee, okafor)
    await publishing.propose(
        lee, consult, wards, text="We follow protocol HIPP-4471 for such fractures."
    )
    await houses.settle()
    await mercy.at(lambda: Setting.create(name="record_number", value="AAAA-9999"))
    await agree(houses, consult, okafor)
    assert await publishing.public_posts(mercy, wards) == []
    assert (await publishing.proposed_at(mercy, consult)).ended_at is not None
