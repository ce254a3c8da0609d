"""The page of figures: for who has a duty here, with a table beside each chart."""

import re
from datetime import UTC, datetime, timedelta

from instance.models import Consult, Member, Role
from instance.services.consults.states import Event
from tests.cast import MOYO, Houses
from tests.clinic import FACTS, ask, write
from tests.houses import House, Person


async def test_an_owner_sees_how_fast_answers_come_and_no_word_of_a_consult(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    moyo = await mercy.person(MOYO)
    for _ in range(6):
        await write(moyo, await ask(lee), Event.ANSWER)
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(role=Role.OWNER))
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/admin/figures")).text
    assert "median to first answer" in page and "<b>100%</b>" in page
    assert page.count("Show as table") == 3 and "Cardiology" in page
    assert FACTS["title"] not in page and "Moyo" not in page
    told = await browser.get("/admin/figures.csv?period=12m")
    assert told.header("cache-control") == "private, no-store"
    month = f"{datetime.now(UTC):%Y-%m}"
    assert f"{month},Mercy General,cardiology,6," in told.text


async def test_a_specialty_nobody_asked_has_no_figures(mercy: House, lee: Person) -> None:
    for _ in range(5):
        await ask(lee)
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(role=Role.STEWARD))
    browser = await mercy.sign_in("lee")
    asked = "/admin/figures?period=6m&hospital=nowhere.example&specialty=none"
    assert "Fewer than 5 consults: no figures yet." in (await browser.get(asked)).text
    assert "Too few consults for a line." in (await browser.get("/admin/figures")).text


async def test_figures_do_not_exist_for_who_has_no_duty(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    for path in ("/admin/figures", "/admin/figures.csv"):
        assert (await browser.get(path)).status == 404
    assert "/admin/figures" not in (await browser.get("/")).text


async def test_the_line_falls_where_answers_come_faster(mercy: House, lee: Person) -> None:
    moyo = await mercy.person(MOYO)
    for _ in range(5):
        await write(moyo, await ask(lee), Event.ANSWER)
    slow = [await ask(lee) for _ in range(5)]
    for consult in slow:
        await write(moyo, consult, Event.ANSWER)

    async def work() -> None:
        for row in await Consult.filter(id__in=[consult.id for consult in slow]):
            row.published_at -= timedelta(days=21)
            row.first_answer_at = row.published_at + timedelta(hours=9)
            await row.save(update_fields=["published_at", "first_answer_at"])

    await mercy.at(work)
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(role=Role.OWNER))
    page = (await (await mercy.sign_in("lee")).get("/admin/figures")).text
    [title] = re.findall(r"<title>(The median [^<]*)</title>", page)
    assert title.startswith("The median fell from 9 h to ")
