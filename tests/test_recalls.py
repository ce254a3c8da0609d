"""A post is recalled: hidden at once, deleted everywhere, and every hospital proves it (6.4)."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict
from instance.models import Consult, Contribution, Delivery, Notification, Receipt, Status
from instance.outbox import posts
from instance.services import deliveries, treaties
from instance.services.consults import recalling, releasing
from instance.services.consults.states import Event
from instance.workers import upkeep
from tests.cast import MOYO, RUIZ, Houses
from tests.clinic import FACTS, ask, audited, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network
from tests.recalls import PHI, STEWARD, bodies, opened, page, receipts_of
from tests.treaties import does

CANARY = "zebrafinch"


@pytest.fixture
async def consult(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> Consult:
    """Mercy's, with an answer of St. Luke's; the society reads along."""
    asked = await ask(lee, stlukes, heart)
    await houses.settle()
    await write(okafor, asked, Event.ANSWER)
    await houses.settle()
    return asked


async def test_all_of_it_goes_everywhere_and_each_hospital_proves_it(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult
) -> None:
    assert 0 not in [await bodies(house, consult) for house in (mercy, stlukes, heart)]
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    assert await bodies(mercy, consult) == 0
    await houses.settle()
    rows = await receipts_of(mercy)
    assert set(rows) == {stlukes.host, heart.host}
    for row in rows.values():
        assert (row.remaining, row.asked) == (0, [consult.uri])
        assert row.purged_at is not None
    for house in (mercy, stlukes, heart):
        assert await bodies(house, consult) == 0
        there = await seen_at(house, consult)
        assert (there.status, there.version, there.facts) == (Status.HELD, 3, {})
    assert "consult.recalled" in await audited(mercy)
    assert "consult.obeyed" in await audited(stlukes)


async def test_released_it_is_as_it_was_but_for_what_others_wrote(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult
) -> None:
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    await lee.does(releasing.send_again, consult.id, {"history": "Without a name."})
    with pytest.raises(Conflict):
        await lee.does(releasing.send_again, consult.id, {"history": "Twice."})
    await houses.settle()
    for house in (mercy, stlukes, heart):
        there = await seen_at(house, consult)
        assert (there.status, there.version) == (Status.ANSWERED, 4)
        assert there.facts["history"] == "Without a name."
        assert there.facts["title"] == FACTS["title"]
        question, answer = await written(house, consult)
        assert question.body and not answer.body


async def test_the_page_hides_it_and_shows_each_receipt(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    browser, url = await mercy.sign_in("lee"), f"/k/{consult.id}/recall"
    assert "All of this consult" in await page(mercy, consult, "/recall")
    assert (await browser.post_form(url, {"post": "all"})).status == 422
    assert (await browser.post_form(url, PHI)).status == 302
    assert "0 of 2 deleted" in await page(mercy, consult, "/recall")
    assert FACTS["question"] not in await page(mercy, consult)
    await houses.settle()
    said = await page(mercy, consult, "/recall")
    assert "2 of 2 deleted" in said and "Deleted there" in said
    word = "This post was recalled because it could identify a patient."
    for house, handle in ((stlukes, "okafor"), (mercy, "lee")):
        assert word in await page(house, consult, handle=handle)
    assert FACTS["question"] in (await browser.get(f"{url}/question")).text
    assert (await browser.post_form(url, PHI)).status == 302  # a second click


async def test_twelve_of_twelve_and_who_is_late(
    mercy: House, stlukes: House, lee: Person, consult: Consult
) -> None:
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    now = datetime.now(UTC)
    await mercy.at(_ten_more, consult, now)
    waiting = Receipt.filter
    await mercy.at(lambda: waiting(host="heart.example").update(purged_at=now))
    for passed, said in (
        (timedelta(0), "Asked to delete it"),
        (timedelta(minutes=16), "has not said yet that it deleted it"),
        (timedelta(hours=25), "It should have deleted this by"),
    ):
        await mercy.at(_asked_at, stlukes.host, now - passed)
        shown = await page(mercy, consult, "/recall")
        assert said in shown and "11 of 12 deleted" in shown
    await mercy.at(lambda: waiting(host=stlukes.host).update(purged_at=now))
    shown = await page(mercy, consult, "/recall")
    assert "12 of 12 deleted" in shown and "Try again" not in shown


async def _asked_at(host: str, at: datetime) -> None:
    await Receipt.filter(host=host).update(asked_at=at)


async def _ten_more(consult: Consult, now: datetime) -> None:
    """Hospitals that deleted it."""
    for number in range(10):
        await Receipt.create(
            consult=consult,
            activity_uri=posts.activity_uri(),
            host=f"h{number}.example",
            reason="phi",
            asked=[consult.uri],
            asked_at=now,
            purged_at=now,
        )


async def test_one_answer_goes_and_the_rest_stays_and_is_held(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, consult: Consult
) -> None:
    answer = (await written(mercy, consult))[-1]
    await lee.does(recalling.recall, consult.id, [str(answer.id)], "withdrawn")
    await houses.settle()
    for house in (mercy, stlukes):
        question, gone = await written(house, consult)
        assert question.body and not gone.body
        assert (await seen_at(house, consult)).status is Status.HELD
    assert FACTS["question"] in await page(stlukes, consult, handle="okafor")
    with pytest.raises(Conflict):
        await write(okafor, consult, Event.ANSWER)
    await mercy.person(STEWARD)
    browser = await mercy.sign_in("steward")
    url = f"/k/{consult.id}/recall/release"
    assert (await browser.post_form(url, {"release_reason": "ok"})).status == 422
    assert (await browser.post_form(url, {"release_reason": "Nobody is named."})).status == 302
    await houses.settle()
    there = await seen_at(stlukes, consult)
    assert (there.status, there.facts) == (Status.ANSWERED, there.facts)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert [bool(row.body) for row in await written(mercy, consult)] == [True, False, True]


async def test_a_hospital_that_was_down_for_a_day_never_gets_the_words(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, network: Network
) -> None:
    network.down.add(stlukes.host)
    asked = await ask(lee, stlukes, heart)
    await houses.settle()
    await lee.does(recalling.recall, asked.id, ["all"], "phi")
    await houses.settle()
    assert (await receipts_of(mercy))[stlukes.host].purged_at is None
    assert (await receipts_of(mercy))[heart.host].purged_at is not None
    network.down.clear()
    network.sent.clear()
    browser = await mercy.sign_in("lee")
    assert (await browser.post_form(f"/k/{asked.id}/recall/again", {})).status == 302
    await houses.settle()
    assert (await receipts_of(mercy))[stlukes.host].purged_at is not None
    assert not [sent for sent in network.sent if FACTS["question"].encode() in sent.body]
    assert (await seen_at(stlukes, asked)).status is Status.HELD
    await lee.does(releasing.send_again, asked.id, {})
    await houses.settle()
    there = await seen_at(stlukes, asked)
    assert (there.status, there.facts["title"]) == (Status.OPEN, FACTS["title"])


async def test_a_recall_counts_before_what_was_said_earlier(
    houses: Houses, mercy: House, stlukes: House, lee: Person, consult: Consult, network: Network
) -> None:
    """Across a gap; and the words that come late are dropped, whoever sends them again."""
    network.lose(lambda sent: sent.host == stlukes.host and sent.document.get("type") == "Add")
    comment = await write(lee, consult, Event.COMMENT, text=f"{CANARY} said so.")
    await mercy.deliver()
    came = [sent for sent in network.sent if sent.host == stlukes.host]
    lost = next(sent for sent in came if CANARY.encode() in sent.body)
    await lee.does(recalling.recall, consult.id, [str(comment.id)], "phi")
    await mercy.deliver()
    await stlukes.at(_no_words_of, comment.uri)
    assert (await stlukes.request(lost)).status == 202
    await houses.settle()
    await stlukes.at(_no_words_of, comment.uri)
    there, here = await seen_at(stlukes, consult), await seen_at(mercy, consult)
    assert there.last_seq == here.last_seq
    assert not [name for name, rows in (await opened(stlukes)).items() if CANARY in rows]


async def _no_words_of(uri: str) -> None:
    row = await Contribution.get_or_none(uri=uri)
    assert row is None or not row.body


@pytest.mark.parametrize("when", ["before it heard", "before it was recalled"])
async def test_who_left_meanwhile_still_deletes_and_proves_it(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    consult: Consult,
    network: Network,
    when: str,
) -> None:
    network.down.add(stlukes.host)
    if when == "before it was recalled":
        await does(mercy, treaties.revoke, stlukes)
        await houses.settle()
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    if when == "before it heard":
        await does(mercy, treaties.revoke, stlukes)
        await houses.settle()
    assert "1 of 2 deleted" in await page(mercy, consult, "/recall")
    network.down.clear()
    await does(mercy, deliveries.try_now, stlukes)
    await houses.settle()
    assert await bodies(stlukes, consult) == 0
    assert "2 of 2 deleted" in await page(mercy, consult, "/recall")
    rows = await mercy.at(lambda: Receipt.filter(host=stlukes.host))
    assert all(row.purged_at for row in rows)


async def test_of_what_was_recalled_nothing_is_left_anywhere(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T63: in no table of any of the three, in no file and no log; but the question, for its asker
    and stewards, at home."""
    caplog.set_level(logging.DEBUG)
    asked = await ask(lee, stlukes, heart)
    await houses.settle()
    for person in (okafor, lee):
        await write(person, asked, Event.COMMENT, text=f"{CANARY} said so.")
        await houses.settle()
    said = [str(row.id) for row in (await written(mercy, asked))[1:]]
    assert [name for name, rows in (await opened(heart)).items() if CANARY in rows]
    await lee.does(recalling.recall, asked.id, said, "phi")
    await houses.settle()
    for house in (mercy, stlukes, heart):
        assert not [name for name, rows in (await opened(house)).items() if CANARY in rows]
        files = [path for path in house.config.data.rglob("*") if path.is_file()]
        assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    assert not [record for record in caplog.records if CANARY in record.getMessage().lower()]


async def test_those_who_wrote_or_read_it_are_told_and_nobody_else(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, consult: Consult
) -> None:
    """In the app, on every page until they read it, and by mail: of no word that was in it."""
    await stlukes.person(RUIZ)
    read = await stlukes.person(MOYO)
    reader = await stlukes.sign_in("moyo")
    path = f"/k/{(await seen_at(stlukes, consult)).id}"
    assert FACTS["question"] in (await reader.get(path)).text
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    notices = await stlukes.at(lambda: Notification.filter(kind="recalled").order_by("id"))
    assert {one.member_id for one in notices} == {okafor.member.id, read.member.id}
    assert all(one.mail_at is not None for one in notices)
    warning = "A consult you wrote in or read was recalled."
    assert warning in (await reader.get("/channels")).text
    assert warning not in (await (await stlukes.sign_in("ruiz")).get("/channels")).text
    await stlukes.at(upkeep.purge, datetime.now(UTC) + timedelta(days=31))
    assert (await stlukes.rows())["ConsultReader"] == 0
    notice = next(one for one in notices if one.member_id == okafor.member.id)
    assert not await mercy.at(lambda: Notification.filter(kind="recalled").exists())
    browser = await stlukes.sign_in("okafor")
    answer = await browser.post_form(f"/notifications/{notice.id}", {})
    there = await seen_at(stlukes, consult)
    assert answer.status in (302, 404, 405)
    opened_at = await browser.get(f"/notifications/{notice.id}")
    assert opened_at.header("location") == f"/k/{there.id}"


async def test_two_hospitals_that_took_it_and_did_not_answer_are_both_asked_again(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult
) -> None:
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await mercy.deliver()
    for house in (stlukes, heart):
        await house.at(lambda: Delivery.all().delete())  # what they answer is lost
    browser = await mercy.sign_in("lee")
    assert (await browser.post_form(f"/k/{consult.id}/recall/again", {})).status == 302
    await houses.settle()
    assert "2 of 2 deleted" in await page(mercy, consult, "/recall")
