"""What officers decide about accounts: why, by whom not, and what comes of it here and there."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    ActKind,
    AlertKind,
    AuditEntry,
    Level,
    Mail,
    Member,
    MemberAct,
    Method,
    Notification,
    Profession,
    Role,
    Session,
    SignInStep,
    Stage,
    Standing,
    VerificationCase,
)
from instance.outbox import standing
from instance.services import lifecycle, verification
from instance.services.lifecycle import Facts
from tests.cast import LEE, Houses, new
from tests.houses import House, Person

WHY = "A complaint, file 12."
Act = Callable[[Person, str, str], Awaitable[None]]


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER, pseudonym="owl"))


async def suspends(by: Person, handle: str, why: str = WHY) -> None:
    await by.does(lifecycle.suspend, handle, why, datetime.now(UTC))


async def restores(by: Person, handle: str, why: str = WHY) -> None:
    await by.does(lifecycle.restore, handle, why, datetime.now(UTC))


async def moves(by: Person, handle: str, stage: Stage, evidence: str = "diploma") -> None:
    await by.does(lifecycle.move_on, handle, stage, evidence, WHY, datetime.now(UTC))


async def rechecks(by: Person, handle: str, why: str = WHY) -> None:
    await by.does(lifecycle.check_again, handle, why, datetime.now(UTC))


async def retires(by: Person, handle: str, why: str = WHY) -> None:
    await by.does(lifecycle.move_on, handle, Stage.RETIRED, "", why, datetime.now(UTC))


async def corrects(by: Person, handle: str, why: str = WHY) -> None:
    facts = Facts(Profession.NURSE, ["cardiology"], "GB")
    await by.does(lifecycle.correct, handle, facts, why, datetime.now(UTC))


ACTS = (suspends, restores, retires, rechecks, corrects)


async def now_of(person: Person) -> Member:
    return await person.home.at(Member.get, id=person.member.id)


async def test_who_is_suspended_is_signed_out_and_stays_out(
    mercy: House, officer: Person, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    await suspends(officer, "@lee")
    assert await mercy.at(lambda: Session.filter(member_id=lee.member.id).count()) == 0
    assert (await browser.get("/account")).status == 404
    await restores(officer, "lee")
    assert (await (await mercy.sign_in("lee")).get("/account")).status == 200


async def test_who_is_at_the_second_step_when_suspended_does_not_get_in(
    mercy: House, officer: Person, lee: Person
) -> None:
    form = {"login": "lee", "password": LEE.password}
    await mercy.visitor().post_form("/sign-in", form)
    assert await mercy.at(lambda: SignInStep.all().count()) == 1
    await suspends(officer, "lee")
    assert await mercy.at(lambda: SignInStep.all().count()) == 0


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_decides_about_themselves_or_without_a_reason(
    mercy: House, officer: Person, lee: Person, act: Act
) -> None:
    with pytest.raises(NotAllowed):
        await act(officer, "officer", WHY)
    for short in ("", "   so.   ", "x" * 301):
        with pytest.raises(FormRefused) as refused:
            await act(officer, "lee", short)
        assert "reason" in refused.value.fields
    with pytest.raises(NotAllowed):
        await act(lee, "officer", WHY)
    assert await mercy.at(lambda: MemberAct.all().count()) == 0


@pytest.mark.parametrize("act", ACTS)
async def test_only_owners_decide_about_an_owner(
    mercy: House, officer: Person, lee: Person, act: Act
) -> None:
    owners = [await mercy.person(new(f"owner{n}", "Dr O. Wner", role=Role.OWNER)) for n in (1, 2)]
    with pytest.raises(NotAllowed):
        await act(officer, "owner1", WHY)
    await act(owners[0], "owner2", WHY)
    await suspends(owners[0], "owner2")
    with pytest.raises(NotAllowed):  # an owner is always left
        await suspends(owners[1], "owner1")


async def test_a_pseudonym_is_nobody_here(mercy: House, officer: Person) -> None:
    await mercy.person(new("moyo", "Dr S. Moyo", pseudonym="heart1"))
    for act in ACTS:
        with pytest.raises(NotFound):
            await act(officer, "heart1", WHY)


async def test_what_is_decided_is_written_down_and_told(
    houses: Houses, officer: Person, lee: Person
) -> None:
    for act in (suspends, restores, retires, corrects, rechecks):
        await act(officer, "lee", WHY)
    rows = await lee.home.at(lambda: MemberAct.all().order_by("id"))
    assert {row.reason for row in rows} == {WHY} and {row.by_id for row in rows} == {
        officer.member.id
    }
    assert sorted(row.kind for row in rows) == sorted(
        [  # of one moment in any order
            *(ActKind.SUSPENDED, ActKind.RESTORED, ActKind.STAGE),
            *(ActKind.PROFESSION, ActKind.SPECIALTIES, ActKind.JURISDICTION, ActKind.RECHECK),
        ]
    )
    entries = await lee.home.at(lambda: AuditEntry.filter(action__startswith="member."))
    assert len(entries) == len(rows)
    assert {(entry.actor_uri, entry.subject) for entry in entries} == {(officer.uri, lee.uri)}
    assert not any("complaint" in str(entry.detail) for entry in entries)
    told = await lee.home.at(lambda: Notification.filter(member_id=lee.member.id))
    assert len(told) == 5 and {row.identity_id for row in told} == {lee.actor.id}


async def test_it_is_told_by_mail_as_well(houses: Houses) -> None:
    house = await houses.open("Kept", "hospital", "kept.example", SMTP_HOST="127.0.0.1")
    officer = await house.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    lee = await house.person(LEE)
    for act in (suspends, restores, retires, rechecks):
        await act(officer, "lee", WHY)
    mails = await house.at(lambda: Mail.filter(member_id=lee.member.id).order_by("id"))
    assert [mail.kind for mail in mails] == [
        *(AlertKind.SUSPENDED, AlertKind.RESTORED, AlertKind.CHANGED, AlertKind.RECHECK)
    ]


async def test_a_step_up_needs_evidence_and_raises_no_level(mercy: House, officer: Person) -> None:
    kim = await mercy.person(new("kim", "K. Kim", level=Level.ATTESTED, stage=Stage.STUDENT))
    for nothing in ("", "hearsay"):
        with pytest.raises(FormRefused) as refused:
            await moves(officer, "kim", Stage.TRAINEE, nothing)
        assert "evidence" in refused.value.fields
    await moves(officer, "kim", Stage.TRAINEE)
    await moves(officer, "kim", Stage.PRACTISING, "licence")
    kims = await now_of(kim)
    assert (kims.stage, kims.level) == (Stage.PRACTISING, Level.ATTESTED)
    assert await mercy.at(lambda: VerificationCase.filter(member_id=kim.member.id).count()) == 1


async def test_who_retires_without_a_licence_keeps_all_but_answering(
    mercy: House, officer: Person, lee: Person
) -> None:
    await retires(officer, "lee")
    claims = standing.claims_of(await now_of(lee))
    assert claims.may_take_part and not claims.may_answer
    await moves(officer, "lee", Stage.PRACTISING)
    assert standing.claims_of(await now_of(lee)).may_answer


async def test_who_retires_with_a_licence_answers_until_it_ends(
    mercy: House, officer: Person, lee: Person
) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=30)
    await mercy.at(verification.give, lee.member, Method.DOCUMENT, now, until=until)
    await retires(officer, "lee")
    assert standing.claims_of(await now_of(lee)).may_answer
    await mercy.at(verification.expire, until + timedelta(seconds=1))
    assert not standing.claims_of(await now_of(lee)).may_answer


async def test_who_is_asked_to_be_checked_again_has_two_weeks(
    mercy: House, officer: Person, lee: Person
) -> None:
    await rechecks(officer, "lee")
    assert (await now_of(lee)).level is Level.VERIFIED
    await mercy.at(verification.expire, datetime.now(UTC) + timedelta(days=15))
    assert (await now_of(lee)).level < Level.VERIFIED


async def test_what_cannot_be_said_of_somebody_is_refused(officer: Person, lee: Person) -> None:
    wrong: tuple[tuple[Any, str], ...] = (
        (Facts(Profession.NURSE, ["witchcraft"], "GB"), "specialties"),
        (Facts(Profession.NURSE, [], "Narnia"), "jurisdiction"),
        (Facts(Profession.NURSE, [], "US-"), "jurisdiction"),
        (Facts(Profession.PHYSICIAN, LEE.specialties, "US"), "profession"),
    )
    for facts, field in wrong:
        with pytest.raises(FormRefused) as refused:
            await officer.does(lifecycle.correct, "lee", facts, WHY, datetime.now(UTC))
        assert field in refused.value.fields


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        (Stage.PRACTISING, Stage.RETIRED, True),
        (Stage.PRACTISING, Stage.TRAINEE, True),
        (Stage.TRAINEE, Stage.PRACTISING, False),
        (Stage.STUDENT, Stage.TRAINEE, False),
        (Stage.RETIRED, Stage.PRACTISING, False),
        (Stage.RETIRED, Stage.STUDENT, False),
    ],
)
async def test_what_members_say_of_their_stage_holds_downwards(
    mercy: House, before: Stage, after: Stage, holds: bool
) -> None:
    kim = await mercy.person(new("kim", "K. Kim", stage=before))
    assert await kim.does(lifecycle.say_stage, after, datetime.now(UTC)) is holds
    assert (await now_of(kim)).stage is (after if holds else before)
    cases = await mercy.at(lambda: VerificationCase.filter(member_id=kim.member.id))
    assert [case.stage for case in cases] == ([] if holds else [after])
    due = await mercy.at(Standing.get, actor_id=kim.actor.id)
    is_soon = due.due_at is not None and due.due_at < datetime.now(UTC) + timedelta(minutes=10)
    assert is_soon is holds
