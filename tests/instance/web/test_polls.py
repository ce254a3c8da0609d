"""Polls as a browser without scripts meets them."""

import re

import pytest

from instance.models import Actor, Poll, PollOption, Post
from instance.services import members
from tests.browsing import Answer, Browser
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.instance.web.test_streams import opened
from tests.outsiders import Outsider
from tests.polling import ask_all, ask_elsewhere, ballot, end, standing

FORM = {"title": "What do you do?", "closes_in": "1d", "multiple": "one", "identity": "lee"}


@pytest.fixture
async def colleague(mercy: House) -> Person:
    return await mercy.person(OKAFOR)


async def vote(browser: Browser, question: Post, *choices: int, **more: object) -> Answer:
    fields = {"poll": question.id, "choice": choices, "identity": "okafor", **more}
    return await browser.post_form(f"/t/{question.thread_id}/votes", fields)


async def counted(house: House, question: Post, *counts: int) -> None:
    """As if so many had voted."""
    await house.at(_count, question, counts)


async def _count(question: Post, counts: tuple[int, ...]) -> None:
    poll = await Poll.get(post_id=question.id)
    for position, count in enumerate(counts):
        options = PollOption.filter(poll_id=poll.id, position=position)
        await options.update(votes_count=count)
    await Poll.filter(id=poll.id).update(voters_count=sum(counts))


async def test_a_poll_is_asked_from_the_page_of_a_new_thread(
    mercy: House, lee: Person, wards: Actor
) -> None:
    browser = await mercy.sign_in("lee")
    assert 'href="/channels/wards/new/poll"' in (await browser.get("/channels/wards/new")).text
    page = (await browser.get("/channels/wards/new/poll")).text
    assert len(re.findall(r'name="option-\d+"', page)) == 10
    made = await browser.post_form(
        "/channels/wards/new/poll", FORM | {"option-1": "Yes", "option-4": "No"}
    )
    thread = (await browser.get(made.header("location"))).text
    assert "What do you do?" in thread and "No votes yet." in thread and "Closes in" in thread
    question = await mercy.at(lambda: Post.get(kind="Question"))
    assert await standing(mercy, question.uri) == ([0, 0], 0)


async def test_a_poll_that_is_refused_keeps_what_was_typed(
    mercy: House, lee: Person, wards: Actor
) -> None:
    browser = await mercy.sign_in("lee")
    typed = {"option-7": "Only <one>", "text": "Why?", "multiple": "several", "closes_in": "7d"}
    refused = await browser.post_form("/channels/wards/new/poll", FORM | typed)
    assert refused.status == 422 and "<title>Error:" in refused.text
    assert 'value="Only &lt;one&gt;"' in refused.text and "Why?</textarea>" in refused.text
    assert "<details open>" in refused.text and 'href="#option-1"' in refused.text
    for checked in ('value="several" id="multiple-several" checked', 'closes_in-7d" checked'):
        assert checked in refused.text


async def test_the_choice_comes_first_and_the_result_after(
    mercy: House, lee: Person, colleague: Person, wards: Actor
) -> None:
    question = await ask_all(lee, wards)
    await counted(mercy, question, 8, 26, 11)
    browser = await mercy.sign_in("okafor")
    before = (await browser.get(f"/t/{question.thread_id}")).text
    assert before.count('type="submit" name="choice"') == 3 and "leads" not in before
    answer = await vote(browser, question, 1)
    assert answer.header("location") == f"/t/{question.thread_id}#p-{question.id}"
    after = (await browser.get(f"/t/{question.thread_id}")).text
    assert "“Reduce” leads with 59%." in after and 'name="choice"' not in after
    assert "46 people voted" in after and "Your vote:" in after and "Show as table" in after
    assert '<rect class="c1" width="59%" height="100%"/>' in after and "27 <span" in after


async def test_few_votes_are_not_told_one_by_one(
    mercy: House, lee: Person, colleague: Person, wards: Actor
) -> None:
    question = await ask_all(lee, wards)
    await counted(mercy, question, 4, 5, 0)
    page = (await mercy.visitor().get(f"/t/{question.thread_id}")).text
    assert page.count("fewer than 5") == 4  # two rows, and again in the table
    assert "“Reduce” leads with 56%." in page and "44%" not in page
    await counted(mercy, question, 4, 2, 0)
    page = (await mercy.visitor().get(f"/t/{question.thread_id}")).text
    assert "Too few votes to compare the options." in page and "6 people voted" in page


async def test_visitors_and_who_asked_see_the_result_and_no_form(
    mercy: House, lee: Person, wards: Actor
) -> None:
    question = await ask_all(lee, wards)
    for browser in (mercy.visitor(), await mercy.sign_in("lee")):
        page = (await browser.get(f"/t/{question.thread_id}")).text
        assert "No votes yet." in page and 'name="choice"' not in page


async def test_after_the_end_there_is_the_result_alone(
    mercy: House, lee: Person, colleague: Person, wards: Actor
) -> None:
    question = await ask_all(lee, wards)
    browser = await mercy.sign_in("okafor")
    await end(mercy, question.uri)
    refused = await vote(browser, question, 1)
    assert refused.status == 422
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert "Nobody voted." in page and "Closed" in page and 'name="choice"' not in page


@pytest.mark.parametrize("choice", ["", "3", "-1", "x", "²", "9" * 40])
async def test_a_choice_that_is_none_is_refused_beside_the_field(
    mercy: House, lee: Person, colleague: Person, wards: Actor, choice: str
) -> None:
    question = await ask_all(lee, wards)
    browser = await mercy.sign_in("okafor")
    refused = await vote(browser, question, choice=choice)
    assert refused.status == 422 and "<title>Error:" in refused.text
    assert f'href="#poll-{question.id}-choice"' in refused.text
    assert f'id="poll-{question.id}-choice-e">Error: Choose an option.' in refused.text


async def test_a_vote_belongs_to_a_poll_of_its_thread(
    mercy: House, lee: Person, colleague: Person, wards: Actor
) -> None:
    first, second = await ask_all(lee, wards), await ask_all(lee, wards)
    browser = await mercy.sign_in("okafor")
    for poll in (second.id, "", "x", 7):
        assert (await vote(browser, first, 1, poll=poll)).status == 404
    assert (await vote(mercy.visitor(), first, 1)).status in (403, 404)
    assert await standing(mercy, second.uri) == ([0, 0, 0], 0)


async def test_a_member_votes_with_their_pseudonym(mercy: House, lee: Person, wards: Actor) -> None:
    question = await ask_all(lee, wards)
    await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    browser = await mercy.sign_in("twice")
    assert (await vote(browser, question, 2, identity="graniteheart")).status == 302
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert "Your vote:" in page and 'name="choice"' not in page
    assert (await vote(browser, question, 2, identity="twice")).status == 422


async def test_a_poll_of_elsewhere_says_who_counts(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    browser = await mercy.sign_in("lee")
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert "stranger.example counts the votes, and learns what you choose." in page
    await lee.speaks(members.set_public, False)
    page = (await browser.get(f"/t/{question.thread_id}")).text
    assert 'name="choice"' not in page and "12 people voted" in page


async def test_an_open_page_follows_the_count(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_all(lee, wards)
    await counted(mercy, question, 20, 0, 0)
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, f"/t/{question.thread_id}/stream") as stream:
        assert "20 people voted" in await stream.next()
        await stranger.sends(mercy, ballot(stranger, question, "Continue"))
        news = await stream.next()
    assert f'hx-target="#poll-{question.id}"' in news and "21 people voted" in news


async def test_home_and_profile_show_a_poll_as_it_stands(
    mercy: House, lee: Person, wards: Actor, colleague: Person
) -> None:
    question = await ask_all(lee, wards)
    await counted(mercy, question, 20, 0, 0)
    browser = await mercy.sign_in("okafor")
    await browser.post_form("/@lee/follow", {})
    for path in ("/", "/@lee"):
        page = (await browser.get(path)).text
        assert "Vote in this poll" in page and "20 people voted" in page
    await vote(browser, question, 0)
    assert "“Continue” leads with 100%." in (await browser.get("/")).text
