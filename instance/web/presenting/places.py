"""Where a consult of ours is, as its page shows it."""

from instance import config
from instance.models import Consult, Peer
from instance.services.consults import places
from instance.web.presenting.pages import Surroundings
from instance.web.views import Place


async def shown(consult: Consult, around: Surroundings) -> tuple[Place, ...]:
    peers = {peer.host: peer for peer in around.partners}
    return tuple(
        _place(one, around.institutions.get(one.host, one.host), peers.get(one.host))
        for one in await places.of_consult(consult)
    )


def _place(place: places.Place, name: str, peer: Peer | None) -> Place:
    if place.host == config.current().host:
        return Place(name=name, status="home")
    arrived, waiting, lost_at = place.arrived, place.waiting, place.gave_up_at
    is_some = arrived is not None
    if waiting is not None and peer is not None and peer.paused_at is not None and peer.paused_by:
        return Place(name=name, status="paused", some=is_some, since=peer.paused_at)
    if lost_at is not None and waiting is None:
        return Place(name=name, status="given_up", some=is_some, since=lost_at)
    if waiting is not None or arrived is None:
        fails = peer is not None and peer.failing_since is not None
        since = waiting.created_at if waiting and (waiting.attempts or fails) else None
        return Place(name=name, status="waiting", some=is_some and lost_at is None, since=since)
    took = arrived.delivered_at - arrived.created_at if arrived.delivered_at else None
    return Place(name=name, status="has_it", took=took)
