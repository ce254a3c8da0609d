"""Which member a pseudonym is: two officers together, for a reason, written down and told."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import AuditEntry, Ground, Role, Unmasking
from instance.services import unmasking
from instance.workers import upkeep
from tests.browsing import Browser
from tests.cast import new
from tests.houses import House, Person

WHY = "Order of the district court, file 12."
LEGAL = "Sena Quaggafield"
Ask = Callable[..., Awaitable[Unmasking]]


@pytest.fixture
async def officers(mercy: House) -> list[Person]:
    own = [new(f"officer{n}", f"Dr O. Fficer{n}", role=Role.OFFICER) for n in (1, 2)]
    return [await mercy.person(one) for one in own]


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(new("moyo", "Dr S. Moyo", pseudonym="heron", legal_name=LEGAL))


@pytest.fixture
async def first(mercy: House, officers: list[Person]) -> Browser:
    return await mercy.sign_in("officer1")


@pytest.fixture
async def second(mercy: House, officers: list[Person]) -> Browser:
    return await mercy.sign_in("officer2")


async def asks(browser: Browser, **fields: str) -> int:
    form = {"handle": "@heron", "ground": "misconduct", "reason": WHY, **fields}
    return (await browser.post_form("/admin/unmasking", form)).status


async def row_of(house: House) -> Unmasking:
    return await house.at(lambda: Unmasking.all().order_by("-id").get())


async def test_one_asks_another_agrees_and_who_asked_sees_the_name(
    mercy: House, moyo: Person, first: Browser, second: Browser
) -> None:
    assert await asks(first) == 302
    row = await row_of(mercy)
    url = f"/admin/unmasking/{row.id}"
    for browser in (first, second):
        page = (await browser.get("/admin/unmasking")).text
        assert WHY in page and LEGAL not in page and "Dr S. Moyo" not in page
        assert (await browser.get(url)).status == 404
    own = await first.post_form(f"{url}/approve", {})
    assert own.status == 403 and "Another officer decides." in own.text
    assert (await second.post_form(f"{url}/approve", {})).status == 302
    shown = await first.get(url)
    assert LEGAL in shown.text and "Dr S. Moyo" in shown.text
    assert 0 < int(shown.header("refresh").partition(";")[0]) <= 3600
    assert shown.header("cache-control") == "private, no-store"
    assert (await second.get(url)).status == 404  # who agreed sees nothing
    later = {"ends_at": datetime.now(UTC)}
    await mercy.at(lambda: Unmasking.all().update(**later))
    assert (await first.get(url)).status == 404


async def test_the_member_is_told_who_asked_and_why(
    mercy: House, moyo: Person, first: Browser, second: Browser
) -> None:
    browser = await mercy.sign_in("moyo")
    await asks(first)
    row = await row_of(mercy)
    assert WHY not in (await browser.get("/account/career")).text
    await second.post_form(f"/admin/unmasking/{row.id}/approve", {})
    assert "your pseudonym stands for" in (await browser.get("/notifications")).text
    page = (await browser.get("/account/career")).text
    assert WHY in page and "Dr O. Fficer1" in page


async def test_where_the_law_forbids_it_the_member_is_told_on_the_day(
    mercy: House, moyo: Person, first: Browser, second: Browser
) -> None:
    browser, now = await mercy.sign_in("moyo"), datetime.now(UTC)
    day = now + timedelta(days=30)
    assert await asks(first, ground="legal", silent_until=f"{day:%Y-%m-%d}") == 302
    row = await row_of(mercy)
    await second.post_form(f"/admin/unmasking/{row.id}/approve", {})
    await mercy.at(unmasking.tell_due, now + timedelta(days=29))
    for path in ("/notifications", "/account/career"):
        page = (await browser.get(path)).text
        assert WHY not in page and "your pseudonym stands for" not in page
    await mercy.at(upkeep.purge, now + timedelta(days=31, hours=1))
    await mercy.at(unmasking.tell_due, now + timedelta(days=32))
    browser = await mercy.sign_in("moyo")
    assert (await browser.get("/notifications")).text.count("your pseudonym stands for") == 1
    assert WHY in (await browser.get("/account/career")).text


async def test_when_the_order_ends_earlier_the_member_is_told_then(
    mercy: House, moyo: Person, first: Browser, second: Browser
) -> None:
    day = datetime.now(UTC) + timedelta(days=30)
    await asks(first, ground="legal", silent_until=f"{day:%Y-%m-%d}")
    url = f"/admin/unmasking/{(await row_of(mercy)).id}"
    assert (await second.post_form(f"{url}/tell", {})).status == 404  # nobody agreed yet
    await second.post_form(f"{url}/approve", {})
    assert (await second.post_form(f"{url}/tell", {})).status == 302
    assert WHY in (await (await mercy.sign_in("moyo")).get("/account/career")).text
    assert (await second.post_form(f"{url}/tell", {})).status == 404


async def test_a_refusal_shows_nothing_and_what_nobody_decides_lapses(
    mercy: House, moyo: Person, officers: list[Person], first: Browser, second: Browser
) -> None:
    await asks(first)
    row = await row_of(mercy)
    assert (await second.post_form(f"/admin/unmasking/{row.id}/refuse", {})).status == 302
    assert (await first.get(f"/admin/unmasking/{row.id}")).status == 404
    now = datetime.now(UTC)
    again = await officers[0].does(unmasking.ask, "heron", Ground.SAFETY, WHY, now)
    with pytest.raises(NotFound):
        await officers[1].does(unmasking.approve, again.id, now + timedelta(hours=25))


async def test_an_officer_does_not_learn_of_a_request_about_their_own_pseudonym(
    mercy: House, officers: list[Person], first: Browser
) -> None:
    third = await mercy.person(new("third", "Dr T. Hird", role=Role.OFFICER, pseudonym="wren"))
    now = datetime.now(UTC)
    row = await officers[0].does(unmasking.ask, "wren", Ground.SAFETY, WHY, now)
    browser = await mercy.sign_in("third")
    for path in ("/admin/unmasking", "/notifications"):
        assert WHY not in (await browser.get(path)).text
    assert "stands for" not in (await browser.get("/notifications")).text
    for work in (unmasking.approve, unmasking.refuse):
        with pytest.raises(NotFound):
            await third.does(work, row.id, now)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"handle": "moyo"}, "No pseudonym here has this handle."),
        ({"handle": "nobody"}, "No pseudonym here has this handle."),
        ({"reason": "so"}, "Say why in 10 to 300 characters."),
        ({"ground": "curiosity"}, "Choose a reason."),
        ({"silent_until": "2099-01-01", "ground": "legal"}, "Choose a day within a year"),
        ({"silent_until": "2026-02-30", "ground": "legal"}, "Write the day as"),
        ({"silent_until": "2027-01-01"}, "Only a legal order can forbid to tell."),
    ],
)
async def test_what_cannot_be_asked_is_said(
    mercy: House, moyo: Person, first: Browser, fields: dict[str, str], wrong: str
) -> None:
    form = {"handle": "heron", "ground": "safety", "reason": WHY, **fields}
    answer = await first.post_form("/admin/unmasking", form)
    assert answer.status == 422 and wrong in answer.text
    assert await mercy.at(lambda: Unmasking.all().count()) == 0


async def test_only_officers_ask_and_the_record_names_no_member(
    mercy: House, moyo: Person, lee: Person, officers: list[Person], second: Browser
) -> None:
    now = datetime.now(UTC)
    with pytest.raises(NotAllowed):
        await lee.does(unmasking.ask, "heron", Ground.SAFETY, WHY, now)
    row = await officers[0].does(unmasking.ask, "heron", Ground.SAFETY, WHY, now)
    with pytest.raises(FormRefused):
        await officers[0].does(unmasking.ask, "heron", Ground.SAFETY, WHY, now)
    await officers[1].does(unmasking.approve, row.id, now)
    await officers[0].does(unmasking.look, row.id, now)
    assert moyo.pseudonym is not None
    entries = await mercy.at(lambda: AuditEntry.filter(action__startswith="unmasking."))
    assert [entry.action for entry in entries].count("unmasking.seen") == 1
    for entry in entries:
        said = str(vars(entry))
        assert entry.subject == moyo.pseudonym.uri
        assert str(moyo.actor.id) not in said and "court" not in said
