"""New keys for our actors (federation.md 9.3): published, told under the old key, then used.

A retired key is served no more. It is kept 48 hours for what was signed with it, then destroyed;
in an emergency, when it may be in other hands, at once and without a word under it.
"""

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from federation import proofs
from instance import config
from instance.errors import NotAllowed
from instance.models import (
    Actor,
    ActorKey,
    ActorKind,
    Peer,
    PeerLevel,
    Standing,
)
from instance.outbox import actors, issuing, local, posts, status_lists
from instance.outbox.enqueue import enqueue
from instance.services import actor_updates, audit

KEPT = timedelta(hours=48)
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
                await actor_updates.tell(actor, now)
            # After the Update was written: that is what it may still be signed with.
            await old.filter(retired_at=now).update(retired_at=datetime.now(UTC))
        if actor.kind is ActorKind.INSTITUTION:
            await _state_anew(now)
        await _audit(actor, emergency)


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


async def _state_anew(now: datetime) -> None:
    """Standings are the institution's word, under its key: said again under the new one."""
    for row in await Standing.filter(actor__is_local=True):
        await issuing.renew(row, now)
    await status_lists.sign_anew()


async def _audit(actor: Actor, emergency: bool) -> None:
    ours = config.current()
    await audit.record(
        "keys.replaced" if emergency else "keys.rotated",
        actor_uri=ours.uri("/actor"),
        host=ours.host,
        subject=actor.uri,
    )
