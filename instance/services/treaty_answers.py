"""Trust between our institution and another: what they say, and what only time brings about.

One function per row of the handshake (federation.md 11.1), in the caller's transaction. What our
own administrators do is in `treaties`. Whose signature it was has been checked.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation.errors import NotAllowed
from federation.handshake import Accepted, Offered
from federation.relationships import Relationship
from instance import config
from instance.errors import TooMany
from instance.models import (
    AlertKind,
    Direction,
    Offer,
    OutboxActivity,
    Peer,
    PeerLevel,
    TrustState,
)
from instance.models import Relationship as Row
from instance.services import agreements, cutting, notifications, strangers, telling, treaties

OPEN_FOR = timedelta(days=30)  # an offer that nobody answers, keys that nobody confirms
_OPEN = (TrustState.OFFERED, TrustState.PENDING)


async def receive_offer(offered: Offered, document: dict[str, Any], host: str) -> None:
    """Row 3: one waits per host, and gives nothing. Administrators hear of it once.

    Raises TooMany for a second one within 24 hours, NotAllowed for what is not for us.
    """
    now, relationship = datetime.now(UTC), offered.relationship
    if relationship.object != config.current().uri("/actor"):
        raise NotAllowed("11.1.2 object")
    await Peer.get_or_create(host=host)
    peer = await cutting.locked(host)
    last = await Offer.get_or_none(peer_id=peer.id, direction=Direction.THEIRS)
    if last is not None and _is_old(last, relationship):
        return
    _require_time(last, now)
    is_news = peer.pinned_at is not None or await strangers.admit(host)
    if await _ours_stands(peer, now):
        return
    await treaties.keep_offer(peer, Direction.THEIRS, TrustState.PENDING, document, relationship)
    if is_news:
        await telling.of_trust(AlertKind.OFFERED, relationship.subject, host)
    await treaties.record("trust.offer_received", relationship.subject, peer)


async def receive_accept(accepted: Accepted, signer: str) -> None:
    """Row 4: their answer to the Offer of ours that is open. Both directions are ACTIVE then.

    From anybody else it has no effect (T24). Raises NotAllowed where nothing is outstanding, or
    the nonce or a key is another.
    """
    found = await Offer.get(uri=accepted.offer_uri, direction=Direction.OURS).select_related("peer")
    peer = await cutting.locked(found.peer.host)
    offer = await Offer.get_or_none(id=found.id)
    if offer is None or peer.actor_uri != signer:
        return
    theirs = accepted.relationship
    if offer.state is not TrustState.OFFERED or offer.ends_at <= datetime.now(UTC):
        raise NotAllowed("11.1.4 outstanding")
    if theirs.object != config.current().uri("/actor") or theirs.nonce != offer.nonce:
        raise NotAllowed("11.1.4 nonce")
    pinned = agreements.pinned_fingerprints(peer)
    if theirs.subject_keys != pinned or theirs.object_keys != await agreements.own_fingerprints():
        raise NotAllowed("11.1.4 keys")
    ours = Relationship.from_wire(offer.document["object"], config.current().development)
    await _activate(peer, offer, (ours, offer.uri), (theirs, accepted.uri), signer)
    await telling.of_trust(AlertKind.TRUST, peer.actor_uri, peer.host)


async def receive_reject(offer_uri: str, signer: str) -> None:
    """Row 4: no; the next Offer may follow after seven days."""
    found = await Offer.get(uri=offer_uri, direction=Direction.OURS).select_related("peer")
    peer = await cutting.locked(found.peer.host)
    if peer.actor_uri != signer:
        return
    still_open = Offer.filter(id=found.id, state=TrustState.OFFERED)
    if await still_open.update(state=TrustState.REJECTED, closed_at=datetime.now(UTC)):
        await telling.of_trust(AlertKind.TRUST, peer.actor_uri, peer.host)
        await treaties.record("trust.rejected", signer, peer)


async def is_theirs(uri: str) -> bool:
    """Whether this is the id of an Offer or Accept of trust that another institution sent us."""
    row, offer = await _said_by_them(uri)
    return row is not None or offer is not None


async def receive_undo(uri: str, signer: str) -> bool:
    """Row 6: the other side takes back an Offer or Accept of its own, looked up by its id.

    False where nobody said it; raises NotAllowed for what another one said (T22).
    """
    now = datetime.now(UTC)
    row, offer = await _said_by_them(uri)
    said = row or offer
    if said is None:
        return False
    peer = await cutting.locked(said.peer.host)
    row, offer = await _said_by_them(uri)  # as it is now: it may have become active meanwhile
    sayer = peer.actor_uri if row is not None or offer is None else offer.document["actor"]
    if sayer != signer:
        raise NotAllowed("11.1.6 signer")
    if row is not None and row.state in (TrustState.ACTIVE, TrustState.SUSPENDED):
        await cutting.cut_off(peer, TrustState.REVOKED, now)
        await telling.of_trust(AlertKind.ENDED, peer.actor_uri, peer.host)
        await treaties.record("trust.revoked", signer, peer)
    elif offer is not None and offer.state is TrustState.PENDING:
        offer.state, offer.closed_at = TrustState.REVOKED, now
        await offer.save(update_fields=["state", "closed_at"])
        await notifications.forget_trust(signer)
        await treaties.record("trust.offer_withdrawn", signer, peer)
    return True


async def note_arrived(activities: Iterable[OutboxActivity]) -> None:
    """Row 4: they took our Accept (2xx), so both directions count here as well."""
    uris = [one.uri for one in activities if one.as_partner and one.type == "Accept"]
    waiting = Offer.filter(answer_uri__in=uris, state=TrustState.PENDING) if uris else None
    for offer in await waiting.select_related("peer") if waiting is not None else ():
        peer = await cutting.locked(offer.peer.host)
        if peer.level is PeerLevel.BLOCKED:
            continue
        dev = config.current().development
        theirs = Relationship.from_wire(offer.document["object"], dev)
        ours = Relationship.from_wire(offer.answer, dev)
        answer = (ours, str(offer.answer_uri))
        await _activate(peer, offer, answer, (theirs, offer.uri), config.current().uri("/actor"))


async def expire(now: datetime) -> None:
    """Row 5: at its end an agreement is SUSPENDED; what nobody answered or confirmed lapses."""
    over = Row.filter(state=TrustState.ACTIVE, ends_at__lte=now)
    for host in sorted(set(await over.values_list("peer__host", flat=True))):
        async with in_transaction():
            peer = await cutting.locked(str(host))
            if await over.filter(peer_id=peer.id).exists():
                await cutting.cut_off(peer, TrustState.SUSPENDED, now)
                await telling.of_trust(AlertKind.ENDED, peer.actor_uri, peer.host)
                await treaties.record("trust.expired", config.current().uri("/actor"), peer)
    old = Q(created_at__lt=now - OPEN_FOR) | Q(ends_at__lte=now)
    lapsed = Offer.filter(old, state__in=_OPEN)
    await lapsed.update(state=TrustState.NONE, closed_at=now)


async def _said_by_them(uri: str) -> tuple[Row | None, Offer | None]:
    """What is in force by this Offer or Accept of theirs, and the Offer itself; with their peer."""
    if not uri:
        return None, None
    row = Row.get_or_none(activity_uri=uri, direction=Direction.THEIRS).select_related("peer")
    offer = Offer.get_or_none(uri=uri, direction=Direction.THEIRS).select_related("peer")
    return await row, await offer


def _is_old(last: Offer, relationship: Relationship) -> bool:
    """Not newer than the last Offer of theirs: sent again, or replayed after its end (T57)."""
    return relationship.nonce == last.nonce or relationship.starts_at <= last.starts_at


def _require_time(last: Offer | None, now: datetime) -> None:
    if last is None:
        return
    free_at = last.created_at + treaties.OFFER_EVERY
    if last.state is TrustState.REJECTED and last.closed_at is not None:
        free_at = last.closed_at + treaties.OFFER_AFTER_NO
    if free_at > now:
        raise TooMany(retry_after_seconds=round((free_at - now).total_seconds()))


async def _ours_stands(peer: Peer, now: datetime) -> bool:
    """Of crossing Offers the one whose host sorts first; the other lapses silently."""
    ours = await Offer.get_or_none(
        peer_id=peer.id, direction=Direction.OURS, state=TrustState.OFFERED
    )
    if ours is None:
        return False
    if config.current().host < peer.host:
        return True
    ours.state, ours.closed_at = TrustState.NONE, now
    await ours.save(update_fields=["state", "closed_at"])
    await treaties.record("trust.lapsed", config.current().uri("/actor"), peer)
    return False


async def _activate(
    peer: Peer,
    offer: Offer,
    ours: tuple[Relationship, str],
    theirs: tuple[Relationship, str],
    by_uri: str,
) -> None:
    """Each direction with the id of the Offer or Accept that said it. `peer` is locked."""
    now = datetime.now(UTC)
    for direction, (said, activity_uri) in ((Direction.OURS, ours), (Direction.THEIRS, theirs)):
        values = {
            "uri": said.id,
            "state": TrustState.ACTIVE,
            "activity_uri": activity_uri,
            "scopes": list(said.scopes),
            "terms": said.terms.to_wire(),
            "starts_at": min(said.starts_at, now),  # their clock may be ahead
            "ends_at": said.ends_at,
        }
        await Row.update_or_create(defaults=values, peer_id=peer.id, direction=direction)
    await (
        Offer.filter(peer_id=peer.id)
        .exclude(id=offer.id)
        .update(state=TrustState.NONE, closed_at=now)
    )
    offer.state, offer.closed_at = TrustState.ACTIVE, now
    await offer.save(update_fields=["state", "closed_at"])
    peer.level = PeerLevel.TRUSTED
    await peer.save(update_fields=["level"])
    await treaties.record("trust.active", by_uri, peer)
