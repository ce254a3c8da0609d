"""Forms that are refused: beside the field, and with everything that was typed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape

import pytest

from instance.models import Contribution
from instance.services import channels, posting
from instance.services.consults.states import Event
from tests.browsing import Answer, Browser
from tests.cast import Houses
from tests.clinic import ANSWER, FACTS, ask, seen_at, write, written
from tests.houses import House, Person

# Pages do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

TYPED = 'Typed <b>with care</b> & "quotes"'
EVERY_TEXT = {
    **{name: f"{name} {TYPED}" for name in ("title", "question", "history", "tried")},
    **{name: f"{name} {TYPED}" for name in ("meds", "allergies", "exam")},
    **{f"labs-0-{name}": f"{name} {TYPED}" for name in ("name", "value", "unit", "range", "day")},
    "people": "@okafor@stlukes.example",
    "region": "US-MN",
    "target_hours": "48",
}


@pytest.fixture
async def lees(mercy: House, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


def shows_error_at(answer: Answer, field: str, prefix: str = "") -> bool:
    """An error with words beside the field, and a way to it from the summary."""
    place = f"{prefix}{field}"
    beside = f'<span class="error" id="{place}-e">Error: ' in answer.text
    return beside and f'<a href="#{place}">' in answer.text


def keeps(answer: Answer, typed: Mapping[str, str]) -> list[str]:
    """The fields whose text is gone."""
    return [name for name, value in typed.items() if str(escape(value)) not in plain(answer.text)]


def plain(text: str) -> str:
    """Both ways of writing a quote in HTML."""
    return text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


async def test_a_consult_that_lacks_everything_says_so_at_every_field(lees: Browser) -> None:
    answer = await lees.post_form("/consults/new", {})
    assert answer.status == 422
    for field in (
        *("title", "question", "question_type", "specialties", "urgency", "age_band", "sex"),
        *("history", "tried", "audience", "attested"),
    ):
        assert shows_error_at(answer, field), field


async def test_a_refused_consult_keeps_all_that_was_typed_and_chosen(lees: Browser) -> None:
    chosen = {"age_band": "90+", "sex": "other", "urgency": "soon", "audience": "people"}
    answer = await lees.post_form("/consults/new", {**EVERY_TEXT, **chosen})  # no specialty
    assert answer.status == 422 and shows_error_at(answer, "specialties")
    assert keeps(answer, EVERY_TEXT) == []
    for name, value in chosen.items():
        option = f'<option value="{value}" selected>' in answer.text
        radio = f'name="{name}" value="{value}"' in answer.text
        assert option or radio, name
    assert answer.text.count(" checked") >= 3  # sex, urgency, audience


async def test_an_emergency_is_refused_in_words_and_the_draft_is_kept(lees: Browser) -> None:
    full = {**FACTS, **EVERY_TEXT, "audience": "ours", "attested": "yes"}
    answer = await lees.post_form("/consults/new", {**full, "urgency": "emergency"})
    assert answer.status == 422
    words = "Curbside is too slow for an emergency. Page the on-call team: extension 4444."
    assert f"{words} Your draft is kept." in " ".join(answer.text.split())
    assert keeps(answer, EVERY_TEXT) == []
    assert "Curbside is too slow" not in (await lees.get("/consults")).text
    assert EVERY_TEXT["title"] not in (await lees.get("/consults?box=mine")).text


@pytest.mark.parametrize(
    ("form", "field", "prefix", "sent"),
    [
        ("answer", "recommendation", "answer-", {**ANSWER, "recommendation": ""}),
        ("answer", "confidence", "answer-", {**ANSWER, "confidence": "certain"}),
        ("answer", "rationale", "answer-", {**ANSWER, "rationale": " "}),
        ("comment", "text", "comment-", {"text": ""}),
        ("comment", "text", "comment-", {"text": TYPED * 200}),
        ("ask-info", "text", "info-", {"text": TYPED * 200}),
    ],
)
async def test_a_refused_contribution_keeps_what_was_typed(
    houses: Houses,
    stlukes: House,
    lee: Person,
    okafor: Person,
    form: str,
    field: str,
    prefix: str,
    sent: dict[str, str],
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("okafor")
    answer = await browser.post_form(f"/k/{there.id}/{form}", sent)
    assert answer.status == 422
    assert shows_error_at(answer, field, prefix)
    texts = {name: value for name, value in sent.items() if name != "confidence"}
    assert keeps(answer, {name: value for name, value in texts.items() if value.strip()}) == []


@pytest.mark.parametrize(("form", "sent"), [("answer", ANSWER), ("comment", {"text": TYPED})])
async def test_what_back_brings_back_is_said_once_in_a_consult(
    houses: Houses, stlukes: House, lee: Person, okafor: Person, form: str, sent: dict[str, str]
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    browser, before = await stlukes.sign_in("okafor"), len(await written(stlukes, consult))
    for given in (sent, sent, sent | {"text": "Another."} | {"recommendation": "Another."}):
        answer = await browser.post_form(f"/k/{there.id}/{form}", given)
        assert answer.header("location") == f"/k/{there.id}"
    assert len(await written(stlukes, consult)) - before == 2
    await houses.settle()
    assert len(await written(lee.home, consult)) == before + 2


async def test_a_reply_to_a_question_keeps_what_was_typed(
    houses: Houses, mercy: House, stlukes: House, lees: Browser, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO, text="Which valve?")
    await houses.settle()
    answer = await lees.post_form(f"/k/{consult.id}/provide-info", {"text": TYPED * 200})
    assert answer.status == 422
    assert shows_error_at(answer, "text", "info-reply-")
    assert keeps(answer, {"text": TYPED * 200}) == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": "", "text": TYPED}, "title"),
        ({"title": TYPED, "text": ""}, "text"),
        ({"title": TYPED * 9, "text": TYPED}, "title"),
        ({"title": TYPED, "text": TYPED * 700}, "text"),
    ],
)
async def test_a_refused_thread_keeps_its_title_and_text(
    mercy: House, lees: Browser, sent: dict[str, str], field: str
) -> None:
    await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    answer = await lees.post_form("/channels/rhythm/new", sent)
    assert answer.status == 422
    assert shows_error_at(answer, field)
    assert keeps(answer, sent) == []


@pytest.mark.parametrize("text", ["", "  ", TYPED * 700])
async def test_a_refused_reply_keeps_its_text(
    mercy: House, lees: Browser, lee: Person, text: str
) -> None:
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    post = await lee.speaks(posting.start_thread, channel, "A title", "A text")
    answer = await lees.post_form(f"/t/{post.thread_id}/replies", {"text": text})
    assert answer.status == 422
    assert shows_error_at(answer, "text")
    assert text == "" or keeps(answer, {"text": text}) == []


@pytest.mark.parametrize("address", ["", "@nobody", "@nobody@elsewhere.example", TYPED])
async def test_an_address_nobody_has_stays_in_its_field(lees: Browser, address: str) -> None:
    answer = await lees.post_form("/follow", {"address": address})
    assert answer.status == 422
    assert shows_error_at(answer, "address")
    assert keeps(answer, {"address": address}) == []


async def test_a_refused_sign_in_keeps_the_name_and_never_the_password(mercy: House) -> None:
    sent = {"login": f"lee {TYPED}", "password": "a wrong password"}
    answer = await mercy.visitor().post_form("/sign-in", sent)
    assert answer.status == 401
    assert "do not match. After 5 tries from here you wait 15 minutes." in answer.text
    assert keeps(answer, {"login": sent["login"]}) == []
    assert sent["password"] not in answer.text


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/consults?box=mine", "/consults?box=mine"),
        *[
            (bad, "/")
            for bad in (
                *("//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example"),
                *("javascript:alert(1)", "evil.example", "/\t/evil.example", "/" + "a" * 4100),
            )
        ],
    ],
)
async def test_who_signs_in_is_led_to_a_page_of_ours_only(
    mercy: House, lee: Person, wanted: str, led_to: str
) -> None:
    answer = await mercy.enter(mercy.visitor(), "lee", next=wanted)
    assert answer.header("location") == led_to


async def test_what_was_not_taken_can_be_said_again_in_a_consult(lee: Person) -> None:
    house = lee.home
    consult = await ask(lee)
    browser, before = await house.sign_in("lee"), len(await written(house, consult))
    await browser.post_form(f"/k/{consult.id}/comment", {"text": TYPED})
    now = datetime.now(UTC)
    await house.at(lambda: Contribution.filter(kind="comment").update(refused_at=now))

    await browser.post_form(f"/k/{consult.id}/comment", {"text": TYPED})

    assert len(await written(house, consult)) == before + 2


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/consults?box=mine", "/consults?box=mine"),
        ("/channels/nothing-yet", "/channels/nothing-yet"),
        *((page, "") for page in ("/", "/sign-in", "/signed-out", "/nowhere/at/all")),
        ("/k/1/accept", ""),  # there only forms are sent to
    ],
)
async def test_who_presses_sign_in_comes_back_to_that_page(
    mercy: House, page: str, kept: str
) -> None:
    answer = await mercy.visitor().get("/sign-in", Referer=mercy.origin + page)
    field = f'name="next" value="{kept}"'
    assert field in answer.text if kept else 'name="next"' not in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "{origin}.evil.example", ""])
async def test_another_site_says_nothing_about_where_who_signs_in_is_led(
    mercy: House, origin: str
) -> None:
    referrer = origin.format(origin=mercy.origin) + "/channels"
    answer = await mercy.visitor().get("/sign-in", Referer=referrer)
    assert 'name="next"' not in answer.text
