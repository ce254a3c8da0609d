"""A steward asks a partner to recall what is deleted there already: that ends, too (6.4.1)."""

import pytest

from instance.models import Consult, Recall, Status
from instance.services.consults import changing, images, recalling, requesting
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import add_image, ask, ask_with_images, audited, seen_at, write, written
from tests.forging import Writer, said
from tests.houses import House, Person
from tests.network import Network
from tests.recalls import STEWARD, bodies, page

GONE, WAITS = "It is deleted at Mercy General, and here.", "It has not done so yet."


@pytest.fixture
async def steward(stlukes: House) -> Person:
    return await stlukes.person(STEWARD)


@pytest.fixture
async def consult(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> Consult:
    """Mercy's, with a comment."""
    asked = await ask(lee, stlukes, heart)
    await write(lee, asked, Event.COMMENT)
    await houses.settle()
    return asked


async def test_of_what_was_recalled_before_it_is_said_at_once_that_it_is_gone(
    houses: Houses, mercy: House, stlukes: House, lee: Person, steward: Person, consult: Consult
) -> None:
    """By somebody who was given the address of it. A second click asks nothing twice."""
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    browser, there = await stlukes.sign_in("steward"), await seen_at(stlukes, consult)
    form = {"address": f"/k/{there.id}", "reason": "phi"}
    for _ in range(2):
        assert (await browser.post_form("/admin/held", form)).status == 302
    shown = await page(stlukes, consult, "/recall", "steward")
    assert shown.count(GONE) == 1 and WAITS not in shown
    await houses.settle()
    assert (await audited(stlukes)).count("consult.recall_asked") == 1
    assert (await audited(mercy)).count("consult.recalled") == 1


async def test_what_was_asked_before_it_was_known_to_be_gone_is_closed_when_it_is_asked_again(
    houses: Houses, stlukes: House, lee: Person, steward: Person, consult: Consult
) -> None:
    """By an earlier version, which went on waiting."""
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    there = await seen_at(stlukes, consult)
    await steward.does(requesting.at_address, f"/k/{there.id}", "phi")
    await stlukes.at(lambda: Recall.all().update(deletion_uri=""))
    await steward.does(requesting.at_address, f"/k/{there.id}", "phi")
    assert WAITS not in await page(stlukes, consult, "/recall", "steward")


async def test_what_its_author_deletes_while_the_request_is_on_its_way_is_no_longer_waited_for(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    steward: Person,
    consult: Consult,
) -> None:
    row = (await written(stlukes, consult))[-1]
    there = await seen_at(stlukes, consult)
    await steward.does(requesting.ask, there.id, [str(row.id)], "phi")
    assert WAITS in await page(stlukes, consult, "/recall", "steward")
    comment = (await written(mercy, consult))[-1]
    await lee.does(changing.delete, consult.id, comment.id)
    await mercy.deliver()  # before it hears what St. Luke's asks
    shown = await page(stlukes, consult, "/recall", "steward")
    assert GONE in shown and WAITS not in shown
    await houses.settle()
    assert (await seen_at(mercy, consult)).status is Status.OPEN


async def test_another_deletion_does_not_count_for_what_was_asked(
    houses: Houses, mercy: House, stlukes: House, lee: Person, steward: Person
) -> None:
    slip = await add_image(lee)
    consult = await ask_with_images(lee, stlukes, images=(slip,))
    comment = await write(lee, consult, Event.COMMENT)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    [image] = await stlukes.at(images.of_consult, there)
    for chosen in ("all", f"image-{image.id}"):
        await steward.does(requesting.ask, there.id, [chosen], "phi")
    await lee.does(recalling.recall, consult.id, [str(comment.id)], "phi")
    await mercy.deliver()
    shown = await page(stlukes, consult, "/recall", "steward")
    assert shown.count(WAITS) == 2
    await houses.settle()
    shown = await page(stlukes, consult, "/recall", "steward")
    assert shown.count(GONE) == 2 and WAITS not in shown


async def test_a_hospital_that_the_deletion_never_reached_gets_it_when_its_steward_asks(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    steward: Person,
    consult: Consult,
    network: Network,
) -> None:
    """It hears no more of a consult of which it was told two stories, so it asks for nothing that
    it lacks; and of what was lost on the way nobody there knows."""
    writer = await Writer.of(mercy, consult)
    key, last = await writer.key(), (await seen_at(stlukes, consult)).last_seq
    await stlukes.receives(await writer.add(await said(writer, lee), last), key)
    assert (await seen_at(stlukes, consult)).frozen_at is not None
    network.lose(lambda sent: sent.host == stlukes.host and "Delete" in str(sent.document))
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    assert await bodies(stlukes, consult)
    there = await seen_at(stlukes, consult)
    await steward.does(requesting.ask, there.id, ["all"], "phi")
    await houses.settle()
    assert await bodies(stlukes, consult) == 0
    assert GONE in await page(stlukes, consult, "/recall", "steward")
    assert "2 of 2 deleted" in await page(mercy, consult, "/recall")
