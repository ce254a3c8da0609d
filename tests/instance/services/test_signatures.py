"""Real names, pseudonyms or either: what a channel's moderators decide holds at every door."""

import pytest

from instance.errors import NotAllowed
from instance.models import Actor, Channel, Post, Role, SignedBy
from instance.services import editing, posting, reactions
from tests.cast import new
from tests.houses import House, Person
from tests.outsiders import Outsider

TWICE = new("twice", "Dr T. Wice", pseudonym="graniteheart")
BOTH = (SignedBy.NAMES, SignedBy.PSEUDONYMS)


@pytest.fixture
async def twice(mercy: House) -> Person:
    return await mercy.person(TWICE)


async def decide(house: House, wanted: SignedBy) -> None:
    await house.at(lambda: Channel.all().update(signed_by=wanted))


def names(person: Person, wanted: SignedBy) -> tuple[Actor, Actor]:
    """The one that may write there, and the one that may not."""
    assert person.pseudonym is not None
    both = (person.actor, person.pseudonym)
    return both if wanted is SignedBy.NAMES else both[::-1]


@pytest.mark.parametrize("wanted", BOTH)
async def test_a_member_writes_under_the_kind_of_name_a_channel_wants_and_no_other(
    mercy: House, wards: Actor, twice: Person, lee: Person, wanted: SignedBy
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "Before", "Words.")
    await decide(mercy, wanted)
    may, may_not = names(twice, wanted)
    await mercy.at(posting.start_thread, may, wards, "Title", "Words.")
    mine = await mercy.at(posting.reply, may, post, "Words.")
    await mercy.at(reactions.like, may, await mercy.at(posting.by_id, post.id))
    await mercy.at(editing.edit_post, may, await mercy.at(posting.by_id, mine.id), "", "Other.")
    refused = pytest.raises(NotAllowed)
    with refused:
        await mercy.at(posting.start_thread, may_not, wards, "Title", "Words.")
    with refused:
        await mercy.at(posting.reply, may_not, post, "Words.")
    with refused:
        await mercy.at(reactions.like, may_not, await mercy.at(posting.by_id, post.id))
    assert await mercy.at(lambda: Post.filter(author_id=may_not.id).count()) == 0


@pytest.mark.parametrize("wanted", BOTH)
async def test_the_forms_offer_the_names_that_a_channel_takes_and_say_so(
    mercy: House, wards: Actor, twice: Person, lee: Person, wanted: SignedBy
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "Before", "Words.")
    await decide(mercy, wanted)
    browser, (may, may_not) = await mercy.sign_in("twice"), names(twice, wanted)
    for path in ("/channels/wards/new", "/channels/wards/new/poll", f"/t/{post.thread_id}"):
        page = (await browser.get(path)).text
        assert f'name="identity" value="{may.handle}"' in page
        assert f'name="identity" value="{may_not.handle}"' not in page
        assert "Here members write under" in page
    typed = {"text": "Words, by hand.", "identity": may_not.handle}
    refused = await browser.post_form(f"/t/{post.thread_id}/replies", typed)
    assert refused.status == 403 and "Here people write under" in refused.text
    assert "Words, by hand." in refused.text


async def test_a_like_is_given_under_the_name_that_a_channel_takes(
    mercy: House, wards: Actor, twice: Person, lee: Person
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "Before", "Words.")
    await decide(mercy, SignedBy.PSEUDONYMS)
    browser = await mercy.sign_in("twice")
    assert (await browser.post_form(f"/posts/{post.id}/like", {})).status == 302
    assert (await mercy.at(posting.by_id, post.id)).likes_count == 1


async def test_its_moderators_decide_and_nobody_else(mercy: House, wards: Actor) -> None:
    await mercy.person(TWICE)
    await mercy.person(new("chief", "Dr C. Hief", role=Role.OWNER))
    owner = await mercy.sign_in("chief")
    path, form = "/channels/wards/moderation", {"rules": "", "signed_by": "names"}
    assert (await (await mercy.sign_in("twice")).post_form(f"{path}/rules", form)).status == 404
    assert (await owner.post_form(f"{path}/rules", form)).status == 302
    assert 'value="names" selected' in (await owner.get(path)).text
    assert (await owner.post_form(f"{path}/rules", form | {"signed_by": "x"})).status == 422
    assert (await mercy.at(Channel.get)).signed_by is SignedBy.NAMES


async def test_who_writes_from_elsewhere_is_not_judged(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """Only their own server knows whether a name is a pseudonym."""
    await decide(mercy, SignedBy.PSEUDONYMS)
    note = stranger.note(to=[wards.uri], audience=wards.uri)
    answer = await stranger.sends(mercy, stranger.activity("Create", note))
    assert answer.status == 202
    assert await mercy.at(lambda: Post.all().count()) == 1
