"""Images of a consult: who sees them, where and until when. T47, T53, T55, T61, section 6.2.8."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from tortoise.transactions import in_transaction

from federation.keys import PrivateKey
from federation.signing import sign
from instance.errors import Conflict, FormRefused
from instance.inbox import fetches
from instance.models import (
    Consult,
    Media,
    MediaPart,
    MediaState,
    Participant,
    Relationship,
    Session,
)
from instance.outbox import local
from instance.services import media
from instance.services.consults import changing, purging, recalling, releasing
from instance.workers import upkeep
from tests import pictures
from tests.browsing import Answer, Browser
from tests.cast import RUIZ, VARGA, Houses
from tests.clinic import add_image, ask_with_images, audited, seen_at
from tests.houses import House, Person, end_trust
from tests.network import Network, Sent
from tests.recalls import STEWARD, receipts_of
from tests.recalls import page as page_of

# What is asked of a database is one query; the rest does not depend on its kind.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

QUARTER = (25.0, 0.0, 50.0, 50.0)
ALT = "An X-ray of the chest"


@pytest.fixture
async def consult(houses: Houses, lee: Person, stlukes: House, heart: House) -> Consult:
    """Dr Lee's, with one image, for St. Luke's; the society has no part in it."""
    consult = await ask_with_images(lee, stlukes, images=(await add_image(lee, alt=ALT),))
    await houses.settle()
    return consult


async def image_of(house: House, consult: Consult) -> Media:
    return await house.at(Media.get, consult__uri=consult.uri)


async def followed(house: House, browser: Browser, path: str) -> Answer:
    """What a browser shows for an `<img>`: it sends no cookie to the other origin."""
    sent_on = await browser.get(path)
    if sent_on.status != 302:
        return sent_on
    return await house.request(Sent("GET", sent_on.header("location"), {}))


async def peer_asks(house: House, reader: House, path: str, **more: str) -> Answer:
    url = f"https://media.{house.host}{path}"
    headers = signed(url, await reader.institution_key())
    return await house.request(Sent("GET", url, {**headers, **more}))


def signed(url: str, key: PrivateKey) -> dict[str, str]:
    return sign("GET", url, None, key, "trusted", datetime.now(UTC))


async def test_a_colleague_elsewhere_sees_the_image_that_was_sent(
    mercy: House, stlukes: House, consult: Consult, okafor: Person, network: Network
) -> None:
    there = await seen_at(stlukes, consult)
    row = await image_of(stlukes, consult)
    browser = await stlukes.sign_in("okafor")

    page = await browser.get(f"/k/{there.id}")
    answer = await followed(stlukes, browser, f"/media/{row.id}")

    assert f'src="/media/{row.id}/small"' in page.text and f'alt="{ALT}"' in page.text
    assert "The patient consented to showing it." in page.text
    assert "media.mercy.example" not in page.text
    assert answer.status == 200 and answer.header("content-type") == "image/png"
    assert Image.open(BytesIO(answer.body)).size == pictures.SIZE
    asked = [sent for sent in network.sent if sent.host == "media.mercy.example"]
    assert len(asked) == 1  # once, and then its own copy serves
    assert (await followed(stlukes, browser, f"/media/{row.id}/small")).status == 200


async def test_what_an_image_is_served_with_lets_no_copy_stay_and_no_address_out(
    mercy: House, consult: Consult
) -> None:
    row, browser = await image_of(mercy, consult), await mercy.sign_in("lee")

    sent_on = await browser.get(f"/media/{row.id}")
    answer = await mercy.request(Sent("GET", sent_on.header("location"), {"Range": "bytes=0-9"}))

    assert sent_on.header("cache-control") == "no-store"
    assert sent_on.header("referrer-policy") == "no-referrer"
    assert str(row.id) not in sent_on.header("location")
    assert answer.status == 200 and not answer.header("accept-ranges")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("x-content-type-options") == "nosniff"
    assert "sandbox" in answer.header("content-security-policy")
    assert answer.header("content-disposition") == 'inline; filename="image.png"'
    assert not answer.header("etag") and not answer.header("set-cookie")


async def test_nobody_else_sees_an_image_and_all_are_told_the_same(
    mercy: House, stlukes: House, heart: House, consult: Consult, quill: Person
) -> None:
    """T53, guessed: other members, other hospitals, visitors; and other sessions of who may."""
    row = await image_of(mercy, consult)
    await mercy.person(VARGA)
    await _hide_from_all(mercy, consult)
    for browser in (mercy.visitor(), await mercy.sign_in("varga")):
        found = await browser.get(f"/media/{row.id}")
        never = await browser.get("/media/7")
        assert found.status == 404 and found.body == never.body
        assert _named(found) == _named(never)
    for reader, path in ((heart, f"/file/{row.id}"), (stlukes, "/file/7")):
        refused = await peer_asks(mercy, reader, path)
        assert (refused.status, refused.body) == (404, b"")
    unsigned = await mercy.request(Sent("GET", f"https://media.mercy.example/file/{row.id}", {}))
    assert (unsigned.status, unsigned.body) == (404, b"")
    person = await mercy.request(
        Sent("GET", f"https://media.mercy.example/see/{'A' * 60}", {"Range": "bytes=0-1"})
    )
    assert (person.status, person.body) == (404, b"")


async def _hide_from_all(house: House, consult: Consult) -> None:
    """As if it were for named people: members of this hospital do not read it as such."""
    ours = await house.at(local.institution)
    await house.at(
        lambda: Participant.filter(consult_id=consult.id, actor_uri=ours.uri).update(
            actor_uri=f"{ours.uri}-other"
        )
    )


def _named(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers if name.lower() != "set-cookie"}


async def test_an_address_of_an_image_ends_with_its_session_its_minute_and_its_right(
    mercy: House, consult: Consult, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, browser = await image_of(mercy, consult), await mercy.sign_in("lee")

    async def address() -> Sent:
        return Sent("GET", (await browser.get(f"/media/{row.id}")).header("location"), {})

    kept = await address()
    assert (await mercy.request(kept)).status == 200
    monkeypatch.setattr(media, "SEEN_FOR", -media.SEEN_FOR)
    assert (await mercy.request(await address())).status == 404
    monkeypatch.undo()
    changed = Sent("GET", kept.url[:-3] + ("AAA" if kept.url[-3:] != "AAA" else "BBB"), {})
    assert (await mercy.request(changed)).status == 404
    await mercy.at(lambda: Session.filter(member_id=lee.member.id).delete())
    assert (await mercy.request(kept)).status == 404


async def test_an_address_shows_nothing_once_the_right_is_lost(
    mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    row, browser = await image_of(stlukes, consult), await stlukes.sign_in("okafor")
    sent_on = await browser.get(f"/media/{row.id}")
    seen = Sent("GET", sent_on.header("location"), {})
    assert (await stlukes.request(seen)).status == 200
    await _hide_from_all(stlukes, await seen_at(stlukes, consult))

    assert (await stlukes.request(seen)).status == 404


async def test_the_two_origins_serve_nothing_of_each_other(mercy: House, consult: Consult) -> None:
    row, browser = await image_of(mercy, consult), await mercy.sign_in("lee")
    sent_on = await browser.get(f"/media/{row.id}")
    path = sent_on.header("location").removeprefix("https://media.mercy.example")

    assert (await browser.get(path)).status == 404
    accept = {"Accept": "application/activity+json"}
    for path in ("/", "/actor", "/sign-in", f"/media/{row.id}", "/.well-known/nodeinfo"):
        answer = await mercy.request(Sent("GET", f"https://media.mercy.example{path}", accept))
        assert (answer.status, answer.body) == (404, b"")
        assert answer.header("content-type").startswith("text/plain")


async def test_a_peer_without_images_in_its_agreement_gets_none(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    row = await image_of(mercy, consult)
    assert (await peer_asks(mercy, stlukes, f"/file/{row.id}")).status == 200
    await mercy.at(lambda: Relationship.all().update(scopes=["consult"]))

    refused = await peer_asks(mercy, stlukes, f"/file/{row.id}", Range="bytes=0-9")

    assert (refused.status, refused.body) == (404, b"")


async def test_a_peer_whose_trust_ended_gets_none(
    mercy: House, stlukes: House, consult: Consult
) -> None:
    row = await image_of(mercy, consult)
    await end_trust(mercy, stlukes)

    assert (await peer_asks(mercy, stlukes, f"/file/{row.id}")).status == 404


async def test_a_member_of_a_peer_cannot_ask_for_a_file(
    mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    row = await image_of(mercy, consult)
    url = f"https://media.mercy.example/file/{row.id}"
    headers = signed(url, await okafor.key())

    assert (await mercy.request(Sent("GET", url, headers))).status == 404


async def test_no_consult_goes_without_basis_and_tick(mercy: House, lee: Person) -> None:
    """T47: nothing is stored, and nothing sent."""
    bare = await add_image(lee, ready=False)
    with pytest.raises(FormRefused) as refused:
        await ask_with_images(lee, images=(bare,))
    assert "say why it may be shown" in refused.value.fields["images"]
    others = await add_image(await mercy.person(RUIZ))
    with pytest.raises(FormRefused):
        await ask_with_images(lee, images=(others,))
    assert await mercy.at(lambda: Consult.all().count()) == 0


async def test_an_image_that_was_changed_is_looked_at_again(mercy: House, lee: Person) -> None:
    image = await add_image(lee)
    await lee.does(media.edit, image, 1, [QUARTER], None)

    row = await mercy.at(Media.get, id=image)
    assert row.version == 2 and row.looked_at is None
    with pytest.raises(FormRefused) as refused:
        await ask_with_images(lee, images=(image,))
    assert "four corners" in refused.value.fields["images"]


async def test_what_was_covered_is_nowhere_in_the_database(mercy: House, lee: Person) -> None:
    """The part that was there before is gone, not one more beside it."""
    image = await add_image(lee, pictures.of((600, 400)))
    before = await mercy.at(lambda: MediaPart.filter(media_id=image).count())
    old = [row.content for row in await mercy.at(lambda: MediaPart.filter(media_id=image))]
    await lee.does(media.edit, image, 1, [QUARTER], None)
    rows = await mercy.at(lambda: MediaPart.filter(media_id=image))

    assert len(rows) == before and not {row.content for row in rows} & set(old)


async def test_purging_a_consult_takes_its_images_and_counts_them(
    stlukes: House, consult: Consult
) -> None:
    there = await seen_at(stlukes, consult)
    assert await stlukes.at(purging.left, there.id) > 0

    assert await stlukes.at(_purge, there) == 0
    assert await stlukes.at(lambda: MediaPart.all().count()) == 0


async def _purge(consult: Consult) -> int:
    async with in_transaction():
        await consult.fetch_related("group")
        return await purging.purge(consult, datetime.now(UTC))


async def test_an_image_that_does_not_come_is_tried_again_and_then_told_as_missing(
    houses: Houses, lee: Person, stlukes: House, network: Network, okafor: Person
) -> None:
    network.down.add("media.mercy.example")
    consult = await ask_with_images(lee, stlukes, images=(await add_image(lee),))
    await houses.settle()
    row, there = await image_of(stlukes, consult), await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("okafor")

    assert row.state is MediaState.AWAITED
    assert "This image is on its way." in (await browser.get(f"/k/{there.id}")).text
    network.down.clear()
    await stlukes.at(fetches.wake_all, "media.mercy.example")
    await houses.settle()
    assert (await image_of(stlukes, consult)).state is MediaState.READY


async def test_what_a_peer_serves_as_an_image_is_made_anew_or_not_kept(
    houses: Houses, mercy: House, lee: Person, stlukes: House
) -> None:
    image = await add_image(lee)
    await ask_with_images(lee, stlukes, images=(image,))
    first = await mercy.at(lambda: MediaPart.filter(media_id=image, variant="full").first())
    assert first is not None
    first.content = pictures.jpeg()
    await mercy.at(first.save)
    await houses.settle()

    kept = await stlukes.at(lambda: MediaPart.all())
    assert kept and not any(pictures.NAME in row.content for row in kept)


async def test_a_document_instead_of_an_image_is_not_kept(
    houses: Houses, mercy: House, lee: Person, stlukes: House
) -> None:
    image = await add_image(lee)
    consult = await ask_with_images(lee, stlukes, images=(image,))
    first = await mercy.at(lambda: MediaPart.filter(media_id=image, variant="full").first())
    assert first is not None
    first.content = pictures.dicom()
    await mercy.at(first.save)
    await houses.settle()

    assert (await image_of(stlukes, consult)).state is MediaState.MISSING
    assert await stlukes.at(lambda: MediaPart.all().count()) == 0


async def test_the_name_of_a_file_is_kept_and_sent_nowhere(
    houses: Houses, mercy: House, lee: Person, stlukes: House, consult: Consult, network: Network
) -> None:
    for house in (mercy, stlukes):
        rows = await house.at(lambda: Media.all().values())
        assert "scan.png" not in str(rows)
    assert not [sent for sent in network.sent if b"scan.png" in sent.body]


async def test_an_image_of_a_recalled_question_is_hidden_and_comes_back_with_it(
    houses: Houses,
    mercy: House,
    stlukes: House,
    consult: Consult,
    lee: Person,
    heart: House,
) -> None:
    """Its asker and stewards still see it, a steward's look is written down; elsewhere it goes."""
    row = await image_of(mercy, consult)
    await mercy.person(RUIZ)
    steward = await mercy.person(STEWARD)
    lees, colleague = await mercy.sign_in("lee"), await mercy.sign_in("ruiz")
    stewards, path = await mercy.sign_in("steward"), f"/media/{row.id}"
    assert (await followed(mercy, colleague, path)).status == 200
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    assert (await followed(mercy, colleague, path)).status == 404
    assert (await peer_asks(mercy, stlukes, f"/file/{row.id}")).status == 404
    for browser in (lees, stewards):
        page = await browser.get(f"/k/{consult.id}/recall/question")
        assert f'src="{path}/small"' in page.text
        assert (await followed(mercy, browser, path)).status == 200
    assert (await audited(mercy)).count("consult.held_read") == 2
    await houses.settle()
    assert not await stlukes.at(Media.all) and not await stlukes.at(MediaPart.all)
    assert (await receipts_of(mercy))[stlukes.host].remaining == 0
    await lee.does(releasing.send_again, consult.id, {}, with_images=True)
    await houses.settle()
    assert (await followed(mercy, colleague, path)).status == 200
    there = await image_of(stlukes, consult)
    assert there.state is MediaState.READY
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await mercy.at(upkeep.purge, datetime.now(UTC) + timedelta(days=31))
    assert not await mercy.at(MediaPart.all)
    with pytest.raises(Conflict):
        await steward.does(releasing.release, consult.id, "Nobody is to be seen in it.")
    assert "has to be asked anew" in await page_of(mercy, consult, "/recall")


async def test_an_image_of_a_withdrawn_consult_is_its_askers_alone(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    row = await image_of(mercy, consult)
    path = f"/file/{row.id}"
    assert (await peer_asks(mercy, stlukes, path)).status == 200
    await lee.does(changing.withdraw, consult.id)
    assert (await peer_asks(mercy, stlukes, path)).status == 404
    await houses.settle()
    assert not await stlukes.at(MediaPart.all)
    browser = await mercy.sign_in("lee")
    assert (await followed(mercy, browser, f"/media/{row.id}")).status == 200
