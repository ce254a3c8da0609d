"""New keys for our actors (federation.md 9.3): published, told under the old key, then used.

A retired key is served no more. It is kept 48 hours for what was signed with it, then destroyed;
in an emergency, when it may be in other hands, at once and without a word under it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.transactions import in_transaction

from federation import proofs
from federation.addressing import PUBLIC
from instance import config
from instance.errors import NotAllowed
from instance.models import (
    Actor,
    ActorKey,
    ActorKind,
    Consult,
    Contribution,
    Delivery,
    Member,
    Participant,
    Peer,
    PeerLevel,
)
from instance.outbox import actors, local, posts, standing, trust
from instance.outbox.enqueue import enqueue
from instance.services import audit, channels

KEPT = timedelta(hours=48)
_SPREAD_SECONDS = 600  # F-ACT-2: nobody shall see which actors are one member's
# A consult's Group keeps its key: its history is proven by it for good.
_ROTATED = (ActorKind.PERSON, ActorKind.CHANNEL)


async def everybody() -> list[Actor]:
    """Members and channels of ours."""
    return await Actor.filter(is_local=True, kind__in=_ROTATED).order_by("id")


async def rotate(actor: Actor, *, emergency: bool = False) -> None:
    """Give one of our actors new keys.

    Raises NotAllowed for a consult. Who has the institution's keys pinned takes new ones that the
    old ones vouch for; in an emergency they have to compare again (11.1.7).
    """
    if not actor.is_local or actor.kind is ActorKind.CONSULT:
        raise NotAllowed("A consult keeps its key: what was said in it is proven by it.")
    now = datetime.now(UTC)
    fresh = await local.draft_keys(actor)
    async with in_transaction():
        await ActorKey.filter(actor_id=actor.id, retired_at=None).update(retired_at=now)
        for key in fresh:
            await key.save(force_create=True)
        old = ActorKey.filter(actor_id=actor.id, retired_at__not_isnull=True)
        if emergency:
            await old.delete()
        else:
            if actor.kind is ActorKind.INSTITUTION:
                await _tell_partners(actor, now)
            else:
                await _tell(actor, now)
            # After the Update was written: that is what it may still be signed with.
            await old.filter(retired_at=now).update(retired_at=datetime.now(UTC))
        if actor.kind is ActorKind.INSTITUTION:
            await _state_anew(now)
        await _audit(actor, emergency)


async def destroy_retired(now: datetime) -> None:
    await ActorKey.filter(actor__is_local=True, retired_at__lt=now - KEPT).delete()


async def _tell(actor: Actor, now: datetime) -> None:
    """Update(actor) to those who keep its keys, each as they would be served it."""
    partners = await _partners(actor)
    inboxes = {str(peer.inbox) for peer in partners if peer.inbox}
    if inboxes:
        document = await actors.document(actor, trusted=True, now=now)
        await _send(actor, document, [str(peer.actor_uri) for peer in partners], [], inboxes, now)
    if actor.discoverable:
        document = await actors.document(actor, trusted=False, now=now)
        followers = await channels.follower_inboxes(actor) - inboxes
        await _send(actor, document, [PUBLIC], [str(actor.followers_uri)], followers, now)


async def _tell_partners(institution: Actor, now: datetime) -> None:
    """Update(Application) to all who compared its keys, proven by the new one and sent under the
    old one."""
    key = await local.private_key(institution, "ed25519")
    document = await actors.document(institution, trusted=False, now=now)
    pinned = Peer.filter(pinned_at__not_isnull=True).exclude(level=PeerLevel.BLOCKED)
    for peer in await pinned.order_by("host"):
        to = [str(peer.actor_uri)]
        activity = posts.updated_actor(institution, document, to=to, cc=[], now=now)
        activity = proofs.add_proof(activity, key, now)
        inbox = str(peer.actor_inbox or peer.inbox)
        await enqueue(activity, sender=institution, inboxes=[inbox], as_partner=True)


async def _send(
    actor: Actor,
    document: dict[str, Any],
    to: list[str],
    cc: list[str],
    inboxes: set[str],
    now: datetime,
) -> None:
    activity = posts.updated_actor(actor, document, to=to, cc=cc, now=now)
    await enqueue(activity, sender=actor, inboxes=inboxes)
    if actor.kind is ActorKind.PERSON:
        later = now + timedelta(seconds=secrets.randbelow(_SPREAD_SECONDS))
        await Delivery.filter(activity__uri=activity["id"]).update(due_at=later)


async def _partners(actor: Actor) -> list[Peer]:
    """Trusted institutions that take part in a consult with this actor."""
    wrote = Subquery(Contribution.filter(author_id=actor.id).values("consult_id"))
    consults = Consult.filter(Q(asker_id=actor.id) | Q(id__in=wrote))
    shared = Participant.filter(consult_id__in=Subquery(consults.values("id")))
    hosts = set(await shared.values_list("host", flat=True)) - {config.current().host}
    found = await Peer.filter(host__in=list(hosts)).order_by("host")
    return [peer for peer in found if await trust.is_trusted(peer.host)]


async def _state_anew(now: datetime) -> None:
    """Standings are the institution's word, under its key: said again under the new one."""
    for actor in await Actor.filter(is_local=True, member_id__not_isnull=True):
        await standing.issue(actor, await Member.get(id=actor.member_id), now)


async def _audit(actor: Actor, emergency: bool) -> None:
    ours = config.current()
    await audit.record(
        "keys.replaced" if emergency else "keys.rotated",
        actor_uri=ours.uri("/actor"),
        host=ours.host,
        subject=actor.uri,
    )
