"""The author of a post sees where it arrived, where it waits, and where it never will."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Delivery, Post
from instance.services import channels, deliveries, follows, posting
from instance.web.presenting import arrivals
from instance.workers import upkeep
from tests.cast import SANTOS, Houses
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def followed(mercy: House, stranger: Outsider, network: Network, houses: Houses) -> Outsider:
    """A channel of Mercy with followers on four servers; returns the last of them."""
    channel = await mercy.at(channels.create_channel, "wards", "Wards", "Rounds")
    others = [Outsider(f"{name}.example", "reader", network) for name in ("a", "b", "c")]
    for outsider in (*others, stranger):
        await outsider.sends(mercy, outsider.activity("Follow", channel.uri))
    await houses.settle()
    return stranger


async def start(mercy: House, lee: Person) -> Post:
    channel = await mercy.at(channels.by_slug, "wards")
    return await lee.speaks(posting.start_thread, channel, "A title", "A question.")


async def page(house: House, handle: str, post: Post) -> str:
    return (await (await house.sign_in(handle)).get(f"/t/{post.thread_id}")).text


async def test_the_author_sees_how_far_a_post_has_got(
    mercy: House, network: Network, lee: Person, followed: Outsider
) -> None:
    post = await start(mercy, lee)
    network.down.add("a.example")
    network.answer_once("b.example", 403)
    network.answer_once("b.example", 403)
    await mercy.deliver()
    shown = await page(mercy, "lee", post)
    assert "Arrived at 2 of 4" in shown
    assert "it does not answer" in shown and "it refused our message" in shown
    states = [one.state for one in await mercy.at(deliveries.of_post, post)]
    assert states == ["waiting", "gave_up", "arrived", "arrived"]


async def test_nobody_but_its_author_sees_where_a_post_arrived(
    mercy: House, lee: Person, followed: Outsider
) -> None:
    post = await start(mercy, lee)
    await mercy.deliver()
    await mercy.person(SANTOS)
    assert "Arrived at 4 of 4" in await page(mercy, "lee", post)
    assert "Arrived" not in await page(mercy, "santos", post)
    assert "Arrived" not in (await mercy.visitor().get(f"/t/{post.thread_id}")).text


async def test_a_post_for_a_channel_elsewhere_goes_to_the_server_of_the_channel(
    mercy: House, stlukes: House, lee: Person, houses: Houses
) -> None:
    await stlukes.at(channels.create_channel, "rhythm", "Rhythm", "Hearts")
    await lee.speaks(follows.follow_address, "@rhythm@stlukes.example")
    await houses.settle()
    channel = await mercy.at(channels.by_slug, "rhythm@stlukes.example")
    post = await lee.speaks(posting.start_thread, channel, "A title", "A question.")
    [waits] = await mercy.at(deliveries.of_post, post)
    assert (waits.host, waits.state, waits.error) == ("stlukes.example", "waiting", "")
    await houses.settle()
    assert "Arrived at 1 of 1" in await page(mercy, "lee", post)
    assert "St. Luke&#39;s</b>" in await page(mercy, "lee", post)


async def test_a_post_that_went_nowhere_says_nothing(mercy: House, lee: Person) -> None:
    post = await lee.speaks(posting.start_thread, None, "A title", "A question.")
    assert await mercy.at(deliveries.of_post, post) == ()
    assert "Arrived" not in await page(mercy, "lee", post)


async def test_while_one_server_lacks_it_the_count_does_not_shrink(
    mercy: House, network: Network, lee: Person, followed: Outsider
) -> None:
    network.answer_once("b.example", 403)
    post = await start(mercy, lee)
    await mercy.deliver()
    for days, states in ((8, {"arrived", "gave_up"}), (40, set())):
        await mercy.at(upkeep.purge, datetime.now(UTC) + timedelta(days=days))
        assert {one.state for one in await mercy.at(deliveries.of_post, post)} == states


async def test_a_long_list_is_cut_and_begins_with_what_did_not_arrive(
    mercy: House, network: Network, lee: Person, followed: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "LISTED_MOST", 1)
    network.down.add(followed.host)
    post = await start(mercy, lee)
    await mercy.deliver()
    assert await mercy.at(lambda: Delivery.filter(delivered_at=None).count()) == 2
    shown = await page(mercy, "lee", post)
    assert "Arrived at 3 of 4" in shown and "and 3 more" in shown
    assert f"{followed.host}</b>" in shown and "a.example</b>" not in shown
