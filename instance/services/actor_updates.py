"""Tell others that an actor of ours changed: an Update, after which they read it anew."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery

from federation.addressing import PUBLIC
from instance import config
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Contribution,
    Delivery,
    Participant,
    Peer,
    StandingReader,
)
from instance.outbox import actors, posts, trust
from instance.outbox.enqueue import enqueue
from instance.services import channels

_SPREAD_SECONDS = 600


async def tell(actor: Actor, now: datetime, *, spread: bool = True) -> None:
    """Whoever keeps a copy: each is sent it as they would be served it, a person's within ten
    minutes. Not `spread`, at once, where it is news of this actor alone."""
    inboxes = await tell_partners(actor, now, spread=spread)
    if actor.discoverable:
        document = await actors.document(actor, trusted=False, now=now)
        followers = await channels.follower_inboxes(actor) - inboxes
        cc = [str(actor.followers_uri)]
        await send(actor, document, [PUBLIC], cc, followers, now, spread=spread)


async def partners(actor: Actor) -> list[Peer]:
    """Trusted institutions that take part in a consult with this actor, or have fetched it."""
    wrote = Subquery(Contribution.filter(author_id=actor.id).values("consult_id"))
    consults = Consult.filter(Q(asker_id=actor.id) | Q(id__in=wrote))
    shared = Participant.filter(consult_id__in=Subquery(consults.values("id")))
    hosts = set(await shared.values_list("host", flat=True)) - {config.current().host}
    hosts |= set(await StandingReader.filter(actor_id=actor.id).values_list("host", flat=True))
    found = await Peer.filter(host__in=list(hosts)).order_by("host")
    return [peer for peer in found if await trust.is_trusted(peer.host)]


async def tell_partners(actor: Actor, now: datetime, *, spread: bool = False) -> set[str]:
    """Each as it would be served the actor; see `send`. Returns the inboxes that are told."""
    told = await partners(actor)
    inboxes = {str(peer.inbox) for peer in told if peer.inbox}
    if inboxes:
        document = await actors.document(actor, trusted=True, now=now)
        to = [str(peer.actor_uri) for peer in told]
        await send(actor, document, to, [], inboxes, now, spread=spread)
    return inboxes


async def send(
    actor: Actor,
    document: dict[str, Any],
    to: list[str],
    cc: list[str],
    inboxes: set[str],
    now: datetime,
    *,
    spread: bool,
) -> None:
    """Queue one Update. `spread`: a person's goes out at a moment of its own, within ten minutes
    (F-ACT-2)."""
    activity = posts.updated_actor(actor, document, to=to, cc=cc, now=now)
    await enqueue(activity, sender=actor, inboxes=inboxes)
    if spread and actor.kind is ActorKind.PERSON:
        later = now + timedelta(seconds=secrets.randbelow(_SPREAD_SECONDS))
        await Delivery.filter(activity__uri=activity["id"]).update(due_at=later)
