"""What administrators of two houses do to trust each other, by the services that pages call."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from federation import handshake, proofs
from federation.keys import PrivateKey, fingerprint
from federation.relationships import SCOPES, Relationship, Terms
from instance.models import Direction, Offer, OutboxActivity, Role, TrustState
from instance.models import Relationship as Row
from instance.outbox import trust
from instance.services import agreements, key_checks, treaties
from instance.services.key_checks import Tails
from instance.services.treaties import Wanted
from tests.cast import Houses, new
from tests.forging import changed
from tests.houses import House
from tests.network import Network
from tests.outsiders import Outsider

FIRST = new("ruiz", "Dr C. Ruiz", role=Role.FEDERATION)
SECOND = new("adeyemi", "Dr B. Adeyemi", role=Role.OWNER)
TERMS = Terms("US-MN", 4, 3650, "Dr Ruiz, 555 0100")
WANTED = Wanted(SCOPES, 365, TERMS)
Change = Callable[[dict[str, Any]], Any]


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


async def offered(houses: Houses, one: House, other: House) -> None:
    """`one` offers, and `other` could accept."""
    await pin(one, other)
    await offer(one, other)
    await houses.settle()
    await pin(other, one)


async def agree(houses: Houses, one: House, other: House) -> None:
    """The whole handshake, begun by `one`."""
    await offered(houses, one, other)
    await accept(other, one)
    await houses.settle()


def reproven(document: dict[str, Any], key: PrivateKey, change: Change) -> dict[str, Any]:
    return proofs.add_proof(changed(document, change), key, datetime.now(UTC))


async def queued(house: House, kind: str) -> dict[str, Any]:
    """What a house is about to send, which is then not sent."""
    row = await house.at(lambda: OutboxActivity.filter(type=kind).order_by("-id").first())
    assert row is not None
    await house.at(row.delete)
    return dict(orjson.loads(row.body))


async def answered(mercy: House, stlukes: House) -> dict[str, Any]:
    """The Accept of St. Luke's to an Offer of Mercy's; it has not been sent."""
    await pin(mercy, stlukes)
    await offer(mercy, stlukes)
    await mercy.deliver()
    await pin(stlukes, mercy)
    await accept(stlukes, mercy)
    return await queued(stlukes, "Accept")


async def state(house: House, other: House | str) -> TrustState:
    host = other if isinstance(other, str) else other.host
    return (await house.at(agreements.of_host, host)).state


async def is_trusted(house: House, other: House) -> bool:
    return await house.at(trust.is_trusted, other.host)


async def last_offer(house: House, direction: Direction) -> Offer:
    return await house.at(lambda: Offer.get(direction=direction))


async def relationships(house: House) -> dict[Direction, Row]:
    rows = await house.at(lambda: Row.all())
    return {row.direction: row for row in rows}


class Institution(Outsider):
    """The Application of a server that is no Curbside, and offers whatever it likes."""

    def __init__(self, host: str, network: Network) -> None:
        super().__init__(host, "app", network, uri=f"https://{host}/actor")

    def actor(self) -> dict[str, Any]:
        shared = {"sharedInbox": f"{self.origin}/inbox"}
        own: dict[str, Any] = {"type": "Application", "endpoints": shared}
        return super().actor() | own

    def webfinger(self) -> None:
        """From now on it can be looked up by its host name."""
        path = f"/.well-known/webfinger?resource={quote(self.origin + '/', safe='')}"
        link = {"rel": "self", "type": "application/activity+json", "href": self.uri}
        self.documents[self.origin + path] = {"subject": f"acct:x@{self.host}", "links": [link]}

    def fingerprints(self) -> tuple[str, str]:
        return fingerprint(self.rsa.public.key), fingerprint(self.ed25519.public.key)

    def tails(self) -> Tails:
        rsa, ed25519 = self.fingerprints()
        return Tails(rsa[-8:], ed25519[-8:])

    def offer(self, to: str, number: int = 1, **values: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        relationship = Relationship(
            id=f"{self.origin}/trust/{number}",
            subject=self.uri,
            object=f"{to}/actor",
            scopes=SCOPES,
            terms=Terms(),
            subject_keys=frozenset({"1" * 64, "2" * 64}),
            object_keys=frozenset({"3" * 64, "4" * 64}),
            starts_at=now,
            ends_at=now + timedelta(days=300),
            nonce=f"{number:032d}",
        )
        uri = f"{self.origin}/offers/{number}"
        return handshake.offer(uri, replace(relationship, **values), self.ed25519, now)
