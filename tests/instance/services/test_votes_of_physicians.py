"""Polls of ours in which only verified physicians count: who votes, once, and who learns what."""

import asyncio
from typing import Any

import pytest

from instance.errors import FormRefused, NotAllowed
from instance.models import Actor, Level, Member, Post, Profession, Stage
from instance.services import votes
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.polling import ask_all, choose, standing

NOBODY = ([0, 0, 0], 0)
WHO: dict[str, dict[str, Any]] = {
    "a student on their honour": {"level": Level.ATTESTED, "stage": Stage.STUDENT},
    "a verified student": {"stage": Stage.STUDENT},
    "a trainee": {"stage": Stage.TRAINEE},
    "a nurse": {"profession": Profession.NURSE},
    "who is checked": {"level": Level.CHECKED},
    "who retired without a licence": {"level": Level.CHECKED, "stage": Stage.RETIRED},
}
MISSING = {
    "a student on their honour": "in practice or retired",
    "a verified student": "in practice or retired",
    "a trainee": "in practice or retired",
    "a nurse": "your profession is another",
    "who is checked": "your standing is not Verified",
    "who retired without a licence": "your standing is not Verified",
}


@pytest.fixture
async def question(lee: Person, wards: Actor) -> Post:
    return await ask_all(lee, wards, who_counts="physicians")


async def test_only_verified_physicians_vote_and_others_hear_what_is_missing(
    mercy: House, question: Post
) -> None:
    for number, (who, values) in enumerate(WHO.items()):
        person = await mercy.person(new(f"p{number}", "P", **values))
        with pytest.raises(NotAllowed) as refused:
            await choose(person, question, 0)
        assert MISSING[who] in refused.value.shown, who
    assert await standing(mercy, question.uri) == NOBODY
    for handle, stage in (("works", Stage.PRACTISING), ("rests", Stage.RETIRED)):
        await choose(await mercy.person(new(handle, "Dr W", stage=stage)), question, 1)
    assert await standing(mercy, question.uri) == ([0, 2, 0], 2)


async def test_everybody_votes_in_a_poll_of_everybody(
    mercy: House, lee: Person, wards: Any
) -> None:
    question = await ask_all(lee, wards)
    assert "cs:minLevel" not in question.document
    for number, values in enumerate(WHO.values()):
        await choose(await mercy.person(new(f"p{number}", "P", **values)), question, 0)
    assert await standing(mercy, question.uri) == ([len(WHO), 0, 0], len(WHO))


async def test_standing_counts_as_it_is_when_the_vote_is_cast(mercy: House, question: Post) -> None:
    """Whatever the page said that was opened before."""
    voter = await mercy.person(OKAFOR)

    async def lose(**values: Any) -> None:
        await Member.filter(id=voter.member.id).update(**values)

    for values in ({"level": Level.CHECKED}, {"profession": Profession.OTHER}):
        await mercy.at(lose, **values)
        with pytest.raises(NotAllowed):
            await choose(voter, question, 0)
        await mercy.at(lose, level=Level.VERIFIED, profession=Profession.PHYSICIAN)
    await choose(voter, question, 0)
    assert await standing(mercy, question.uri) == ([1, 0, 0], 1)


async def test_two_names_of_one_member_cast_one_ballot_and_nobody_else_can_tell(
    mercy: House, question: Post, stranger: Outsider, network: Network, lee: Person
) -> None:
    """T26, T87: nothing is stored or sent, and no page of anybody else's changes."""
    await stranger.sends(mercy, stranger.activity("Follow", question.document["audience"]))
    twice = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    assert twice.pseudonym is not None
    mask = Person(mercy, twice.member, twice.pseudonym)
    await choose(twice, question, 0)
    await mercy.deliver()
    network.sent.clear()
    seen = await what_others_see(mercy, question)
    before = await mercy.rows()
    with pytest.raises(FormRefused) as refused:
        await choose(mask, question, 1)
    assert refused.value.fields == {"choice": "You voted already."}
    await mercy.deliver()
    assert await mercy.rows() == before and network.sent == []
    assert await what_others_see(mercy, question) == seen
    for said in (str(seen), refused.value.shown):
        assert "graniteheart" not in said and "twice" not in said.lower()


async def what_others_see(house: House, question: Post) -> list[Any]:
    """A visitor and the asker: the poll itself, without form tokens and clocks."""
    pages = []
    for browser in (house.visitor(), await house.sign_in("lee")):
        page = (await browser.get(f"/t/{question.thread_id}")).text
        pages.append(page.partition('<section class="stack-s" id="poll-')[2].partition("</sec")[0])
    return [*pages, (await house.asked(f"/o/{question.id}")).json]


async def test_two_ballots_of_one_member_at_the_same_moment_are_one(
    mercy: House, question: Post
) -> None:
    twice = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    assert twice.pseudonym is not None
    names = [twice.actor, twice.pseudonym]

    async def both() -> list[Any]:
        found = await Post.get(id=question.id).select_related("author", "thread")
        cast = [votes.vote(name, found, [number]) for number, name in enumerate(names)]
        return await asyncio.gather(*cast, return_exceptions=True)

    outcomes = await mercy.at(both)
    assert sorted(type(one).__name__ for one in outcomes) == ["FormRefused", "NoneType"]
    assert (await standing(mercy, question.uri))[1] == 1


async def test_no_open_page_is_told_that_somebody_voted(mercy: House, question: Post) -> None:
    """There is nothing new to show: it would tell who was seen to vote at that moment."""
    voter = await mercy.person(OKAFOR)
    before = (await mercy.rows())["Event"]
    await choose(voter, question, 0)
    assert (await mercy.rows())["Event"] == before


async def test_a_poll_asks_one_of_two_who_may_count(lee: Person, wards: Actor) -> None:
    with pytest.raises(FormRefused) as refused:
        await ask_all(lee, wards, who_counts="surgeons")
    assert refused.value.fields == {"who_counts": "Choose who counts."}
