"""A Delete that somebody hands on without a proof: the post's own server has the word (5.3, 7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.messages import Response
from instance.models import Actor, Fetch, Post
from instance.services import channels, follows
from tests.board import contents, created, deleted
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider


class Author(Outsider):
    """Whose server answers a status for what it has no more."""

    missing = 410

    async def answer(self, sent: Sent) -> Response:
        found = await super().answer(sent)
        return Response(self.missing, {}, b"", sent.url) if found.status == 404 else found


@pytest.fixture
def author(network: Network) -> Author:
    return Author("good.example", "alice", network)


@pytest.fixture
async def create(mercy: House, author: Author) -> dict[str, Any]:
    """A post in a channel of ours, which is still served where it was written."""
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    sent = created(author, wards)
    assert (await author.sends(mercy, sent)).status == 202
    return sent


@pytest.fixture
async def board(mercy: House, lee: Person, network: Network) -> Outsider:
    """A channel elsewhere that Dr Lee follows."""
    found = Outsider("board.example", "board", network)
    found.documents[found.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, found.uri)
    await found.sends(mercy, found.activity("Accept", row.uri))
    return found


def forget(author: Author, create: dict[str, Any], how: str) -> None:
    uri = create["object"]["id"]
    tombstone = {"@context": "https://www.w3.org/ns/activitystreams", "id": uri}
    if how == "Tombstone":
        author.documents[uri] = tombstone | {"type": "Tombstone"}
    else:
        author.missing = int(how)
        del author.documents[uri]


async def hours_pass(house: House, hours: float) -> None:
    """For what is asked for: it is tried again."""
    before = {"created_at": datetime.now(UTC) - timedelta(hours=hours), "due_at": datetime.now(UTC)}
    await house.at(lambda: Fetch.all().update(**before))
    await house.deliver()


@pytest.mark.parametrize("how", ["410", "Tombstone"])
async def test_what_its_server_says_is_gone_goes(
    mercy: House, create: dict[str, Any], author: Author, stranger: Outsider, how: str
) -> None:
    forget(author, create, how)
    assert (await stranger.sends(mercy, deleted(author, create))).status == 202
    await mercy.deliver()
    assert await contents(mercy) == [""]
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_what_its_server_still_has_stays(
    mercy: House, create: dict[str, Any], author: Author, stranger: Outsider
) -> None:
    await stranger.sends(mercy, deleted(author, create))
    await mercy.deliver()
    assert await contents(mercy) == ["<p>hello</p>"]
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_what_its_server_does_not_find_goes_when_that_lasts(
    mercy: House, create: dict[str, Any], author: Author, stranger: Outsider
) -> None:
    """However often it is said: a server that is moved, or blocks us, answers 404 as well."""
    forget(author, create, "404")
    for number in range(4):
        await stranger.sends(mercy, deleted(author, create, number))
        await mercy.deliver()
    await hours_pass(mercy, 0.9)
    assert await contents(mercy) == ["<p>hello</p>"]
    await hours_pass(mercy, 1.1)
    assert await contents(mercy) == [""]


@pytest.mark.parametrize("status", ["401", "403", "500"])
async def test_no_other_answer_says_that_a_post_is_gone(
    mercy: House, create: dict[str, Any], author: Author, stranger: Outsider, status: str
) -> None:
    forget(author, create, status)
    await stranger.sends(mercy, deleted(author, create))
    await mercy.deliver()
    await hours_pass(mercy, 2)
    assert await contents(mercy) == ["<p>hello</p>"]


async def test_nobody_is_asked_for_what_is_not_here(
    mercy: House, lee: Person, author: Author, stranger: Outsider, network: Network
) -> None:
    await stranger.sends(mercy, author.activity("Delete", f"{author.origin}/notes/9"))
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_a_channel_announces_a_delete_without_a_proof(
    mercy: House, lee: Person, author: Author, board: Outsider
) -> None:
    sent = created(author, await mercy.at(Actor.get, uri=board.uri))
    await board.sends(mercy, board.activity("Announce", sent["object"]["id"]))
    await mercy.deliver()
    assert await contents(mercy) == ["<p>hello</p>"]
    await board.sends(mercy, board.activity("Announce", deleted(author, sent, 2), 2))
    await mercy.deliver()
    assert await contents(mercy) == ["<p>hello</p>"]
    forget(author, sent, "410")
    await board.sends(mercy, board.activity("Announce", deleted(author, sent, 3), 3))
    await mercy.deliver()
    assert await mercy.at(lambda: Post.filter(deleted_at=None).count()) == 0
