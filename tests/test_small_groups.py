"""Small specialties name people: a pseudonym says nothing of specialty and stage that fewer than 5
members of its hospital share (domain.md 8)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.errors import NotAllowed
from instance.models import Actor, Level, Member, Profession, Stage, Standing
from instance.outbox import issuing, small_groups, standing
from instance.outbox.small_groups import Group
from instance.services import standings
from instance.services.consults import contributing
from instance.services.consults.states import Event
from instance.specialties import PARENTS, SPECIALTIES
from instance.web.presenting import people
from tests.cast import Houses, new
from tests.clinic import ANSWER, ask, seen_at, written
from tests.houses import House, Person


def groups(*rows: tuple[str, str, int]) -> list[Group]:
    return [Group(frozenset(names.split()), stage, number) for names, stage, number in rows]


def told(rows: list[Group], specialties: str, stage: str = "practising") -> tuple[list[str], str]:
    return small_groups.shown(rows, specialties.split(), stage)


def test_what_five_share_is_said_and_what_four_share_is_not() -> None:
    rows = groups(("urology", "practising", 5), ("dermatology", "practising", 4))
    assert told(rows, "urology") == (["urology"], "practising")
    assert told(rows, "dermatology") == ([], "practising")  # nine are in practice
    rows += groups(("urology", "retired", 4))
    assert told(rows, "urology", "retired") == (["urology"], "")


def test_a_small_specialty_is_said_as_the_first_larger_one_that_is_common() -> None:
    rows = groups(("electrophysiology", "practising", 1), ("cardiology", "practising", 5))
    assert told(rows, "electrophysiology")[0] == ["cardiology"]
    rows = groups(("electrophysiology", "practising", 1), ("nephrology", "practising", 4))
    assert told(rows, "electrophysiology")[0] == ["internal_medicine"]
    assert told(groups(("electrophysiology", "practising", 4)), "electrophysiology")[0] == []


def test_who_would_say_more_does_not_hide_those_who_say_less() -> None:
    """20 cardiologists say so: "internal medicine" would be the one nephrologist."""
    rows = groups(("nephrology", "practising", 1), ("cardiology", "practising", 20))
    assert told(rows, "nephrology")[0] == []


def test_two_common_specialties_that_hardly_anybody_has_both_are_not_said_together() -> None:
    rows = groups(
        ("nephrology", "practising", 9),
        ("critical_care", "practising", 9),
        ("nephrology critical_care", "practising", 1),
    )
    assert told(rows, "nephrology critical_care")[0] == ["nephrology"]
    assert told(rows, "critical_care nephrology")[0] == ["critical_care"]


def test_larger_specialties_are_of_the_list_and_lead_out_of_it() -> None:
    for part in PARENTS:
        seen = {part}
        while part in PARENTS:
            part = PARENTS[part]
            assert part in SPECIALTIES and part not in seen
            seen.add(part)


async def of_house(house: House, number: int, *specialties: str, **more: Any) -> list[Person]:
    names = [f"{specialties[0][:4]}{n}" for n in range(number)]
    return [await house.person(new(n, f"Dr {n.title()}", *specialties, **more)) for n in names]


async def heron(house: House, *specialties: str, **more: Any) -> Person:
    return await house.person(new("moyo", "Dr S. Moyo", *specialties, pseudonym="heron", **more))


async def statement(house: House, actor: Actor | None) -> dict[str, Any]:
    assert actor is not None
    row = await house.at(Standing.get, actor_id=actor.id)
    subject: dict[str, Any] = row.document["credentialSubject"]
    return subject


async def becomes_due(house: House, now: datetime) -> None:
    """Statements are renewed."""
    await house.at(lambda: Standing.all().update(due_at=now, valid_until=now))
    for minutes in range(0, 22, 11):
        await house.at(standings.publish_due, now + timedelta(minutes=minutes))


async def test_no_surface_tells_what_would_name_a_pseudonym_and_it_still_answers(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    """The statement, the answer, and pages at both hospitals; a real name keeps all of it."""
    own = ("electrophysiology",)
    moyo = await heron(stlukes, *own, stage=Stage.RETIRED, is_public=False)
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    await moyo.does(contributing.contribute, there.id, Event.ANSWER, ANSWER, "heron")
    await houses.settle()

    for house in (mercy, stlukes):
        [answer] = [row for row in await written(house, consult) if row.kind == "answer"]
        assert (answer.standing["stage"], answer.standing["specialties"]) == ("", [])
        assert answer.standing["level"] == 3
        stored = await house.at(Actor.get, handle="heron")
        author = await house.at(people.one, stored, {})
        assert (author.standing.stage, author.specialty) == ("", "")
    said = await statement(stlukes, moyo.pseudonym)
    assert "cs:stage" not in said and said["cs:specialties"] == []
    assert (said["cs:level"], said["cs:role"]) == ("L3", "physician")
    real = await statement(stlukes, moyo.actor)
    assert (real["cs:stage"], real["cs:specialties"]) == ("retired", list(own))
    page = (await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).text
    assert "Verified, career stage not told" in page
    for word in ("electrophysiology", "Electrophysiology", "etired"):
        assert word not in page
    shown = (await (await stlukes.sign_in("moyo")).get("/account/standing")).text
    assert shown.count("Not told") == 2 and "fewer than 5 members" in shown


async def test_five_alike_say_what_they_are(mercy: House) -> None:
    await of_house(mercy, 4, "electrophysiology")
    moyo = await heron(mercy, "electrophysiology")
    said = await statement(mercy, moyo.pseudonym)
    assert (said["cs:specialties"], said["cs:stage"]) == (["electrophysiology"], "practising")


@pytest.mark.parametrize(
    "other",
    [
        {"level": Level.CHECKED},
        {"profession": Profession.PHARMACIST},
        {"stage": Stage.TRAINEE},
    ],
    ids=["level", "profession", "stage"],
)
@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_who_shows_something_else_beside_it_does_not_count(
    mercy: House, other: dict[str, Any]
) -> None:
    await of_house(mercy, 4, "electrophysiology", **other)
    moyo = await heron(mercy, "electrophysiology")
    said = await statement(mercy, moyo.pseudonym)
    assert "cs:stage" not in said
    assert said["cs:specialties"] == ([] if "stage" not in other else ["electrophysiology"])


async def test_what_is_said_changes_with_a_renewal_and_not_when_somebody_comes_or_leaves(
    mercy: House,
) -> None:
    colleagues = await of_house(mercy, 4, "electrophysiology")
    moyo = await heron(mercy, "electrophysiology")
    before = await statement(mercy, moyo.pseudonym)
    now = datetime.now(UTC)
    gone = colleagues[0].member.id
    await mercy.at(lambda: Member.filter(id=gone).update(suspended_at=now))
    for person in (*colleagues, moyo):
        await person.does(standing.changed, now)
    await mercy.at(standings.publish_due, now + timedelta(minutes=10))
    assert await statement(mercy, moyo.pseudonym) == before

    await becomes_due(mercy, now + timedelta(minutes=20))
    after = await statement(mercy, moyo.pseudonym)
    assert after["cs:specialties"] == [] and "cs:stage" not in after
    assert (await statement(mercy, moyo.actor))["cs:specialties"] == ["electrophysiology"]


async def test_a_trainee_whose_stage_is_not_told_is_kept_from_answering_at_home(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    moyo = await heron(stlukes, "nephrology", stage=Stage.TRAINEE)
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    with pytest.raises(NotAllowed):
        await moyo.does(contributing.contribute, there.id, Event.ANSWER, ANSWER, "heron")


async def test_what_an_older_version_told_of_a_pseudonym_is_said_anew(mercy: House) -> None:
    moyo = await heron(mercy, "nephrology")
    assert moyo.pseudonym is not None
    full = await statement(mercy, moyo.actor)

    async def as_before() -> None:
        row = await Standing.get(actor_id=moyo.pseudonym.id)  # type: ignore[union-attr]
        row.document["credentialSubject"] = {**full, "id": moyo.pseudonym.uri}  # type: ignore[union-attr]
        row.basis = None
        await row.save()

    await mercy.at(as_before)
    now = datetime.now(UTC)
    await mercy.at(standings.blur_old, now)
    for minutes in (10, 20):  # never two names of one member together
        await mercy.at(standings.publish_due, now + timedelta(minutes=minutes))
    assert "nephrology" not in json.dumps(await statement(mercy, moyo.pseudonym))
    row = await mercy.at(Standing.get, actor_id=moyo.pseudonym.id)
    actor = await mercy.at(lambda: Actor.get(id=row.actor_id).select_related("member"))
    assert not issuing.is_outdated(row, actor)
