"""Polls in which only verified physicians count, between hospitals: what a ballot has to bring,
both ways, and everything else that is sent in its place (federation.md 5.4; T26)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import proofs
from federation.status_lists import Purpose
from instance.errors import FormRefused, NotAllowed
from instance.models import Actor, Level, Post, Relationship, Stage, Standing
from instance.outbox import status_lists as lists
from instance.services import channels, follows
from instance.workers import polls as polls_worker
from tests.cast import OSEI, TANAKA, VARGA, Houses, new
from tests.clocks import minutes_pass
from tests.houses import House, Person, end_trust
from tests.network import Network
from tests.outsiders import Outsider
from tests.polling import ask_all, ballot, choose, end, own_word, standing
from tests.polling import votes as cast_votes
from tests.test_standing_between_institutions import becomes, fetched, shown

NOBODY = ([0, 0, 0], 0)


@pytest.fixture
async def question(houses: Houses, lee: Person, wards: Actor, okafor: Person) -> Post:
    """A poll of Mercy's that St. Luke's knows: okafor follows the channel."""
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    post = await ask_all(lee, wards, who_counts="physicians")
    await houses.settle()
    return post


async def passed_over(house: House, question: Post, sent: Any, voter: Person) -> None:
    """Answered 202, perhaps after one more look at who it is: no vote, no post, no reply."""
    before, stands = await house.rows(), await standing(house, question.uri)
    answer = await house.receives(sent, await voter.key())
    if answer.status == 503:
        await house.deliver()
        answer = await house.receives(sent, await voter.key())
    assert answer.status == 202
    after = await house.rows()
    for table in ("Vote", "Post", "Thread", "Notification", "AuditEntry"):
        assert after[table] == before[table], table
    assert await standing(house, question.uri) == stands


async def test_a_physician_votes_in_a_poll_of_a_partner_hospital(
    houses: Houses, mercy: House, stlukes: House, question: Post, okafor: Person, network: Network
) -> None:
    assert question.document["cs:minLevel"] == "L3"
    await choose(okafor, question, 1)
    await houses.settle()
    assert await standing(mercy, question.uri) == ([0, 1, 0], 1)
    [sent] = [one.document for one in network.sent if b"cs:onePerson" in (one.body or b"")]
    note = sent["object"]
    assert (note["name"], note["cs:onePerson"], note["cs:level"]) == ("Reduce", True, "L3")
    assert (sent["to"], sent["cc"]) == ([question.document["attributedTo"]], [])
    assert sent["proof"]["verificationMethod"].startswith(f"{stlukes.origin}/actor#")
    proofs.check_proof(sent, (await stlukes.institution_key()).public, datetime.now(UTC))


async def test_a_member_of_a_partner_hospital_votes_in_ours_and_ours_in_theirs(
    houses: Houses, stlukes: House, lee: Person, okafor: Person
) -> None:
    """The other way round from the test above, with several choices: each is a ballot."""
    rounds = await stlukes.at(channels.create_channel, "rounds", "Rounds", "Better rounds.")
    await lee.speaks(follows.follow_address, rounds.address)
    await houses.settle()
    theirs = await ask_all(okafor, rounds, multiple=True, who_counts="physicians")
    await houses.settle()
    await choose(lee, theirs, 0, 2)
    await houses.settle()
    assert await standing(stlukes, theirs.uri) == ([1, 0, 1], 1)


async def test_two_names_of_one_member_cast_one_ballot_in_a_poll_of_a_partner(
    houses: Houses, mercy: House, stlukes: House, question: Post, network: Network
) -> None:
    """T26, T87: the other name leaves nothing there, nor anything on the way."""
    twice = await stlukes.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    assert twice.pseudonym is not None
    mask = Person(stlukes, twice.member, twice.pseudonym)
    await choose(mask, question, 0)
    await houses.settle()
    sent = len(network.sent)
    with pytest.raises(FormRefused):
        await choose(twice, question, 1)
    await houses.settle()
    assert len(network.sent) == sent
    assert await standing(mercy, question.uri) == ([1, 0, 0], 1)
    assert not await mercy.at(lambda: Actor.filter(uri=twice.uri).exists())


async def test_what_is_no_whole_ballot_counts_nothing(
    mercy: House, question: Post, okafor: Person
) -> None:
    """T26: without the proof, by another hand than the hospital's, or saying less than it must."""
    proven = await own_word(okafor, question, "Stop")
    bare = {key: value for key, value in proven.items() if key != "proof"}
    by_voter = await own_word(okafor, question, "Stop", await okafor.key())
    less: list[dict[str, Any]] = [
        {"cs:onePerson": None},
        {"cs:onePerson": "true"},
        {"cs:onePerson": 1},
        {"cs:level": None},
        {"cs:level": 3},
        {"cs:level": "L2"},
        {"cs:level": "L9"},
    ]
    sent = [bare, by_voter, *[await own_word(okafor, question, "Stop", **one) for one in less]]
    for document in sent:
        await passed_over(mercy, question, document, okafor)
    whole = await own_word(okafor, question, "Stop")
    assert (await mercy.receives(whole, await okafor.key())).status == 202
    assert await standing(mercy, question.uri) == ([0, 0, 1], 1)


async def test_a_forged_proof_is_refused(mercy: House, question: Post, okafor: Person) -> None:
    """What is cryptographically wrong is 401, even where none was needed (section 10)."""
    for name in ("object", "published"):
        sent = await own_word(okafor, question, "Stop")
        sent[name] = sent["object"] | {"name": "Reduce"} if name == "object" else "2026-01-01"
        assert (await mercy.receives(sent, await okafor.key())).status == 401
    assert await standing(mercy, question.uri) == NOBODY
    assert await cast_votes(mercy) == 0


async def test_the_word_of_another_hospital_counts_nothing(
    mercy: House, question: Post, okafor: Person, heart: House
) -> None:
    """A partner too, and ours: it is not the voter's."""
    for other in (heart, mercy):
        key = await other.institution_key()
        sent = await own_word(okafor, question, "Stop", key)
        await passed_over(mercy, question, sent, okafor)


async def test_a_ballot_of_somebody_else_is_refused(
    mercy: House, stlukes: House, question: Post, okafor: Person
) -> None:
    moyo = await stlukes.person(new("moyo", "Dr S. Moyo"))
    sent = await own_word(okafor, question, "Stop")
    assert (await mercy.receives(sent, await moyo.key())).status == 403
    assert await standing(mercy, question.uri) == NOBODY


async def test_a_ballot_counts_once_and_only_for_what_is_asked_in_time(
    mercy: House, question: Post, okafor: Person, stlukes: House
) -> None:
    """T26: twice, with words, another option, after the end."""
    moyo = await stlukes.person(new("moyo", "Dr S. Moyo"))
    assert (
        await mercy.receives(await own_word(okafor, question, "Stop"), await okafor.key())
    ).status == 202
    again = await own_word(okafor, question, "Reduce")
    await passed_over(mercy, question, again, okafor)
    for document in (
        await own_word(moyo, question, "Stop", content="<p>Stop!</p>"),
        await own_word(moyo, question, "Perhaps"),
    ):
        await passed_over(mercy, question, document, moyo)
    late = await own_word(moyo, question, "Stop")
    await end(mercy, question.uri)
    await passed_over(mercy, question, late, moyo)
    assert await standing(mercy, question.uri) == ([0, 0, 1], 1)


async def test_a_vote_from_mastodon_in_a_poll_of_physicians_counts_nothing(
    mercy: House, question: Post, stranger: Outsider, stlukes: House, okafor: Person
) -> None:
    before = await mercy.rows()
    plain = ballot(stranger, question, "Stop")
    says_so = ballot(stranger, question, "Stop", 2, **{"cs:onePerson": True, "cs:level": "L4"})
    for sent in (plain, says_so, proofs.add_proof(says_so, stranger.ed25519, datetime.now(UTC))):
        assert (await stranger.sends(mercy, sent)).status == 202
    assert (await mercy.rows())["Post"] == before["Post"]
    assert await standing(mercy, question.uri) == NOBODY


async def test_who_is_no_physician_of_that_level_counts_nothing_whatever_their_hospital_says(
    mercy: House, stlukes: House, question: Post
) -> None:
    for one in (VARGA, OSEI, TANAKA):  # Checked; a trainee; a pharmacist
        person = await stlukes.person(one)
        with pytest.raises(NotAllowed):
            await choose(person, question, 0)
        await passed_over(mercy, question, await own_word(person, question, "Stop"), person)


async def test_lowered_standing_ends_the_vote(
    houses: Houses, mercy: House, stlukes: House, question: Post, okafor: Person
) -> None:
    sent = await own_word(okafor, question, "Stop")
    await becomes(okafor, level=Level.CHECKED)
    with pytest.raises(NotAllowed):
        await choose(okafor, question, 2)
    await shown(stlukes)
    await fetched(mercy)
    await passed_over(mercy, question, sent, okafor)
    await becomes(okafor, level=Level.VERIFIED, stage=Stage.TRAINEE)
    with pytest.raises(NotAllowed):
        await choose(okafor, question, 2)


async def test_suspended_standing_ends_the_vote_while_it_lasts(
    mercy: House, stlukes: House, question: Post, okafor: Person
) -> None:
    sent = await own_word(okafor, question, "Stop")
    await becomes(okafor, suspended_at=datetime.now(UTC))
    with pytest.raises(NotAllowed):
        await choose(okafor, question, 2)
    await shown(stlukes)
    await fetched(mercy)
    await passed_over(mercy, question, sent, okafor)
    await becomes(okafor, suspended_at=None)
    await shown(stlukes)
    await fetched(mercy)
    await mercy.receives(await own_word(okafor, question, "Stop"), await okafor.key())
    assert await standing(mercy, question.uri) == ([0, 0, 1], 1)


async def test_revoked_standing_ends_the_vote(
    mercy: House, stlukes: House, question: Post, okafor: Person
) -> None:
    row = await stlukes.at(Standing.get, actor_id=okafor.actor.id)
    await stlukes.at(lambda: lists.write(row.document, Purpose.REVOCATION, is_set=True))
    await fetched(mercy)
    await passed_over(mercy, question, await own_word(okafor, question, "Stop"), okafor)


async def test_a_ballot_waits_while_nobody_knows_who_was_revoked(
    mercy: House, question: Post, okafor: Person
) -> None:
    """It is not lost: their server comes again."""
    sent, key = await own_word(okafor, question, "Stop"), await okafor.key()
    await minutes_pass(16, mercy)
    answer = await mercy.receives(sent, key)
    assert (answer.status, answer.header("retry-after")) == (503, "10")
    assert await standing(mercy, question.uri) == NOBODY
    await mercy.deliver()
    assert (await mercy.receives(sent, key)).status == 202
    assert await standing(mercy, question.uri) == ([0, 0, 1], 1)


async def test_without_an_agreement_no_ballot_counts_and_none_is_cast(
    mercy: House, stlukes: House, question: Post, okafor: Person
) -> None:
    """Neither where it ended, nor where the hospital's people count for less."""
    for terms in ({"terms": {"jurisdiction": "US-MN", "maxLevel": 2, "retentionDays": 1}}, None):
        for house, other in ((mercy, stlukes), (stlukes, mercy)):
            if terms is None:
                await end_trust(house, other)
            else:
                await house.at(_agree, other.host, terms)
        with pytest.raises(NotAllowed) as refused:
            await choose(okafor, question, 2)
        assert "has an agreement" in refused.value.shown
        await passed_over(mercy, question, await own_word(okafor, question, "Stop"), okafor)


async def test_nothing_of_the_count_is_told_before_the_end_and_then_no_small_number(
    houses: Houses, mercy: House, stlukes: House, question: Post, stranger: Outsider
) -> None:
    """Nor a total that a small number could be worked out from: here it is 6, not 8."""
    await stranger.sends(mercy, stranger.activity("Follow", question.document["audience"]))
    for number in range(8):
        voter = await stlukes.person(new(f"voter{number}", f"Dr V. {number}"))
        await choose(voter, question, int(number >= 6))
    await houses.settle()
    assert await standing(mercy, question.uri) == ([6, 2, 0], 8)
    stranger.received.clear()
    await mercy.at(polls_worker.step, datetime.now(UTC) + timedelta(minutes=10))
    await houses.settle()
    assert stranger.received == [] and told(await asked(mercy, question)) == ([0, 0, 0], 0)
    await end(mercy, question.uri)
    await mercy.at(polls_worker.step, datetime.now(UTC))
    await houses.settle()
    [update] = [one.document["object"]["object"] for one in stranger.received]
    for document in (update, await asked(mercy, question)):
        assert told(document) == ([6, 0, 0], 6) and "closed" in document
    assert await standing(stlukes, question.uri) == ([6, 0, 0], 6)
    for house in (mercy, stlukes):
        page = (await house.visitor().get(await thread_of(house, question))).text
        assert "“Continue” got the most votes: 6." in page and "fewer than 5" in page
        assert "6 votes are shown" in page and "8" not in numbers(page) and "%" not in result(page)


async def asked(house: House, question: Post) -> dict[str, Any]:
    return dict((await house.asked(question.uri.removeprefix(house.origin))).json)


def told(note: dict[str, Any]) -> tuple[list[int], int]:
    return [option["replies"]["totalItems"] for option in note["oneOf"]], note["votersCount"]


async def thread_of(house: House, question: Post) -> str:
    return f"/t/{(await house.at(Post.get, uri=question.uri)).thread_id}"


def result(page: str) -> str:
    """What a page says of the poll, without the drawing."""
    return page.partition('<section class="stack-s" id="poll-')[2].partition("<svg")[0]


def numbers(page: str) -> list[str]:
    return [word.strip(".,()") for word in result(page).split()]


async def _agree(host: str, terms: dict[str, Any]) -> None:
    await Relationship.filter(peer__host=host).update(**terms)
