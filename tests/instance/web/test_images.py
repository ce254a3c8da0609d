"""Images of a consult before they are sent, by numbers and without a script."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from instance.media import images, kinds
from instance.models import Consult, Media, MediaPart, OutboxActivity, Variant
from instance.services import media
from tests import pictures
from tests.browsing import Answer, Browser
from tests.cast import RUIZ
from tests.clinic import FACTS
from tests.houses import House, Person
from tests.instance.web.test_drafts import FULL, open_form
from tests.network import Sent

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

READY = {"version": "1", "alt": "A hand", "basis": "no_feature", "looked": "yes"}


@pytest.fixture
async def lees(mercy: House, lee: Person) -> Browser:
    return await mercy.sign_in("lee")


async def upload(browser: Browser, key: str, *files: tuple[str, bytes]) -> Answer:
    await browser.get(f"/consults/drafts/{key}/images")
    fields: Iterable[bytes] = (
        f'name="{name}"\r\n\r\n{value}'.encode()
        for name, value in (("csrf_token", browser._token), ("draft", key))
    )
    sent = [
        f'name="images"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'.encode() + content
        for name, content in files
    ]
    parts = (b"--x\r\nContent-Disposition: form-data; " + one + b"\r\n" for one in (*fields, *sent))
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    url, body = f"{browser.origin}/consults/images", b"".join(parts) + b"--x--\r\n"
    return await browser._send(Sent("POST", url, headers, body))


async def only(house: House) -> Media:
    return await house.at(Media.get)


async def pixels(house: House) -> Image.Image:
    row = await only(house)
    return Image.open(BytesIO(await house.at(media.content_of, row, Variant.FULL))).convert("L")


async def test_an_image_is_added_covered_cropped_described_and_sent(
    mercy: House, lees: Browser
) -> None:
    form: dict[str, Any] = {**await open_form(lees), **FULL}
    to_images = await lees.post_form("/consults/drafts/images", form)
    assert to_images.header("location") == f"/consults/drafts/{form['draft']}/images"
    added = await upload(lees, form["draft"], ("Anna Kowalska.png", pictures.of((200, 100))))
    assert added.status == 302
    row = await only(mercy)
    page = await lees.get(f"/consults/images/{row.id}")
    assert f'src="/media/{row.id}?v=1"' in page.text and "cover-1-left" in page.text

    covered = {"version": "1", "cover-1-left": "50", "cover-1-top": "0", "cover-1-width": "25,5"}
    covered |= {"cover-1-height": "100", "crop-left": "0", "crop-top": "0"}
    covered |= {"crop-width": "100", "crop-height": "50"}
    done = await lees.post_form(f"/consults/images/{row.id}/cover", covered)
    assert done.status == 302 and "gone" in (await lees.get(done.header("location"))).text
    picture = await pixels(mercy)
    assert picture.size == (200, 50) and max(picture.crop((0, 0, 151, 50)).tobytes()) < 20

    refused = await lees.post_form("/consults/new", {**form, "version": "1"})
    assert refused.status == 422 and "say why it may be shown" in refused.text
    assert await mercy.at(lambda: OutboxActivity.all().count()) == 0
    kept = await lees.post_form(f"/consults/images/{row.id}", READY | {"version": "2"})
    assert kept.header("location") == f"/consults/drafts/{form['draft']}/images"
    assert "Ready" in (await lees.get(kept.header("location"))).text
    sent = await lees.post_form("/consults/new", {**form, "version": "1"})
    assert sent.status == 302 and sent.header("location").startswith("/k/"), sent.text
    assert 'alt="A hand"' in (await lees.get(sent.header("location"))).text
    again = await lees.post_form("/consults/new", {**form, "version": "1"})
    assert again.header("location") == sent.header("location")
    assert await mercy.at(lambda: Consult.all().count()) == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"),
    [
        ("scan.jpg", pictures.dicom(), 415, kinds.DICOM_REFUSED),
        ("letter.pdf", b"%PDF-1.7", 415, kinds.DOCUMENT_REFUSED),
        ("bomb.png", pictures.huge_png(25_000, 25_000), 422, images.REASONS["large"]),
        ("a.png", b"", 415, kinds.EMPTY_REFUSED),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_what_to_do(
    mercy: House, lees: Browser, name: str, content: bytes, status: int, sentence: str
) -> None:
    answer = await upload(lees, "7", ("good.png", pictures.of()), (name, content))

    assert answer.status == status and sentence.replace("'", "&#39;") in answer.text
    assert await mercy.at(lambda: Media.all().count()) == 1  # the one before it is there


async def test_numbers_that_are_no_rectangle_are_told_and_kept(mercy: House, lees: Browser) -> None:
    await upload(lees, "7", ("a.png", pictures.of()))
    place = f"/consults/images/{(await only(mercy)).id}/cover"
    for typed, words in (
        ({"cover-2-left": "17"}, "Give all four numbers of this rectangle"),
        ({f"crop-{side}": "60" for side in ("left", "top", "width", "height")}, "from 0 to 100"),
        ({}, "draw one on the image"),
    ):
        answer = await lees.post_form(place, {"version": "1", **typed})
        assert answer.status == 422 and words in answer.text
        assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert (await only(mercy)).version == 1


async def test_of_two_tabs_the_later_one_is_told(mercy: House, lees: Browser) -> None:
    await upload(lees, "7", ("a.png", pictures.of()))
    place = f"/consults/images/{(await only(mercy)).id}"
    box = {f"cover-1-{side}": "50" for side in ("left", "top", "width", "height")}
    assert (await lees.post_form(f"{place}/cover", {"version": "1", **box})).status == 302

    second = await lees.post_form(f"{place}/cover", {"version": "1", **box})
    described = await lees.post_form(place, READY)

    assert second.status == described.status == 409
    assert "changed in another tab" in second.text and "A hand" in described.text
    row = await only(mercy)
    assert (row.version, row.looked_at, row.alt) == (2, None, "")


async def test_nobody_sees_or_changes_what_another_has_not_sent(
    mercy: House, stlukes: House, lees: Browser
) -> None:
    await upload(lees, "7", ("a.png", pictures.of()))
    row = await only(mercy)
    await mercy.person(RUIZ)
    other = await mercy.sign_in("ruiz")
    for path in (f"/media/{row.id}", f"/media/{row.id}/small", f"/consults/images/{row.id}"):
        assert (await lees.get(path)).status in (200, 302)
        assert (await other.get(path)).status == 404
    for path in ("", "/cover", "/remove"):
        assert (await other.post_form(f"/consults/images/{row.id}{path}", READY)).status == 404
    assert "/media/" not in (await other.get("/consults/drafts/7/images")).text


async def test_a_draft_that_is_thrown_away_takes_its_images_along(
    mercy: House, lees: Browser
) -> None:
    form: dict[str, Any] = {**await open_form(lees), "title": FACTS["title"]}
    await lees.post_form("/consults/drafts", form)
    await upload(lees, form["draft"], ("a.png", pictures.of()), ("b.png", pictures.of()))
    first = (await mercy.at(lambda: Media.all().order_by("id")))[0]
    await lees.post_form(f"/consults/images/{first.id}/remove", {})
    assert await mercy.at(lambda: Media.all().count()) == 1

    await lees.post_form(f"/consults/drafts/{form['draft']}/discard", {})

    assert await mercy.at(lambda: MediaPart.all().count()) == 0


async def test_no_more_than_eight_images_go_with_one_consult(mercy: House, lees: Browser) -> None:
    eight = [(f"{number}.png", pictures.of()) for number in range(9)]
    answer = await upload(lees, "7", *eight)

    assert answer.status == 422 and "8 images are here already" in answer.text
    assert await mercy.at(lambda: Media.all().count()) == 8
