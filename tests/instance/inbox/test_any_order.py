"""T80: what others do in our channel ends alike in whatever order it arrives."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from instance import models
from instance.models import Actor
from tests.board import board, created, deleted, updated
from tests.fuzzing import examples
from tests.houses import House
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider

ACTIVITIES = 11
Order = tuple[list[int], list[bool], list[int]]

orders = st.tuples(
    st.permutations(range(ACTIVITIES)),
    st.lists(st.booleans(), min_size=ACTIVITIES, max_size=ACTIVITIES),
    st.lists(st.integers(0, ACTIVITIES - 1), max_size=3),
)


@examples(25)
@given(order=orders)
async def test_in_whatever_order_it_arrives_the_end_is_the_same(
    mercy: House, wards: Actor, stranger: Outsider, network: Network, order: Order
) -> None:
    other = Outsider("far.example", "fay", network)
    activities = story(stranger, other, wards)
    in_order: Order = (list(range(ACTIVITIES)), [True] * ACTIVITIES, [])
    expected = await outcome(mercy, activities, {other.uri: other}, stranger, in_order)
    assert len(expected["posts"]) == 3 and len(expected["gone"]) == 1
    found = await outcome(mercy, activities, {other.uri: other}, stranger, order)
    assert found == expected


async def test_a_post_that_is_faster_than_its_waiting_change_is_changed(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """T80: the change waits for its thread, which comes; before the worker runs, so does the
    post itself."""
    activities = story(stranger, Outsider("far.example", "fay", network), wards)
    starter, change, create = activities[0], activities[5], activities[1]
    for sent in (change, starter, create):
        assert (await stranger.sends(mercy, sent)).status == 202
    await mercy.deliver()
    assert (await board(mercy))["posts"][create["object"]["id"]][0] == "<p>2</p>"


def story(by: Outsider, other: Outsider, wards: Actor) -> list[dict[str, Any]]:
    """A thread with three answers: one is changed twice, one changed and deleted, one liked and
    not any more. Their server serves them as they are at the end."""
    starter = created(by, wards, 1)
    uri = starter["object"]["id"]
    changed, taken_back, liked = [created(by, wards, n, inReplyTo=uri) for n in (2, 3, 4)]
    changes = [updated(by, changed, n, 5 * n, content=f"<p>{n}</p>") for n in (1, 2)]
    late = updated(by, taken_back, 3)
    like = other.activity("Like", liked["object"]["id"], to=[PUBLIC])
    undo = other.activity("Undo", like, to=[PUBLIC])
    by.documents[changed["object"]["id"]] = changes[-1]["object"]
    del by.documents[taken_back["object"]["id"]]
    return [
        *(starter, changed, taken_back, liked, *changes, late),
        *(deleted(by, taken_back), like, undo),
        updated(by, starter, 4, 5, content="<p>First, again</p>", name="Another title"),
    ]


async def outcome(
    house: House,
    activities: list[dict[str, Any]],
    others: dict[str, Outsider],
    by: Outsider,
    order: Order,
) -> dict[str, Any]:
    """What is on the board at the end; with `order`: which come, when workers run, what twice."""
    sequence, works, twice = order
    await house.at(wipe)
    for place, work in zip([*sequence, *twice], [*works, *[True] * len(twice)], strict=True):
        sender = others.get(activities[place]["actor"], by)
        answer = await sender.sends(house, activities[place])
        assert answer.status in (202, 403), answer.status
        if work:
            await house.deliver()
    await house.deliver()
    assert (await house.rows())["Fetch"] == 0
    return await board(house)


async def wipe() -> None:
    """Nobody wrote anything yet, and no sender is known."""
    for name in (
        *("Reaction", "Announced", "Post", "Thread", "Gone", "Fetch"),
        *("ReceivedActivity", "SeenSignature", "OutboxActivity"),
    ):
        await getattr(models, name).all().delete()
