"""Images and comments of a consult in its teaching case: who lets them out, and how they go again
(ux.md J14, T47, T51)."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from instance.errors import FormRefused
from instance.models import Actor, Attachment, Consult, Media
from instance.services.consults import case_images, changing, images, publishing, recalling
from instance.services.consults.states import Event
from instance.services.consults.teaching import Case, Image
from instance.services.identifiers import PhiSuspected
from tests.cast import Houses
from tests.clinic import add_image, ask_with_images, seen_at, write, written
from tests.houses import House, Person
from tests.network import Sent
from tests.publishing import close, passes, proposed_at, public_posts, says, signs
from tests.verifying import now

# Nothing of this is a statement of ours.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

SHOWS = "A chest film on day 3."
THANKS = "We saw the same on day 2."


@pytest.fixture
async def consult(houses: Houses, lee: Person, okafor: Person, stlukes: House) -> Consult:
    """Mercy's, closed, with two images, an answer and a comment."""
    two = (await add_image(lee), await add_image(lee, alt="Another"))
    consult = await ask_with_images(lee, stlukes, images=two)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await write(okafor, consult, Event.COMMENT, text=THANKS)
    await houses.settle()
    await close(houses, lee, consult)
    return consult


async def case_of(mercy: House, consult: Consult, wards: Actor, alt: str = SHOWS) -> Case:
    """With the first of its images."""

    async def read() -> Case:
        there = await Consult.get(id=consult.id).select_related("asker", "group")
        first, _ = await case_images.of_asker(there)
        draft = await publishing.draft(there)
        chosen = (Image(images.address(first), alt),)
        return replace(draft, channel=wards.uri, channel_name=wards.name, images=chosen)

    return await mercy.at(read)


async def published(
    houses: Houses, mercy: House, stlukes: House, people: tuple[Person, Person], case: Case
) -> None:
    lee, okafor = people
    consult = await mercy.at(Consult.get, asker_id=lee.actor.id)
    await lee.does(publishing.propose, consult.id, case, named=False)
    await houses.settle()
    await says(okafor, consult, "publish")
    for house in (mercy, stlukes):
        await signs(house, consult)
    await houses.settle()


async def file_of(mercy: House, url: str) -> int:
    return (await mercy.request(Sent("GET", url, {}))).status


async def test_an_image_is_public_by_the_word_of_who_sent_it_and_goes_with_the_consult(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    wards: Actor,
    consult: Consult,
) -> None:
    case = await case_of(mercy, consult, wards)
    await published(houses, mercy, stlukes, (lee, okafor), case)
    there = await seen_at(stlukes, consult)
    seen = await stlukes.at(lambda: Media.filter(consult_id=there.id).order_by("position"))
    page = (await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}/publish")).text
    assert f'src="/media/{seen[0].id}/small"' in page and SHOWS in page
    assert f"/media/{seen[1].id}" not in page
    assert await public_posts(mercy, wards) == []  # their copies are made first
    await passes(mercy, now())
    await houses.settle()
    [post] = await public_posts(mercy, wards)
    document = (await mercy.asked(f"/o/{post.id}")).json
    [image] = document["attachment"]
    assert (image["name"], document["sensitive"]) == (SHOWS, True)
    assert THANKS in document["content"] and "Comment: Verified physician" in document["content"]
    [kept, _] = await mercy.at(lambda: Media.filter(consult_id=consult.id).order_by("position"))
    assert str(kept.id) not in str(document)  # nothing leads to the sealed one (T51)
    assert await file_of(mercy, image["url"]) == 200
    assert urlsplit(image["url"]).netloc == f"media.{mercy.host}"

    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    assert await file_of(mercy, image["url"]) == 404
    assert await mercy.at(lambda: Attachment.all().count()) == 0
    assert (await mercy.asked(f"/o/{post.id}")).status == 410
    assert SHOWS not in (await mercy.visitor().get(f"/t/{post.thread_id}")).text


@pytest.mark.parametrize(("place", "case_is", "file_is"), [(0, 410, 404), (1, 200, 200)])
async def test_an_image_that_is_recalled_alone_takes_down_the_case_that_shows_it_and_no_other(
    place: int,
    case_is: int,
    file_is: int,
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    wards: Actor,
    consult: Consult,
) -> None:
    await published(houses, mercy, stlukes, (lee, okafor), await case_of(mercy, consult, wards))
    await passes(mercy, now())
    await houses.settle()
    [post] = await public_posts(mercy, wards)
    [image] = (await mercy.asked(f"/o/{post.id}")).json["attachment"]
    rows = await mercy.at(lambda: Media.filter(consult_id=consult.id).order_by("position"))

    await lee.does(recalling.recall, consult.id, [f"image-{rows[place].id}"], "phi")
    await houses.settle()
    assert (await mercy.asked(f"/o/{post.id}")).status == case_is
    assert await file_of(mercy, image["url"]) == file_is


async def test_what_was_published_goes_when_one_of_its_authors_deletes_their_words(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    wards: Actor,
    consult: Consult,
) -> None:
    case = await case_of(mercy, consult, wards)
    await published(houses, mercy, stlukes, (lee, okafor), replace(case, images=()))
    [post] = await public_posts(mercy, wards)
    await write(lee, consult, Event.REOPEN)
    await houses.settle()
    said = next(row for row in await written(stlukes, consult) if row.kind == Event.COMMENT)
    await okafor.does(changing.delete, said.consult_id, said.id)
    await houses.settle()
    assert (await mercy.asked(f"/o/{post.id}")).status == 410


async def test_no_image_is_proposed_that_is_not_theirs_or_not_described_or_names_somebody(
    houses: Houses, mercy: House, lee: Person, okafor: Person, wards: Actor, consult: Consult
) -> None:
    refused = [
        (await case_of(mercy, consult, wards, alt=""), FormRefused),
        (await case_of(mercy, consult, wards, alt="MRN 4471-2290 on the film"), PhiSuspected),
    ]
    elsewhere = (Image("https://media.mercy.example/file/1", SHOWS),)
    case = await case_of(mercy, consult, wards)
    refused.append((replace(case, images=elsewhere), FormRefused))
    for one, error in refused:
        with pytest.raises(FormRefused) as raised:
            await lee.does(publishing.propose, consult.id, one, named=False)
        assert isinstance(raised.value, error)
        assert any(name.startswith("image") for name in raised.value.fields)
    assert await mercy.at(lambda: publishing.current(consult)) is None


async def test_an_image_that_is_gone_ends_the_proposal(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    wards: Actor,
    consult: Consult,
) -> None:
    case = await case_of(mercy, consult, wards)
    await published(houses, mercy, stlukes, (lee, okafor), case)
    await mercy.at(lambda: Media.filter(consult_id=consult.id).delete())
    await passes(mercy, now() + timedelta(minutes=1))
    assert await public_posts(mercy, wards) == []
    assert (await proposed_at(mercy, consult)).ended_at is not None
