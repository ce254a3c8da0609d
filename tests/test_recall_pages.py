"""What the page of recalls says of requests that ended, and of posts that read the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Consult, Contribution, Recall, Role
from instance.services import deliveries
from instance.services.consults import contributing, recalling, releasing, requesting
from instance.services.consults.states import Event
from tests.cast import RUIZ, Houses
from tests.clinic import ask, audited, seen_at, written
from tests.houses import House, Person
from tests.network import Network
from tests.recalls import STEWARD, page

WAITS, GONE = "It has not done so yet.", "It is deleted at Mercy General, and here."
REFUSED = "Nothing was recalled there: it refused our message,"


@pytest.fixture
async def steward(stlukes: House) -> Person:
    return await stlukes.person(STEWARD)


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    asked = await ask(lee, stlukes)
    await houses.settle()
    return asked


async def notices(house: House, consult: Consult, handle: str) -> list[tuple[str, str]]:
    """How each looks and what its icon is, from the top."""
    there = await seen_at(house, consult)
    answer = await (await house.sign_in(handle)).get(f"/k/{there.id}/recall")
    part = answer.text.partition('id="receipts"')[2].partition("</section>")[0]
    return re.findall(r'<p class="notice ?(\w*)">.*?#([a-z-]+)"', part)


async def test_a_request_that_was_refused_says_so_and_can_be_made_again(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    steward: Person,
    consult: Consult,
    network: Network,
) -> None:
    there = await seen_at(stlukes, consult)
    network.answer_once(mercy.host, 403)
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    assert WAITS in await page(stlukes, consult, "/recall", "steward")
    await stlukes.deliver()
    shown = await page(stlukes, consult, "/recall", "steward")
    assert REFUSED in shown and WAITS not in shown
    assert "Call a steward there" in shown and "You can ask again below." in shown
    assert await notices(stlukes, consult, "steward") == [("bad", "alert")]
    for _ in range(2):
        await steward.does(requesting.ask, there.id, ["all"], "phi")
    shown = await page(stlukes, consult, "/recall", "steward")
    assert shown.count(REFUSED) == 1 and shown.count(WAITS) == 1
    assert await notices(stlukes, consult, "steward") == [("warn", "clock"), ("bad", "alert")]
    await houses.settle()
    shown = await page(stlukes, consult, "/recall", "steward")
    assert shown.count(GONE) == 2 and WAITS not in shown and REFUSED not in shown
    assert (await audited(stlukes)).count("consult.recall_asked") == 2


async def test_a_request_that_an_administrator_dropped_is_not_waited_for_until_it_is_sent_again(
    houses: Houses, mercy: House, stlukes: House, steward: Person, consult: Consult
) -> None:
    there, admin = await seen_at(stlukes, consult), await stlukes.person(RUIZ)
    admin.member.role = Role.FEDERATION
    await stlukes.at(admin.member.save)
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    await stlukes.at(deliveries.drop, admin.member, mercy.host)
    assert "an administrator dropped it" in await page(stlukes, consult, "/recall", "steward")
    await stlukes.at(deliveries.retry_given_up, admin.member, mercy.host)
    assert WAITS in await page(stlukes, consult, "/recall", "steward")
    await houses.settle()
    assert GONE in await page(stlukes, consult, "/recall", "steward")


async def test_a_request_of_which_nothing_is_known_any_more_can_be_made_again(
    stlukes: House, steward: Person, consult: Consult
) -> None:
    there = await seen_at(stlukes, consult)
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    long_ago = datetime.now(UTC) - timedelta(days=31)
    await stlukes.at(lambda: Recall.all().update(recalled_at=long_ago))
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    assert (await audited(stlukes)).count("consult.recall_asked") == 2


async def test_what_is_done_looks_done_and_what_is_held_does_not(
    houses: Houses, mercy: House, stlukes: House, lee: Person, steward: Person, consult: Consult
) -> None:
    there = await seen_at(stlukes, consult)
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    assert await notices(stlukes, consult, "steward") == [("warn", "clock")]
    await houses.settle()
    assert await notices(stlukes, consult, "steward") == [("ok", "check")]
    assert await notices(mercy, consult, "lee") == [("bad", "alert")]


async def test_a_consult_that_is_held_looks_so_until_it_is_released(
    houses: Houses, mercy: House, lee: Person, consult: Consult
) -> None:
    ours = await mercy.person(STEWARD)
    await lee.does(contributing.contribute, consult.id, Event.COMMENT, {"text": "I meant it."})
    await houses.settle()
    comment = (await written(mercy, consult))[-1]
    await lee.does(recalling.recall, consult.id, [str(comment.id)], "phi")
    assert await notices(mercy, consult, "lee") == [("bad", "alert")]
    await ours.does(releasing.release, consult.id, "The comment is gone.")
    assert await notices(mercy, consult, "lee") == [("", "check")]


async def test_comments_that_read_the_same_are_told_apart_by_what_they_begin_with(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, consult: Consult
) -> None:
    long = "Platelets are 180 and stable since the weekend, and the wound is dry and clean."
    for text in (long, "I meant this morning."):
        await lee.does(contributing.contribute, consult.id, Event.COMMENT, {"text": text})
    there = await seen_at(stlukes, consult)
    await okafor.does(contributing.contribute, there.id, Event.COMMENT, {"text": "Agreed."})
    await houses.settle()
    same = datetime.now(UTC).replace(second=7)
    comments = {"consult_id": consult.id, "kind": "comment"}
    await mercy.at(lambda: Contribution.filter(**comments).update(published_at=same))
    shown = await page(mercy, consult, "/recall")
    said = "Comment of Dr J. Lee, [^,]*, "
    assert re.search(
        said + "1 of 2: “Platelets are 180 and stable since the weekend, and the …”", shown
    )
    assert re.search(said + "2 of 2: “I meant this morning.”", shown)
    assert "Agreed" not in shown and "dry and clean" not in shown


async def test_a_steward_who_does_not_read_the_consult_sees_none_of_its_words(
    houses: Houses, mercy: House, lee: Person, steward: Person
) -> None:
    ours = await mercy.person(STEWARD)
    there = await ask(lee)
    for text in ("One word.", "Another word."):
        await lee.does(contributing.contribute, there.id, Event.COMMENT, {"text": text})
    await lee.does(recalling.recall, there.id, ["all"], "phi")
    shown = await page(mercy, there, "/recall", ours.actor.handle)
    assert "One word" not in shown and "Another word" not in shown
