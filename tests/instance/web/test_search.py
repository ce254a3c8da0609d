"""What is found by its words, by whom, and what is not any more (T50, T62, T63)."""

import asyncio
import gc
import logging
import re
from datetime import UTC, datetime

import pytest
from tortoise.transactions import in_transaction

from instance import events
from instance.models import Actor, Block, Consult, Contribution, Participant, Status
from instance.services import channels, posting
from instance.services.consults import changing, opening, searching, word_index
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.cast import OKAFOR, new
from tests.clinic import ask, question, write
from tests.houses import House, Person
from tests.instance.queries import queries

WORD = "Xanthoquine"


async def look(browser: Browser, typed: str, **more: str) -> str:
    answer = await browser.get(f"/search?q={typed}" + "".join(f"&{k}={v}" for k, v in more.items()))
    assert (answer.status, answer.header("cache-control")) == (200, "private, no-store")
    return answer.text


async def asked(person: Person, people: tuple[str, ...] = (), **facts: object) -> Consult:
    consult: Consult = await person.does(opening.open_consult, question(people=people, **facts))
    return consult


async def until_found(browser: Browser, word: str, titles: list[str], pages: int = 1) -> None:
    """In this order, as soon as the index knows of what happened."""
    found = list[str]()
    for _ in range(100):
        drawn = [await look(browser, word, page=str(number)) for number in range(pages)]
        if (found := re.findall(r"Number \d", "".join(drawn))) == titles:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(found)


async def until_told(word: str) -> None:
    """Until the process knows that it is deleted, well within the second."""
    for _ in range(100):
        if not held_in_memory(word):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is remembered as it was")


def held_in_memory(word: str) -> list[str]:
    """Where a word of the index is left: its collections are what keeps words."""
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, word_index.WordIndex):
            every = {*thing._with, *(w for words in thing._of.values() for w in words)}
            is_shown = word.lower() in str(thing._shown).lower()
            found += [type(thing).__name__] if is_shown or word.lower() in every else []
    return found


@pytest.fixture(params=["few", "many"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where few consults of a hospital have the words, and as where many have."""
    if request.param == "many":
        monkeypatch.setattr(word_index, "_FEW", -1)


async def test_a_synonym_finds_what_was_asked_and_shows_where(mercy: House, lee: Person) -> None:
    await asked(lee, title="Chest pain", history="Had a <b>Heart Attack</b> at day 0.")
    browser = await mercy.sign_in("lee")
    page = await look(browser, "MI")

    assert "<mark>Heart Attack</mark>" in page and "&lt;b&gt;" in page
    assert "also: myocardial infarction, heart attack" in page
    assert "Chest pain" not in await look(browser, "MI+lupus")
    assert 'href="/people?q=MI"' in page


@pytest.mark.usefixtures("either_way")
async def test_filters_narrow_what_is_found(mercy: House, lee: Person) -> None:
    await asked(lee, history=f"{WORD} was given.")
    browser = await mercy.sign_in("lee")
    fitting = {
        "state": "open",
        "specialty": "cardiology",
        "question_type": "management",
        "age_band": "60-69",
    }
    other = {
        "state": "closed",
        "specialty": "neurology",
        "question_type": "drug",
        "age_band": "1-4",
    }
    assert f"<mark>{WORD}</mark>" in await look(browser, WORD, **fitting)
    for name, code in other.items():
        assert "<mark>" not in await look(browser, WORD, **{**fitting, name: code}), name


@pytest.mark.usefixtures("either_way")
async def test_who_may_not_read_finds_what_who_looks_for_nothing_finds(
    mercy: House, lee: Person
) -> None:
    colleague = await mercy.person(OKAFOR)
    await mercy.person(new("outsider", "Dr O.", "cardiology"))
    await mercy.person(new("nobody", "Dr N.", "cardiology", level=1))
    consult = await asked(lee, people=(colleague.actor.uri,), history=f"{WORD} was given.")
    reader = await mercy.sign_in("okafor")
    assert f"<mark>{WORD}</mark>" in await look(reader, WORD)

    for handle in ("outsider", "nobody"):
        browser = await mercy.sign_in(handle)
        answers = []
        for typed in (WORD, "Zzanthoquine"):
            with queries() as made:
                page = await look(browser, typed)
            answers.append((len(made), page.replace(typed, "")))
        assert answers[0] == answers[1], handle
    visitor = Browser(mercy.origin, mercy.request)
    assert (await visitor.get(f"/search?q={WORD}")).status == 404

    # What the index says is never enough: the reader leaves, and the index knows nothing of it.
    theirs = {"consult_id": consult.id, "actor_uri": colleague.actor.uri}
    await mercy.at(lambda: Participant.filter(**theirs).delete())
    assert "<mark>" not in await look(reader, WORD)


@pytest.mark.usefixtures("either_way")
async def test_what_was_found_and_has_changed_is_shown_as_it_is_now(
    mercy: House, lee: Person
) -> None:
    """Before the news of it came: by another process."""
    consult = await asked(lee, title="First", history=f"{WORD} was given.")
    answer = await write(
        await mercy.person(OKAFOR), consult, Event.ANSWER, rationale="Of Belimumab."
    )
    browser = await mercy.sign_in("lee")
    assert "First" in await look(browser, WORD)
    assert "<mark>Belimumab</mark>" in await look(browser, "Belimumab")

    async def change(**facts: object) -> None:
        there = await Consult.get(id=consult.id)
        there.facts = {**there.facts, **facts}
        await there.save(update_fields=["facts"])

    await mercy.at(lambda: change(title="Second"))
    assert "Second" in (page := await look(browser, WORD)) and "First" not in page
    await mercy.at(lambda: Actor.filter(id=lee.actor.id).update(name="Dr. Renamed"))
    assert ">Dr. Renamed<" in await look(browser, WORD)
    await mercy.at(lambda: change(history="Nothing was given."))
    assert "<mark>" not in await look(browser, WORD)

    async def write_anew() -> None:
        there = await Contribution.get(id=answer.id)
        there.body = {**there.body, "content": "<p>Now without Belimumab.</p>"}
        await there.save(update_fields=["body"])

    assert "Of <mark>Belimumab</mark>" in await look(browser, "Belimumab")
    await mercy.at(write_anew)
    assert "Now without <mark>Belimumab</mark>" in await look(browser, "Belimumab")
    now = consult.published_at
    await mercy.at(lambda: Contribution.filter(id=answer.id).update(deleted_at=now))
    assert "<mark>" not in await look(browser, "Belimumab")


@pytest.mark.usefixtures("either_way")
async def test_what_changed_last_is_found_first_on_as_many_pages_as_it_takes(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    consults = [await asked(lee, title=f"Number {n}", history=f"{WORD}.") for n in range(5)]
    browser = await mercy.sign_in("lee")

    await until_found(browser, WORD, [f"Number {n}" for n in (4, 3, 2, 1, 0)], pages=3)
    await write(await mercy.person(OKAFOR), consults[1], Event.ANSWER)
    await write(await mercy.person(new("third", "Dr T.", "cardiology")), consults[0], Event.ANSWER)
    await until_found(browser, WORD, [f"Number {n}" for n in (0, 1, 4, 3, 2)], pages=3)


async def test_without_the_second_step_no_consult_is_found(mercy: House, lee: Person) -> None:
    await asked(lee, history=f"{WORD} was given.")
    browser = await mercy.sign_in("lee")
    await mercy.at(
        lambda: type(lee.member).filter(id=lee.member.id).update(has_second_factor=False)
    )
    page = await look(browser, WORD)
    assert "<mark>" not in page and "second step" in page


async def test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered(
    mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    answer = await write(
        lee_colleague := await mercy.person(OKAFOR),
        consult,
        Event.ANSWER,
        rationale=f"{WORD} is worse.",
    )
    browser = await mercy.sign_in("lee")
    assert f"<mark>{WORD}</mark>" in await look(browser, WORD)
    assert held_in_memory(WORD)

    await lee_colleague.does(changing.delete, consult.id, answer.id)
    await until_told(WORD)
    assert "<mark>" not in await look(browser, WORD)
    assert held_in_memory(WORD) == []

    await lee.does(changing.withdraw, (await asked(lee, history=f"{WORD} again.")).id)
    assert "<mark>" not in await look(browser, WORD)


async def test_what_happens_to_a_consult_opens_its_words_only_where_they_changed(
    mercy: House, lee: Person
) -> None:
    first, second = [await asked(lee, title=f"Number {n}", history=f"{WORD}.") for n in (1, 2)]
    browser = await mercy.sign_in("lee")
    assert re.findall(r"Number \d", await look(browser, WORD)) == ["Number 2", "Number 1"]

    async def happen(status: Status) -> None:
        now = datetime.now(UTC)
        await Consult.filter(id=first.id).update(status=status, changed_at=now)
        async with in_transaction():
            await events.publish("consult", first.id)

    with queries() as made:
        await mercy.at(happen, Status.OPEN)
        await until_found(browser, WORD, ["Number 1", "Number 2"])
    assert not [sql for sql in made if "SELECT consult_id, body" in sql]

    await write(await mercy.person(OKAFOR), second, Event.ANSWER, rationale="Of Belimumab.")
    await until_found(browser, "Belimumab", ["Number 2"])
    await until_found(browser, WORD, ["Number 2", "Number 1"])

    await mercy.at(happen, Status.WITHDRAWN)
    await until_found(browser, WORD, ["Number 2"])
    await mercy.at(happen, Status.OPEN)
    await until_found(browser, WORD, ["Number 1", "Number 2"])


async def test_what_nobody_looks_for_is_forgotten(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(lee, history=f"{WORD} was given.")
    monkeypatch.setattr(word_index, "IDLE_SECONDS", 0.05)
    await look(await mercy.sign_in("lee"), WORD)
    for _ in range(100):
        if not held_in_memory(WORD):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("still remembered")


async def test_neither_words_nor_queries_reach_a_file_or_a_log(
    mercy: House, lee: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await asked(lee, history=f"{WORD} was given.")
    browser = await mercy.sign_in("lee")
    assert "<mark>" in await look(browser, WORD)

    for path in mercy.config.data.rglob("*"):
        if path.is_file():
            assert WORD.lower().encode() not in path.read_bytes().lower(), path.name
    assert WORD.lower() not in caplog.text.lower()


async def test_of_many_consults_a_page_shows_what_was_read_so_far(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await asked(lee, title=f"Number {number}", history=f"{WORD} was given.")
    monkeypatch.setattr(word_index, "_AT_ONCE", 1)
    monkeypatch.setattr(word_index, "_WAIT_SECONDS", 0)
    browser = await mercy.sign_in("lee")
    page = await look(browser, WORD)
    assert page.count("<mark>") < 3 and "results so far" in page
    for _ in range(100):
        if "results so far" not in page:
            break
        page = await look(browser, WORD)
    assert page.count("<mark>") == 3 and "results so far" not in page


async def test_what_cannot_be_looked_for_gets_an_answer_that_helps(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    helpful = {
        "": "For example",
        "a": "Nothing can be looked for by that alone",
        "of+the": "Nothing can be looked for by that alone",
        "%25": "Nothing can be looked for by that alone",
        "x" * 500: "Only its first words",
        '"quoted+OR': "No consult that you may read fits",
    }
    for typed, words in helpful.items():
        assert words in await look(browser, typed), typed


async def test_public_posts_are_found_by_whole_words_but_for_whom_one_blocked(
    mercy: House, lee: Person
) -> None:
    colleague = await mercy.person(OKAFOR)
    group: Actor = await mercy.at(channels.create_channel, "wards", "Wards", "", colleague.actor)
    await mercy.at(
        posting.start_thread,
        colleague.actor,
        group,
        "Family rounds",
        f"# Case\n\n{WORD} in **MI**.",
    )
    browser = await mercy.sign_in("lee")
    assert "Family rounds" in await look(browser, WORD)
    assert "Family rounds" in await look(browser, "heart+attack")
    assert "Family rounds" not in await look(browser, "mil")
    block = {"uri": "https://mercy.example/b/1", "actor_id": lee.actor.id}
    await mercy.at(lambda: Block.create(target_id=colleague.actor.id, **block))
    assert "Family rounds" not in await look(browser, WORD)
