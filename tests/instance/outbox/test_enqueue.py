"""How much one activity puts into the queue."""

import pytest

from instance.models import Delivery
from instance.outbox import enqueue
from instance.services import posting
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


async def test_one_activity_goes_to_no_more_inboxes_than_the_contract_allows(
    mercy: House, lee: Person, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T76: followers on wildcard hosts."""
    monkeypatch.setattr(enqueue, "INBOXES_MOST", 2)
    for number in range(4):
        follower = Outsider(f"f{number}.example", "fay", network)
        await follower.sends(mercy, follower.activity("Follow", lee.uri))
    await mercy.deliver()
    await mercy.at(lambda: Delivery.all().delete())
    await lee.speaks(posting.start_thread, None, "A title", "Some words.")
    assert await mercy.at(lambda: Delivery.all().count()) == 2
