"""A consult that is being written: kept on the server, from two tabs, sent once."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from instance.ids import new_id
from instance.models import Consult, Draft, DraftState, Level, OutboxActivity
from instance.services.consults import drafts
from tests.browsing import Answer, Browser
from tests.cast import Houses, new
from tests.clinic import FACTS
from tests.houses import House, Person

WORDS = "Fever on day 9, cultures negative <so far>"
FULL: dict[str, Any] = {
    **{name: value for name, value in FACTS.items() if name != "target_hours"},
    "audience": "ours",
    "attested": "yes",
}


@pytest.fixture
async def lees(mercy: House, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


def number_of(page: Answer) -> dict[str, str]:
    """What the form brings along about its draft."""
    return dict(re.findall(r'name="(draft|version)" value="(\d+)"', page.text))


async def open_form(browser: Browser) -> dict[str, str]:
    return number_of(await browser.get("/consults/new"))


async def kept(house: House) -> list[Draft]:
    return await house.at(lambda: Draft.all().order_by("id"))


async def test_what_was_typed_is_there_again_and_nothing_left_the_house(
    mercy: House, lees: Browser
) -> None:
    typed = {**await open_form(lees), "title": WORDS, "specialties": ["cardiology"]}
    saved = await lees.post_form("/consults/drafts", typed)
    assert saved.status == 302
    again = await lees.get(saved.header("location"))
    assert "Fever on day 9, cultures negative &lt;so far&gt;" in again.text
    assert '<option value="cardiology" selected>' in again.text and "Draft saved" in again.text
    folder = await lees.get("/consults?box=drafts")
    assert "Fever on day 9" in folder.text and saved.header("location") in folder.text
    assert await mercy.at(lambda: OutboxActivity.all().count()) == 0
    assert await mercy.at(lambda: Consult.all().count()) == 0


@pytest.mark.parametrize(("level", "is_told"), [(Level.ATTESTED, True), (Level.CHECKED, False)])
async def test_whose_standing_is_too_low_reads_so_before_they_type_anything(
    mercy: House, level: Level, is_told: bool
) -> None:
    await mercy.person(new("fresh", "Dr F. Resh", level=level))
    form = (await (await mercy.sign_in("fresh")).get("/consults/new")).text
    assert ("but not send it yet" in form) is is_told


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_draft_is_sealed_and_its_tick_is_not_kept(
    mercy: House, lees: Browser, tmp_path: Any
) -> None:
    typed = {**await open_form(lees), "history": "xanthopsia", "attested": "yes"}
    saved = await lees.post_form("/consults/drafts", typed)
    for file in tmp_path.glob("mercy.example.sqlite3*"):
        assert b"xanthopsia" not in file.read_bytes()
    page = await lees.get(saved.header("location"))
    assert "xanthopsia" in page.text
    assert not re.search(r'name="attested"[^>]*checked', page.text)


async def test_a_tab_that_is_behind_overwrites_nothing_and_keeps_its_own_text(
    mercy: House, lees: Browser
) -> None:
    one = await open_form(lees)
    await lees.post_form("/consults/drafts", {**one, "title": "First"})
    late = await lees.post_form("/consults/drafts", {**one, "title": "Second", "quiet": "yes"})
    assert late.status == 409 and "kept as a draft of its own" in late.text
    assert number_of(late)["draft"] != one["draft"]
    assert {draft.words["title"] for draft in await kept(mercy)} == {"First", "Second"}
    after = await lees.post_form(
        "/consults/drafts", {**number_of(late), "title": "Second, longer", "quiet": "yes"}
    )
    assert after.status == 200
    assert {draft.words["title"] for draft in await kept(mercy)} == {"First", "Second, longer"}
    sent = await lees.post_form("/consults/new", {**FULL, **one, "title": "Third"})
    assert sent.status == 409 and "Changed in another tab" in sent.text and "Third" in sent.text
    assert len(await kept(mercy)) == 3 and await mercy.at(lambda: Consult.all().count()) == 0


async def test_of_one_draft_comes_one_consult_however_often_it_is_sent(
    mercy: House, lees: Browser
) -> None:
    typed = {**FULL, **await open_form(lees)}
    answers = await asyncio.gather(*(lees.post_form("/consults/new", typed) for _ in range(4)))
    [consult] = await mercy.at(Consult.all)
    assert {answer.header("location") for answer in answers} == {f"/k/{consult.id}"}
    [draft] = await kept(mercy)
    assert draft.words is None and draft.consult_id == consult.id
    resumed = await lees.get(f"/consults/new?draft={typed['draft']}")
    assert resumed.header("location") == f"/k/{consult.id}"
    quiet = await lees.post_form("/consults/drafts", {**typed, "quiet": "yes"})
    assert quiet.status == 200 and len(await kept(mercy)) == 1
    other = await lees.post_form("/consults/drafts", {**typed, "title": "More", "quiet": "yes"})
    assert other.status == 409
    assert [draft.words and draft.words["title"] for draft in await kept(mercy)] == [None, "More"]


async def test_what_is_refused_is_kept_as_a_draft(mercy: House, lees: Browser) -> None:
    for number, change in enumerate(({"urgency": "emergency"}, {"question": " "}), 1):
        refused = await lees.post_form("/consults/new", {**FULL, **change, "history": WORDS})
        assert refused.status == 422
        assert number_of(refused)["version"] == "1"
        drafts_now = await kept(mercy)
        assert len(drafts_now) == number and drafts_now[-1].words["history"] == WORDS


async def test_what_was_written_survives_the_end_of_the_session(
    mercy: House, lees: Browser
) -> None:
    one = await open_form(lees)
    await lees.post_form("/consults/drafts", {**one, "title": WORDS, "quiet": "yes"})
    lees.cookies.clear()
    gone = await lees.post_form("/consults/drafts", {**one, "title": "Later", "quiet": "yes"})
    assert gone.status == 404
    back = await mercy.sign_in("lee")
    assert "Fever on day 9" in (await back.get(f"/consults/new?draft={one['draft']}")).text


async def test_nobody_else_finds_a_draft(mercy: House, lees: Browser) -> None:
    one = await open_form(lees)
    await lees.post_form("/consults/drafts", {**one, "title": WORDS})
    await mercy.person(new("other", "Dr Other", "cardiology"))
    other, before = await mercy.sign_in("other"), await mercy.rows()
    number = one["draft"]
    for path in ("/consults/new?draft={}", "/consults/drafts/{}/discard"):
        asking = other.get if "?" in path else lambda p: other.post_form(p, {})
        known, unknown = await asking(path.format(number)), await asking(path.format(new_id()))
        assert (known.status, known.headers, known.body) == (404, unknown.headers, unknown.body)
    assert "Fever" not in (await other.get("/consults?box=drafts")).text
    assert await mercy.rows() == before
    theirs = await other.post_form("/consults/drafts", {**one, "title": "Theirs", "quiet": "yes"})
    assert theirs.status == 200  # a number of one's own, whoever else has the same
    assert {draft.words["title"] for draft in await kept(mercy)} == {WORDS, "Theirs"}


async def test_below_level_2_nothing_is_kept(mercy: House) -> None:
    await mercy.person(new("guest", "A Guest", "cardiology", level=Level.ATTESTED))
    guest = await mercy.sign_in("guest")
    for path in ("/consults/drafts", "/consults/drafts/sort", "/consults/new"):
        answer = await guest.post_form(path, {**FULL, "draft": str(new_id())})
        assert answer.status == 403, path
    assert await kept(mercy) == []


async def test_a_draft_is_thrown_away_and_what_was_sent_is_not(mercy: House, lees: Browser) -> None:
    one, two = await open_form(lees), await open_form(lees)
    await lees.post_form("/consults/drafts", {**one, "title": WORDS})
    await lees.post_form("/consults/new", {**FULL, **two})
    for form, status in ((one, 302), (one, 404), (two, 409)):
        answer = await lees.post_form(f"/consults/drafts/{form['draft']}/discard", {})
        assert answer.status == status
    assert [draft.consult_id is not None for draft in await kept(mercy)] == [True]


async def test_a_held_draft_says_so_in_its_folder(mercy: House, lees: Browser) -> None:
    await lees.post_form("/consults/drafts", {**await open_form(lees), "title": WORDS})
    [draft] = await kept(mercy)
    await mercy.at(drafts.hold, draft, datetime.now(UTC))
    assert (await kept(mercy))[0].state is DraftState.HELD
    assert "Held: needs a fix" in (await lees.get("/consults?box=drafts")).text


async def test_the_next_form_begins_with_kind_specialty_and_readers_of_the_last(
    houses: Houses, mercy: House, stlukes: House, lees: Browser
) -> None:
    first = await lees.get("/consults/new")
    assert 'value="cardiology" selected' not in first.text
    assert 'value="ours" id="audience" checked' not in first.text
    chosen = {"audience": "chosen", "hospitals": [stlukes.host]}
    sent = await lees.post_form("/consults/new", {**FULL, **chosen, **number_of(first)})
    assert sent.status == 302
    page = (await lees.get("/consults/new")).text
    assert '<option value="management" selected>' in page
    assert '<option value="cardiology" selected>' in page
    assert re.search(r'value="chosen"[^>]* checked', page)
    assert re.search(rf'value="{stlukes.host}"[^>]* checked', page)
    assert FACTS["title"] not in page


async def test_a_pasted_note_is_sorted_into_the_fields_by_a_button(
    mercy: House, lees: Browser
) -> None:
    note = (
        "Seen on the ward.\r\nHistory: hip fracture\r\nPMH: atrial fibrillation\r\n"
        "Meds: apixaban\r\nLabs:\r\nCreatinine 176 µmol/L (45-84) D+5\r\nCRP pending\r\n"
    )
    typed = {**await open_form(lees), "history": note, "meds": "furosemide", "labs-0-name": "Hb"}
    sorted_ = await lees.post_form("/consults/drafts/sort", typed)
    assert sorted_.header("location").endswith("sorted=yes#history")
    [draft] = await kept(mercy)
    assert draft.words["history"] == (
        "Seen on the ward.\nhip fracture\nPMH: atrial fibrillation\nResults: CRP pending"
    )
    assert draft.words["meds"] == "furosemide\napixaban"
    assert [lab["name"] for lab in draft.words["labs"]] == ["Hb", "Creatinine"]
    page = await lees.get(sorted_.header("location").partition("#")[0])
    assert "Read each of them before you send" in page.text
    plain = {**await open_form(lees), "history": "One note: without more."}
    nothing = await lees.post_form("/consults/drafts/sort", plain)
    assert nothing.header("location").endswith("sorted=no#history")
    assert (await kept(mercy))[-1].words["history"] == "One note: without more."
