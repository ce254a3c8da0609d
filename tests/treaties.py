"""What administrators of two houses do to trust each other, by the services that pages call."""

from collections.abc import Awaitable, Callable
from typing import Any

from federation.relationships import SCOPES, Terms
from instance.models import Direction, Offer, Relationship, Role, TrustState
from instance.outbox import trust
from instance.services import agreements, key_checks, treaties
from instance.services.key_checks import Tails
from instance.services.treaties import Wanted
from tests.cast import Houses, new
from tests.houses import House

FIRST = new("ruiz", "Dr C. Ruiz", role=Role.FEDERATION)
SECOND = new("adeyemi", "Dr B. Adeyemi", role=Role.OWNER)
TERMS = Terms("US-MN", 4, 3650, "Dr Ruiz, 555 0100")
WANTED = Wanted(SCOPES, 365, TERMS)


async def heard(house: House) -> Tails:
    """What an administrator of `house` reads out on the telephone."""
    rsa, ed25519 = key_checks.fingerprints(*await house.at(agreements.own_keys))
    return Tails(rsa[-8:], ed25519[-8:])


async def pin(house: House, other: House) -> None:
    """Two administrators of `house` compare the keys of `other`."""
    first, second = await house.person(FIRST), await house.person(SECOND)
    tails = await heard(other)
    await first.does(key_checks.pin, other.host, tails, "Dr Quill")
    await second.does(key_checks.confirm, other.host, tails)


async def does(house: House, work: Callable[..., Awaitable[Any]], other: House, *more: Any) -> Any:
    """An administrator of `house` does something about `other`."""
    return await (await house.person(FIRST)).does(work, other.host, *more)


async def offer(house: House, other: House, wanted: Wanted = WANTED) -> Offer:
    made: Offer = await does(house, treaties.offer, other, wanted)
    return made


async def accept(house: House, other: House, wanted: Wanted = WANTED) -> None:
    await does(house, treaties.accept, other, wanted)


async def agree(houses: Houses, one: House, other: House) -> None:
    """The whole handshake, begun by `one`."""
    await pin(one, other)
    await offer(one, other)
    await houses.settle()
    await pin(other, one)
    await accept(other, one)
    await houses.settle()


async def state(house: House, other: House | str) -> TrustState:
    host = other if isinstance(other, str) else other.host
    return (await house.at(agreements.of_host, host)).state


async def is_trusted(house: House, other: House) -> bool:
    return await house.at(trust.is_trusted, other.host)


async def last_offer(house: House, direction: Direction) -> Offer:
    return await house.at(lambda: Offer.get(direction=direction))


async def relationships(house: House) -> dict[Direction, Relationship]:
    rows = await house.at(lambda: Relationship.all())
    return {row.direction: row for row in rows}
