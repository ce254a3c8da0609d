"""Follow, Accept, Reject and Undo: who may say what about which follow (T22, T24, T49, T64)."""

from typing import Any

import pytest

from instance.models import Actor, Follow, FollowState
from instance.services import channels, follows, members
from tests.cast import Houses, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def followed(mercy: House, lee: Person, stranger: Outsider) -> Follow:
    """Dr Lee asked to follow the stranger, who has not answered."""
    return await lee.speaks(follows.follow_address, stranger.uri)


async def state_of(house: House, row: Follow) -> FollowState | None:
    found = await house.at(lambda: Follow.get_or_none(id=row.id))
    return found.state if found else None


def answer(by: Outsider, kind: str, uri: str, number: int = 1) -> dict[str, Any]:
    return by.activity(kind, {"id": uri, "type": "Follow"}, number)


async def test_the_one_followed_accepts(mercy: House, followed: Follow, stranger: Outsider) -> None:
    assert await state_of(mercy, followed) is FollowState.PENDING
    assert (await stranger.sends(mercy, answer(stranger, "Accept", followed.uri))).status == 202
    assert await state_of(mercy, followed) is FollowState.ACCEPTED


async def test_nobody_else_accepts_for_them(
    mercy: House, network: Network, followed: Follow
) -> None:
    other = Outsider("other.example", "trudy", network)
    for kind in ("Accept", "Reject"):
        assert (await other.sends(mercy, answer(other, kind, followed.uri))).status == 202
        assert await state_of(mercy, followed) is FollowState.PENDING


async def test_an_embedded_copy_does_not_make_another_the_one_followed(
    mercy: House, network: Network, followed: Follow, lee: Person
) -> None:
    other = Outsider("other.example", "trudy", network)
    forged = {"id": followed.uri, "type": "Follow", "actor": lee.uri, "object": other.uri}
    await other.sends(mercy, other.activity("Accept", forged))
    assert await state_of(mercy, followed) is FollowState.PENDING


async def test_an_accept_of_what_was_never_asked_changes_nothing(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    before = await mercy.rows()
    sent = await stranger.sends(mercy, answer(stranger, "Accept", f"{mercy.origin}/a/1"))
    assert sent.status == 202
    after = await mercy.rows()
    assert {name for name in after if after[name] != before[name]} <= {"ReceivedActivity"}


async def test_a_reject_after_the_accept_ends_it(
    mercy: House, followed: Follow, stranger: Outsider
) -> None:
    await stranger.sends(mercy, answer(stranger, "Accept", followed.uri))
    await stranger.sends(mercy, answer(stranger, "Reject", followed.uri))
    assert await state_of(mercy, followed) is None
    await stranger.sends(mercy, answer(stranger, "Accept", followed.uri, 2))
    assert await state_of(mercy, followed) is None


async def test_nobody_undoes_the_follow_of_another(
    mercy: House, network: Network, lee: Person, stranger: Outsider
) -> None:
    follow = stranger.activity("Follow", lee.uri)
    await stranger.sends(mercy, follow)
    other = Outsider("other.example", "trudy", network)
    forged = follow | {"actor": other.uri}
    assert (await other.sends(mercy, other.activity("Undo", forged))).status == 403
    assert (await other.sends(mercy, other.activity("Undo", follow["id"], 2))).status == 403
    assert await mercy.at(lambda: Follow.all().count()) == 1
    assert (await stranger.sends(mercy, stranger.activity("Undo", follow["id"]))).status == 202
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_an_undo_of_an_unknown_follow_changes_nothing(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    sent = await stranger.sends(mercy, stranger.activity("Undo", f"{stranger.origin}/f/9"))
    assert sent.status == 202
    undo_of_undo = stranger.activity("Undo", f"{stranger.origin}/activities/Undo/1", 2)
    assert (await stranger.sends(mercy, undo_of_undo)).status == 202


async def test_a_hidden_member_and_a_consult_answer_a_follow_as_nobody_would(
    houses: Houses, mercy: House, stlukes: House, lee: Person, stranger: Outsider
) -> None:
    consult = await ask(lee, stlukes)
    group = await mercy.at(Actor.get, id=consult.group_id)
    hidden = await mercy.person(new("hidden", "Dr Hidden", "cardiology", is_public=False))
    for number, uri in enumerate((group.uri, hidden.uri, f"{mercy.origin}/u/1"), start=1):
        sent = await stranger.sends(mercy, stranger.activity("Follow", uri, number))
        assert sent.status == 202
    await houses.settle()
    assert stranger.received == []
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_a_consult_tells_those_who_take_part_that_it_is_not_followed(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    group = await mercy.at(Actor.get, id=consult.group_id)
    document = {"id": f"{okafor.uri}/f", "type": "Follow", "actor": okafor.uri, "object": group.uri}
    assert (await mercy.receives(document, await okafor.key())).status == 202
    await houses.settle()
    assert len(network.posts(stlukes.host, "Reject")) == 1
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_a_follow_of_a_public_member_is_accepted_at_once(
    houses: Houses, mercy: House, lee: Person, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await houses.settle()
    [sent] = stranger.received
    assert (sent.document["type"], sent.document["actor"]) == ("Accept", lee.uri)


async def test_who_hides_keeps_no_channel_from_being_followed(
    houses: Houses, mercy: House, lee: Person, stranger: Outsider
) -> None:
    channel = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await lee.speaks(members.set_public, False)
    await stranger.sends(mercy, stranger.activity("Follow", channel.uri))
    await houses.settle()
    assert [sent.document["type"] for sent in stranger.received] == ["Accept"]
