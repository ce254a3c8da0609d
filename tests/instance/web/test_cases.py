"""The pages of verification officers: the queue, one case after the other, documents."""

from datetime import timedelta

import pytest

from instance.models import CaseKind, VerificationCase
from instance.services import cases
from tests.browsing import Answer, Browser
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, SECOND
from tests.rosters import joined, level
from tests.verifying import PNG, WHY, now, opens, sends

QUEUE = "/admin/verification"


@pytest.fixture
async def officer(mercy: House) -> Browser:
    await mercy.person(OFFICER)
    return await mercy.sign_in("officer")


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await joined(mercy, "kim")


async def decide(
    browser: Browser, mercy: House, case: VerificationCase, choice: str, **more: str
) -> Answer:
    knows = str(await mercy.at(cases.last_step, case))
    form = {"choice": choice, "reason": WHY, "knows": knows, **more}
    return await browser.post_form(f"{QUEUE}/{case.id}", form)


async def test_the_queue_is_there_for_officers_alone(
    mercy: House, officer: Browser, kim: Person, lee: Person
) -> None:
    case = await opens(kim, at=now() - timedelta(days=4))
    page = await officer.get(QUEUE)
    assert "Dr Kim" in page.text and "Past target" in page.text
    assert "1 person waits longer than 1 working day." in page.text
    other = await mercy.sign_in("lee")
    for path in (QUEUE, f"{QUEUE}/{case.id}", f"{QUEUE}/{case.id}/documents/1"):
        assert (await other.get(path)).status == 404
    assert (await decide(other, mercy, case, "refuse")).status == 404


async def test_an_empty_queue_says_so(officer: Browser) -> None:
    page = await officer.get(QUEUE)
    assert "No one is waiting." in page.text
    assert "Nothing was decided yet." in (await officer.get(f"{QUEUE}?box=decided")).text


async def test_after_a_decision_the_next_case_opens(
    mercy: House, officer: Browser, kim: Person
) -> None:
    ada = await joined(mercy, "ada")
    first = await opens(kim, CaseKind.NUMBER, now() - timedelta(hours=3))
    then = await opens(ada, CaseKind.NUMBER, now() - timedelta(hours=1))
    answer = await decide(officer, mercy, first, "registry")
    assert answer.header("location") == f"{QUEUE}/{then.id}?done=registry"
    assert await level(kim) == 2
    answer = await decide(officer, mercy, then, "refuse")
    assert answer.header("location") == f"{QUEUE}?done=refuse"


async def test_a_refused_form_keeps_what_was_typed(
    mercy: House, officer: Browser, kim: Person
) -> None:
    case = await opens(kim)
    page = await decide(officer, mercy, case, "registry", until="soon", reason="Looked it up.")
    assert page.status == 422 and "There is no such day." in page.text
    assert "Looked it up." in page.text and 'value="registry" id="choice" checked' in page.text
    assert (await decide(officer, mercy, case, "")).status == 422
    assert (await decide(officer, mercy, case, "agree")).status == 409


async def test_a_document_goes_to_officers_as_a_file_that_can_do_nothing(
    mercy: House, officer: Browser, kim: Person
) -> None:
    case = await sends(kim, PNG)
    [first] = await mercy.at(cases.documents, case)
    found = await officer.get(f"{QUEUE}/{case.id}/documents/{first.id}")
    assert (found.body, found.header("content-type")) == (PNG, "image/png")
    assert found.header("content-disposition") == 'attachment; filename="document.png"'
    assert found.header("cache-control") == "private, no-store"
    assert "sandbox" in found.header("content-security-policy")
    assert found.header("x-content-type-options") == "nosniff"
    assert "seen by you" in (await officer.get(f"{QUEUE}/{case.id}")).text

    await decide(officer, mercy, case, "refuse")
    assert (await officer.get(f"{QUEUE}/{case.id}/documents/{first.id}")).status == 404


async def test_an_officer_sees_their_own_case_and_cannot_touch_it(
    mercy: House, officer: Browser
) -> None:
    owner = await mercy.person(SECOND)
    case = await sends(owner)
    browser = await mercy.sign_in("owner")
    page = await browser.get(f"{QUEUE}/{case.id}")
    assert "Another officer decides." in page.text and 'name="choice"' not in page.text
    [first, _] = await mercy.at(cases.documents, case)
    assert (await browser.get(f"{QUEUE}/{case.id}/documents/{first.id}")).status == 403
    assert (await decide(browser, mercy, case, "ask")).status == 403
