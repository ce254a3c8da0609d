"""Polls in which only verified physicians count, as a browser without scripts meets them."""

import re
from typing import Any

import pytest

from instance.models import Actor, Level, Post, Profession, Stage
from instance.services import members
from instance.workers import polls as polls_worker
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.instance.web.test_polls import FORM, counted, vote
from tests.outsiders import Outsider
from tests.polling import ask_all, ask_elsewhere, end, standing
from tests.verifying import now

ONLY = "Only verified physicians count."
LATER = "The result is shown when the poll is closed."


@pytest.fixture
async def question(lee: Person, wards: Actor) -> Post:
    return await ask_all(lee, wards, who_counts="physicians")


async def test_who_counts_is_asked_in_the_form_and_said_on_the_page_to_everybody(
    mercy: House, lee: Person, wards: Actor
) -> None:
    browser = await mercy.sign_in("lee")
    form = (await browser.get("/channels/wards/new/poll")).text
    assert "Who counts" in form and 'value="everyone" id="who_counts" checked' in form
    typed = FORM | {"option-1": "Yes", "who_counts": "physicians"}
    refused = await browser.post_form("/channels/wards/new/poll", typed)
    assert 'id="who_counts-physicians" checked' in refused.text
    made = await browser.post_form("/channels/wards/new/poll", typed | {"option-2": "No"})
    path = made.header("location")
    for reader in (browser, mercy.visitor()):
        page = (await reader.get(path)).text
        assert ONLY in page and LATER in page and 'name="choice"' not in page
        assert "Yes" in page and "No votes yet." not in page


async def test_a_physician_votes_by_one_click_and_sees_their_vote(
    mercy: House, question: Post
) -> None:
    await mercy.person(OKAFOR)
    browser = await mercy.sign_in("okafor")
    before = (await browser.get(f"/t/{question.thread_id}")).text
    assert ONLY in before and before.count('type="submit" name="choice"') == 3
    assert (await vote(browser, question, 1)).status == 302
    after = (await browser.get(f"/t/{question.thread_id}")).text
    assert LATER in after and "Your vote:" in after and "1 person" not in after
    assert 'name="choice"' not in after


async def test_who_cannot_vote_sees_why_and_what_is_missing_and_no_button(
    mercy: House, question: Post
) -> None:
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "student": ({"level": Level.ATTESTED, "stage": Stage.STUDENT}, "in practice or retired do"),
        "nurse": ({"profession": Profession.NURSE}, "your profession is another"),
        "checked": ({"level": Level.CHECKED}, "your standing has to be Verified"),
    }
    for handle, (values, words) in cases.items():
        await mercy.person(new(handle, handle.title(), **values))
        browser = await mercy.sign_in(handle)
        page = (await browser.get(f"/t/{question.thread_id}")).text
        assert words in page and 'name="choice"' not in page
        assert 'href="/account/verification"' in page and ONLY in page
        assert (await vote(browser, question, 1, identity=handle)).status == 403
    assert await standing(mercy, question.uri) == ([0, 0, 0], 0)


async def test_the_result_comes_with_the_end_and_hides_small_numbers_from_everybody(
    mercy: House, lee: Person, question: Post
) -> None:
    await counted(mercy, question, 9, 4, 27)
    await end(mercy, question.uri)
    path = f"/t/{question.thread_id}"
    assert "The votes are being counted." in (await mercy.visitor().get(path)).text
    await mercy.at(polls_worker.step, now())
    for reader in (mercy.visitor(), await mercy.sign_in("lee")):
        page = (await reader.get(path)).text
        assert "“Stop” got the most votes: 27." in page and "36 votes are shown" in page
        assert page.count("fewer than 5") == 2 and "Show as table" in page
        poll = page.partition('id="poll-')[2].partition("</section>")[0]
        assert "40" not in re.sub("<[^>]*>", " ", poll.partition(">")[2])
        assert "Share of those who voted" not in page and "(75%)" not in page


async def test_where_every_number_is_shown_so_are_the_shares(
    mercy: House, lee: Person, question: Post
) -> None:
    await counted(mercy, question, 10, 10, 20)
    await end(mercy, question.uri)
    await mercy.at(polls_worker.step, now())
    page = (await mercy.visitor().get(f"/t/{question.thread_id}")).text
    assert "“Stop” got the most votes: 50%." in page and "40 votes" in page


async def test_a_poll_of_a_hospital_without_agreement_says_that_ours_does_not_count(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards, **{"cs:minLevel": "L3"})
    browser = await mercy.sign_in("lee")
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert "your hospital has no agreement" in page and ONLY in page
    assert 'name="choice"' not in page and "12 people" not in page
    refused = await vote(browser, question, 1, identity="lee")
    assert refused.status == 403


async def test_a_hidden_member_hears_that_the_profile_has_to_be_public(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    await lee.speaks(members.set_public, False)
    browser = await mercy.sign_in("lee")
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert "make your profile public" in page and 'name="choice"' not in page


async def test_home_says_who_counts_and_nothing_of_the_count(
    mercy: House, lee: Person, question: Post
) -> None:
    await counted(mercy, question, 20, 0, 0)
    await mercy.person(OKAFOR)
    browser = await mercy.sign_in("okafor")
    await browser.post_form("/@lee/follow", {})
    page = (await browser.get("/")).text
    beside = re.sub(r"\d{15,}", "", page.partition(ONLY)[2][:600])  # ids may have any digits
    assert ONLY in page and "Vote in this poll" in page and "20" not in beside
    await vote(browser, question, 0)
    page = (await browser.get("/")).text
    assert LATER in page and "people voted" not in page
