"""What the identifier check holds up: mended by its asker, or judged by a steward; and drafts that
nobody touches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Consult, Draft, DraftState, Hold, Media, Notification
from instance.services import alerts, telling
from instance.services.consults import drafts, figures
from tests.browsing import Browser
from tests.cast import RUIZ
from tests.clinic import FACTS, add_image, audited
from tests.houses import House, Person
from tests.recalls import STEWARD

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

SUSPECT = "Known as MRN 00482913 in the study."
FULL: dict[str, Any] = {
    **{name: value for name, value in FACTS.items() if name != "target_hours"},
    **{"audience": "ours", "attested": "yes", "history": SUSPECT},
}


@pytest.fixture
async def lees(mercy: House, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


@pytest.fixture
async def stewards(mercy: House) -> Browser:
    await mercy.person(STEWARD)
    return await mercy.sign_in("steward")


async def held(mercy: House, browser: Browser) -> Draft:
    """What is sent with something that has to go."""
    assert (await browser.post_form("/consults/new", FULL)).status == 422
    return (await mercy.at(lambda: Draft.filter(consult_id=None).order_by("id")))[-1]


async def told(mercy: House) -> list[str]:
    rows = await mercy.at(lambda: Notification.all().order_by("id"))
    return [row.kind.value for row in rows]


async def test_a_steward_lets_a_false_alarm_through_and_each_reading_is_written_down(
    mercy: House, lees: Browser, stewards: Browser
) -> None:
    draft = await held(mercy, lees)
    path = f"/admin/held/{draft.id}"
    listed = (await stewards.get("/admin/held")).text
    assert "Dr J. Lee" in listed and FACTS["title"] not in listed
    for _ in range(2):
        assert SUSPECT in (await stewards.get(path)).text
    assert (await audited(mercy)).count("draft.held_read") == 2
    as_read = {"version": str(draft.version), "release_reason": "That is the number of a study."}
    assert (
        await stewards.post_form(f"{path}/release", as_read | {"release_reason": "ok"})
    ).status == 422
    number = {"draft": str(draft.key), "version": str(draft.version)}
    changed = {**FULL, **number, "tried": "Nothing."}
    assert (await lees.post_form("/consults/new", changed)).status == 422  # and it is held again
    assert (await stewards.post_form(f"{path}/release", as_read)).status == 409
    assert not await mercy.at(Consult.all)
    as_read["version"] = str(draft.version + 1)
    assert (await stewards.post_form(f"{path}/release", as_read)).status == 302
    assert (await stewards.post_form(f"{path}/release", as_read)).status == 404  # a second click
    [consult] = await mercy.at(Consult.all)
    assert consult.facts["history"] == SUSPECT and consult.facts["tried"] == "Nothing."
    [row] = await mercy.at(Hold.all)
    assert row.release_reason == as_read["release_reason"] and row.consult_id == consult.id
    assert "draft.released" in await audited(mercy) and "draft_released" in await told(mercy)
    now = datetime.now(UTC) + timedelta(minutes=1)
    [case] = await mercy.at(figures.cases, now - timedelta(days=1), now)
    assert case.was_held


async def test_what_does_identify_goes_back_with_a_note(
    mercy: House, lees: Browser, stewards: Browser
) -> None:
    draft = await held(mercy, lees)
    form = {"version": str(draft.version), "note": "Leave the number of the record out."}
    assert (await stewards.post_form(f"/admin/held/{draft.id}/return", form)).status == 302
    assert (await stewards.get(f"/admin/held/{draft.id}")).status == 404
    assert "draft_returned" in await told(mercy)
    shown = (await lees.get(f"/consults/new?draft={draft.key}")).text
    assert "Dr S. Teward" in shown and form["note"] in shown and SUSPECT in shown
    number = {"draft": str(draft.key), "version": str(draft.version)}
    mended = {**FULL, **number, "history": "Known from a study."}
    assert (await lees.post_form("/consults/new", mended)).status == 302
    [row] = await mercy.at(Hold.all)
    assert row.released_by_uri == ""


async def test_stewards_are_told_that_a_question_is_held_before_anybody_waits_long(
    mercy: House, lees: Browser, stewards: Browser
) -> None:
    """Its asker has a quarter of an hour to mend it; then once, until it is judged."""
    draft = await held(mercy, lees)
    assert "1 question is held" in (await stewards.get("/admin")).text
    for minutes, number in ((14, 0), (16, 1), (17, 1)):
        await mercy.at(telling.check, datetime.now(UTC) + timedelta(minutes=minutes))
        assert (await told(mercy)).count("alert") == number
    page = (await stewards.get("/notifications")).text
    assert "held before it is sent" in page and FACTS["title"] not in page
    assert "held before it is sent" not in (await lees.get("/notifications")).text
    assert (await mercy.at(Notification.get, kind="alert")).alert_id is not None
    await lees.post_form(f"/consults/drafts/{draft.key}/discard", {})
    await mercy.at(telling.check, datetime.now(UTC) + timedelta(minutes=20))
    assert "is held" not in (await stewards.get("/admin")).text
    assert not await mercy.at(alerts.current)


async def test_nobody_but_a_steward_reads_what_is_held_and_nobody_judges_their_own(
    mercy: House, lees: Browser, stewards: Browser
) -> None:
    await mercy.person(RUIZ)
    draft, own = await held(mercy, lees), await held(mercy, stewards)
    form = {"version": "1", "release_reason": "There is no identifier in it.", "note": "Mend it."}
    for handle in ("lee", "ruiz"):
        browser = await mercy.sign_in(handle)
        assert (await browser.get(f"/admin/held/{draft.id}")).status == 404
        for act in ("release", "return"):
            answer = await browser.post_form(f"/admin/held/{draft.id}/{act}", form)
            assert answer.status == 404
    assert (await stewards.get(f"/admin/held/{own.id}")).status == 200
    assert (await stewards.post_form(f"/admin/held/{own.id}/release", form)).status == 403
    assert not await mercy.at(Consult.all)


async def test_a_draft_that_nobody_touches_is_told_of_and_then_deleted_with_its_images(
    mercy: House, lee: Person
) -> None:
    now = datetime.now(UTC)
    await add_image(lee)
    for key in (7, 8):
        await lee.does(drafts.save, key, 0, {"title": "Begun"})
    await mercy.at(drafts.purge, now + timedelta(days=22))
    assert await told(mercy) == []
    await mercy.at(drafts.purge, now + timedelta(days=24))
    assert await told(mercy) == ["draft_ends"]
    await lee.does(drafts.save, 8, 1, {"title": "Goes on"})
    await mercy.at(drafts.purge, now + timedelta(days=30))
    assert len(await mercy.at(Draft.all)) == 2
    await mercy.at(drafts.purge, now + timedelta(days=32))
    [left] = await mercy.at(Draft.all)
    assert (left.key, left.state) == (8, DraftState.DRAFT)
    assert not await mercy.at(Media.all)
