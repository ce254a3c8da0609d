"""An image is recalled alone: it goes everywhere, its question stays. 6.4, T53, T63, T86."""

from io import BytesIO

import pytest
from PIL import Image

from federation import recalls
from federation.recalls import Asked
from instance.errors import NotFound
from instance.models import Consult, Delivery, Media, MediaPart, MediaState, Member, Recall, Status
from instance.services.consults import changing, questions, recalling, releasing
from instance.services.consults.states import Event
from tests import pictures
from tests.browsing import Browser
from tests.cast import RUIZ, Houses
from tests.clinic import FACTS, add_image, ask_with_images, audited, seen_at, write, written
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.recalls import STEWARD, bodies, opened, page, receipts_of
from tests.test_images_between_institutions import followed, peer_asks
from tests.treaties import queued

SLIP, KEPT = "zebrafinch wristband", "An X-ray of the chest"


@pytest.fixture
async def consult(houses: Houses, lee: Person, okafor: Person, stlukes: House) -> Consult:
    """Dr Lee's, with two images, of which the first shows a name."""
    slip = await add_image(lee, pictures.of((300, 200)), alt=SLIP)
    asked = await ask_with_images(
        lee, stlukes, images=(slip, await add_image(lee, pictures.of((301, 200)), alt=KEPT))
    )
    await houses.settle()
    await write(okafor, asked, Event.ANSWER)
    await houses.settle()
    return asked


async def images_of(house: House, consult: Consult) -> list[Media]:
    rows = await house.at(lambda: Media.filter(consult__uri=consult.uri).order_by("position", "id"))
    return sorted(rows, key=lambda row: row.state is not MediaState.RECALLED)


async def recall_image(browser: Browser, consult_id: int, image: Media) -> None:
    form = {"post": f"image-{image.id}", "reason": "phi"}
    assert (await browser.post_form(f"/k/{consult_id}/recall", form)).status == 302


async def first_of(house: House, consult: Consult) -> Media:
    """The one with the name, while it is shown."""
    rows = await house.at(lambda: Media.filter(consult__uri=consult.uri).order_by("position"))
    return rows[0]


async def test_an_image_goes_everywhere_at_once_and_its_question_stays(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    here, there = await first_of(mercy, consult), await first_of(stlukes, consult)
    lees, okafors = await mercy.sign_in("lee"), await stlukes.sign_in("okafor")
    seen = await lees.get(f"/media/{here.id}")
    assert f"/recall?post=image-{here.id}" in (await lees.get(f"/k/{consult.id}")).text
    await recall_image(lees, consult.id, here)
    for path in (f"/media/{here.id}", f"/media/{here.id}/small"):
        assert (await followed(mercy, lees, path)).status == 404
    assert (await mercy.request(Sent("GET", seen.header("location"), {}))).status == 404
    assert (await peer_asks(mercy, stlukes, f"/file/{here.id}")).status == 404
    assert "0 of 1 deleted" in await page(mercy, consult, "/recall")
    await houses.settle()
    assert (await followed(stlukes, okafors, f"/media/{there.id}")).status == 404
    shown = await page(mercy, consult, "/recall")
    assert "1 of 1 deleted" in shown and "recalled 1 image" in shown
    for house, handle in ((mercy, "lee"), (stlukes, "okafor")):
        gone, kept = await images_of(house, consult)
        assert (gone.state, gone.alt, kept.state) == (MediaState.RECALLED, "", MediaState.READY)
        text = await page(house, consult, handle=handle)
        assert FACTS["question"] in text and "This image was recalled." in text
        current = await seen_at(house, consult)
        assert (current.status, current.facts["history"]) == (Status.HELD, FACTS["history"])
        assert [bool(row.body) for row in await written(house, consult)] == [True, True]
        browser = await house.sign_in(handle)
        answer = await followed(house, browser, f"/media/{kept.id}")
        assert Image.open(BytesIO(answer.body)).size == (301, 200)
    assert "Edited" not in await page(stlukes, consult, handle="okafor")


async def test_of_a_recalled_image_nothing_is_left_in_any_table(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    """T63: neither its bytes nor what was said of it, history and deliveries included."""
    await lee.does(_change, consult)
    await houses.settle()
    image = await first_of(mercy, consult)
    parts = [row.content for row in await mercy.at(lambda: MediaPart.filter(media_id=image.id))]
    assert [name for name, rows in (await opened(stlukes)).items() if SLIP in rows]
    await lee.does(recalling.recall, consult.id, [f"image-{image.id}"], "phi")
    await houses.settle()
    for house in (mercy, stlukes):
        assert not [name for name, rows in (await opened(house)).items() if SLIP in rows]
        left = await house.at(lambda: MediaPart.all().select_related("media"))
        assert left and not {row.content for row in left} & set(parts)
        assert all(row.media.state is MediaState.READY for row in left)


async def _change(member: Member, consult: Consult) -> None:
    root = (await questions.own(member, consult.id))[1]
    seen = questions.version(root)
    await questions.edit(member, consult.id, {"history": "Changed."}, seen, attested=True)


async def test_a_hospital_that_was_down_gets_the_question_and_never_the_image(
    houses: Houses, mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    network.down.add(stlukes.host)
    slip, kept = await add_image(lee, alt=SLIP), await add_image(lee, alt=KEPT)
    asked = await ask_with_images(lee, stlukes, images=(slip, kept))
    await houses.settle()
    await lee.does(recalling.recall, asked.id, [f"image-{slip}"], "phi")
    await houses.settle()
    assert (await receipts_of(mercy))[stlukes.host].purged_at is None
    network.down.clear()
    network.sent.clear()
    browser = await mercy.sign_in("lee")
    assert (await browser.post_form(f"/k/{asked.id}/recall/again", {})).status == 302
    await houses.settle()
    assert (await receipts_of(mercy))[stlukes.host].purged_at is not None
    assert not [sent for sent in network.sent if SLIP.encode() in sent.body]
    assert not [sent for sent in network.sent if sent.url.endswith(f"/file/{slip}")]
    there = await seen_at(stlukes, asked)
    assert (there.status, there.facts["title"]) == (Status.HELD, FACTS["title"])
    assert [row.alt for row in await images_of(stlukes, asked)][-1] == KEPT


async def test_on_the_wire_its_question_is_deleted_and_comes_again(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, network: Network
) -> None:
    """Who knows of no image recalled alone deletes it with its question, and proves that."""
    image = await first_of(mercy, consult)
    await lee.does(recalling.recall, consult.id, [f"image-{image.id}"], "phi")
    network.sent.clear()
    await houses.settle()
    said = [sent.document["object"] for sent in network.sent if sent.document.get("cs:seq")]
    deletion, again, state = said
    assert deletion["type"] == "Delete" and deletion["object"] == [consult.root_uri]
    assert deletion["cs:images"] == [f"https://media.mercy.example/file/{image.id}"]
    assert again["type"] == "Update" and len(again["object"]["attachment"]) == 1
    assert state["object"]["cs:status"] == "held"
    older = recalls.read({name: deletion[name] for name in ("object", "cs:reason")})
    assert older == Asked((consult.root_uri,), "phi")


async def test_asked_again_a_hospital_keeps_what_came_since(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    image = await first_of(mercy, consult)
    await lee.does(recalling.recall, consult.id, [f"image-{image.id}"], "phi")
    await mercy.deliver()
    await queued(stlukes, "Accept")  # its answer is lost
    await stlukes.at(lambda: Delivery.all().delete())
    await lee.does(recalling.try_again, consult.id)
    await houses.settle()
    assert (await receipts_of(mercy))[stlukes.host].purged_at is not None
    assert (await seen_at(stlukes, consult)).facts["title"] == FACTS["title"]
    assert (await bodies(stlukes, consult)) > 0


async def test_released_the_consult_goes_on_without_the_image(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    image = await first_of(mercy, consult)
    browser = await mercy.sign_in("lee")
    for _ in range(2):
        await recall_image(browser, consult.id, image)
    assert await mercy.at(lambda: Recall.all().count()) == 1
    await houses.settle()
    form = (await browser.get(f"/k/{consult.id}/recall/question")).text
    assert FACTS["history"] in form and "Send 1 image again" not in form
    await lee.does(releasing.send_again, consult.id, {})
    await houses.settle()
    for house in (mercy, stlukes):
        assert (await seen_at(house, consult)).status is Status.ANSWERED
        states = [row.state for row in await images_of(house, consult)]
        assert states == [MediaState.RECALLED, MediaState.READY]


async def test_stewards_here_and_of_a_partner_may_ask_and_nobody_else(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    await mercy.person(RUIZ)
    await stlukes.person(STEWARD)
    image, there = await first_of(mercy, consult), await first_of(stlukes, consult)
    at_stlukes = await seen_at(stlukes, consult)
    for house, handle, row in ((mercy, "ruiz", image), (stlukes, "okafor", there)):
        number = consult.id if house is mercy else at_stlukes.id
        form = {"post": f"image-{row.id}", "reason": "phi"}
        browser = await house.sign_in(handle)
        assert (await browser.post_form(f"/k/{number}/recall", form)).status == 404
        assert "Recall image" not in (await browser.get(f"/k/{number}")).text
    steward = await stlukes.sign_in("steward")
    assert "Recall image" in (await steward.get(f"/k/{at_stlukes.id}")).text
    for _ in range(2):
        await recall_image(steward, at_stlukes.id, there)
    await houses.settle()
    assert (await audited(stlukes)).count("consult.recall_asked") == 1
    assert "St. Luke's recalled 1 image" in await page(mercy, consult, "/recall")
    for house in (mercy, stlukes):
        gone, kept = await images_of(house, consult)
        assert (gone.state, kept.state) == (MediaState.RECALLED, MediaState.READY)
        assert (await seen_at(house, consult)).facts["title"] == FACTS["title"]
    await mercy.person(STEWARD)
    own = await mercy.sign_in("steward")
    await recall_image(own, consult.id, (await images_of(mercy, consult))[1])
    await houses.settle()
    assert not await mercy.at(MediaPart.all) and not await stlukes.at(MediaPart.all)


async def test_a_withdrawn_question_does_not_come_again_for_an_image(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    image = await add_image(lee)
    asked = await ask_with_images(lee, stlukes, images=(image,))
    await houses.settle()
    await lee.does(changing.withdraw, asked.id)
    await houses.settle()
    with pytest.raises(NotFound):
        await lee.does(recalling.recall, asked.id, [f"image-{image}"], "phi")
    await houses.settle()
    assert await bodies(stlukes, asked) == 0
    assert "This image was recalled" not in await page(mercy, asked)
