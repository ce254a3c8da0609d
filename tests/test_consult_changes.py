"""Authors change and delete, askers withdraw and reopen, time ends: the same everywhere."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import (
    Consult,
    Contribution,
    Delivery,
    HistoryEntry,
    OutboxActivity,
    Peer,
    Receipt,
    Role,
    Status,
)
from instance.services.consults import changing, contributing
from instance.services.consults.states import Event
from instance.workers import consults as worker
from tests.cast import MOYO, Houses, new
from tests.clinic import ANSWER, accept, ask, seen_at, write
from tests.forging import Writer, proven, refused
from tests.houses import House, Person
from tests.recalls import bodies, page, receipts_of


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


async def mine(house: House, uri: str) -> Contribution:
    return await house.at(Contribution.get, uri=uri)


async def all_words(house: House) -> str:
    """Everything this house keeps of consults, opened."""

    async def read() -> str:
        found = [row.body for row in await Contribution.all()]
        found += [row.document for row in await HistoryEntry.all()]
        found += [row.facts for row in await Consult.all()]
        waiting = await OutboxActivity.filter(body__not_isnull=True)
        return str(found) + str([row.body for row in waiting])

    return await house.at(read)


async def is_back(who: House, at: House) -> None:
    """What waits for a host that was down is due, as after its first sign of life."""
    waiting = {"host": who.host, "due_at__not_isnull": True}
    now = datetime.now(UTC)
    await at.at(lambda: Delivery.filter(**waiting).update(due_at=now))
    await at.at(lambda: Peer.filter(host=who.host).update(probe_at=now))


async def test_an_edit_is_the_same_everywhere_and_says_so(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    fields = {**ANSWER, "recommendation": "Heparin for longer."}
    await okafor.does(changing.edit, there.id, answer.id, fields)
    await houses.settle()
    for house in (mercy, stlukes):
        row = await mine(house, answer.uri)
        assert row.body["cs:recommendation"] == "Heparin for longer." and row.edited_at
        found = await seen_at(house, consult)
        assert (found.status, found.last_seq) == (Status.ANSWERED, 4)
    shown = await page(mercy, consult)
    assert "Heparin for longer." in shown and "Edited" in shown
    assert ANSWER["recommendation"] not in shown


async def test_what_its_author_deletes_is_gone_everywhere_also_where_it_never_came(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    heart.network.down.add(heart.host)
    comment = await write(okafor, consult, Event.COMMENT, text="A slip of the tongue.")
    await stlukes.deliver()
    await mercy.deliver()
    await stlukes.deliver()
    there = await seen_at(stlukes, consult)
    await okafor.does(changing.delete, there.id, comment.id)
    await stlukes.deliver()
    await mercy.deliver()
    heart.network.down.clear()
    heart.network.sent.clear()
    await is_back(heart, mercy)
    await houses.settle()
    assert not [sent for sent in heart.network.sent if b"slip of the tongue" in sent.body]
    for house in (mercy, stlukes, heart):
        assert "slip of the tongue" not in await all_words(house), house.name
        assert (await seen_at(house, consult)).last_seq == 3
    there = await seen_at(stlukes, consult)
    assert "deleted what they wrote" in await page(mercy, consult)
    rows = await receipts_of(mercy)
    assert set(rows) == {stlukes.host, heart.host} and all(row.purged_at for row in rows.values())
    mine = await page(stlukes, consult, "/recall", "okafor")
    assert "1 of 1 deleted" in mine, mine
    assert "Mercy General asks the other hospitals" in mine
    await stlukes.at(lambda: Receipt.all().update(purged_at=None))  # as if it was lost
    okafors = await stlukes.sign_in("okafor")
    assert (await okafors.post_form(f"/k/{there.id}/recall/again", {})).status == 302
    await houses.settle()
    assert "1 of 1 deleted" in await page(stlukes, consult, "/recall", "okafor")
    await stlukes.person(MOYO)
    colleague = await stlukes.sign_in("moyo")
    assert (await colleague.get(f"/k/{there.id}/recall")).status == 404
    assert (await okafor.home.rows())["Recall"] == 0


async def test_nobody_changes_what_another_wrote(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person, lee: Person
) -> None:
    comment = await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    moyo = await stlukes.person(MOYO)
    there = await seen_at(stlukes, consult)
    for person, number in ((moyo, there.id), (lee, consult.id)):
        row = await mine(person.home, comment.uri)
        with pytest.raises(NotFound):
            await person.does(changing.edit, number, row.id, {"text": "Other."})
        with pytest.raises(NotFound):
            await person.does(changing.delete, number, row.id)
    writer, key = await Writer.of(mercy, consult), await moyo.key()
    body = (await mine(mercy, comment.uri)).body
    for kind, content in (("Update", body), ("Delete", comment.uri), ("Delete", consult.root_uri)):
        before = await mercy.rows()
        document = writer.activity(stlukes, kind, moyo.uri, content, **writer.address)
        answer = await mercy.receives(proven(document, key), key)
        assert answer.status == 403, kind
        changed = {name for name, number in (await mercy.rows()).items() if number != before[name]}
        assert changed <= {"AuditEntry", "Event", "Alert", "Notification"}
    assert (await mine(mercy, comment.uri)).body == body


async def test_an_edit_is_checked_as_what_is_new(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    with pytest.raises(FormRefused):
        await okafor.does(changing.edit, there.id, answer.id, {**ANSWER, "rationale": ""})
    writer, key = await Writer.of(mercy, consult), await okafor.key()
    body = {**(await mine(mercy, answer.uri)).body, "cs:kind": "comment"}
    async with refused(mercy, "6.3 kind") as answers:
        document = writer.activity(stlukes, "Update", okafor.uri, body, **writer.address)
        answers.append(await mercy.receives(proven(document, key), key))


async def test_a_withdrawn_consult_leaves_no_word_elsewhere_and_its_asker_may_ask_anew(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    await write(okafor, consult, Event.COMMENT, text="Before it went.")
    await houses.settle()
    assert "mechanical valve" in await all_words(stlukes)
    browser, other = await mercy.sign_in("lee"), await stlukes.sign_in("okafor")
    assert (await browser.post_form(f"/k/{consult.id}/withdraw", {})).status == 302
    await houses.settle()
    there = await seen_at(stlukes, consult)
    assert there.status is Status.WITHDRAWN and there.version == 2
    for words in ("mechanical valve", "Before it went"):
        assert words not in await all_words(stlukes)
    assert not (await stlukes.rows())["Notification"]
    gone, unknown = await other.get(f"/k/{there.id}"), await other.get(f"/k/{there.id + 1}")
    assert (gone.status, gone.body) == (404, unknown.body)
    assert (await other.get("/consults?box=closed")).status == 200
    shown = await page(mercy, consult)
    assert "withdrew this consult" in shown and "Ask again from a draft" in shown
    assert "You alone can read this." in shown
    assert "can read this:" not in shown and "has it" not in shown
    assert "1 of 1 deleted" in await page(mercy, consult, "/recall")
    again = await browser.post_form(f"/k/{consult.id}/again", {})
    form = await browser.get(again.header("location"))
    assert "mechanical valve" in form.text and "Aortic valve replaced" in form.text


async def test_who_was_down_all_the_while_never_gets_what_was_withdrawn(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    stlukes.network.down.add(stlukes.host)
    consult = await ask(lee, stlukes)
    await mercy.deliver()
    await lee.does(changing.withdraw, consult.id)
    stlukes.network.down.clear()
    await is_back(stlukes, mercy)
    await houses.settle()
    assert await bodies(stlukes, consult) == 0
    assert (await seen_at(stlukes, consult)).status is Status.WITHDRAWN
    assert (await receipts_of(mercy))[stlukes.host].purged_at is not None
    assert "1 of 1 deleted" in await page(mercy, consult, "/recall")
    assert not [sent for sent in stlukes.network.sent if b"mechanical valve" in sent.body]
    answered = await ask(lee)
    colleague = await mercy.person(new("colleague", "Dr Colleague", "cardiology"))
    await write(colleague, answered, Event.ANSWER)
    with pytest.raises(Conflict):
        await lee.does(changing.withdraw, answered.id)


async def test_escalated_and_reopened_is_known_everywhere(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed")
    with pytest.raises(NotAllowed):
        await write(okafor, consult, Event.REOPEN)
    browser = await mercy.sign_in("lee")
    form = await browser.get(f"/k/{consult.id}")
    assert 'id="reopen"' in form.text and 'id="answer-recommendation"' not in form.text
    empty = await browser.post_form(f"/k/{consult.id}/reopen", {"text": " "})
    assert empty.status == 422
    await browser.post_form(f"/k/{consult.id}/reopen", {"text": "It came back."})
    await houses.settle()
    found = await seen_at(stlukes, consult)
    assert (found.status, found.outcome, found.accepted) == (Status.OPEN, None, [])
    for person, number in (("lee", consult.id), ("okafor", found.id)):
        house = mercy if person == "lee" else stlukes
        assert "Answer due in" in (await (await house.sign_in(person)).get(f"/k/{number}")).text
    await browser.post_form(f"/k/{consult.id}/escalate", {"reason": "formal_consult"})
    await houses.settle()
    there = await seen_at(stlukes, consult)
    assert there.status is Status.ESCALATED
    seen = await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}")
    assert "moved to a formal consult" in seen.text and "Needs a formal consult" in seen.text
    raced = await (await mercy.sign_in("lee")).post_form(
        f"/k/{consult.id}/comment", {"text": "Too late, and kept."}
    )
    assert raced.status == 409 and "Too late, and kept." in raced.text


async def test_a_steward_of_the_owner_escalates_and_one_elsewhere_does_not(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    steward = await mercy.person(new("steward", "Dr Steward", "cardiology"))
    for person in (steward, okafor):
        person.member.role = Role.STEWARD
        await person.home.at(person.member.save)
    there, fields = await seen_at(stlukes, consult), {"reason": "emergency"}
    with pytest.raises(NotAllowed):
        await okafor.does(contributing.contribute, there.id, Event.ESCALATE, fields)
    await steward.does(contributing.contribute, consult.id, Event.ESCALATE, fields)
    assert (await seen_at(mercy, consult)).status is Status.ESCALATED


async def test_time_ends_each_consult_once_however_many_look(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    other = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, other, Event.ANSWER)
    await houses.settle()
    idle = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, idle, Event.ANSWER)
    await houses.settle()
    await accept(lee, other, answer)
    await houses.settle()
    now = datetime.now(UTC)
    await mercy.at(worker.step, now)
    assert (await seen_at(mercy, consult)).status is Status.OPEN
    await mercy.at(lambda: Consult.all().update(lapses_at=now - timedelta(seconds=1)))
    await asyncio.gather(*(mercy.at(worker.step, now) for _ in range(3)))
    await houses.settle()
    for house in (mercy, stlukes):
        ended = [await seen_at(house, one) for one in (consult, idle, other)]
        assert [(one.status, one.outcome) for one in ended] == [
            (Status.EXPIRED, None),
            (Status.CLOSED, "not_accepted"),
            (Status.CLOSED, "not_reported"),
        ]
        assert [one.version for one in ended] == [2, 3, 4]
    browser = await mercy.sign_in("lee")
    assert "Ask again from a draft" in (await browser.get(f"/k/{consult.id}")).text
    assert "Nobody answered in 14 days" in (await browser.get(f"/k/{consult.id}")).text


async def test_consults_from_before_there_were_timers_begin_theirs(
    mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    await mercy.at(lambda: Consult.filter(id=consult.id).update(lapses_at=None))
    await mercy.at(worker.step, consult.published_at + timedelta(days=1))
    found = await mercy.at(Consult.get, id=consult.id)
    assert found.lapses_at == consult.changed_at + timedelta(days=14)
