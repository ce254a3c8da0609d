"""Images that come with a consult: kept where they are agreed, left out and said so elsewhere."""

from typing import Any

import orjson
import pytest

from instance.models import Consult, Contribution, HistoryEntry, Relationship
from instance.outbox import consults as documents
from instance.services.consults import attachments, images
from tests.cast import Houses
from tests.clinic import ask, seen_at, written
from tests.forging import Writer, said
from tests.houses import House, Person
from tests.network import Network

IMAGE = "https://media.example/scan"
ATTACHED = [{"type": "Image", "url": IMAGE, "name": "A scan", "cs:consentBasis": "held"}]
LEFT_OUT = "was left out: the agreement with the other hospital has no images."
NOT_BROUGHT = "This image could not be brought here."


async def agree(house: House, other: House, *scopes: str) -> None:
    rows: dict[str, Any] = {"scopes": list(scopes)}
    await house.at(lambda: Relationship.filter(peer__host=other.host).update(**rows))


@pytest.fixture
async def consult(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> Consult:
    """Dr Lee's question with an image; Mercy has agreed on images with the society alone."""
    await agree(stlukes, mercy, "consult", "onward")
    await agree(mercy, stlukes, "consult", "onward")
    plain = documents.state
    monkeypatch.setattr(documents, "state", lambda row: plain(row) | {"attachment": ATTACHED})
    consult = await ask(lee, stlukes, heart)
    monkeypatch.undo()
    await houses.settle()
    return consult


async def kept(house: House) -> str:
    """All words that a house keeps of consults."""
    bodies = [row.body for row in await house.at(Contribution.all)]
    entries = [row.document for row in await house.at(HistoryEntry.all)]
    return orjson.dumps([bodies, entries]).decode()


async def page(house: House, consult: Consult, handle: str) -> str:
    there = await seen_at(house, consult)
    answer = await (await house.sign_in(handle)).get(f"/k/{there.id}")
    assert answer.status == 200 and IMAGE not in answer.text
    return answer.text


async def test_an_image_of_a_question_is_kept_only_where_it_is_agreed(
    mercy: House, stlukes: House, heart: House, consult: Consult, okafor: Person, quill: Person
) -> None:
    assert IMAGE not in await kept(stlukes)
    assert LEFT_OUT in await page(stlukes, consult, "okafor")
    assert IMAGE in await kept(heart)
    await heart.at(images.miss, IMAGE, consult.uri)
    assert NOT_BROUGHT in await page(heart, consult, "quill")


@pytest.mark.parametrize("kind", ["answer", "comment", "ask_info"])
async def test_an_image_of_a_guest_is_left_out_here_and_spread_as_it_was_signed(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    consult: Consult,
    okafor: Person,
    quill: Person,
    kind: str,
) -> None:
    document = await said(await Writer.of(mercy, consult), okafor, kind, attachment=ATTACHED)
    assert (await mercy.receives(document, await okafor.key())).status == 202
    row = (await written(mercy, consult))[-1]
    assert "attachment" not in row.body and LEFT_OUT in await page(mercy, consult, "lee")
    await houses.settle()
    for house, handle, is_agreed in ((stlukes, "okafor", False), (heart, "quill", True)):
        assert (IMAGE in await kept(house)) is is_agreed
        assert (await page(house, consult, handle)).count(LEFT_OUT) == (0 if is_agreed else 2)


async def test_nobody_asks_for_the_image(consult: Consult, network: Network) -> None:
    assert not [sent for sent in network.sent if "media.example" in sent.url]


async def test_a_sender_does_not_say_that_something_was_left_out(
    mercy: House, heart: House, stlukes: House, consult: Consult
) -> None:
    told = {"type": "Note", "curbside:leftOut": True}
    assert attachments.left_out(await mercy.at(attachments.admitted, told, heart.host)) == ""
    assert attachments.left_out(await mercy.at(attachments.admitted, told, stlukes.host)) == ""


@pytest.mark.parametrize("value", ["x", {"type": "Image"}, [7], [[]], None, [], ""])
async def test_whatever_form_it_has_it_is_left_out(
    mercy: House, stlukes: House, consult: Consult, value: object
) -> None:
    note = {"type": "Create", "object": {"type": "Note", "image": value}}
    found = (await mercy.at(attachments.admitted, note, stlukes.host))["object"]
    assert "image" not in found
    assert attachments.left_out(found) == ("not_agreed" if value else "")
