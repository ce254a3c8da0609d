"""A member's own standing: what it rests on, what an officer asks, statements and documents."""

import re

import pytest

from instance import case_words
from instance.models import CaseAct, CaseKind, CaseState, Ending, Method
from instance.services.case_decisions import Choice
from tests.browsing import Answer, Browser
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER
from tests.network import Sent
from tests.rosters import joined
from tests.verifying import PDF, PNG, decides, left, opens

HERE = "/account/verification"


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await joined(mercy, "kim")


@pytest.fixture
async def browser(mercy: House, kim: Person) -> Browser:
    return await mercy.sign_in("kim")


async def send(browser: Browser, *files: bytes) -> Answer:
    """As a browser sends files."""
    shown = await browser.get(f"{HERE}/document")
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', shown.text)
    parts = [b'name="csrf_token"\r\n\r\n' + (found[1] if found else "").encode()]
    kind = b'name="documents"; filename="licence.png"\r\nContent-Type: image/png\r\n\r\n'
    parts += [kind + content for content in files]
    body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    sent = Sent("POST", f"{browser.origin}{HERE}/document", headers, body + b"--x--\r\n")
    return await browser._send(sent)


async def test_the_page_says_what_a_standing_rests_on_and_what_would_raise_it(
    browser: Browser,
) -> None:
    page = (await browser.get(HERE)).text
    assert "Self-declared" in page and "Your own word" in page
    assert "Send your licence and a photo ID" in page and "Sign a statement" in page
    assert "Consults need the standing Checked or higher." in page
    assert f'href="{HERE}"' in (await browser.get("/account")).text


def test_there_are_words_for_every_case_and_every_end() -> None:
    assert case_words.ENDINGS.keys() == {one.value for one in Ending} - {"replaced"}
    for table in (case_words.KINDS, case_words.OWN_KINDS):
        assert table.keys() == {one.value for one in CaseKind}
    for table in (case_words.STATES, case_words.OWN_STATES):
        assert table.keys() == {one.value for one in CaseState}
    assert case_words.ACTS.keys() == {one.value for one in CaseAct}
    assert case_words.CHOICES.keys() == {one.value for one in Choice}
    assert case_words.EVIDENCE.keys() > {one.value for one in Method}


async def test_documents_are_sent_and_taken_back(mercy: House, browser: Browser) -> None:
    answer = await send(browser, PNG, PDF)
    assert answer.header("location") == f"{HERE}?done=sent"
    page = (await browser.get(f"{HERE}?done=sent")).text
    assert "2 documents of yours are here." in page
    assert "usually within 1 working day" in page
    await browser.post_form(f"{HERE}/document/delete", {})
    assert await left(mercy) == 0


async def test_a_refused_file_is_told_in_words(mercy: House, browser: Browser) -> None:
    answer = await send(browser, b"GIF89a")
    assert answer.status == 422 and "no PDF, JPEG or PNG" in answer.text
    assert (await send(browser)).status == 422
    large = await send(browser, PNG + b"x" * 10 * 1024 * 1024)
    assert large.status == 422 and "larger than 10 MB" in large.text
    assert await left(mercy) == 0


async def test_what_an_officer_asks_is_answered_on_the_page(
    mercy: House, browser: Browser, kim: Person
) -> None:
    officer = await mercy.person(OFFICER)
    case = await opens(kim)
    await decides(officer, case, Choice.ASK, reason="Where did you train?")
    page = (await browser.get(HERE)).text
    assert "Where did you train?" in page and "Dr O. Fficer" not in page
    refused = await browser.post_form(f"{HERE}/answer", {"case": str(case.id), "answer": " "})
    assert refused.status == 422
    sent = await browser.post_form(f"{HERE}/answer", {"case": str(case.id), "answer": "In Oslo."})
    assert sent.header("location") == f"{HERE}?done=answered"
    late = await browser.post_form(f"{HERE}/answer", {"case": str(case.id), "answer": "In Rome."})
    assert late.status == 409


async def test_a_refusal_is_told_with_its_reason_and_without_a_name(
    mercy: House, browser: Browser, kim: Person
) -> None:
    officer = await mercy.person(OFFICER)
    case = await opens(kim, CaseKind.NUMBER)
    await decides(officer, case, Choice.REFUSE, reason="This number is somebody else's.")
    assert "There is news about your standing here" in (await browser.get("/notifications")).text
    page = (await browser.get(HERE)).text
    assert "This number is somebody else&#39;s." in page and "Dr O. Fficer" not in page


async def test_a_statement_is_read_before_it_is_signed(browser: Browser) -> None:
    path = f"{HERE}/statement"
    page = (await browser.get(f"{path}?profession=nurse&stage=student")).text
    assert "my field is nursing, I am a student" in page
    form = {"profession": "nurse", "stage": "student", "name": "Kim Lee"}
    assert (await browser.post_form(path, form)).status == 422
    signed = await browser.post_form(path, {**form, "agrees": "yes"})
    assert signed.header("location") == f"{HERE}?done=signed"
    assert "I, Kim Lee, state on my honour: my field is nursing" in (await browser.get(path)).text
