"""Accounts elsewhere that nothing here refers to are forgotten, and nobody loses anything by it."""

from datetime import UTC, datetime, timedelta

from instance.models import Actor, Delivery, Notification, OutboxActivity, Post
from instance.services import editing, posting
from instance.services.retention import purging
from instance.services.retention.kinds import named as retained
from tests.houses import House, Person
from tests.making import make
from tests.network import Network
from tests.outsiders import Outsider


async def test_who_was_named_in_a_post_is_told_when_it_is_taken_back_however_old_it_is(
    mercy: House, lee: Person, wards: Actor, network: Network
) -> None:
    """Nothing else here refers to them, and where it was sent is known for a week alone."""
    nora, omar = (Outsider(f"{name}.example", name, network) for name in ("nora", "omar"))
    for one in (nora, omar):
        follow = one.activity("Follow", lee.uri)
        await one.sends(mercy, follow)
        await one.sends(mercy, one.activity("Undo", follow))
    post = await lee.speaks(posting.start_thread, wards, "A title", "As @nora@nora.example says.")
    await mercy.deliver()
    assert [sent.document["type"] for sent in nora.received][-1] == "Create"
    nora.received.clear()

    assert await mercy.at(_years_go_by) == [nora.uri]
    await lee.speaks(editing.delete_post, await mercy.at(posting.by_id, post.id))
    await mercy.deliver()
    assert [sent.document["type"] for sent in nora.received] == ["Delete"]


async def _years_go_by() -> list[str]:
    """Returns who is still known."""
    now, kind = datetime.now(UTC), retained("elsewhere_accounts")
    assert kind is not None
    for model in (Delivery, OutboxActivity, Notification):
        await model.all().delete()
    await Actor.filter(is_local=False).update(fetched_at=now - timedelta(days=3000))
    for cc in ("https://omar.example/users/omar", None):
        await make(Post, document={"cc": cc})  # as some servers write it
    assert await purging.due(kind, now) == await purging.purge(kind, now) == 1
    return [actor.uri for actor in await Actor.filter(host__contains=".example", is_local=False)]
