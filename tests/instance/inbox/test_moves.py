"""Accounts that move: the followers here go along, and nothing else does (T23)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Actor, Fetch, Follow, Moderator, Standing
from instance.services import channels, follows
from tests.cast import Houses
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def new_home(network: Network) -> Outsider:
    return Outsider("new.example", "mallory", network)


@pytest.fixture
async def followed(houses: Houses, mercy: House, lee: Person, stranger: Outsider) -> Actor:
    """The stranger, whom Lee follows."""
    row = await lee.speaks(follows.follow_address, stranger.uri)
    await houses.settle()
    accept = stranger.activity("Accept", row.uri)
    assert (await stranger.sends(mercy, accept)).status == 202
    return await mercy.at(Actor.get, uri=stranger.uri)


def moved(old: Outsider, new: Outsider, **members: Any) -> dict[str, Any]:
    """Both sides say so, and the Move."""
    old.documents[old.uri] |= {"movedTo": new.uri}
    new.documents[new.uri] |= {"alsoKnownAs": [old.uri]}
    return old.activity("Move", old.uri, target=new.uri, **members)


async def following(house: House) -> list[str]:
    rows = await house.at(lambda: Follow.all().order_by("id").select_related("target"))
    return [row.target.uri for row in rows]


async def test_who_followed_the_old_account_asks_to_follow_the_new(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    assert (await stranger.sends(mercy, moved(stranger, new_home))).status == 202
    assert await following(mercy) == [stranger.uri]  # both are asked first
    await houses.settle()
    assert await following(mercy) == [new_home.uri]
    assert [one.document["type"] for one in new_home.received] == ["Follow"]
    assert stranger.received[-1].document["type"] == "Undo"
    assert (await mercy.at(Actor.get, uri=stranger.uri)).moved_to_uri == new_home.uri


async def test_without_the_word_of_both_nobody_moves(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    old, new = stranger.documents[stranger.uri], new_home.documents[new_home.uri]
    also = [stranger.uri]
    for number, (says_old, says_new) in enumerate(
        [
            ({"movedTo": new_home.uri}, {}),
            ({}, {"alsoKnownAs": also}),
            ({"movedTo": stranger.uri}, {"alsoKnownAs": also}),
            ({"movedTo": new_home.uri}, {"alsoKnownAs": [new_home.uri]}),
            ({"movedTo": new_home.uri}, {"alsoKnownAs": also, "movedTo": "https://x.example/u"}),
            ({"movedTo": new_home.uri}, {"alsoKnownAs": also, "type": "Group"}),
        ]
    ):
        stranger.documents[stranger.uri], new_home.documents[new_home.uri] = (
            old | says_old,
            new | says_new,
        )
        move = stranger.activity("Move", stranger.uri, number, target=new_home.uri)
        await stranger.sends(mercy, move)
        await houses.settle()
        assert await following(mercy) == [stranger.uri], (says_old, says_new)


async def test_what_the_move_embeds_is_not_believed(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    stranger.documents[stranger.uri] |= {"movedTo": new_home.uri}
    lookalike = new_home.actor() | {"alsoKnownAs": [stranger.uri]}
    move = stranger.activity("Move", stranger.uri, target=lookalike)
    await stranger.sends(mercy, move)
    await houses.settle()
    assert await following(mercy) == [stranger.uri]


async def test_nobody_moves_another(
    mercy: House, followed: Actor, lee: Person, stranger: Outsider, new_home: Outsider
) -> None:
    for number, uri in enumerate((stranger.uri, lee.uri)):
        move = new_home.activity("Move", uri, number, target=new_home.uri)
        assert (await new_home.sends(mercy, move)).status == 403
    to_itself = stranger.activity("Move", stranger.uri, target=stranger.uri)
    assert (await stranger.sends(mercy, to_itself)).status == 403
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_a_channel_never_moves(
    houses: Houses, mercy: House, lee: Person, stranger: Outsider, new_home: Outsider
) -> None:
    for outsider in (stranger, new_home):
        outsider.documents[outsider.uri]["type"] = "Group"
    await lee.speaks(follows.follow_address, stranger.uri)
    assert (await stranger.sends(mercy, moved(stranger, new_home))).status == 403
    assert await following(mercy) == [stranger.uri]


async def test_an_account_moves_once_in_thirty_days(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    lately = datetime.now(UTC) - timedelta(days=29)
    await mercy.at(lambda: Actor.filter(id=followed.id).update(moved_at=lately))
    assert (await stranger.sends(mercy, moved(stranger, new_home))).status == 403
    long_ago = datetime.now(UTC) - timedelta(days=31)
    await mercy.at(lambda: Actor.filter(id=followed.id).update(moved_at=long_ago))
    move = stranger.activity("Move", stranger.uri, 2, target=new_home.uri)
    assert (await stranger.sends(mercy, move)).status == 202
    await houses.settle()
    assert await following(mercy) == [new_home.uri]


async def test_a_move_there_and_back_ends_there(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    await stranger.sends(mercy, moved(stranger, new_home))
    await houses.settle()
    del stranger.documents[stranger.uri]["movedTo"]
    await new_home.sends(mercy, moved(new_home, stranger))
    await houses.settle()
    assert await following(mercy) == [new_home.uri]


async def test_what_somebody_is_here_stays_behind(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, new_home: Outsider
) -> None:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await mercy.at(Moderator.create, group_id=group.id, actor_id=followed.id)
    standings = await mercy.at(lambda: Standing.all().count())
    await stranger.sends(mercy, moved(stranger, new_home))
    await houses.settle()
    assert await mercy.at(lambda: Moderator.all().values_list("actor_id", flat=True)) == [
        followed.id
    ]
    assert await mercy.at(lambda: Standing.all().count()) == standings


async def test_nobody_is_followed_to_a_blocked_server(
    houses: Houses, mercy: House, followed: Actor, stranger: Outsider, blocked: Outsider
) -> None:
    await stranger.sends(mercy, moved(stranger, blocked))
    await houses.settle()
    assert await following(mercy) == [stranger.uri] and blocked.received == []
