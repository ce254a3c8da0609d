"""A closed consult becomes a teaching case, or does not (ux.md J14, federation.md 6.2.9, T51)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from instance.errors import Conflict, NotAllowed, NotFound
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Delivery,
    Peer,
    Post,
    Publication,
    PublicationAnswer,
)
from instance.services import follows, treaties
from instance.services.consults import consenting, publishing, recalling
from tests.cast import Houses, new
from tests.clinic import ANSWER, FACTS, audited, seen_at, written
from tests.houses import House, Person
from tests.network import Network
from tests.publishing import closed, passes, propose, proposed_at, public_posts, says, signs
from tests.recalls import opened
from tests.treaties import does
from tests.verifying import now

CASE = "Bridging after a mechanical valve, as we saw it."
A_DAY = timedelta(days=1)


@pytest.fixture
def new_database(migrated_file: Path, tmp_path: Path) -> Callable[[str], str]:
    """SQLite alone: nothing of this is a statement of ours."""

    def copied(host: str) -> str:
        file = tmp_path / f"{host}.sqlite3"
        file.write_bytes(migrated_file.read_bytes())
        return f"sqlite://{file}"

    return copied


@pytest.fixture
async def moyo(stlukes: House) -> Person:
    return await stlukes.person(new("moyo", "Dr S. Moyo", "gastroenterology"))


@pytest.fixture
async def consult(
    houses: Houses, lee: Person, okafor: Person, moyo: Person, wards: Actor
) -> Consult:
    """Mercy's, closed, with two answers of St. Luke's."""
    return await closed(houses, lee, okafor, moyo)


@pytest.fixture
async def proposed(houses: Houses, lee: Person, consult: Consult, wards: Actor) -> Consult:
    await propose(lee, consult, wards, text=CASE)
    await houses.settle()
    return consult


async def everybody_agrees(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, *people: Person
) -> None:
    for one in people:
        await says(one, consult, "publish")
    for house in (mercy, stlukes):
        await signs(house, consult)
    await houses.settle()


async def waiting(house: House, consult: Consult) -> list[str]:
    found = await proposed_at(house, consult)
    there = await seen_at(house, consult)
    rows = await house.at(publishing.waited_for, there, found)
    return sorted(row.actor_uri for row in rows)


async def over_everywhere(consult: Consult, *houses: House) -> None:
    """Ended, with no words of it left, and nothing that says why."""
    for house in houses:
        found = await proposed_at(house, consult)
        assert found.ended_at is not None and (found.public_uri, found.words) == ("", {})
        assert await house.at(lambda: PublicationAnswer.all().count()) == 0
        assert CASE.lower() not in (await opened(house))["history_entry"]


async def test_all_agree_and_a_new_post_is_public_and_says_nothing_of_the_consult(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    """T51: no id, address, handle or time of what is private is in its document or its page."""
    await says(okafor, proposed, "publish", named=True)
    await says(moyo, proposed, "publish")
    await signs(mercy, proposed)
    await houses.settle()
    assert await public_posts(mercy, wards) == []  # nothing before the last yes
    assert await waiting(mercy, proposed) == [f"{stlukes.origin}/actor"]
    then = now() - 3 * A_DAY
    await mercy.at(_long_ago, then)
    await signs(stlukes, proposed)
    await houses.settle()
    [post] = await public_posts(mercy, wards)
    document = (await mercy.asked(f"/o/{post.id}")).json
    page = (await mercy.visitor().get(f"/t/{post.thread_id}")).text
    said = json.dumps(document) + page
    assert document["attributedTo"] == document["audience"] == wards.uri
    assert document["cs:disclaimer"]["cs:version"] == 1
    for words in (
        CASE,
        ANSWER["recommendation"],
        "Dr A. Okafor",
        "Not for emergencies.",
        "Co-signed",
    ):
        assert words in page and words in document["content"]
    assert "Verified physician, Gastroenterology" in page
    rows = await written(mercy, proposed)
    private = {str(proposed.id), proposed.uri, "/k/", "/g/", "moyo", "okafor@", "@lee", "Dr J. Lee"}
    private |= {row.uri for row in rows} | {str(row.id) for row in rows} | {okafor.uri, lee.uri}
    private |= {f"{then:%Y-%m-%d}", f"{then:%-d %b}"}
    private |= {stlukes.host, f"{proposed.group_id}"}
    assert [one for one in private if one.lower() in said.lower()] == []
    assert FACTS["question"] not in said
    there = await proposed_at(stlukes, proposed)
    assert there.public_uri == post.uri and there.ended_at is not None


async def _long_ago(then: datetime) -> None:
    """All of the consult, so that a time of it can be told from the time of the post."""
    await Consult.filter(id__gt=0).update(published_at=then, changed_at=then)
    await Contribution.filter(id__gt=0).update(published_at=then)
    await Publication.filter(id__gt=0).update(proposed_at=then)


async def test_it_is_followed_from_elsewhere_as_any_post(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    quill: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    await quill.speaks(follows.follow_address, f"@wards@{mercy.host}")
    await houses.settle()
    await everybody_agrees(houses, mercy, stlukes, proposed, okafor, moyo)
    [post] = await public_posts(mercy, wards)
    there = await heart.at(lambda: Post.filter(uri=post.uri))
    assert [row.content for row in there] == [post.content]


async def test_who_leaves_theirs_out_is_left_out_and_nobody_is_told_who_that_was(
    houses: Houses,
    mercy: House,
    stlukes: House,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
    network: Network,
) -> None:
    before = (await seen_at(mercy, proposed)).last_seq
    await says(okafor, proposed, "leave_out")
    await houses.settle()
    assert (await seen_at(mercy, proposed)).last_seq == before  # the history tells nobody
    assert okafor.uri not in await waiting(mercy, proposed)
    page = (await (await mercy.sign_in("lee")).get(f"/k/{proposed.id}/publish")).text
    waits = page[page.index("Who is waited for") :]
    assert "Dr A. Okafor" not in waits and "Dr S. Moyo" in waits
    await says(moyo, proposed, "publish")
    await signs(mercy, proposed)
    await signs(stlukes, proposed)
    await houses.settle()
    [post] = await public_posts(mercy, wards)
    assert post.content.count("Answer: ") == 1 and "Gastroenterology" in post.content
    assert "leave_out" not in json.dumps((await mercy.asked(f"/o/{post.id}")).json)


async def test_one_objection_stops_it_and_is_told_later_as_any_end(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    await says(okafor, proposed, "object")
    await houses.settle()
    assert okafor.uri not in await waiting(mercy, proposed)
    page = (await (await mercy.sign_in("lee")).get(f"/k/{proposed.id}/publish")).text
    assert "Who is waited for" in page and "bject" not in page
    await says(okafor, proposed, "publish")  # taken back too late
    await everybody_agrees(houses, mercy, stlukes, proposed, moyo)
    assert await public_posts(mercy, wards) == []
    await passes(mercy, now() + A_DAY)
    await houses.settle()
    await over_everywhere(proposed, mercy, stlukes)
    page = (await (await mercy.sign_in("lee")).get(f"/k/{proposed.id}/publish")).text
    assert "ended without publication" in page and "bject" not in page
    assert await public_posts(mercy, wards) == []


async def test_a_steward_may_object_for_the_hospital_and_it_looks_the_same(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    for one in (okafor, moyo):
        await says(one, proposed, "publish")
    await signs(mercy, proposed)
    await signs(stlukes, proposed, agrees=False)
    await houses.settle()
    assert await public_posts(mercy, wards) == []
    await passes(mercy, now() + A_DAY)
    await houses.settle()
    await over_everywhere(proposed, mercy, stlukes)
    for house in (mercy, stlukes):
        assert (await audited(house)).count("consult.publish_answered") == 1


async def test_without_an_answer_of_everybody_it_ends_after_14_days(
    houses: Houses,
    mercy: House,
    stlukes: House,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    await everybody_agrees(houses, mercy, stlukes, proposed, okafor)
    await passes(mercy, now() + 13 * A_DAY)
    assert (await proposed_at(mercy, proposed)).ended_at is None
    await passes(mercy, now() + 14 * A_DAY)
    await houses.settle()
    await over_everywhere(proposed, mercy, stlukes)
    assert await public_posts(mercy, wards) == []


async def test_another_text_takes_back_all_that_was_said_about_the_first(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    first = await proposed_at(stlukes, proposed)
    again = await propose(lee, proposed, wards, text=CASE)  # a second click
    assert again.digest == first.digest
    await says(okafor, proposed, "publish")
    await houses.settle()
    await propose(lee, proposed, wards, text=f"{CASE} And more.")
    assert okafor.uri in await waiting(mercy, proposed)
    await says(moyo, proposed, "publish")  # of the text that St. Luke's still shows
    await houses.settle()
    assert await waiting(mercy, proposed) == sorted(
        [okafor.uri, moyo.uri, f"{mercy.origin}/actor", f"{stlukes.origin}/actor"]
    )
    await everybody_agrees(houses, mercy, stlukes, proposed, okafor, moyo)
    [post] = await public_posts(mercy, wards)
    assert "And more." in post.content


async def test_a_hospital_that_is_down_meanwhile_answers_when_it_is_back(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    consult: Consult,
    network: Network,
) -> None:
    network.down.add(stlukes.host)
    await propose(lee, consult, wards, text=CASE)
    await houses.settle()
    network.down.clear()
    await come_back(houses, mercy)
    network.down.add(mercy.host)
    await says(okafor, consult, "publish")
    await stlukes.deliver()
    network.down.clear()
    await come_back(houses, stlukes)
    await everybody_agrees(houses, mercy, stlukes, consult, moyo)
    assert len(await public_posts(mercy, wards)) == 1


async def come_back(houses: Houses, house: House) -> None:
    """What waits at this house goes now."""
    await house.at(_due_now)
    await houses.settle()


async def _due_now() -> None:
    await Peer.filter(id__gt=0).update(failing_since=None, probe_at=None, retry_after_at=None)
    await Delivery.filter(due_at__not_isnull=True).update(due_at=now())


async def test_a_hospital_whose_trust_ended_is_left_out_with_its_answers(
    houses: Houses,
    mercy: House,
    stlukes: House,
    okafor: Person,
    moyo: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    await says(okafor, proposed, "publish")
    await houses.settle()
    await does(mercy, treaties.revoke, stlukes)
    await houses.settle()
    assert await waiting(mercy, proposed) == [f"{mercy.origin}/actor"]
    await signs(mercy, proposed)
    [post] = await public_posts(mercy, wards)
    assert "Answer: " not in post.content and "St. Luke's" not in post.content


async def test_a_recall_takes_the_proposal_with_it_everywhere(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    proposed: Consult,
) -> None:
    answer = next(row for row in await written(mercy, proposed) if row.kind == "answer")
    await lee.does(recalling.recall, proposed.id, [str(answer.id)], "phi")
    await houses.settle()
    for house in (mercy, stlukes):
        found = await proposed_at(house, proposed)
        assert found.ended_at is not None and found.words == {}
        assert CASE.lower() not in str(await opened(house))


async def test_a_consent_to_another_text_is_refused_by_its_owner(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, proposed: Consult
) -> None:
    """The wire alone: what St. Luke's shows is not what Mercy proposed."""
    await stlukes.at(lambda: Publication.filter(id__gt=0).update(digest="0" * 64))
    await says(okafor, proposed, "publish")
    await signs(stlukes, proposed)
    await houses.settle()
    assert {okafor.uri, f"{stlukes.origin}/actor"} <= set(await waiting(mercy, proposed))
    assert "6.3 consent" in await audited(mercy)


async def test_nobody_else_answers_for_somebody_and_no_other_text(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    wards: Actor,
    proposed: Consult,
) -> None:
    """Who did not write in it, who asked it, and a consent to other words: nothing counts."""
    reader = await stlukes.person(new("reader", "Dr R. Eader", "cardiology"))
    for one, error in ((reader, NotFound), (lee, NotFound)):
        with pytest.raises(error):
            await says(one, proposed, "publish")
    found = await proposed_at(stlukes, proposed)
    with pytest.raises(Conflict):
        await okafor.does(consenting.answer, found.consult_id, "0" * 64, "publish", named=False)
    with pytest.raises(NotAllowed):
        await okafor.does(consenting.sign, found.id, found.digest, agrees=True)
    assert (
        await (await stlukes.sign_in("reader")).get(f"/k/{found.consult_id}/publish")
    ).status == 404
