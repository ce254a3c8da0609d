"""MySpace: a page of one's own, with banner, pinned posts and links, for chosen readers."""

from datetime import UTC, datetime

import pytest

from instance.errors import Conflict
from instance.models import Actor, Delivery
from instance.services import editing, posting, profile_pins, profiles
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.outsiders import Outsider

TEXTS = {
    "banner": "sea",
    "about": "Night shifts and cello.",
    "links": "https://cello.example/lee",
    "interests": "Slow movements",
}


async def write(person: Person, number: int, wards: Actor) -> int:
    post = await person.speaks(posting.start_thread, wards, f"Title {number}", "Words.")
    return int(post.id)


async def pin(person: Person, post_id: int, act: str = "pin") -> int:
    browser = await person.home.sign_in(person.actor.handle)
    return int((await browser.post_form(f"/posts/{post_id}/{act}", {})).status)


@pytest.mark.parametrize(
    ("reader", "visitor", "colleague", "own"),
    [
        ("public", True, True, True),
        ("partners", False, True, True),
        ("members", False, True, True),
        ("private", False, False, True),
    ],
)
async def test_banner_about_and_links_are_each_for_the_readers_their_owner_chose(
    mercy: House, lee: Person, reader: str, visitor: bool, colleague: bool, own: bool
) -> None:
    await mercy.person(OKAFOR)
    await lee.does(profiles.change, lee.actor, TEXTS, dict.fromkeys(TEXTS, reader))
    browsers = (
        (mercy.visitor(), visitor),
        (await mercy.sign_in("okafor"), colleague),
        (await mercy.sign_in("lee"), own),
    )
    for browser, reads in browsers:
        page = (await browser.get("/@lee")).text
        for text in ('class="banner sea"', "Night shifts", "cello.example/lee", "Slow movements"):
            assert (text in page) is reads


async def test_a_banner_is_one_of_ours_and_nothing_else(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    typed = {"banner": "sea hidden", "readers-banner": "public"}
    refused = await browser.post_form("/account/profile/lee", typed)
    assert refused.status == 422 and "Choose one of the banners" in refused.text
    assert "sea hidden" not in (await browser.get("/@lee")).text


async def test_pinned_posts_stand_first_the_last_pinned_above(
    mercy: House, lee: Person, wards: Actor
) -> None:
    ids = [await write(lee, number, wards) for number in range(3)]
    for post_id in (ids[1], ids[0]):
        assert await pin(lee, post_id) == 302
    page = (await mercy.visitor().get("/@lee")).text
    top, _, rest = page.partition("<h2>Posts</h2>")
    assert "Pinned posts" in top and "Title 2" not in top and "Title 2" in rest
    assert top.index("Title 0") < top.index("Title 1")
    assert await pin(lee, ids[0], "unpin") == 302
    top = (await mercy.visitor().get("/@lee")).text.partition("<h2>Posts</h2>")[0]
    assert "Title 0" not in top and "Title 1" in top


async def test_other_servers_read_what_is_pinned_and_are_told_of_it(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    post_id = await write(lee, 1, wards)
    await mercy.deliver()
    stranger.received.clear()
    assert await pin(lee, post_id) == 302 and await pin(lee, post_id) == 302
    document = (await mercy.asked(lee.uri.removeprefix(mercy.origin))).json
    shown = (await mercy.asked(document["featured"].removeprefix(mercy.origin))).json
    assert shown["orderedItems"] == [mercy.origin + f"/o/{post_id}"]
    await mercy.at(
        lambda: Delivery.filter(due_at__not_isnull=True).update(due_at=datetime.now(UTC))
    )
    await mercy.deliver()
    assert len(stranger.received) == 1  # once: the second time changed nothing


async def test_a_deleted_post_is_pinned_no_more(mercy: House, lee: Person, wards: Actor) -> None:
    post_id = await write(lee, 1, wards)
    await pin(lee, post_id)
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post_id))
    assert "Pinned posts" not in (await mercy.visitor().get("/@lee")).text
    shown = (await mercy.asked(f"/u/{lee.actor.id}/featured")).json
    assert shown["orderedItems"] == [] and await pin(lee, post_id) == 404


async def test_no_more_are_pinned_than_somebody_reads(
    mercy: House, lee: Person, wards: Actor
) -> None:
    for number in range(profile_pins.MOST):
        await pin(lee, await write(lee, number, wards))
    one_more = await mercy.at(posting.by_id, await write(lee, 9, wards))
    with pytest.raises(Conflict):
        await lee.speaks(profile_pins.pin, one_more)


async def test_nobody_pins_for_somebody_else(mercy: House, lee: Person, wards: Actor) -> None:
    post_id = await write(lee, 1, wards)
    okafor = await mercy.person(OKAFOR)
    assert await pin(okafor, post_id) == 404
    assert "Pinned posts" not in (await mercy.visitor().get("/@lee")).text


async def test_a_pseudonym_pins_its_own_and_not_what_its_member_wrote_by_name(
    mercy: House, wards: Actor
) -> None:
    person = await mercy.person(new("twice", "Dr T. Wice", pseudonym="owl"))
    post_id = await write(person, 1, wards)
    assert await pin(person, post_id) == 302
    assert "Pinned posts" in (await mercy.visitor().get("/@twice")).text
    assert "Pinned posts" not in (await mercy.visitor().get("/@owl")).text
