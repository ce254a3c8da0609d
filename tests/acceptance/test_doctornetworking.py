"""DoctorNetworking was hyped, then gone: who leaves a host keeps the readers."""

from dataclasses import replace
from typing import Any

from tortoise import Model

from instance.models import (
    Actor,
    Follow,
    FollowState,
    Level,
    Member,
    Moderator,
    Participant,
    Standing,
    Vote,
)
from instance.services import channels, follows, moving, posting, votes
from tests.cast import LEE, RUIZ, Houses, new
from tests.clinic import ask
from tests.houses import PASSWORD, House, Person
from tests.polling import ask_all
from tests.takeaway import HERE

OWL = replace(LEE, pseudonym="quiet_owl")
LEE_AT_HEART = new("leejo", "Dr J. Lee", level=Level.ATTESTED)


async def followed_by(house: House, person: Person) -> list[tuple[str, FollowState]]:
    """Whom this person follows, as their own server has it."""
    rows = await house.at(
        lambda: Follow.filter(follower__uri=person.uri).order_by("id").select_related("target")
    )
    return [(row.target.uri, row.state) for row in rows]


async def known(house: House, table: type[Model], **which: Any) -> int:
    """How many rows of a table are such."""
    return await house.at(lambda: table.filter(**which).count())


async def moved(houses: Houses, lee: Person, heart: House) -> Person:
    """Lee has an account at Heart now, which names the old one; and moves there."""
    there = await heart.person(LEE_AT_HEART)
    await there.speaks(moving.add_alias, lee.address)
    await lee.does(moving.move, lee.actor, there.address, PASSWORD, HERE)
    await houses.settle()
    return there


async def test_followers_on_another_server_follow_the_new_account_by_themselves(
    houses: Houses, mercy: House, stlukes: House, heart: House, okafor: Person
) -> None:
    lee, ruiz = await mercy.person(LEE), await mercy.person(RUIZ)
    await okafor.speaks(follows.follow_address, lee.address)
    await ruiz.speaks(follows.follow, lee.actor)
    await houses.settle()
    there = await moved(houses, lee, heart)
    for house, person in ((stlukes, okafor), (mercy, ruiz)):
        assert await followed_by(house, person) == [(there.uri, FollowState.ACCEPTED)]
    assert await known(heart, Follow, target__uri=there.uri, state=FollowState.ACCEPTED) == 2


async def test_followers_on_the_new_server_follow_the_new_account_too(
    houses: Houses, mercy: House, heart: House, quill: Person
) -> None:
    lee = await mercy.person(LEE)
    await quill.speaks(follows.follow_address, lee.address)
    await houses.settle()
    there = await moved(houses, lee, heart)
    assert await followed_by(heart, quill) == [(there.uri, FollowState.ACCEPTED)]


async def test_the_old_profile_says_where_they_went_and_writes_no_more(
    houses: Houses, mercy: House, heart: House, wards: Actor
) -> None:
    lee = await mercy.person(LEE)
    there = await moved(houses, lee, heart)
    assert (await mercy.asked(f"/u/{lee.actor.id}")).json["movedTo"] == there.uri
    page = await mercy.visitor().get("/@lee")
    assert "Dr J. Lee has moved to @leejo@heart.example." in page.text
    browser = await mercy.sign_in("lee")
    form = {"title": "A title", "text": "Words.", "identity": "lee"}
    refused = await browser.post_form("/channels/wards/new", form)
    assert refused.status == 403 and "This name has moved away." in refused.text


async def test_standing_roles_consults_and_votes_stay_where_they_were(
    houses: Houses, mercy: House, stlukes: House, heart: House, wards: Actor
) -> None:
    """T23."""
    lee = await mercy.person(LEE)
    await mercy.at(channels.create_channel, "leads", "Leads", "Lee keeps it.", lee.actor)
    ruiz = await mercy.person(RUIZ)
    question = await mercy.at(posting.by_id, (await ask_all(ruiz, wards)).id)
    await lee.speaks(votes.vote, question, [0])
    await ask(lee, stlukes, heart)
    await houses.settle()
    there = await moved(houses, lee, heart)
    member = await heart.at(Member.get, id=there.member.id)
    assert member.level is Level.ATTESTED
    for house in (mercy, stlukes, heart):
        assert await known(house, Moderator, actor__uri=there.uri) == 0
        assert await known(house, Vote, actor__uri=there.uri) == 0
        assert await known(house, Participant, actor_uri=there.uri) == 0
    assert await known(mercy, Standing, actor__uri=there.uri, level__gt=1) == 0
    assert await known(mercy, Moderator, actor__uri=lee.uri) == 1


async def test_a_name_that_moves_says_nothing_of_the_other(
    houses: Houses, mercy: House, stlukes: House, heart: House, okafor: Person
) -> None:
    owl = await mercy.person(OWL)
    assert owl.pseudonym is not None
    await okafor.speaks(follows.follow_address, owl.address)
    await okafor.speaks(follows.follow_address, owl.pseudonym.address)
    await houses.settle()
    there = await moved(houses, owl, heart)
    rows = await followed_by(stlukes, okafor)
    assert {uri for uri, _ in rows} == {there.uri, owl.pseudonym.uri}
    for sent in houses.opened[0].network.sent:
        assert not (owl.uri.encode() in sent.body and owl.pseudonym.uri.encode() in sent.body)
    other = (await mercy.asked(f"/u/{owl.pseudonym.id}")).json
    assert not {"movedTo", "alsoKnownAs"} & set(other)
