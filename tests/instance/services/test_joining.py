"""One account for one invitation, for who reads the mailbox, and nothing above a member (T70)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed, TooMany
from instance.models import (
    Actor,
    AuditEntry,
    Level,
    Member,
    Method,
    Profession,
    Role,
    RosterEntry,
    Verification,
)
from instance.services import joining
from instance.services.joining import Arrival, Wanted
from instance.services.signing_in import Entry
from instance.services.throttle import Source
from tests import rosters
from tests.cast import Houses, new
from tests.houses import House, Person
from tests.inviting import LEE, OFFICER, PASSWORD, invited, mailed, passes
from tests.rosters import line

HERE = Source("203.0.113.9")
ENTRY = Entry(HERE, "Firefox on Linux", shared=True)
WANTED = Wanted("jlee", PASSWORD, name="Dr J. Lee", profession="physician", agrees=True)


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def on_roster(officer: Person) -> None:
    person = line("7", LEE, "Jo", "Lee", "Physician", "Trainee", "Cardiology")
    await rosters.take(officer, rosters.table(person))


async def arrived(house: House, token: str) -> Arrival | None:
    return await house.at(joining.arrive, token, HERE)


async def here(house: House, token: str) -> Arrival:
    arrival = await arrived(house, token)
    assert arrival is not None
    return arrival


async def confirmed(house: House, code: str) -> Arrival:
    await house.at(joining.send_code, await here(house, code), HERE)
    [*_, (_, typed)] = await mailed(house)
    token = await house.at(joining.confirm, await here(house, code), typed, HERE)
    return await here(house, token)


async def test_who_is_on_the_roster_is_verified_at_once(mercy: House, officer: Person) -> None:
    await on_roster(officer)
    arrival = await confirmed(mercy, await invited(officer))
    assert arrival.entry is not None and arrival.entry.name == "Jo Lee"
    await mercy.at(joining.join, arrival, replace(WANTED, name="Dr Somebody Else"), ENTRY)

    member = await mercy.at(lambda: Member.get(email=LEE))
    assert (member.level, member.role, member.legal_name) == (Level.VERIFIED, Role.MEMBER, "Jo Lee")
    actor = await mercy.at(lambda: Actor.get(local_handle="jlee"))
    assert actor.name == "Jo Lee"  # as the roster has it, whatever was typed
    entry = await mercy.at(RosterEntry.get)
    assert entry.member_id == member.id
    given = await mercy.at(lambda: Verification.filter(member_id=member.id))
    assert {row.method for row in given} == {Method.ROSTER, Method.ATTEST}
    assert all(row.valid_until is not None for row in given)
    [said] = await mercy.at(lambda: AuditEntry.filter(action="member.joined"))
    assert said.subject == actor.uri and LEE not in str(said.detail)


async def test_what_others_are_told_first_is_the_standing_they_have(
    mercy: House, officer: Person
) -> None:
    await on_roster(officer)
    await mercy.at(joining.join, await confirmed(mercy, await invited(officer)), WANTED, ENTRY)
    actor = await mercy.at(lambda: Actor.get(local_handle="jlee").prefetch_related("standing"))
    assert actor.standing.level == Level.VERIFIED
    assert actor.standing.document["credentialSubject"]["cs:stage"] == "trainee"


async def test_who_is_not_on_the_roster_works_as_self_declared(
    mercy: House, officer: Person
) -> None:
    arrival = await confirmed(mercy, await invited(officer))
    assert arrival.entry is None
    nurse = replace(WANTED, profession="nurse")
    await mercy.at(joining.join, arrival, nurse, ENTRY)

    member = await mercy.at(lambda: Member.get(email=LEE))
    assert (member.level, member.profession) == (Level.ATTESTED, Profession.NURSE)
    await rosters.take(officer, rosters.table(line("7", LEE)))  # their mailbox is confirmed
    assert (await mercy.at(lambda: Member.get(email=LEE))).level is Level.VERIFIED


async def test_of_two_who_sign_up_at_once_with_one_invitation_one_joins(
    mercy: House, officer: Person
) -> None:
    """T70: the race. Both drew their keys and hashed their password before either is stored."""
    arrival = await confirmed(mercy, await invited(officer))
    tries = [
        mercy.at(joining.join, arrival, replace(WANTED, handle=f"lee{number}"), ENTRY)
        for number in range(3)
    ]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in ended) == 2, ended
    assert await mercy.at(lambda: Member.filter(email=LEE).count()) == 1
    assert await mercy.at(lambda: Actor.filter(local_handle__startswith="lee").count()) == 1


async def test_a_code_works_for_one_account(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    arrival = await confirmed(mercy, code)
    await mercy.at(joining.join, arrival, WANTED, ENTRY)
    assert await arrived(mercy, code) is None
    with pytest.raises(Conflict):
        await mercy.at(joining.join, arrival, replace(WANTED, handle="other"), ENTRY)


async def test_guessed_expired_and_former_codes_are_one_and_the_same(
    mercy: House, officer: Person
) -> None:
    first = await invited(officer)
    await passes(mercy, timedelta(minutes=6))
    second = await invited(officer)
    assert await arrived(mercy, "x" * 22) is None
    assert await arrived(mercy, first) is None
    assert await arrived(mercy, second) is not None
    await passes(mercy, timedelta(days=7))
    assert await arrived(mercy, second) is None


async def test_who_guesses_links_is_stopped(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    with pytest.raises(TooMany):
        for number in range(40):
            await arrived(mercy, f"guess {number}")
    with pytest.raises(TooMany):
        await arrived(mercy, code)
    elsewhere = Source("198.51.100.7")
    assert await mercy.at(joining.arrive, code, elsewhere) is not None


async def test_the_link_alone_makes_no_account(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    with pytest.raises(NotAllowed):
        await mercy.at(joining.join, await here(mercy, code), WANTED, ENTRY)
    await confirmed(mercy, code)  # in another browser
    with pytest.raises(NotAllowed):
        await mercy.at(joining.join, await here(mercy, code), WANTED, ENTRY)


async def test_the_code_of_the_mailbox_is_good_once_and_for_15_minutes(
    mercy: House, officer: Person
) -> None:
    link = await invited(officer)
    await mercy.at(joining.send_code, await here(mercy, link), HERE)
    [*_, (_, code)] = await mailed(mercy)
    await mercy.at(joining.confirm, await here(mercy, link), f"{code[:3]} {code[3:]}", HERE)
    with pytest.raises(FormRefused):
        await mercy.at(joining.confirm, await here(mercy, link), code, HERE)
    await mercy.at(joining.send_code, await here(mercy, link), HERE)
    [*_, (_, late)] = await mailed(mercy)
    await passes(mercy, timedelta(minutes=15))
    with pytest.raises(FormRefused):
        await mercy.at(joining.confirm, await here(mercy, link), late, HERE)


async def test_the_code_of_the_mailbox_is_tried_5_times(mercy: House, officer: Person) -> None:
    link = await invited(officer)
    await mercy.at(joining.send_code, await here(mercy, link), HERE)
    [*_, (_, code)] = await mailed(mercy)
    wrong = "000000" if code != "000000" else "000001"
    for number in range(5):  # wherever they come from
        source = Source(f"203.0.113.{number}")
        with pytest.raises(FormRefused):
            await mercy.at(joining.confirm, await here(mercy, link), wrong, source)
    with pytest.raises(TooMany):
        await mercy.at(joining.confirm, await here(mercy, link), code, HERE)


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_used_up(
    mercy: House, officer: Person
) -> None:
    code = await invited(officer)
    arrival = await confirmed(mercy, code)
    bad = Wanted("j", "short", pseudonym="J", name=" ", profession="king")
    with pytest.raises(FormRefused) as refused:
        await mercy.at(joining.join, arrival, bad, ENTRY)
    fields = {"handle", "password", "pseudonym", "name", "profession", "agrees"}
    assert set(refused.value.fields) == fields
    with pytest.raises(FormRefused) as refused:
        await mercy.at(joining.join, arrival, replace(WANTED, handle="officer"), ENTRY)
    assert set(refused.value.fields) == {"handle"}
    await mercy.at(joining.join, arrival, WANTED, ENTRY)


async def test_a_pseudonym_comes_with_the_account_and_is_another_name(
    mercy: House, officer: Person
) -> None:
    arrival = await confirmed(mercy, await invited(officer))
    with pytest.raises(FormRefused) as refused:
        await mercy.at(joining.join, arrival, replace(WANTED, pseudonym="JLee"), ENTRY)
    assert set(refused.value.fields) == {"pseudonym"}
    await mercy.at(joining.join, arrival, replace(WANTED, pseudonym="quietmurmur"), ENTRY)
    actor = await mercy.at(lambda: Actor.get(local_handle="quietmurmur"))
    assert actor.is_pseudonym and actor.name == "quietmurmur"


async def test_the_handle_that_is_offered_is_free(mercy: House, officer: Person) -> None:
    await on_roster(officer)
    arrival = await here(mercy, await invited(officer))
    assert await mercy.at(joining.suggested_handle, arrival) == "jlee"
    await mercy.person(new("jlee", "Dr Jane Lee"))
    assert await mercy.at(joining.suggested_handle, arrival) == "jlee1"
