"""The identifier check before a consult is sent: what holds it up, and what mends it."""

import re
from typing import Any

import pytest

from instance import phi
from instance.models import AuditEntry, Consult, Contribution, DismissedTerm, Draft, DraftState
from instance.services import channels
from instance.services.consults.states import Event
from tests.browsing import Answer, Browser
from tests.cast import Houses, new
from tests.clinic import ANSWER, FACTS, accept, ask, write
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
    assert "Change to “90+ F”" in answer.text


async def test_every_public_form_asks_about_what_may_identify_and_takes_one_click_for_an_answer(
    mercy: House, lees: Browser
) -> None:
    """Found, mended and dismissed on the page of each form, without scripts."""
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    start = f"/channels/{channel.handle}/new"
    poll = {"option-1": "Yes", "option-2": "No", "multiple": "one", "closes_in": "1d"}
    started = await lees.post_form(start, {"title": "For all", "text": "Welcome."})
    thread = started.header("location")
    post = re.findall(r"/posts/(\d+)/edit", (await lees.get(thread)).text)[0]
    version = re.findall(
        r'name="version" value="([^"]*)"', (await lees.get(f"/posts/{post}/edit")).text
    )[0]
    forms: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (start, "Selby", {"title": "New"}),
        (f"{start}/poll", "Thirsk", {"title": "Poll", **poll}),
        (f"{thread}/replies", "Malton", {}),
        (f"/posts/{post}/edit", "Ripon", {"title": "For all", "version": version}),
    )
    for address, town, more in forms:
        text = f"She lives in {town}. Seen with Dr Moreau; see https://esc.example/2026."
        form = {"field": "text", "action": address, "text": text}
        live = (await lees.post_form("/phi", form)).text
        assert "1 possible identifier in this field" in live, address
        held = await lees.post_form(address, {**more, "text": text})
        assert held.status == 422 and text in held.text, address
        (place,) = buttons(held, "dismiss")
        (fix,) = buttons(held, "fix")
        mended = await lees.post_form(address, {**more, "text": text, "fix": fix})
        assert mended.status == 200 and "She lives in . Seen" in mended.text, address
        assert more.get("title", "") in mended.text and more.get("version", "") in mended.text
        looked_at = await lees.post_form(address, {**more, "text": text, "dismiss": place})
        assert looked_at.status == 200 and not buttons(looked_at, "dismiss"), address
        assert (await lees.post_form(address, {**more, "text": text})).status == 302, address


async def test_what_was_said_the_outcome_and_a_reference_are_mended_by_one_click(
    houses: Houses, mercy: House, lees: Browser, lee: Person
) -> None:
    consult = await ask(lee)
    colleague = await mercy.person(new("colleague", "Dr Colleague", "cardiology"))
    answer = await write(colleague, consult, Event.ANSWER)
    theirs = await mercy.sign_in("colleague")
    said, typed = f"/k/{consult.id}/said/{answer.id}", {**ANSWER, "see_in_person": "no"}
    for name, text in (("rationale", "Seen on 9 March."), ("citation_title", "MRN 00482913")):
        form = {**typed, name: text}
        held = await theirs.post_form(said, form)
        assert held.status == 422 and text in held.text, name
        mended = await theirs.post_form(said, {**form, "fix": buttons(held, "fix")[0]})
        assert mended.status == 200 and text not in mended.text, name
        assert ANSWER["recommendation"] in mended.text
    wrong = await theirs.post_form(said, {**typed, "citation": "doi 10.5/x", "citation_title": "T"})
    assert wrong.status == 422 and "10.1000/182" in wrong.text and "doi 10.5/x" in wrong.text
    assert (await mercy.at(Contribution.get, id=answer.id)).edited_at is None
    await accept(lee, consult, answer)
    outcome = {"outcome": "followed", "text": "Called 020 7946 0018."}
    held = await lees.post_form(f"/k/{consult.id}/outcome", outcome)
    assert held.status == 422 and outcome["text"] in held.text
    fix = {**outcome, "fix": buttons(held, "fix")[0]}
    mended = await lees.post_form(f"/k/{consult.id}/outcome/check", fix)
    assert mended.status == 200 and "7946 0018" not in mended.text and "Called" in mended.text
    assert (await mercy.at(Consult.get, id=consult.id)).status == "resolved"
