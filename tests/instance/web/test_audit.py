"""The audit record as administrators read it."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from markupsafe import escape
from tortoise.connection import get_connection

from instance.models import AuditEntry, Role
from instance.outbox import local
from instance.services import audit, audit_checks, rotation, seals
from tests.auditing import anchored, unguarded
from tests.browsing import Browser
from tests.cast import RUIZ
from tests.houses import House, Person


@pytest.fixture
async def ruiz(mercy: House) -> Browser:
    person = await mercy.person(RUIZ)
    person.member.role = Role.FEDERATION
    await mercy.at(person.member.save)
    return await mercy.sign_in("ruiz")


async def write(house: House, count: int, action: str = "peer.paused", **values: str) -> None:
    given = {"actor_uri": f"{house.origin}/actor", "host": "heart.example", "subject": "x"} | values

    async def work() -> None:
        for _ in range(count):
            await audit.record(action, **given)
            await asyncio.sleep(0.002)
        await seals.seal(datetime.now(UTC))

    await house.at(work)


def seals_shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"Seal (\d+)", page)]


async def test_the_record_is_read_newest_first_and_page_by_page(
    mercy: House, ruiz: Browser
) -> None:
    await write(mercy, 30)
    first = (await ruiz.get("/admin/audit")).text
    assert seals_shown(first) == list(range(30, 5, -1)) and "Stopped sending to a server" in first
    older = re.search(r'href="(/admin/audit\?before=\d+)"', first)
    assert older
    assert seals_shown((await ruiz.get(older[1])).text) == [5, 4, 3, 2, 1]
    assert "30 entries have a seal" in first


@pytest.mark.parametrize("path", ["/actor", "/g/7"])
async def test_a_hospital_that_spoke_for_itself_is_named(
    mercy: House, stlukes: House, ruiz: Browser, path: str
) -> None:
    spoke = {"actor_uri": stlukes.origin + path, "host": stlukes.host}
    await write(mercy, 1, "consult.receipt", **spoke)
    page = (await ruiz.get("/admin/audit")).text
    assert f'<td data-h="Who" class="anywhere">{escape(stlukes.name)}</td>' in page


async def test_entries_are_chosen_by_what_and_by_who_or_where(
    mercy: House, lee: Person, ruiz: Browser
) -> None:
    await write(mercy, 1)
    await write(mercy, 1, "member.banned", actor_uri=lee.uri, host=mercy.host, subject=lee.uri)
    for query, shown in (
        ("what=banned-somebody-from-a-channel", [2]),
        ("who=@lee", [2]),
        (f"who=lee@{mercy.host}", [2]),
        ("who=heart.example", [1]),
        ("who=HEART.example", [1]),
        ("who=@lee&what=stopped-sending-to-a-server", []),
        ("who=@nobody", []),
        ("what=no-such", [2, 1]),
        ("before=x", [2, 1]),
        ("who=" + "a" * 900, []),
    ):
        assert seals_shown((await ruiz.get(f"/admin/audit?{query}")).text) == shown, query
    assert "Dr J. Lee (@lee)" in (await ruiz.get("/admin/audit")).text


async def test_what_somebody_typed_is_text(mercy: House, ruiz: Browser) -> None:
    await write(mercy, 1, reason="<b>x\ny", host="<i>")
    page = (await ruiz.get("/admin/audit")).text
    assert "&lt;b&gt;x\\ny" in page and "<i>" not in page


async def test_the_button_has_a_worker_verify_and_the_page_says_what_came_of_it(
    mercy: House, ruiz: Browser
) -> None:
    await write(mercy, 3)
    assert "Not checked yet" in (await ruiz.get("/admin/audit")).text
    assert (await ruiz.post_form("/admin/audit/verify", {})).status == 302
    assert "The check begins in a moment." in (await ruiz.get("/admin/audit")).text
    result = await mercy.at(audit_checks.work_off, datetime.now(UTC))
    assert result is not None and result.holds
    assert "The record is whole." in (await ruiz.get("/admin/audit")).text


async def test_a_broken_record_is_told_at_once_to_who_opens_the_page(
    mercy: House, ruiz: Browser
) -> None:
    async def checked() -> None:
        now = datetime.now(UTC)
        row = await audit_checks.ask()
        row.finished_at, row.problems = now, ["Entry 7 was removed."]
        await row.save()

    await mercy.at(checked)
    page = (await ruiz.get("/admin/audit")).text
    assert "The record is not as it was written." in page and "Entry 7 was removed." in page


async def test_a_key_that_signed_and_is_not_on_file_is_shown(mercy: House, ruiz: Browser) -> None:
    await write(mercy, 1)
    signed = await anchored(mercy)
    assert signed is not None
    assert "not on file" not in (await ruiz.get("/admin/audit")).text

    async def replace_keys() -> None:
        await rotation.rotate(await local.institution(), emergency=True)

    await mercy.at(replace_keys)
    page = (await ruiz.get("/admin/audit")).text
    assert "Days were signed with keys that are not on file here any more" in page
    assert signed.key in page and f"1 day, from {signed.day} to {signed.day}:" in page


@pytest.mark.parametrize("written", ["no JSON {", "[7]"])
async def test_an_entry_that_cannot_be_read_is_shown_as_damaged_and_hides_no_other(
    mercy: House, ruiz: Browser, written: str
) -> None:
    await write(mercy, 3)
    ids = await mercy.at(lambda: AuditEntry.all().order_by("id").values_list("id", flat=True))
    is_postgres = await mercy.at(dialect) == "postgres"
    if is_postgres and written == "no JSON {":
        pytest.skip("PostgreSQL takes nothing but JSON")
    await unguarded(mercy, f"UPDATE audit_entry SET detail = '{written}' WHERE id = ?1", ids[1])
    for query in ("", "?who=heart.example"):
        page = (await ruiz.get(f"/admin/audit{query}")).text
        assert seals_shown(page) == [3, 2, 1] and page.count("Damaged</span>") == 1
    found = await mercy.at(audit.page, audit.Wanted(), None, 10)
    assert [audit.is_damaged(entry) for entry in found] == [False, True, False]


async def dialect() -> str:
    return str(get_connection("default").capabilities.dialect)


async def test_for_everybody_else_the_record_is_not_there(mercy: House, lee: Person) -> None:
    for browser in (await mercy.sign_in("lee"), mercy.visitor()):
        assert (await browser.get("/admin/audit")).status == 404
        assert (await browser.post_form("/admin/audit/verify", {})).status == 404
    assert await mercy.at(audit_checks.last) == (None, None)
