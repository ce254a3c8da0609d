"""An officer decides with a reason, never about themselves; what rests on a word takes two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import (
    AuditEntry,
    CaseKind,
    CaseState,
    Member,
    Method,
    Notification,
    NotificationKind,
    Stage,
    Verification,
)
from instance.services import case_answers, case_decisions, cases, lifecycle, vouching
from instance.services.case_decisions import Choice, Decision
from instance.services.registry import matching
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, SECOND
from tests.instance.services.test_verification import moves_to
from tests.rosters import entry, joined, level, line, table, take
from tests.verifying import WHY, acts, again, decides, left, looks, now, opens, sends

GRANTS = (Choice.REGISTRY, Choice.KNOWN)


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


@pytest.fixture
async def second(mercy: House) -> Person:
    return await mercy.person(SECOND)


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await joined(mercy, "kim")


async def stage(person: Person) -> str:
    return (await person.home.at(Member.get, id=person.member.id)).stage.value


async def told(person: Person, kind: NotificationKind) -> int:
    about = {"member_id": person.member.id, "kind": kind}
    return await person.home.at(lambda: Notification.filter(**about).count())


@pytest.mark.parametrize("choice", GRANTS)
async def test_a_word_without_evidence_counts_when_a_second_officer_agrees(
    mercy: House, officer: Person, second: Person, kim: Person, choice: Choice
) -> None:
    """T71: two-person approval for manual overrides."""
    case = await opens(kim)
    assert (await decides(officer, case, choice)).state is CaseState.SECOND
    assert await level(kim) == 1
    assert await told(second, NotificationKind.CASE_SECOND) == 1
    with pytest.raises(NotAllowed, match="not_allowed"):
        await decides(officer, case, Choice.AGREE)
    assert await level(kim) == 1

    assert (await decides(second, case, Choice.AGREE)).state is CaseState.GRANTED
    assert await level(kim) == 2
    assert await told(kim, NotificationKind.CASE) == 1


async def test_one_officer_says_that_a_register_agrees_with_a_number(
    mercy: House, officer: Person, kim: Person
) -> None:
    case = await opens(kim, CaseKind.NUMBER)
    day = now().date() + timedelta(days=20)
    assert (await decides(officer, case, Choice.REGISTRY, until=day)).state is CaseState.GRANTED

    row = await mercy.at(Verification.get, member_id=kim.member.id, method=Method.REGISTRY)
    assert row.valid_until is not None and row.valid_until.date() == day + timedelta(days=1)
    assert row.decided_by_id == officer.member.id
    assert await level(kim) == 2


async def test_nobody_decides_their_own_case(mercy: House, officer: Person) -> None:
    case = await opens(officer, CaseKind.NUMBER)
    for choice in (Choice.REGISTRY, Choice.ASK, Choice.REFUSE):
        with pytest.raises(NotAllowed):
            await decides(officer, case, choice)
    assert (await again(case, mercy)).state is CaseState.WAITING
    assert await officer.does(cases.next_after, await opens(officer)) is None


async def test_nobody_else_decides(mercy: House, kim: Person, lee: Person) -> None:
    case = await opens(kim, CaseKind.NUMBER)
    with pytest.raises(NotAllowed):
        await decides(lee, case, Choice.REGISTRY)
    assert await level(kim) == 1


async def test_every_decision_has_a_reason_that_the_record_does_not_hold(
    mercy: House, officer: Person, kim: Person
) -> None:
    case = await opens(kim, CaseKind.NUMBER)
    with pytest.raises(FormRefused) as refused:
        await decides(officer, case, Choice.REFUSE, reason="No.")
    assert list(refused.value.fields) == ["reason"]

    await decides(officer, case, Choice.REFUSE, reason="The zebrafinch is on no register.")
    rows = await mercy.at(lambda: AuditEntry.filter(action="case.refused"))
    assert [row.detail for row in rows] == [{"case": str(case.id)}]
    assert await told(kim, NotificationKind.CASE) == 1
    assert await level(kim) == 1


async def test_a_member_answers_what_an_officer_asks(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    case = await opens(kim)
    await decides(officer, case, Choice.KNOWN)
    await decides(second, case, Choice.ASK, reason="Where did you train?")
    asked = await again(case, mercy)
    assert asked.state is CaseState.ASKED and asked.proposed_by_id is None

    await kim.does(case_answers.answer, case.id, "In Oslo.", now())
    assert (await again(case, mercy)).state is CaseState.WAITING
    with pytest.raises(Conflict):
        await kim.does(case_answers.answer, case.id, "In Bergen.", now())


async def test_a_decision_about_what_was_not_seen_is_not_taken(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    """Of two who propose, the one that a page showed is agreed to, and no other."""
    case = await opens(kim, CaseKind.NUMBER)
    before = await mercy.at(cases.last_step, case)
    await sends(kim)
    stale = Decision(Choice.REGISTRY, WHY, before)
    with pytest.raises(Conflict):
        await officer.does(case_decisions.decide, case.id, stale, now())
    fresh = replace(stale, knows=await mercy.at(cases.last_step, case))
    await officer.does(case_decisions.decide, case.id, fresh, now())
    with pytest.raises(Conflict):
        await second.does(case_decisions.decide, case.id, fresh, now())


async def test_two_officers_bind_somebody_to_a_row_with_another_address(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    content = table(line("1", "k.lee@hospital.example"), line("2", ""))
    await take(officer, content)
    row = await entry(mercy, "1")
    case = await opens(kim)
    with pytest.raises(FormRefused):
        await decides(officer, case, Choice.ROSTER)
    await decides(officer, case, Choice.ROSTER, entry=row)
    await decides(second, case, Choice.AGREE)
    assert await level(kim) == 3

    changed = table(line("1", "k.lee@hospital.example", "Kim", "Lee-Wu"), line("2", ""))
    await take(officer, changed)
    assert await level(kim) == 3  # the row lives on, whatever else it says
    await moves_to(kim, "kim@elsewhere.example")
    assert await level(kim) == 1  # T71: lost with their own address
    await take(officer, table(line("1", "k.lee@hospital.example"), line("2", "")))
    assert await level(kim) == 1


async def test_who_was_bound_by_hand_and_leaves_is_not_bound_when_the_row_comes_back(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    both = table(line("1", "k.lee@hospital.example"), line("2", ""))
    await take(officer, both)
    case = await opens(kim)
    await decides(officer, case, Choice.ROSTER, entry=await entry(mercy, "1"))
    await decides(second, case, Choice.AGREE)
    await take(officer, table(line("2", "")), second)
    assert await level(kim) == 1
    await take(officer, both)
    assert await level(kim) == 1


async def test_what_an_officer_decided_outlives_what_ends_by_itself(
    mercy: House, officer: Person, second: Person, kim: Person, lee: Person
) -> None:
    case = await opens(kim, CaseKind.NUMBER)
    await decides(officer, case, Choice.REGISTRY)
    await kim.does(registry_judges)  # no register has a number of theirs
    assert await level(kim) == 2

    ada = await joined(mercy, "ada")
    case = await opens(ada)
    await decides(officer, case, Choice.KNOWN)
    await decides(second, case, Choice.AGREE)
    await ada.does(vouching.ask, "lee", now())
    [asked] = await lee.does(vouching.asked_of, now())
    await lee.does(vouching.vouch, asked.id, "We trained together in Oslo.", now())
    assert await level(ada) == 2


async def registry_judges(member: Member) -> bool:
    async with in_transaction():
        return await matching.judge(member, now(), is_anew=True)


async def test_another_stage_counts_when_two_officers_agree(
    mercy: House, officer: Person, second: Person
) -> None:
    ada = await joined(mercy, "ada", stage=Stage.STUDENT)
    await ada.does(lifecycle.say_stage, Stage.TRAINEE, now())
    [found] = await officer.does(cases.queue, "waiting")
    await decides(officer, found.case, Choice.STAGE)
    await ada.does(lifecycle.say_stage, Stage.PRACTISING, now())
    with pytest.raises(Conflict):  # what the first officer saw was another stage
        await decides(second, found.case, Choice.AGREE)
    await decides(officer, found.case, Choice.STAGE)
    assert await stage(ada) == "student"
    await decides(second, found.case, Choice.AGREE)
    assert await stage(ada) == "practising"


async def test_documents_count_when_two_officers_have_opened_all_of_them(
    mercy: House, officer: Person, second: Person, kim: Person
) -> None:
    case = await sends(kim)
    with pytest.raises(FormRefused, match="form_refused"):
        await decides(officer, case, Choice.DOCUMENT)
    await looks(officer, case)
    await decides(officer, case, Choice.DOCUMENT)
    assert await level(kim) == 1
    with pytest.raises(FormRefused):
        await decides(second, case, Choice.AGREE)  # seen by one alone
    await looks(second, case)
    assert await left(mercy) == 2
    await decides(second, case, Choice.AGREE)
    assert (await level(kim), await left(mercy)) == (3, 0)
    assert (await acts(mercy, case))[-2:] == ["seen", "granted"]
    seen = await mercy.at(lambda: AuditEntry.filter(action="case.seen").count())
    assert seen == 4
