"""T80: votes, polls, locks, likes and deletions end alike in whatever order they arrive."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance.models import Actor, Gone, Post
from instance.outbox import remote
from instance.services import channels
from tests.board import created, deleted, updated
from tests.fuzzing import examples
from tests.houses import House, Person
from tests.moderating import make_moderator, thread_at
from tests.network import Network
from tests.outsiders import Outsider
from tests.polling import NAMES, ask_all, ballot, standing

ACTIVITIES = 12
_numbers = count(0, 10)

orders = st.tuples(
    st.permutations(range(ACTIVITIES)),
    st.sets(st.integers(0, ACTIVITIES - 1)),
    st.lists(st.integers(0, ACTIVITIES - 1), max_size=3),
)


@pytest.fixture
async def wards(mercy: House, stranger: Outsider) -> Actor:
    """A channel that the stranger moderates from elsewhere."""
    channel = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    moderator: Actor = await mercy.at(lambda: remote.directory().resolve(stranger.uri))
    await make_moderator(mercy, channel, moderator)
    return channel


@examples(20)
@given(order=orders)
async def test_in_whatever_order_it_arrives_everything_counts_once(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider, network: Network, order: Any
) -> None:
    """`order`: which come, after which of them workers run, and which come twice."""
    sequence, works, twice = order
    fay = Outsider("far.example", "fay", network)
    poll = await ask_all(lee, wards)
    sent = story(stranger, fay, wards, poll)
    for place in [*sequence, *twice]:
        by = fay if sent[place]["actor"] == fay.uri else stranger
        assert (await by.sends(mercy, sent[place])).status in (202, 403)
        if place in works:
            await mercy.deliver()
    await mercy.deliver()
    assert await standing(mercy, poll.uri) == ([1, 1, 0], 2)
    assert await standing(mercy, sent[2]["object"]["id"]) == ([6, 8, 1], 15)
    starter, reply = sent[5]["object"]["id"], sent[8]["object"]["id"]
    assert (await thread_at(mercy, starter)).locked_at is None
    assert (await mercy.at(Post.get, uri=starter)).likes_count == 0
    assert await is_gone(mercy, reply) and (await mercy.rows())["Fetch"] == 0


def story(moderator: Outsider, fay: Outsider, wards: Actor, poll: Post) -> list[dict[str, Any]]:
    """Two vote in a poll of ours; one asks something, and tells twice how it stands; the other
    begins a thread, which is liked and locked for a while, and answers what she then deletes."""
    n = next(_numbers)
    asked = created(moderator, wards, n, type="Question", **stands(5, 7, 0))
    later = updated(moderator, asked, n + 1, 20, **stands(6, 8, 1))
    moderator.documents[asked["object"]["id"]] = later["object"]
    starter = created(fay, wards, n)
    uri = starter["object"]["id"]
    like, lock = (moderator.activity(kind, uri, n) for kind in ("Like", "Lock"))
    reply = created(fay, wards, n + 1, inReplyTo=poll.uri)
    del fay.documents[reply["object"]["id"]]
    return [
        ballot(moderator, poll, NAMES[0], n + 5),
        ballot(fay, poll, NAMES[1], n + 5),
        *(asked, later, updated(moderator, asked, n + 2, 10, **stands(5, 8, 0))),
        *(starter, like, moderator.activity("Undo", like, n + 1)),
        *(reply, deleted(fay, reply, n + 1)),
        *(lock, moderator.activity("Undo", lock, n + 2)),
    ]


def stands(*votes: int) -> dict[str, Any]:
    """How a poll stands, as its own server says."""
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": number}}
        for name, number in zip(NAMES, votes, strict=True)
    ]
    return {"oneOf": options, "votersCount": sum(votes)}


async def is_gone(house: House, uri: str) -> bool:
    """Deleted after it came, or before."""
    post = await house.at(lambda: Post.get_or_none(uri=uri))
    if post is not None:
        return post.deleted_at is not None
    return await house.at(lambda: Gone.filter(uri=uri).exists())
