"""Accounts of our own members move, and only as both sides say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import Actor, AuditEntry
from instance.services import follows, moves, moving, posting
from tests.cast import LEE, RUIZ, Houses
from tests.clinic import ask
from tests.houses import PASSWORD, House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.takeaway import HERE


@pytest.fixture
def new_home(network: Network) -> Outsider:
    return Outsider("new.example", "lee", network)


def named(new: Outsider, person: Person, **more: object) -> None:
    """The new account's server says that it is the same person's."""
    new.documents[new.uri] = new.actor() | {"alsoKnownAs": [person.uri], **more}


async def go(person: Person, new: Outsider, password: str = PASSWORD) -> None:
    actor = await person.home.at(Actor.get, id=person.actor.id)
    await person.does(moving.move, actor, new.uri, password, HERE)


async def why_not(person: Person, new: Outsider, **how: str) -> dict[str, str]:
    with pytest.raises(FormRefused) as refused:
        await go(person, new, **how)
    assert (await person.home.at(Actor.get, id=person.actor.id)).moved_to_uri is None
    return refused.value.fields


async def test_followers_are_sent_the_new_profile_and_then_the_move(
    houses: Houses, mercy: House, lee: Person, stranger: Outsider, new_home: Outsider
) -> None:
    follow = stranger.activity("Follow", lee.uri)
    await stranger.sends(mercy, follow)
    await houses.settle()
    named(new_home, lee)
    await go(lee, new_home)
    await houses.settle()
    update, move = [sent.document for sent in stranger.received][-2:]
    assert update["type"] == "Update" and update["object"]["movedTo"] == new_home.uri
    assert (move["type"], move["actor"], move["object"]) == ("Move", lee.uri, lee.uri)
    assert move["target"] == new_home.uri


async def test_nobody_moves_to_an_account_that_does_not_name_them(
    mercy: House, lee: Person, new_home: Outsider
) -> None:
    """T23."""
    assert "does not name this one yet" in (await why_not(lee, new_home))["address"]
    for more in ({"movedTo": "https://x.example/u"}, {"type": "Group"}, {"alsoKnownAs": ["x"]}):
        named(new_home, lee, **more)
        assert set(await why_not(lee, new_home)) == {"address"}


async def test_what_was_remembered_of_the_new_account_does_not_count(
    mercy: House, lee: Person, new_home: Outsider
) -> None:
    named(new_home, lee)
    await lee.speaks(follows.follow_address, new_home.uri)
    new_home.documents[new_home.uri] = new_home.actor()
    assert set(await why_not(lee, new_home)) == {"address"}


async def test_a_move_takes_the_password(mercy: House, lee: Person, new_home: Outsider) -> None:
    named(new_home, lee)
    assert set(await why_not(lee, new_home, password="a guess")) == {"password"}


async def test_a_name_that_moved_is_read_and_writes_no_more(
    mercy: House, lee: Person, new_home: Outsider, wards: Actor
) -> None:
    named(new_home, lee)
    post = await lee.speaks(posting.start_thread, wards, "Before", "Words.")
    await go(lee, new_home)
    gone = await mercy.at(Actor.get, id=lee.actor.id)
    for work in (
        mercy.at(posting.start_thread, gone, wards, "After", "Words."),
        mercy.at(posting.reply, gone, post, "Words."),
        mercy.at(follows.follow, gone, wards),
        ask(lee),
    ):
        with pytest.raises(NotAllowed, match="not_allowed"):
            await work


async def test_a_move_is_taken_back_and_then_waits_for_thirty_days(
    houses: Houses, mercy: House, lee: Person, stranger: Outsider, new_home: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    named(new_home, lee)
    await go(lee, new_home)
    with pytest.raises(Conflict):
        await go(lee, new_home)
    await mercy.at(moving.undo, await mercy.at(Actor.get, id=lee.actor.id))
    await houses.settle()
    assert "movedTo" not in stranger.received[-1].document["object"]
    back = await mercy.at(Actor.get, id=lee.actor.id)
    await mercy.at(posting.start_thread, back, None, "Back", "Words.")
    with pytest.raises(Conflict):
        await go(lee, new_home)
    long_ago = datetime.now(UTC) - moves.ONCE_IN - timedelta(minutes=1)
    await mercy.at(lambda: Actor.filter(id=lee.actor.id).update(moved_at=long_ago))
    await go(lee, new_home)
    done = [row.action for row in await mercy.at(lambda: AuditEntry.all().order_by("id"))]
    assert [one for one in done if one.startswith("actor.")] == [
        *("actor.moved", "actor.move_undone", "actor.moved")
    ]


async def test_names_of_this_server_are_not_joined(mercy: House, lee: Person) -> None:
    """F-ACT-2: an alias between two names here would tell whose they are."""
    ruiz = await mercy.person(RUIZ)
    with pytest.raises(FormRefused):
        await lee.speaks(moving.add_alias, "@ruiz")
    with pytest.raises(FormRefused):
        await lee.does(moving.move, lee.actor, ruiz.address, PASSWORD, HERE)


async def test_an_alias_is_said_of_one_name_alone_and_can_be_taken_back(
    mercy: House, stranger: Outsider
) -> None:
    owl = await mercy.person(replace(LEE, pseudonym="quiet_owl"))
    assert owl.pseudonym is not None
    await owl.speaks(moving.add_alias, stranger.uri)
    await owl.speaks(moving.add_alias, stranger.uri)
    assert (await mercy.asked(f"/u/{owl.actor.id}")).json["alsoKnownAs"] == [stranger.uri]
    assert "alsoKnownAs" not in (await mercy.asked(f"/u/{owl.pseudonym.id}")).json
    await owl.speaks(moving.remove_alias, stranger.uri)
    assert "alsoKnownAs" not in (await mercy.asked(f"/u/{owl.actor.id}")).json


async def test_who_came_back_elsewhere_is_found_here_again(
    houses: Houses, mercy: House, heart: House, lee: Person, quill: Person
) -> None:
    await quill.speaks(follows.follow_address, lee.address)
    await houses.settle()
    there = await heart.person(replace(RUIZ, handle="leejo", email="leejo@hospital.example"))
    await there.speaks(moving.add_alias, lee.address)
    await lee.does(moving.move, lee.actor, there.address, PASSWORD, HERE)
    await houses.settle()
    seen = await heart.at(Actor.get, uri=lee.uri)
    assert seen.moved_to_uri == there.uri
    await quill.speaks(follows.follow_address, lee.address)
    await houses.settle()
    await mercy.at(moving.undo, await mercy.at(Actor.get, id=lee.actor.id))
    await houses.settle()
    assert (await heart.at(Actor.get, uri=lee.uri)).moved_to_uri is None
