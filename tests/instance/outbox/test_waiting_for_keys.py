"""Keys that several requests of one peer need at the same time."""

import asyncio

from federation.messages import Response
from tests.cast import new
from tests.houses import House
from tests.network import Network, Sent


class Slow:
    """A house whose answers take a moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def answer(self, sent: Sent) -> Response:
        await asyncio.sleep(0.05)
        return await self._house.answer(sent)


async def test_a_peer_that_sends_for_many_people_at_once_is_not_sent_away(
    mercy: House, stlukes: House, network: Network
) -> None:
    """Its next try would come a minute later."""
    people = [await stlukes.person(new(f"person{n}", f"Dr {n}", "cardiology")) for n in range(6)]
    network.servers[stlukes.host] = Slow(stlukes)
    key_ids = [f"{person.uri}#ed25519-1" for person in people]
    finds = [mercy.at(mercy.institution.directory.find, key_id) for key_id in key_ids]
    found = await asyncio.gather(*finds)
    assert [key.owner for key in found] == [person.uri for person in people]
