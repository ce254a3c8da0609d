"""An institution comes back from a backup: what happened since comes back from others, proven, and
nothing that was over begins again (federation.md 6, 12; T60, T63)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from federation import proofs
from instance.errors import Unavailable
from instance.inbox import recovering
from instance.inbox.recovering import NotConfirmed
from instance.models import (
    Consult,
    Delivery,
    HistoryEntry,
    Member,
    Peer,
    Restore,
)
from instance.outbox import trust
from instance.services import follows, lifecycle, posting, standings
from instance.services.consults import changing
from instance.services.consults.states import Event
from tests.cast import RUIZ, Houses
from tests.clinic import accept, ask, group_key, is_known, seen_at, write, written
from tests.houses import House, Person, end_trust
from tests.restores import again, ask_others, back_up, counts, open_consults, restored, thread

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite3"


async def test_what_was_said_after_the_backup_comes_back_and_goes_on(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, copy: Path
) -> None:
    """The consult that was there, one that was asked since, one of the other hospital."""
    first = await ask(lee, stlukes)
    await houses.settle()
    gone = await write(okafor, first, Event.COMMENT, text="To be deleted.")
    await houses.settle()
    made_at = back_up(mercy, copy)

    answer = await write(okafor, first, Event.ANSWER)
    await houses.settle()
    await accept(lee, first, answer)
    await houses.settle()
    there = await seen_at(stlukes, first)
    await okafor.does(changing.delete, there.id, gone.id)
    second, third = await ask(lee, stlukes), await ask(okafor, mercy)
    await houses.settle()
    await write(okafor, second, Event.ANSWER)
    await write(lee, third, Event.ANSWER)
    await houses.settle()
    before = {one.uri: await thread(mercy, one) for one in (first, second, third)}

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    lee = again(mercy, lee)
    assert not await is_known(mercy, second) and not await is_known(mercy, third)
    with pytest.raises(Unavailable):  # others have seen the next number with something else in it
        await write(lee, first, Event.COMMENT)
    await ask_others(mercy, stlukes.host)
    await houses.settle()

    for one in (first, second, third):
        found = await thread(mercy, one)
        assert found["entries"] == before[one.uri]["entries"]
        assert found == {**before[one.uri], "posts": found["posts"]}
        same = await thread(stlukes, one)
        assert found["entries"] == same["entries"] and found["state"] == same["state"]
        assert [row[:3] for row in found["posts"]] == [row[:3] for row in same["posts"]]
    deleted = [row for row in (await thread(mercy, first))["posts"] if row[0] == gone.uri]
    assert deleted == [(gone.uri, gone_seq(before[first.uri], gone.uri), {}, False)]
    assert (await counts(mercy))["regained"] > 5 and (await counts(mercy))["caught_up"] > 1
    assert await mercy.at(lambda: Restore.filter(ended_at__not_isnull=True).exists())

    for one in (first, second):  # and on both sides it goes on
        await write(lee, one, Event.COMMENT, text="Thank you.")
        await houses.settle()
        await write(okafor, one, Event.COMMENT, text="Any time.")
        await houses.settle()
        here, there_ = await thread(mercy, one), await thread(stlukes, one)
        assert here["entries"] == there_["entries"] and not there_["frozen"]
        assert len(here["entries"]) == len(before[one.uri]["entries"]) + 2


def gone_seq(found: dict[str, Any], uri: str) -> int:
    [seq] = [row[1] for row in found["posts"] if row[0] == uri]
    return int(seq)


async def test_what_waited_is_not_sent_as_new_but_what_never_arrived_is(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, copy: Path
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    theirs = await ask(okafor, mercy)
    await houses.settle()
    await write(lee, consult, Event.COMMENT, text="It arrived before the fire.")
    await write(lee, theirs, Event.ANSWER)
    made_at = back_up(mercy, copy)
    await houses.settle()
    assert await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True).count()) == 0

    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    sent = len(mercy.network.sent)
    await mercy.deliver()
    assert [one for one in mercy.network.sent[sent:] if one.method == "POST"] == []
    await ask_others(mercy, stlukes.host)
    sent = len(mercy.network.sent)
    await houses.settle()
    posted = [one.document["type"] for one in mercy.network.sent[sent:] if one.method == "POST"]
    assert posted == []  # all of it had arrived
    assert (await counts(mercy)).get("sent_now") is None

    unsent = await write(again(mercy, lee), consult, Event.COMMENT, text="It did not.")
    made_at, copy = back_up(mercy, copy.with_name("second")), copy.with_name("second")
    mercy = await restored(mercy, copy, made_at, "the next one")
    houses.opened[0] = mercy
    await ask_others(mercy, stlukes.host)
    await houses.settle()
    there = await written(stlukes, consult)
    assert unsent.uri in {row.uri for row in there}


async def test_a_public_post_that_was_deleted_after_the_backup_is_not_told_again(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, copy: Path
) -> None:
    await okafor.speaks(follows.follow_address, lee.address)
    await houses.settle()
    await lee.speaks(posting.start_thread, None, "A title", "A thing to be deleted.")
    made_at = back_up(mercy, copy)
    waiting = await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True).count())
    assert waiting

    mercy = await restored(mercy, copy, made_at)
    sent = len(mercy.network.sent)
    await mercy.deliver()
    await ask_others(mercy, stlukes.host)
    await mercy.deliver()
    assert [one for one in mercy.network.sent[sent:] if one.method == "POST"] == []
    assert (await counts(mercy))["not_sent"] == waiting  # and that is named


async def test_words_that_our_own_keys_do_not_prove_are_not_put_into_anybodys_mouth(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, copy: Path
) -> None:
    """A hostile partner gives back what was never said."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await write(lee, consult, Event.COMMENT, text="Give 5 mg.")
    await houses.settle()
    real = await group_key(consult, mercy)
    forged = await _entry(stlukes, consult)
    stranger = await okafor.key()
    now = datetime.now(UTC)

    def with_words(document: dict[str, Any]) -> dict[str, Any]:
        note = {**document["object"]["object"], "content": "Give 50 mg."}
        return {**document, "object": {**document["object"], "object": note}}

    bare = {name: value for name, value in with_words(forged).items() if name != "proof"}
    real_words = {name: value for name, value in forged.items() if name != "proof"}
    lies = (
        with_words(forged),  # under the proofs of other words
        proofs.add_proof(real_words, stranger, now),  # what was said, in the name of our Group
        bare,  # under none
        proofs.add_proof(bare, real, now),  # by the Group, and not by its author
    )
    mercy = await restored(mercy, copy, made_at)
    for number, lie in enumerate(lies, start=1):
        await _put(stlukes, consult, lie)
        await mercy.at(lambda: Peer.all().update(awaited_since=now))
        await mercy.at(lambda: Restore.all().update(ended_at=None))
        await ask_others(mercy, stlukes.host)
        assert (await seen_at(mercy, consult)).last_seq == 1, number
        assert (await counts(mercy))["not_proven"] == number
    await _put(stlukes, consult, forged)
    await mercy.at(lambda: Restore.all().update(ended_at=None))
    await ask_others(mercy, stlukes.host)
    assert (await seen_at(mercy, consult)).last_seq == 2


async def test_two_that_are_restored_at_the_same_time_find_each_other_and_go_on(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, copy: Path
) -> None:
    """From backups of different moments, each of which has what the other lacks."""
    first, second = await ask(lee, stlukes), await ask(okafor, mercy)
    await houses.settle()
    early = back_up(mercy, copy)
    await write(lee, first, Event.COMMENT, text="In one backup of the two.")
    await write(lee, second, Event.ANSWER)
    await houses.settle()
    late = back_up(stlukes, copy.with_name("theirs"))
    in_both = [(await thread(stlukes, one))["entries"] for one in (first, second)]
    lost = await write(okafor, first, Event.ANSWER)
    await houses.settle()

    mercy = await restored(mercy, copy, early)
    stlukes = await restored(stlukes, copy.with_name("theirs"), late)
    houses.opened[:2] = [mercy, stlukes]
    await ask_others(mercy, stlukes.host)  # though it waits for us as well
    await ask_others(stlukes, mercy.host)
    await houses.settle()
    for number, one in enumerate((first, second)):
        here, there = await thread(mercy, one), await thread(stlukes, one)
        assert here["entries"] == there["entries"] == in_both[number]
        assert here["state"] == there["state"] and not here["frozen"]
    assert lost.uri not in {row.uri for row in await written(mercy, first)}
    for house in (mercy, stlukes):
        assert (await counts(house))["restored_too"] == 1
    for person, one in ((again(mercy, lee), first), (again(stlukes, okafor), second)):
        await write(person, one, Event.COMMENT, text="Where were we?")
        await houses.settle()
        assert (await thread(mercy, one))["entries"] == (await thread(stlukes, one))["entries"]


async def test_who_comes_from_a_backup_tells_nobody_else_and_by_no_other_key(
    houses: Houses, mercy: House, stlukes: House, lee: Person, copy: Path
) -> None:
    """One whose agreement the backup does not have; and who took the name of a partner over."""
    await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    mercy = await restored(mercy, copy, made_at)
    houses.opened[0] = mercy
    shared, restore = mercy.config.uri("/shared"), Restore(made_at=made_at)
    assert (await stlukes.at(recovering._ask_for_numbers, await _peer(stlukes), restore)).numbers
    other = {"pinned_ed25519_uri": f"{stlukes.config.uri('/actor')}#ed25519-9"}
    await mercy.at(lambda: Peer.all().update(**other))
    with pytest.raises(NotConfirmed):
        await stlukes.at(recovering._get, f"{shared}?after=0")


async def _peer(house: House) -> Peer:
    return await house.at(lambda: Peer.get(level="trusted"))


async def test_trust_that_ended_after_the_backup_does_not_come_back(
    houses: Houses, mercy: House, stlukes: House, lee: Person, copy: Path
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    made_at = back_up(mercy, copy)
    await end_trust(stlukes, mercy)

    mercy = await restored(mercy, copy, made_at)
    with pytest.raises(NotConfirmed):
        await ask_others(mercy, stlukes.host)
    assert not await mercy.at(trust.shares_consults, stlukes.host)
    with pytest.raises(Unavailable):
        await write(again(mercy, lee), consult, Event.COMMENT)
    # A day later our own consults go on; with that hospital nothing does.
    long_ago = datetime.now(UTC) - timedelta(days=4)
    since = {"awaited_since": long_ago, "untold_since": long_ago}
    await mercy.at(lambda: Peer.all().update(**since))
    await mercy.at(open_consults)
    await write(again(mercy, lee), consult, Event.COMMENT)
    sent = len(mercy.network.sent)
    await mercy.deliver()
    assert [one for one in mercy.network.sent[sent:] if one.method == "POST"] == []
    assert (await counts(mercy))["not_asked"] == 1


async def test_a_standing_that_was_withdrawn_after_the_backup_stays_withdrawn(
    houses: Houses, mercy: House, stlukes: House, lee: Person, copy: Path
) -> None:
    """Our own signed list, which a partner kept, says so."""
    ruiz = await mercy.person(RUIZ)
    made_at = back_up(mercy, copy)
    now = datetime.now(UTC)
    await mercy.at(lambda: Member.filter(id=ruiz.member.id).update(role="owner"))
    owner = await mercy.at(Member.get, id=ruiz.member.id)
    await mercy.at(lifecycle.suspend, owner, "lee", "A complaint, file 12.", now)
    await mercy.at(standings.publish_due, now + timedelta(hours=1))
    await stlukes.at(lambda: Peer.all().update(lists_due_at=None))
    await stlukes.deliver()

    mercy = await restored(mercy, copy, made_at)
    assert (await mercy.at(Member.get, id=lee.member.id)).suspended_at is None
    await ask_others(mercy, stlukes.host)
    found = await mercy.at(Member.get, id=lee.member.id)
    assert found.suspended_at is not None and (await counts(mercy))["withdrawn"] >= 1
    assert (await mercy.at(Member.get, id=ruiz.member.id)).suspended_at is None


async def _entry(house: House, consult: Consult) -> dict[str, Any]:
    """The last one, as this house has it."""
    seen = await seen_at(house, consult)
    row = await house.at(HistoryEntry.get, consult_id=seen.id, seq=seen.last_seq)
    found: dict[str, Any] = row.document
    return found


async def _put(house: House, consult: Consult, document: dict[str, Any]) -> None:
    async def work() -> None:
        row = await HistoryEntry.get(consult__uri=consult.uri, seq=document["cs:seq"])
        row.document = document
        await row.save()

    await house.at(work)
