"""A person's page: what it says of them, and what it must not."""

import re

import pytest

from instance.models import Actor
from instance.services import posting, timelines
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.outsiders import Outsider


async def test_a_profile_shows_posts_page_by_page(
    mercy: House, lee: Person, wards: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "PAGE", 2)
    for number in range(3):
        await lee.speaks(posting.start_thread, wards, f"Title {number}", "Words.")
    first = (await mercy.visitor().get("/@lee")).text
    assert "Title 2" in first and "Title 1" in first and "Title 0" not in first
    [older] = re.findall(r'href="(/@lee\?before=\d+)"', first)
    second = (await mercy.visitor().get(older)).text
    assert "Title 0" in second and "Title 1" not in second and "?before=" not in second


async def test_members_see_since_when_a_standing_is_vouched_for(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in((await mercy.person(OKAFOR)).actor.handle)
    member, visitor = await browser.get("/@lee"), await mercy.visitor().get("/@lee")
    assert "<dt>Since</dt>" in member.text and "<dt>Until</dt>" in member.text
    assert "<dt>Since</dt>" not in visitor.text and "Vouched for by" in visitor.text


async def test_the_dates_of_a_pseudonym_are_told_to_nobody(mercy: House, lee: Person) -> None:
    """F-ACT-2: both names of a member were vouched for in one moment."""
    await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    page = (await (await mercy.sign_in("lee")).get("/@graniteheart")).text
    assert "<dt>Since</dt>" not in page and "twice" not in page.lower()


async def test_the_directory_lists_no_pseudonym(mercy: House, lee: Person) -> None:
    """T87: beside a specialty and a time of joining it would name its member."""
    await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    page = (await (await mercy.sign_in("lee")).get("/people")).text
    assert "Dr T. Wice" in page and "graniteheart" not in page


async def test_nobody_vouches_for_who_is_not_verified(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    page = (await (await mercy.sign_in("lee")).get("/@mallory@stranger.example")).text
    assert "Writes from" in page and "Vouched for by" not in page and "Not verified" in page


async def test_a_person_is_followed_from_their_page(mercy: House, lee: Person) -> None:
    await mercy.person(OKAFOR)
    browser = await mercy.sign_in("lee")
    for action, says in (("follow", "Stop following"), ("unfollow", "Follow Dr A. Okafor")):
        await browser.post_form(f"/@okafor/{action}", {})
        assert says in (await browser.get("/@okafor")).text
