"""The identifier check before a consult is sent: what holds it up, and what mends it."""

import re
from typing import Any

import pytest

from instance import phi
from instance.models import AuditEntry, Consult, DismissedTerm, Draft, DraftState
from instance.services import channels
from tests.browsing import Answer, Browser
from tests.clinic import FACTS
from tests.houses import House, Person

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

FULL: dict[str, Any] = {
    **{name: value for name, value in FACTS.items() if name not in ("target_hours", "labs")},
    "audience": "ours",
    "attested": "yes",
}
HISTORY = "97 yo, MRN 00482913. Fell 9 March, worse 12 March.\r\nLives in Harrogate."


@pytest.fixture
async def lees(mercy: House, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


async def typed(browser: Browser, **more: str) -> dict[str, Any]:
    page = await browser.get("/consults/new")
    number = dict(re.findall(r'name="(draft|version)" value="(\d+)"', page.text))
    return {**FULL, **number, **more}


def buttons(page: Answer, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', page.text)


def form_of(page: Answer, sent: dict[str, Any]) -> dict[str, Any]:
    """What a browser would send next: the same, with what the page changed."""
    history = re.search(r'<textarea id="history"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    number = dict(re.findall(r'name="(draft|version)" value="(\d+)"', page.text))
    band = re.search(r'<select id="age_band".*?value="([^"]+)" selected', page.text, re.DOTALL)
    assert history is not None and band is not None
    return {**sent, **number, "history": history[1], "age_band": band[1]}


async def consults(house: House) -> int:
    return await house.at(lambda: Consult.all().count())


async def test_nothing_is_sent_while_an_identifier_is_left_and_all_that_was_typed_is_there(
    mercy: House, lees: Browser
) -> None:
    sent = await typed(lees, history=HISTORY)
    answer = await lees.post_form("/consults/new", sent)

    assert answer.status == 422 and await consults(mercy) == 0
    assert "There is a problem" in answer.text and 'class="phi block"' in answer.text
    assert "Change to “90+”" in answer.text and "Change to “day 3”" in answer.text
    assert FULL["question"] in answer.text and "MRN 00482913" in form_of(answer, sent)["history"]
    (draft,) = await mercy.at(lambda: Draft.all())
    assert draft.state is DraftState.HELD


async def test_each_click_mends_one_and_dates_move_together_until_it_can_be_sent(
    mercy: House, lees: Browser
) -> None:
    sent = await typed(lees, history=HISTORY)
    page = await lees.post_form("/consults/new", sent)
    while places := buttons(page, "fix"):
        sent = form_of(page, sent)
        mended = await lees.post_form("/consults/drafts/check", {**sent, "fix": places[0]})
        page = await lees.get(mended.header("location").partition("#")[0])

    history = form_of(page, sent)["history"].replace("\r\n", "\n")
    assert history == "90+, MRN . Fell day 0, worse day 3.\nLives in ."
    assert form_of(page, sent)["age_band"] == "90+" != FULL["age_band"]
    assert "No identifiers found." in page.text
    assert (await lees.post_form("/consults/new", form_of(page, sent))).status == 302
    assert await consults(mercy) == 1


async def test_what_was_looked_at_is_asked_no_more_and_stands_on_record_without_the_words(
    mercy: House, lees: Browser
) -> None:
    sent = await typed(lees, history="Lives in Harrogate.")
    page = await lees.post_form("/consults/new", sent)
    (place,) = buttons(page, "dismiss")
    for _ in range(2):  # a second press
        sent = form_of(page, sent)
        await lees.post_form("/consults/drafts/check", {**sent, "dismiss": place})

    assert (await lees.post_form("/consults/new", sent)).status == 302
    (term,) = await mercy.at(lambda: DismissedTerm.all())
    entries = await mercy.at(lambda: AuditEntry.filter(action="identifier.dismissed"))
    assert [entry.detail for entry in entries] == [{"kind": "LOCATION"}]
    assert "arrogate" not in f"{term.digest}{[entry.subject for entry in entries]}"


async def test_what_must_go_cannot_be_said_to_be_none(mercy: House, lees: Browser) -> None:
    sent = await typed(lees, history="MRN 00482913")
    await lees.post_form("/consults/drafts/check", {**sent, "dismiss": "history:4:12"})

    assert (await lees.post_form("/consults/new", sent)).status == 422
    assert await mercy.at(lambda: DismissedTerm.all().count()) == 0


async def test_a_check_that_breaks_sends_nothing_and_logs_no_word(
    mercy: House, lees: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str, **_: Any) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(phi, "screen", broken)
    answer = await lees.post_form("/consults/new", await typed(lees, history="xanthopsia"))

    assert "The identifier check is not working, so nothing can be sent." in answer.text
    assert answer.status == 422 and await consults(mercy) == 0
    assert "RuntimeError" in caplog.text and "xanthopsia" not in caplog.text


async def test_a_field_is_checked_while_it_is_typed_and_nothing_of_it_is_kept(
    mercy: House, lees: Browser
) -> None:
    form = {"field": "history", "action": "/consults/drafts/check", "history": "Mr Okafor, 93F"}
    answer = await lees.post_form("/phi", form)

    assert answer.status == 200 and "2 possible identifiers in this field" in answer.text
    assert answer.header("cache-control") == "private, no-store"
    assert (await lees.post_form("/phi", {**form, "action": "//evil.example/"})).status == 404
    assert (await lees.post_form("/phi", {**form, "field": "password"})).status == 404
    assert await mercy.at(lambda: Draft.all().count()) == 0


async def test_a_page_that_asks_without_end_is_told_to_wait(lees: Browser, mercy: House) -> None:
    form = {"field": "text", "action": "/k/1/answer/check", "text": "x"}
    statuses = [(await lees.post_form("/phi", form)).status for _ in range(121)]

    assert statuses[0] == 200 and statuses[-1] == 429


async def test_a_public_post_goes_out_with_a_date_and_not_with_a_patient(
    mercy: House, lees: Browser
) -> None:
    cases = {"The congress is on 29 August, https://esc.example/2026": 302, "Mrs Okafor, 93F": 422}
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    for text, status in cases.items():
        post = {"title": "For all", "text": text}
        answer = await lees.post_form(f"/channels/{channel.handle}/new", post)
        assert answer.status == status, text
    assert "change “93F” to “90+ F”" in answer.text
