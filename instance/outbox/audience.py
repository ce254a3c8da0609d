"""Who may ever get a consult's words: F-CON-1, checked in the four places of F-CON-2.

The four functions share no code on purpose: a mistake in one must not be in all. Each raises
AudienceViolation, naming the rule and ids, and then nothing goes to anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from federation.origin import host_of
from instance import config
from instance.errors import AudienceViolation
from instance.models import Consult, Participant
from instance.outbox import trust

_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")


def require_built(consult: Consult, document: Mapping[str, Any]) -> None:
    """Place 1, as a document is built: addressed to the consult's fixed list and nobody else."""
    layers: list[Mapping[str, Any]] = [document]
    while isinstance(layers[-1].get("object"), Mapping):
        layers.append(layers[-1]["object"])
    for layer in layers:
        if layer.get("type") == "Tombstone":
            continue
        if layer.get("to") != consult.addressed_to or layer.get("cc") != []:
            raise AudienceViolation(f"F-CON-1: built for another audience than {consult.uri}")
        if "bto" in layer or "bcc" in layer:
            raise AudienceViolation(f"F-CON-1: hidden recipients in {consult.uri}")


async def require_queued(consult: Consult, hosts: Iterable[str]) -> None:
    """Place 2, as deliveries are queued: every host takes part and is trusted both ways, or was
    until its keys changed: what is for it waits then (11.1.7)."""
    for host in set(hosts):
        takes_part = await Participant.filter(consult_id=consult.id, host=host).exists()
        is_partner = await trust.shares_consults(host) or await trust.held_until(host) is not None
        if not takes_part or not is_partner:
            raise AudienceViolation(f"F-CON-1: {host} may not receive {consult.uri}")


async def may_send(consult_id: int, host: str) -> bool:
    """Place 3, before each attempt: trust and membership may have ended since (T55, T56)."""
    hosts = {row.host for row in await Participant.filter(consult_id=consult_id)}
    is_trusted = host in {peer.host for peer in await trust.trusted_peers()}
    return host in hosts and is_trusted and "consult" in await trust.scopes(host)


async def shown_to(reader_uri: str, reader_host: str, found: QuerySet[Consult]) -> Consult | None:
    """Place 4, as a consult row is read to be served: only for the Application of a participant
    (6.2.7). `found`: the one that is asked for.

    Whether there is one or not, the database is asked the same and opens nothing of it, so that
    nobody learns which by how long it takes (T49).
    """
    is_partner = await trust.shares_consults(reader_host)
    takes_part = Participant.filter(host=reader_host)
    consult = await found.filter(id__in=Subquery(takes_part.values("consult_id"))).first()
    if reader_host != host_of(reader_uri, config.current().development) or not is_partner:
        return None
    return consult if consult is not None and reader_uri in consult.addressed_to else None


async def stranger_among(hosts: Iterable[str], owner_host: str) -> str | None:
    """A host that reads along though we do not share consults with it; None when there is none.

    The owner may answer for it where we agreed `onward` with the owner (F-CON-5): never for one
    that is blocked here.
    """
    onward = "onward" in await trust.scopes(owner_host)
    for host in sorted(set(hosts) - {owner_host}):
        if await trust.is_blocked(host):
            return host
        if not onward and not await trust.shares_consults(host):
            return host
    return None


def refused_addressing(to: Sequence[str], cc: Sequence[str], expected: Sequence[str]) -> str | None:
    """Why a received consult document breaks F-CON-1 or F-CON-3; None when it does not."""
    everyone = [*to, *cc]
    if any(address in _PUBLIC for address in everyone):
        return "F-CON-3: public"
    if any(address.rstrip("/").endswith("/followers") for address in everyone):
        return "F-CON-1: followers"
    if list(to) != list(expected) or cc:
        return "F-CON-1: other recipients than the consult's"
    return None
