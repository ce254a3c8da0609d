"""Polls of our members: what can be asked, who may choose, and what other servers are sent."""

from datetime import UTC, datetime

import pytest

from federation import proofs
from instance.errors import FormRefused, NotAllowed
from instance.models import Actor, Ban, Delivery, Post
from instance.services import follows, members, posting
from instance.services.polls import Draft
from tests.cast import OKAFOR, Houses, new
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider
from tests.polling import NAMES, ask_all, ask_elsewhere, choose, end, standing
from tests.polling import votes as cast_votes


@pytest.fixture
async def colleague(mercy: House) -> Person:
    return await mercy.person(OKAFOR)


async def refusal(person: Person, question: Post, *positions: int) -> str:
    with pytest.raises(FormRefused) as refused:
        await choose(person, question, *positions)
    return refused.value.fields["choice"]


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("Yes",), "option-2"),
        (("Yes", "  "), "option-2"),
        (("Yes", "No", "Yes"), "option-1"),
        (("Yes", "No\u200b", "No"), "option-2"),
        (("Yes", "x" * 201), "option-2"),
        (tuple(map(str, range(11))), "option-11"),
        ((), "option-1"),
    ],
)
async def test_a_poll_has_two_to_ten_different_short_options(
    mercy: House, lee: Person, wards: Actor, names: tuple[str, ...], field: str
) -> None:
    before = await mercy.rows()
    with pytest.raises(FormRefused) as refused:
        await ask_all(lee, wards, names)
    assert field in refused.value.fields
    assert await mercy.rows() == before


async def test_a_poll_tells_all_that_is_wrong_at_once(lee: Person, wards: Actor) -> None:
    draft = Draft(options=("Yes",), closes_in="soon")
    with pytest.raises(FormRefused) as refused:
        await lee.speaks(posting.start_thread, wards, " ", "x" * 20_001, draft)
    assert set(refused.value.fields) == {"title", "text", "option-2", "closes_in"}


@pytest.mark.parametrize(("multiple", "member"), [(False, "oneOf"), (True, "anyOf")])
async def test_a_poll_is_a_question_for_the_channel_and_those_who_follow(
    houses: Houses, mercy: House, lee: Person, wards: Actor, multiple: bool, member: str
) -> None:
    post = await ask_all(lee, wards, multiple=multiple)
    document = (await mercy.asked(f"/o/{post.id}")).json
    zero = {"type": "Collection", "totalItems": 0}
    expected = [{"type": "Note", "name": name, "replies": zero} for name in NAMES]
    assert document[member] == expected and ("oneOf" in document) != ("anyOf" in document)
    assert (document["type"], document["name"]) == ("Question", "What do you do?")
    assert document["votersCount"] == 0 and document["endTime"].endswith("Z")
    assert document["to"] == [PUBLIC, wards.uri] and document["cc"] == [lee.actor.followers_uri]
    assert document["audience"] == wards.uri


async def test_a_poll_without_words_says_its_title(lee: Person, wards: Actor) -> None:
    """Mastodon shows the content alone."""
    post = await lee.speaks(posting.start_thread, wards, "A < B?", "", Draft(options=("A", "B")))
    assert post.content == "<p>A &lt; B?</p>"


async def test_a_poll_goes_through_the_channel_in_both_forms_with_its_proof(
    houses: Houses, mercy: House, network: Network, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", wards.uri))
    post = await ask_all(lee, wards)
    await mercy.deliver()
    announced = [sent.document["object"] for sent in stranger.received[1:]]
    [create, plain] = announced
    assert plain == post.uri and create["type"] == "Create"
    key = (await lee.key()).public
    proofs.check_proof(create, key, datetime.now(UTC))


async def test_a_vote_of_a_member_counts_at_once(
    mercy: House, wards: Actor, lee: Person, colleague: Person
) -> None:
    question = await ask_all(lee, wards)
    await choose(colleague, question, 1)
    assert await standing(mercy, question.uri) == ([0, 1, 0], 1)
    assert await refusal(colleague, question, 2) == "You voted already."
    assert await standing(mercy, question.uri) == ([0, 1, 0], 1)


async def test_with_several_answers_a_member_chooses_several(
    mercy: House, wards: Actor, lee: Person, colleague: Person
) -> None:
    question = await ask_all(lee, wards, multiple=True)
    await choose(colleague, question, 2, 0, 2)
    assert await standing(mercy, question.uri) == ([1, 0, 1], 1)
    assert await refusal(colleague, question, 1) == "You voted already."


async def test_what_cannot_be_chosen_is_refused(
    mercy: House, wards: Actor, lee: Person, colleague: Person
) -> None:
    question = await ask_all(lee, wards)
    for positions in ((), (3,), (-1,), (0, 1)):
        assert (await refusal(colleague, question, *positions)).startswith("Choose")
    assert await refusal(lee, question, 0) == "This is your own poll."
    await mercy.at(lambda: Ban.create(uri="urn:1", group_id=wards.id, actor_id=colleague.actor.id))
    assert await refusal(colleague, question, 0) == "You are banned from this channel."
    await end(mercy, question.uri)
    assert await refusal(colleague, question, 0) == "This poll is closed."
    assert await cast_votes(mercy) == 0


async def test_one_person_votes_once_under_all_their_names(mercy: House, wards: Actor) -> None:
    """T26: two actors of one member."""
    twice = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    asker = await mercy.person(OKAFOR)
    own = await ask_all(twice, wards)
    assert twice.pseudonym is not None
    mask = Person(mercy, twice.member, twice.pseudonym)
    assert await refusal(mask, own, 0) == "This is your own poll."
    question = await ask_all(asker, wards)
    await choose(twice, question, 0)
    assert await refusal(mask, question, 1) == "You voted already."
    assert await standing(mercy, question.uri) == ([1, 0, 0], 1)


async def test_a_vote_goes_to_the_author_of_the_poll_and_to_nobody_else(
    mercy: House, network: Network, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    follower = Outsider("other.example", "olga", network)
    for target in (wards.uri, lee.uri):
        await follower.sends(mercy, follower.activity("Follow", target, len(target)))
    question = await ask_elsewhere(stranger, mercy, wards)
    await mercy.deliver()
    follower.received.clear()
    stranger.received.clear()
    await choose(lee, question, 1)
    await mercy.deliver()
    assert follower.received == []
    [sent] = stranger.received
    assert sent.url == f"{stranger.uri}/inbox"
    note = sent.document["object"]
    assert (sent.document["to"], sent.document["cc"]) == ([stranger.uri], [])
    assert (note["to"], note["cc"], note["name"]) == ([stranger.uri], [], "Reduce")
    assert (note["type"], note["inReplyTo"]) == ("Note", question.uri) and "content" not in note
    assert await standing(mercy, question.uri) == ([5, 8, 0], 13)


async def test_a_vote_waits_behind_what_else_goes_to_its_thread(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    await mercy.deliver()
    await choose(lee, question, 1)
    [vote] = await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True))
    assert vote.lane == question.thread_id


async def test_each_choice_is_an_activity_of_its_own(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    names = [{"type": "Note", "name": name} for name in NAMES]
    question = await ask_elsewhere(stranger, mercy, wards, oneOf=None, anyOf=names)
    await choose(lee, question, 0, 2)
    await mercy.deliver()
    sent = [post.document["object"]["name"] for post in stranger.received]
    assert sent == ["Continue", "Stop"]


async def test_who_is_hidden_votes_only_here(
    mercy: House, wards: Actor, lee: Person, colleague: Person, stranger: Outsider
) -> None:
    """T64: their server would learn who it is."""
    await colleague.speaks(members.set_public, False)
    hidden = Person(mercy, colleague.member, await mercy.at(Actor.get, id=colleague.actor.id))
    question = await ask_elsewhere(stranger, mercy, wards)
    with pytest.raises(NotAllowed):
        await choose(hidden, question, 0)
    await choose(hidden, await ask_all(lee, wards), 0)
    assert await cast_votes(mercy) == 1


async def test_a_vote_in_a_partners_poll_counts_where_the_poll_is(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, lee: Person, okafor: Person
) -> None:
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    question = await ask_all(lee, wards)
    await houses.settle()
    await choose(okafor, question, 2)
    assert await standing(stlukes, question.uri) == ([0, 0, 1], 1)
    await houses.settle()
    assert await standing(mercy, question.uri) == ([0, 0, 1], 1)


async def test_a_block_by_the_author_stops_the_vote_on_its_way_and_is_not_shown(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    """T25."""
    question = await ask_elsewhere(stranger, mercy, wards)
    await stranger.sends(mercy, stranger.activity("Block", lee.uri, 5))
    await choose(lee, question, 1)
    await mercy.deliver()
    assert stranger.received == []
    assert await cast_votes(mercy) == 1
