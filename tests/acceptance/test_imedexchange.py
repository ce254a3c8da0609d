"""iMedExchange: residents, practising and retired physicians, each with what their stage allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import NotAllowed
from instance.models import Actor, Member, Method, Stage
from instance.outbox import standing
from instance.services import lifecycle, posting, verification
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, write
from tests.houses import House, Person


async def retire(person: Person) -> Person:
    """They say so themselves; as they are after that."""
    browser = await person.home.sign_in(person.actor.handle)
    answer = await browser.post_form("/account/career", {"stage": "retired"})
    assert answer.status == 302
    now = await person.home.at(Member.get, id=person.member.id)
    assert now.stage is Stage.RETIRED
    return replace(person, member=now)


async def test_who_retires_keeps_the_account_and_posting_and_answers_no_consults(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, wards: Actor
) -> None:
    consult = await ask(okafor, mercy)
    await houses.settle()
    lee = await retire(lee)
    await lee.speaks(posting.start_thread, wards, "Still here", "Words.")
    await write(lee, consult, Event.COMMENT)
    with pytest.raises(NotAllowed):
        await write(lee, consult, Event.ANSWER)


async def test_a_partner_takes_no_answer_of_who_retired_without_a_licence(
    mercy: House, lee: Person
) -> None:
    """What is said of them on the wire allows none."""
    await retire(lee)
    claims = standing.claims_of(await mercy.at(Member.get, id=lee.member.id))
    assert claims.stage == "retired" and claims.may_take_part and not claims.may_answer


async def test_who_retires_with_a_current_licence_answers_until_it_ends(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(okafor, mercy)
    await houses.settle()
    now = datetime.now(UTC)
    until = now + timedelta(days=30)
    await mercy.at(verification.give, lee.member, Method.DOCUMENT, now, until=until)
    lee = await retire(lee)
    await write(lee, consult, Event.ANSWER)
    await mercy.at(verification.expire, until + timedelta(seconds=1))
    claims = standing.claims_of(await mercy.at(Member.get, id=lee.member.id))
    assert not claims.may_answer


async def test_the_badge_says_resident_or_retired(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    for stage, word in ((Stage.TRAINEE, "trainee"), (Stage.RETIRED, "retired")):
        await lee.does(lifecycle.say_stage, stage, datetime.now(UTC))
        page = (await browser.get("/account")).text.partition("<main")[2]
        assert word in page.lower()
