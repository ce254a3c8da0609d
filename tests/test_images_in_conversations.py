"""Images that go along with what one person writes to another alone.

They are the images of a consult (test_images_between_institutions); here that they are so to the
two and to nobody else, and that nothing written or added is lost on the way.
"""

import pytest

from instance.models import Consult, Draft, Media, MediaPart, MediaState, Relationship
from instance.services import members
from instance.services.consults import recalling, releasing
from instance.services.portability import images as in_files
from tests import pictures
from tests.browsing import Browser
from tests.cast import RUIZ, VARGA, Houses
from tests.clinic import seen_at
from tests.houses import House, Person
from tests.instance.web.test_images import READY, upload
from tests.recalls import page as page_of
from tests.recalls import receipts_of
from tests.test_images_between_institutions import followed, image_of, peer_asks

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
WORDS = "What do you make of this strip?"


async def to_images(browser: Browser, url: str, text: str = WORDS) -> str:
    """The form is left for its images; the number under which its words are kept."""
    sent_on = await browser.post_form(url, {"text": text, "add": "images"})
    assert sent_on.status == 302
    return sent_on.header("location").split("/")[3]


async def with_image(mercy: House, browser: Browser, url: str, text: str = WORDS) -> dict[str, str]:
    """The form as it comes back with one image that is ready."""
    key = await to_images(browser, url, text)
    assert (await upload(browser, key, ("scan.png", pictures.of()))).status == 302
    row = await mercy.at(lambda: Media.filter(draft_key=int(key)).get())
    await browser.post_form(f"/consults/images/{row.id}", READY)
    return {"text": text, "draft": key, "version": "1"}


@pytest.fixture
async def url(mercy: House, lee: Person, okafor: Person) -> str:
    await mercy.at(members.found_at, okafor.address)
    return f"/@{okafor.address.removeprefix('@')}/write"


@pytest.fixture
async def consult(houses: Houses, mercy: House, lee: Person, heart: House, url: str) -> Consult:
    """What Dr Lee wrote to Dr Okafor alone, with an image."""
    browser = await mercy.sign_in("lee")
    sent = await browser.post_form(url, await with_image(mercy, browser, url))
    await houses.settle()
    key = int(sent.header("location").removeprefix("/k/"))
    return await mercy.at(Consult.get, id=key)


async def test_an_image_goes_with_a_first_message_and_no_word_or_image_is_lost_on_the_way(
    houses: Houses, mercy: House, lee: Person, url: str
) -> None:
    lees = await mercy.sign_in("lee")
    going_on = (await lees.post_form(url, {"text": "Could we speak?"})).header("location")
    assert f'href="{url}?images=yes"' in (await lees.get(going_on)).text
    assert "begins a conversation of its own" in (await lees.get(f"{url}?images=yes")).text

    key = await to_images(lees, url)
    assert f"/consults/new?draft={key}" in (await lees.get(f"/consults/drafts/{key}/images")).text
    back = (await lees.get(f"/consults/new?draft={key}")).header("location")
    assert back == f"{url}?draft={key}" and WORDS in (await lees.get(back)).text
    assert (await lees.get(f"{url.replace('okafor', 'lee')}?draft={key}")).status == 404
    assert "Private message to @okafor@" in (await lees.get("/consults?box=drafts")).text
    for name, content in (
        ("a.dcm", pictures.dicom()),
        ("b.png", pictures.huge_png(25_000, 25_000)),
    ):
        assert (await upload(lees, key, (name, content))).status in (413, 415, 422), name
    await upload(lees, key, ("scan.png", pictures.of()))
    row = await mercy.at(lambda: Media.filter(draft_key=int(key)).get())

    form = {"text": WORDS, "draft": key, "version": "1"}
    early = await lees.post_form(url, form)
    assert early.status == 422 and "Image 1: say why it may be shown" in early.text
    assert WORDS in early.text
    assert f'src="/media/{row.id}/small"' in early.text
    await lees.post_form(f"/consults/images/{row.id}", READY)
    named = await lees.post_form(url, {**form, "text": "Her MRN is 12345678."})
    assert named.status == 422 and "12345678" in named.text
    sent = [await lees.post_form(url, {**form, "version": "2"}) for _ in range(2)]
    assert [one.status for one in sent] == [302, 302]
    [thread] = {one.header("location") for one in sent}  # a second click
    assert thread != going_on and f'src="/media/{row.id}/small"' in (await lees.get(thread)).text
    assert (await lees.get(back)).header("location") == thread
    late = await lees.post_form(url, {**form, "text": "From another tab."})
    assert late.status == 409 and "From another tab." in late.text
    assert await mercy.at(lambda: Consult.all().count()) == 2


async def test_the_two_alone_see_it_each_at_their_own_institution(
    mercy: House, stlukes: House, heart: House, consult: Consult, okafor: Person, quill: Person
) -> None:
    there, row = await seen_at(stlukes, consult), await image_of(stlukes, consult)
    okafors = await stlukes.sign_in("okafor")
    page = (await okafors.get(f"/k/{there.id}")).text
    assert f'src="/media/{row.id}/small"' in page and "media.mercy.example" not in page
    assert (await followed(stlukes, okafors, f"/media/{row.id}")).status == 200
    paper = (await okafors.get(f"/k/{there.id}/export")).text
    assert f'src="/media/{row.id}/small"' in paper

    sent = await image_of(mercy, consult)
    await mercy.person(RUIZ)
    await mercy.person(VARGA)
    for browser in (mercy.visitor(), await mercy.sign_in("ruiz"), await mercy.sign_in("varga")):
        found, never = await browser.get(f"/media/{sent.id}"), await browser.get("/media/7")
        assert found.status == 404 and found.body == never.body
    assert (await peer_asks(mercy, heart, f"/file/{sent.id}")).status == 404
    assert (await peer_asks(mercy, stlukes, f"/file/{sent.id}")).status == 200


async def test_it_is_recalled_with_a_receipt_and_sent_again_without_what_showed_too_much(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    row, lees = await image_of(mercy, consult), await mercy.sign_in("lee")
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    assert f"/media/{row.id}" not in (await lees.get(f"/k/{consult.id}")).text
    assert (await peer_asks(mercy, stlukes, f"/file/{row.id}")).status == 404
    held = (await lees.get(f"/k/{consult.id}/recall/question")).text
    assert f'src="/media/{row.id}/small"' in held and 'name="images"' in held
    await houses.settle()
    assert not await stlukes.at(Media.all) and not await stlukes.at(MediaPart.all)
    assert (await receipts_of(mercy))[stlukes.host].remaining == 0
    await lee.does(releasing.send_again, consult.id, {"question": "And without it?"})
    await houses.settle()
    assert not await mercy.at(MediaPart.all) and not await stlukes.at(Media.all)
    assert "And without it?" in await page_of(stlukes, consult, handle="okafor")


async def test_without_images_in_the_agreement_the_other_one_is_told_that_one_was_left_out(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, url: str
) -> None:
    await stlukes.at(lambda: Relationship.all().update(scopes=["consult"]))
    lees = await mercy.sign_in("lee")
    await lees.post_form(url, await with_image(mercy, lees, url))
    await houses.settle()
    there = await stlukes.at(Consult.get, is_private=True)
    page = (await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}")).text
    assert WORDS in page and "was left out: the agreement with the other hospital" in page
    assert not await stlukes.at(lambda: Media.filter(state=MediaState.READY).exists())


async def test_it_is_in_its_senders_file_and_goes_with_a_draft_that_is_thrown_away(
    mercy: House, consult: Consult, lee: Person, okafor: Person, url: str
) -> None:
    row = await image_of(mercy, consult)

    async def paths() -> list[str]:
        return [path async for path, _ in in_files.entries(lee.member, lee.actor)]

    assert f"images/{row.id}.png" in await mercy.at(paths)
    lees = await mercy.sign_in("lee")
    form = await with_image(mercy, lees, url, "Another one.")

    async def unsent() -> int:
        return await Media.filter(consult_id=None).count()

    assert await mercy.at(unsent) == 1
    await lees.post_form(f"/consults/drafts/{form['draft']}/discard", {})
    assert await mercy.at(unsent) == 0
    assert not await mercy.at(lambda: Draft.filter(consult_id=None).exists())
