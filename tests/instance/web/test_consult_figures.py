"""The page of figures: for who has a duty here, with a table beside each chart."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from instance.models import Consult, Member, Role
from instance.services.consults.states import Event
from instance.web.presenting import consult_figures as present
from instance.web.rendering import render
from tests.cast import MOYO, Houses
from tests.clinic import FACTS, ask, write
from tests.houses import House, Person
from tests.instance.web.cast import NOW
from tests.instance.web.sample_figures import AROUND, case
from tests.instance.web.test_templates import JINJA

CASE = replace(case(7), specialties=("cardiology",), target_hours=24, is_due=True, hours=1.0)


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


def of_cardiology(answered: int, late: int, waiting: int) -> str:
    """What the row of a specialty says of so many consults."""
    cases = [replace(CASE, hours=1.0) for _ in range(answered)]
    cases += [replace(CASE, hours=None) for _ in range(late)]
    cases += [replace(CASE, hours=None, is_due=False) for _ in range(waiting)]
    page = render(JINJA, present.page(AROUND, cases, "8w", NOW))
    row = page.partition('class="lab"><span>Cardiology')[2].partition("</div>")[0]
    return " ".join(re.sub("<[^>]*>", "", row).split())


def test_of_few_consults_the_number_is_said_and_no_share() -> None:
    assert of_cardiology(answered=4, late=1, waiting=0) == "4 of 5"
    assert of_cardiology(answered=3, late=3, waiting=0) == "3 of 6 below aim"
    assert of_cardiology(answered=15, late=15, waiting=0) == "50% of 30 below aim"


def test_a_share_is_said_of_those_it_is_counted_of_and_of_no_others() -> None:
    """And where it would tell how few still wait, of none."""
    assert of_cardiology(answered=24, late=6, waiting=10) == "80% of 30"
    assert of_cardiology(answered=4, late=1, waiting=5) == "4 of 5"
    assert of_cardiology(answered=4, late=1, waiting=4) == "80%"


def test_how_much_one_of_few_consults_changes_is_said() -> None:
    few = present.page(AROUND, [CASE] * 9, "8w", NOW)
    assert "a single one changes each by 11 points or more" in render(JINJA, few)
    many = present.page(AROUND, [CASE] * 20, "8w", NOW)
    assert "a single one changes" not in render(JINJA, many)
