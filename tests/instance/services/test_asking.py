"""Asking a consult: who may, what is required, and who can read it from then on (6.1)."""

from datetime import timedelta
from typing import Any

import pytest

from instance.errors import FormRefused, NotAllowed
from instance.models import Consult, Level, Participant, Relationship, Scope, Status
from instance.services.consults import opening
from instance.services.consults.opening import Audience, Question
from tests.cast import SANTOS, new
from tests.clinic import FACTS, ask, question
from tests.houses import House, Person
from tests.network import Network


async def problems(person: Person, asked: Question) -> dict[str, str]:
    """What the form would show; nothing was stored."""
    before = await person.home.rows()
    with pytest.raises(FormRefused) as refusal:
        await person.does(opening.open_consult, asked)
    assert await person.home.rows() == before
    return refusal.value.fields


async def readers(house: House, consult: Consult) -> set[str]:
    rows = await house.at(lambda: Participant.filter(consult_id=consult.id))
    return {row.actor_uri for row in rows}


async def test_a_consult_begins_open_with_its_clock(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    assert (consult.status, consult.version, consult.last_seq) == (Status.OPEN, 1, 1)
    assert consult.due_at == consult.published_at + timedelta(hours=72)


async def test_a_trainee_of_level_2_may_ask(mercy: House) -> None:
    santos = await mercy.person(SANTOS)
    assert (await ask(santos)).asker_id == santos.actor.id


async def test_below_level_2_nobody_asks(mercy: House) -> None:
    guest = await mercy.person(new("guest", "A Guest", level=Level.ATTESTED))
    with pytest.raises(NotAllowed):
        await ask(guest)
    assert await mercy.at(lambda: Consult.all().count()) == 0


async def test_every_problem_is_told_at_once(lee: Person) -> None:
    facts = FACTS | {"title": " ", "question": "x" * 501, "tried": "", "urgency": "emergency"}
    found = await problems(lee, Question(facts, None, attested=False))
    assert set(found) == {"title", "question", "tried", "urgency", "attested", "audience"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("title", "x" * 121), ("question_type", "other"), ("specialties", [])),
        *(("specialties", ["cardiology"] * 4), ("specialties", ["astrology"])),
        *(("urgency", ""), ("target_hours", 0), ("target_hours", 169), ("age_band", "64")),
        *(("sex", "x"), ("pregnant", "maybe"), ("history", " "), ("history", "x" * 4001)),
        *(("meds", "x" * 2001), ("allergies", "x" * 501), ("exam", "x" * 2001)),
        *(("labs", [{"name": "Hb", "value": ""}]), ("labs", [{"name": "Hb", "date": "1 May"}])),
    ],
)
async def test_a_value_outside_its_limits_is_refused(lee: Person, name: str, value: Any) -> None:
    assert set(await problems(lee, question(**{name: value}))) == {name}


async def test_without_a_choice_of_hospitals_or_people_nothing_is_sent(lee: Person) -> None:
    for audience, field in (
        (Audience(Scope.INSTANCES), "hospitals"),
        (Audience(Scope.NAMED), "people"),
    ):
        assert field in await problems(lee, Question(FACTS, audience, attested=True))


async def test_our_institution_alone_may_be_the_audience(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    ours = f"{mercy.origin}/actor"
    assert await readers(mercy, consult) == {ours}
    assert consult.addressed_to == [f"{consult.uri}/members", ours]


async def test_chosen_hospitals_read_it_and_no_others(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    both = {f"{house.origin}/actor" for house in (mercy, stlukes)}
    assert await readers(mercy, consult) == both == set(consult.addressed_to[1:])


async def test_all_partners_are_those_who_agreed_to_consults(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    rows = {"peer__host": heart.host, "direction": "theirs"}
    await mercy.at(lambda: Relationship.filter(**rows).update(scopes=["images"]))
    asked = Question(FACTS, Audience(Scope.TRUSTED), attested=True)
    consult = await lee.does(opening.open_consult, asked)
    both = {f"{house.origin}/actor" for house in (mercy, stlukes)}
    assert await readers(mercy, consult) == both == set(consult.addressed_to[1:])


async def test_named_people_are_looked_up_where_they_work(
    network: Network, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    santos = await mercy.person(SANTOS)
    network.sent.clear()
    consult = await ask(lee, people=(okafor.address, "santos", okafor.address, santos.address))
    assert {sent.host for sent in network.sent} == {stlukes.host}
    assert await readers(mercy, consult) == {lee.uri, okafor.uri, santos.uri}
    assert set(consult.addressed_to[1:]) == {f"{h.origin}/actor" for h in (mercy, stlukes)}


@pytest.mark.parametrize(
    "address",
    [
        *("@nobody@stlukes.example", "@okafor@nowhere.example", "nobody", "@x", "?", "a@b@c"),
        *("@nobody@mercy.example", "https://mercy.example/nothing", "https://mercy.example/@no"),
        *(f"https://mercy.example/@{'x' * 600}", "https://mercy.example/actor", "https://@"),
        *(f"https://stlukes.example/{'x' * 600}", "https://stlukes.example/actor", "x" * 600),
    ],
)
async def test_a_name_nobody_has_is_told_with_what_was_typed(
    stlukes: House, lee: Person, address: str
) -> None:
    found = await problems(lee, question(people=(address,)))
    assert address[:80] in found["people"]


async def test_nobody_is_named_at_an_institution_that_is_no_partner(
    mercy: House, stlukes: House, heart: House, lee: Person, quill: Person
) -> None:
    rows = {"peer__host": heart.host, "direction": "ours"}
    await mercy.at(lambda: Relationship.filter(**rows).update(scopes=["images"]))
    with pytest.raises(FormRefused):
        await ask(lee, people=(quill.address,))
    assert await mercy.at(lambda: Consult.all().count()) == 0


async def test_a_pseudonym_asks_and_nothing_names_the_person(
    mercy: House, stlukes: House, heart: House
) -> None:
    known = new("hartley", "Dr D. Hartley", "hematology", pseudonym="marrow_owl")
    hartley = await mercy.person(known)
    assert hartley.pseudonym is not None
    asked = question(stlukes.host)
    consult = await hartley.does(
        opening.open_consult, Question(asked.facts, asked.audience, True, "marrow_owl")
    )
    assert consult.asker_id == hartley.pseudonym.id
    theirs = await mercy.asked(f"/k/{consult.id}/history", await stlukes.institution_key())
    assert hartley.pseudonym.uri in theirs.text
    assert "artley" not in theirs.text and hartley.uri not in theirs.text


async def test_nobody_asks_in_the_name_of_another(lee: Person, mercy: House) -> None:
    await mercy.person(SANTOS)
    asked = question()
    with pytest.raises(NotAllowed):
        await lee.does(opening.open_consult, Question(asked.facts, asked.audience, True, "santos"))
