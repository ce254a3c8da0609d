"""A roster is brought, looked at, corrected, imported and undone, by forms alone (ux.md J2)."""

import re

import pytest

from instance.models import RosterEntry, RosterImport, RosterState
from instance.web.uploads import ROSTER_MAX
from instance.workers import rosters as worker
from tests.browsing import Answer, Browser
from tests.cast import LEE
from tests.houses import House
from tests.instance.services.roster.test_importing import OFFICER, SECOND, staff
from tests.network import Sent
from tests.rosters import HEAD, joined, line, table

ROSTER, IMPORT = "/admin/roster", "/admin/roster/import"


@pytest.fixture
async def officer(mercy: House) -> Browser:
    await mercy.person(OFFICER)
    return await mercy.sign_in(OFFICER.handle)


async def sends(browser: Browser, content: bytes, name: str = "staff.csv") -> Answer:
    """A file, as a browser sends it."""
    shown = await browser.get(ROSTER)
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', shown.text)
    token = found[1] if found else ""
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="roster"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = head.encode() + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    return await browser._send(Sent("POST", browser.origin + IMPORT, headers, body))


async def text(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def columns(head: tuple[str, ...] = HEAD) -> dict[str, str]:
    fields = ("key", "email", "given_name", "family_name", "profession", "stage", "specialties")
    named = {f"column-{number}": name for number, name in enumerate(fields[: len(head)])}
    return {**named, "profession": "physician"}


async def brought(mercy: House, officer: Browser, content: bytes) -> str:
    """Its address, when it is checked."""
    url = (await sends(officer, content)).header("location")
    if "what they are here" in await text(officer, url):
        await officer.post_form(f"{url}/columns", columns())
    await mercy.at(worker.step)
    return url


async def test_a_roster_takes_four_clicks(mercy: House, officer: Browser) -> None:
    await joined(mercy, "lee")
    assert "No roster yet. Upload a table" in await text(officer, ROSTER)
    file = table(line("7", "lee@hospital.example", "Jo", "Lee"), *staff(3))
    url = (await sends(officer, file)).header("location")
    matching = await text(officer, url)
    assert "Surname" in matching and '<option value="family_name" selected>' in matching
    assert (await officer.post_form(f"{url}/columns", columns())).status == 302
    checking = await text(officer, url)
    assert (
        "<progress" in checking and "Nothing has changed yet. You can close this page." in checking
    )
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in checking
    await mercy.at(worker.step)
    assert "<b>4</b>new people" in await text(officer, url)
    assert (await officer.post_form(f"{url}/confirm", {})).status == 302
    assert "<progress" in await text(officer, url)
    await mercy.at(worker.step)
    assert "Imported" in await text(officer, url)
    shown = await text(officer, ROSTER)
    assert "Jo Lee" in shown and "Verified" in shown and "staff.csv" in shown
    found = await text(officer, f"{ROSTER}?q=LEE")
    assert "Jo Lee" in found and "p2@hospital.example" not in found
    assert "Nobody matches." in await text(officer, f"{ROSTER}?q=zzz")


async def test_a_row_with_an_error_is_corrected_in_place(mercy: House, officer: Browser) -> None:
    bad = ("9", "nine@hospital", "N", "Ine", "Physician", "Practising", "Cardio / EP")
    url = await brought(mercy, officer, table(*staff(2), bad))
    shown = await text(officer, url)
    assert "1 line with an error" in shown and "This is not a whole address" in shown
    await officer.post_form(f"{url}/correct", {"line": "4", "value": "nine@hospital.example"})
    shown = await text(officer, url)
    assert "Not a specialty that we know." in shown and "Use Cardiology" in shown
    await officer.post_form(f"{url}/confirm", {})  # the good ones do not wait
    await mercy.at(worker.step)
    assert await mercy.at(lambda: RosterEntry.all().count()) == 2
    await officer.post_form(f"{url}/correct", {"line": "4", "value": "cardiology"})
    await mercy.at(worker.step)
    assert "<b>0</b>with errors" in await text(officer, url)
    assert await mercy.at(lambda: RosterEntry.filter(key="9", left_at=None).count()) == 1


async def test_errors_are_downloaded_as_a_table_that_no_spreadsheet_runs(
    mercy: House, officer: Browser
) -> None:
    bad = ("9", "=HYPERLINK(1)", "N", "Ine", "Physician", "Practising", "")
    url = await brought(mercy, officer, table(*staff(1), bad))
    answer = await officer.get(f"{url}/errors.csv")
    assert answer.header("content-type").startswith("text/csv")
    assert answer.header("cache-control") == "private, no-store"
    head, row = answer.text.removeprefix("\ufeff").splitlines()
    assert head.startswith("Line,Column,In the file,Problem,Other line,Staff ID")
    assert row.startswith("3,Work e-mail,'=HYPERLINK(1),")


async def test_leavers_are_ticked_and_many_take_a_second_person(
    mercy: House, officer: Browser
) -> None:
    await mercy.person(SECOND)
    owner = await mercy.sign_in(SECOND.handle)
    url = await brought(mercy, officer, table(*staff(20)))
    await officer.post_form(f"{url}/confirm", {})
    await mercy.at(worker.step)
    url = await brought(mercy, officer, table(*staff(18)))
    shown = await text(officer, url)
    assert "2 people on the current roster are not in this file" in shown
    assert "p18 p18" in shown and "a second person confirms as well" in shown
    refused = await officer.post_form(f"{url}/confirm", {})
    assert refused.status == 422 and "Confirm that these people have left." in refused.text
    await officer.post_form(f"{url}/confirm", {"have_left": "yes"})
    waiting = await text(officer, url)
    assert "so many leavers take a second person" in waiting
    assert f'action="{url}/confirm"' not in waiting
    again = await officer.post_form(f"{url}/confirm", {"have_left": "yes"})
    assert again.status == 409 and "You confirmed this roster yourself." in again.text
    assert "Dr O. Fficer confirmed." in await text(owner, url)
    await owner.post_form(f"{url}/confirm", {"have_left": "yes"})
    await mercy.at(worker.step)
    assert "Show who left" in await text(officer, ROSTER)
    assert "p18@hospital.example" in await text(officer, f"{ROSTER}?show=left")
    assert (await officer.post_form(f"{url}/undo", {})).status == 302
    await mercy.at(worker.step)
    assert "The roster is as it was before." in await text(officer, url)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "There is no row in this file."),
        ("name;mail\n".encode("utf-16"), "This is no table in text."),
        (b"one\ntwo\n", "There is one column alone."),
        (b"Lee,lee@hospital.example\n", "The first row has no headings."),
        (b"a,b\n\x81\xff", "The letters of this file cannot be read."),
    ],
)
async def test_what_is_no_roster_is_said_at_the_field(
    mercy: House, officer: Browser, content: bytes, said: str
) -> None:
    answer = await sends(officer, content)
    assert answer.status == 422 and said in answer.text
    assert not await mercy.at(lambda: RosterImport.all().exists())


async def test_a_file_that_is_too_large_is_not_read(officer: Browser) -> None:
    assert (await sends(officer, b"x" * ROSTER_MAX)).status == 413


async def test_columns_that_cannot_be_are_said(mercy: House, officer: Browser) -> None:
    url = (await sends(officer, table(*staff(1)))).header("location")
    twice = {**columns(), "column-2": "email"}
    answer = await officer.post_form(f"{url}/columns", twice)
    assert answer.status == 422 and "Another column is this already." in answer.text
    none = await officer.post_form(f"{url}/columns", {"profession": "physician"})
    assert none.status == 422 and "Say which column holds the work e-mail." in none.text
    assert (await mercy.at(lambda: RosterImport.get())).state is RosterState.MATCHING


async def test_nobody_else_learns_of_the_roster(mercy: House, officer: Browser) -> None:
    url = await brought(mercy, officer, table(*staff(1)))
    await mercy.person(LEE)
    member = await mercy.sign_in("lee")
    for path in (ROSTER, url, f"{url}/errors.csv", f"{url}/stream"):
        assert (await member.get(path)).status == 404
        assert (await mercy.visitor().get(path)).status == 404
    assert (await member.post_form(f"{url}/confirm", {})).status == 404
    assert "/admin/roster" not in (await member.get("/account")).text
    assert (
        "/admin/roster" in (await officer.get("/account")).text
        or "/admin" in (await officer.get("/account")).text
    )
