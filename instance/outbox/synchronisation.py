"""What we tell a server about our actors' followers there (FEP-8fcf). Never of a consult."""

from collections.abc import Collection, Iterable
from typing import Any

from federation import collections, contexts, synchronisation
from instance import raw_sql
from instance.models import Actor, Delivery, OutboxActivity

# From those hosts: a channel may have many followers elsewhere. SQLite keeps to the order of a
# CROSS JOIN.
_FOLLOWERS = """
SELECT a.host, a.uri FROM actor a CROSS JOIN follow f
WHERE a.host IN ({hosts}) AND f.follower_id = a.id AND f.target_id = ?1 AND f.state = 'accepted'
ORDER BY f.id
"""


async def headers_for(deliveries: Iterable[Delivery]) -> dict[int, dict[str, str]]:
    """The header that goes, signed, with each delivery to followers, by its id; theirs are loaded
    with `activity__actor`.

    Nothing with what is not addressed to them, nor to a host where nobody follows.
    """
    told = [row for row in deliveries if _is_to_followers(row.activity)]
    hosts: dict[int, set[str]] = {}
    for row in told:
        hosts.setdefault(row.activity.actor_id, set()).add(row.host)
    actors = {row.activity.actor_id: row.activity.actor for row in told}
    said = {key: await _headers(actors[key], hosts[key]) for key in hosts}
    return {row.id: said[row.activity.actor_id].get(row.host, {}) for row in told}


async def _headers(actor: Actor, hosts: Collection[str]) -> dict[str, dict[str, str]]:
    found = await _followers(actor, hosts)
    return {host: _header(actor, followers) for host, followers in found.items()}


def _header(actor: Actor, followers: list[str]) -> dict[str, str]:
    uri, digest = str(actor.followers_uri), synchronisation.digest(followers)
    said = synchronisation.Synchronisation(uri, address(actor), digest)
    return {synchronisation.NAME: said.to_header()}


def _is_to_followers(activity: OutboxActivity) -> bool:
    uri = activity.actor.followers_uri
    if activity.consult_id is not None or not uri or activity.body is None:
        return False
    return uri.encode() in activity.body


async def partial(actor: Actor, host: str) -> dict[str, Any]:
    """Those who follow from one host, for that host alone."""
    followers = (await _followers(actor, [host])).get(host, [])
    built = collections.build(
        address(actor), len(followers), browsable=False, orderedItems=followers
    )
    return {**built.to_wire(), "@context": contexts.PUBLIC}


def address(actor: Actor) -> str:
    return f"{actor.uri}/followers_synchronization"


async def _followers(actor: Actor, hosts: Collection[str]) -> dict[str, list[str]]:
    """By host; none where nobody follows."""
    marks = raw_sql.marks(len(hosts), first=2)
    rows = await raw_sql.run(_FOLLOWERS.format(hosts=marks), [actor.id, *hosts])
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["host"]), []).append(str(row["uri"]))
    return found
