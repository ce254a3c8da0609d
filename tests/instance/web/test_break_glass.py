"""Reading a consult one takes no part in: two people, a reason, everybody told, an hour (T72)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    AuditEntry,
    BreakGlass,
    Consult,
    Contribution,
    Member,
    Notification,
    Role,
)
from instance.services.consults import break_glass
from tests.browsing import Browser
from tests.cast import OKAFOR, Houses, new
from tests.clinic import ask, seen_at
from tests.houses import House, Person

STEWARD = new("steward", "Dr S. Teward", role=Role.STEWARD)
OWNER = new("owner", "Dr O. Wner", role=Role.OWNER)
NAMED = new("named", "Dr N. Amed", pseudonym="owl")
WHY = "A near miss was reported."
SECRET = "Would you bridge, and with what?"


@pytest.fixture
async def steward(mercy: House) -> Person:
    return await mercy.person(STEWARD)


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(OWNER)


@pytest.fixture
async def consult(mercy: House, lee: Person) -> Consult:
    """Between Lee and one named colleague; nobody else here reads it."""
    named = await mercy.person(NAMED)
    return await ask(lee, people=(lee.address, named.address))


async def asked(browser: Browser, consult: Consult, reason: str = WHY) -> int:
    form = {"address": f"https://mercy.example/k/{consult.id}", "reason": reason}
    return (await browser.post_form("/admin/consults", form)).status


async def row_of(house: House) -> BreakGlass:
    return (await house.at(lambda: BreakGlass.all().order_by("-id")))[0]


async def opened(mercy: House, consult: Consult) -> tuple[Browser, str]:
    """The steward's browser, and where they may read it."""
    browser, second = await mercy.sign_in("steward"), await mercy.sign_in("owner")
    assert await asked(browser, consult) == 302
    row = await row_of(mercy)
    assert (await second.post_form(f"/admin/consults/{row.id}/approve", {})).status == 302
    return browser, f"/admin/consults/{row.id}"


async def actions(house: House) -> list[str]:
    rows = await house.at(lambda: AuditEntry.filter(action__startswith="break_glass"))
    return [row.action.partition(".")[2] for row in sorted(rows, key=lambda row: row.id)]


async def test_a_second_person_opens_it_and_each_reading_is_written_down(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser, path = await opened(mercy, consult)
    for _ in range(2):
        page = await browser.get(path)
        assert page.status == 200 and SECRET in page.text
    assert page.header("cache-control") == "private, no-store"
    assert await actions(mercy) == ["asked", "approved", "read", "read"]
    entries = await mercy.at(lambda: AuditEntry.filter(action="break_glass.read"))
    request = path.rpartition("/")[2]
    assert {(row.actor_uri, row.subject, row.detail["request"]) for row in entries} == {
        (steward.uri, consult.uri, request)
    }
    assert WHY not in str([row.detail for row in entries])


async def test_before_and_beside_it_the_consult_does_not_exist(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser = await mercy.sign_in("steward")
    assert await asked(browser, consult) == 302
    assert (await browser.get(f"/admin/consults/{(await row_of(mercy)).id}")).status == 404
    browser, path = await opened(
        mercy,
        await ask(await mercy.person(NAMED), people=("@lee@mercy.example", "@named@mercy.example")),
    )
    assert (await browser.get(path)).status == 200
    for other in (f"/k/{consult.id}", f"/k/{consult.id}/stream", "/k/1"):
        assert (await browser.get(other)).status == 404
    last = await row_of(mercy)
    assert (await browser.get(f"/k/{last.consult_id}")).status == 404


async def test_it_is_read_and_not_written(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser, path = await opened(mercy, consult)
    page = (await browser.get(path)).text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main and "hx-sse" not in page and f"/k/{consult.id}" not in page
    for form in ("comment", "answer", "ask-info", "accept", "outcome"):
        answer = await browser.post_form(f"/k/{consult.id}/{form}", {"text": "A word."})
        assert answer.status == 404
    assert await mercy.at(lambda: Contribution.exclude(kind="question").count()) == 0


async def test_nobody_lets_themselves(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    for person in (steward, owner):
        browser = await mercy.sign_in(person.actor.handle)
        assert await asked(browser, consult) == 302
        row = await row_of(mercy)
        for decision in ("approve", "refuse"):
            answer = await browser.post_form(f"/admin/consults/{row.id}/{decision}", {})
            assert answer.status == 403 and "You asked for this yourself." in answer.text
        assert (await browser.get(f"/admin/consults/{row.id}")).status == 404


async def test_it_is_open_to_who_asked_and_to_nobody_else(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    _, path = await opened(mercy, consult)
    assert (await (await mercy.sign_in("owner")).get(path)).status == 404


async def test_it_ends_after_an_hour(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    await opened(mercy, consult)
    row = await row_of(mercy)
    assert row.ends_at is not None and row.decided_at is not None
    assert row.ends_at - row.decided_at == timedelta(minutes=60)
    await steward.does(break_glass.read, row.id, row.ends_at - timedelta(seconds=1))
    with pytest.raises(NotFound):
        await steward.does(break_glass.read, row.id, row.ends_at)


async def test_a_page_that_is_left_open_goes_away_when_it_ends(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser, path = await opened(mercy, consult)
    seconds, _, url = ((await browser.get(path)).header("refresh") or "").partition("; url=")
    assert 3500 < int(seconds) <= 3600 and url == "/admin/consults"


async def test_the_record_shows_the_reason_to_whom_patient_safety_is_given(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    await opened(mercy, consult)
    await mercy.person(new("hospitals", "Dr H. Ospitals", role=Role.FEDERATION))
    for handle, is_told in (("owner", True), ("hospitals", False)):
        page = (await (await mercy.sign_in(handle)).get("/admin/audit")).text
        assert "Let somebody read a consult" in page and (WHY in page) is is_told


async def test_what_we_were_cut_off_from_is_opened_to_nobody(
    mercy: House, stlukes: House, houses: Houses, steward: Person, owner: Person, lee: Person
) -> None:
    """T56: neither what waits, nor what is open, nor anything new."""
    now = datetime.now(UTC)
    theirs = await ask(await stlukes.person(OKAFOR), people=(lee.address,))
    await houses.settle()
    here = await seen_at(mercy, theirs)
    opened, waits = [
        await owner.does(break_glass.ask, f"/k/{here.id}", WHY, now),
        await steward.does(break_glass.ask, f"/k/{here.id}", WHY, now),
    ]
    await steward.does(break_glass.approve, opened.id, now)
    await owner.does(break_glass.read, opened.id, now)
    await mercy.block(stlukes.host)
    with pytest.raises(NotFound):
        await owner.does(break_glass.read, opened.id, now)
    with pytest.raises(NotFound):
        await owner.does(break_glass.approve, waits.id, now)
    with pytest.raises(FormRefused):
        await steward.does(break_glass.ask, f"/k/{here.id}", WHY, now + timedelta(days=2))


async def test_it_ends_with_the_role(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser, path = await opened(mercy, consult)
    await mercy.at(lambda: Member.filter(id=steward.member.id).update(role=Role.FEDERATION))
    assert (await browser.get(path)).status == 404


async def test_a_request_that_nobody_decides_lapses(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    now = datetime.now(UTC)
    row = await steward.does(break_glass.ask, f"/k/{consult.id}", WHY, now)
    late = now + timedelta(hours=24)
    assert await owner.does(break_glass.waiting, late) == []
    for decide in (break_glass.approve, break_glass.refuse):
        with pytest.raises(NotFound):
            await owner.does(decide, row.id, late)


async def test_what_is_decided_is_not_decided_again(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    now = datetime.now(UTC)
    row = await steward.does(break_glass.ask, f"/k/{consult.id}", WHY, now)
    await owner.does(break_glass.refuse, row.id, now)
    with pytest.raises(NotFound):
        await owner.does(break_glass.approve, row.id, now)
    with pytest.raises(NotFound):
        await steward.does(break_glass.read, row.id, now)


async def test_those_who_take_part_here_are_told_by_whom_and_why(
    mercy: House, steward: Person, owner: Person, lee: Person, consult: Consult
) -> None:
    await opened(mercy, consult)
    named = await mercy.person(NAMED)
    rows = await mercy.at(lambda: Notification.filter(kind="reading"))
    assert {row.member_id for row in rows} == {lee.member.id, named.member.id}
    browser = await mercy.sign_in("lee")
    told = (await browser.get("/notifications")).text
    assert "A consult you take part in was opened for patient safety" in told
    [link] = set(re.findall(r'href="(/notifications/\d+)"', told))
    to = (await browser.get(link)).header("location")
    assert to == f"/k/{consult.id}"
    page = (await browser.get(to)).text
    assert "Opened to Dr S. Teward for patient safety" in page and "Dr O. Wner agreed." in page
    assert WHY in page


async def test_who_decides_is_told_that_somebody_asks_and_they_how_it_was_decided(
    mercy: House, steward: Person, owner: Person, consult: Consult
) -> None:
    browser, _ = await opened(mercy, consult)
    seconds = (await (await mercy.sign_in("owner")).get("/notifications")).text
    assert "Dr S. Teward asks to read a consult" in seconds
    assert "Dr O. Wner decided whether" in (await browser.get("/notifications")).text
    assert WHY not in seconds


@pytest.mark.parametrize(
    ("address", "reason", "said"),
    [
        ("/k/1", WHY, "No consult is at this address."),
        ("", WHY, "No consult is at this address."),
        ("k/99999999999999999999999", WHY, "No consult is at this address."),
        ("/k/²", WHY, "No consult is at this address."),
        ("{k}", "short", "Say why in 10 to 300 characters."),
        ("{k}", "x" * 301, "Say why in 10 to 300 characters."),
    ],
)
async def test_what_cannot_be_asked_is_said(
    mercy: House, steward: Person, consult: Consult, address: str, reason: str, said: str
) -> None:
    browser = await mercy.sign_in("steward")
    form = {"address": address.format(k=f"/k/{consult.id}"), "reason": reason}
    answer = await browser.post_form("/admin/consults", form)
    assert answer.status == 422 and said in answer.text
    assert await mercy.at(lambda: BreakGlass.all().count()) == 0


async def test_who_reads_it_already_or_has_asked_does_not_ask(
    mercy: House, steward: Person, lee: Person, consult: Consult
) -> None:
    now = datetime.now(UTC)
    own = await ask(steward, people=(steward.address, lee.address))
    for _ in range(2):
        with pytest.raises(FormRefused):
            await steward.does(break_glass.ask, f"/k/{own.id}", WHY, now)
    await steward.does(break_glass.ask, str(consult.id), WHY, now)
    with pytest.raises(FormRefused):
        await steward.does(break_glass.ask, f"/k/{consult.id}#answers", WHY, now)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.STEWARD, Role.OWNER)])
async def test_for_everybody_else_there_is_nothing_to_ask(
    mercy: House, steward: Person, lee: Person, consult: Consult, role: Role
) -> None:
    now = datetime.now(UTC)
    row = await steward.does(break_glass.ask, f"/k/{consult.id}", WHY, now)
    other = await mercy.person(new("other", "Dr O. Ther", role=role))
    for work in (break_glass.approve, break_glass.refuse, break_glass.read):
        with pytest.raises(NotAllowed):
            await other.does(work, row.id, now)
    with pytest.raises(NotAllowed):
        await other.does(break_glass.ask, f"/k/{consult.id}", WHY, now)


async def test_who_asked_to_read_cannot_be_removed_from_under_the_record(
    mercy: House, consult: Consult, steward: Person, owner: Person
) -> None:
    await asked(await mercy.sign_in("steward"), consult)

    async def remove() -> None:
        await Actor.filter(member_id=steward.member.id).update(member_id=None)
        await Member.filter(id=steward.member.id).delete()

    with pytest.raises(IntegrityError):
        await mercy.at(remove)
    assert (await row_of(mercy)).asked_by_id == steward.member.id
