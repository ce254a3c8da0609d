"""What we tell a server about our actors' followers there (FEP-8fcf). Never of a consult."""

from typing import Any

from federation import collections, synchronisation
from instance import raw_sql
from instance.models import Actor, OutboxActivity
from instance.outbox import contexts

# From the one host: a channel may have many followers elsewhere. SQLite keeps to the order of a
# CROSS JOIN.
_FOLLOWERS = """
SELECT a.uri FROM actor a CROSS JOIN follow f
WHERE a.host = ?1 AND f.follower_id = a.id AND f.target_id = ?2 AND f.state = 'accepted'
ORDER BY f.id
"""


async def headers_for(activity: OutboxActivity, host: str) -> dict[str, str]:
    """The header that goes, signed, with a delivery to followers; its `actor` loaded.

    Nothing with what is not addressed to them, nor to a host where nobody follows.
    """
    actor, uri = activity.actor, activity.actor.followers_uri
    if activity.consult_id is not None or not uri or uri.encode() not in activity.body:
        return {}
    followers = await _followers(actor, host)
    if not followers:
        return {}
    said = synchronisation.Synchronisation(uri, address(actor), synchronisation.digest(followers))
    return {synchronisation.NAME: said.to_header()}


async def partial(actor: Actor, host: str) -> dict[str, Any]:
    """Those who follow from one host, for that host alone."""
    followers = await _followers(actor, host)
    built = collections.build(
        address(actor), len(followers), browsable=False, orderedItems=followers
    )
    return {**built.to_wire(), "@context": contexts.PUBLIC}


def address(actor: Actor) -> str:
    return f"{actor.uri}/followers_synchronization"


async def _followers(actor: Actor, host: str) -> list[str]:
    rows = await raw_sql.run(_FOLLOWERS, [host, actor.id])
    return [str(row["uri"]) for row in rows]
