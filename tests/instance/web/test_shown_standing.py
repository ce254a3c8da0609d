"""A member sees exactly what other hospitals see of them (`/account/standing`)."""

from datetime import UTC, datetime

from instance.models import Level, Member, Standing
from instance.outbox import standing
from instance.services import standings
from tests.cast import Houses, new
from tests.clinic import ask
from tests.houses import House, Person


async def test_a_member_sees_each_name_and_who_has_its_statement(
    houses: Houses, mercy: House, stlukes: House, heart: House
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo", "cardiology", pseudonym="heart1"))
    await ask(moyo, stlukes)
    await houses.settle()
    browser = await mercy.sign_in("moyo")
    page = (await browser.get("/account/standing")).text
    assert "Dr S. Moyo" in page and "heart1" in page and "Verified physician" in page
    assert "Your hospital&#39;s staff list" in page and "As their hospital says" in page
    assert page.count("Got it last") == 1  # St. Luke's, of the name that asked
    assert page.count("Has not asked for it.") == 3
    for row in await mercy.at(Standing.all):
        assert row.document["proof"]["proofValue"] in page
        for entry in row.document["credentialStatus"]:
            assert entry["statusListIndex"] in page
    assert "/account/standing" in (await browser.get("/account")).text
    assert moyo.member.email not in page


async def test_a_change_that_others_do_not_see_yet_is_said(mercy: House) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    browser = await mercy.sign_in("moyo")
    told = "Partner hospitals see the new one within 15 minutes."
    assert told not in (await browser.get("/account/standing")).text

    async def lower() -> None:
        await Member.filter(id=moyo.member.id).update(level=Level.CHECKED)
        await standing.changed(await Member.get(id=moyo.member.id), datetime.now(UTC))

    await mercy.at(lower)
    page = (await browser.get("/account/standing")).text
    assert told in page and "Verified physician" in page
    await mercy.at(lambda: Standing.all().update(due_at=datetime.now(UTC)))
    await mercy.at(standings.publish_due, datetime.now(UTC))
    page = (await browser.get("/account/standing")).text
    assert told not in page and "Checked" in page


async def test_who_is_not_signed_in_finds_no_such_page(mercy: House, lee: Person) -> None:
    visitor = mercy.visitor()
    assert (await visitor.get("/account/standing")).status == 404
