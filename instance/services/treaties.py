"""Trust between our institution and another: what is agreed, and what our administrators do.

One function per row of the handshake (federation.md 11.1), each in one transaction with its audit
row. What comes of the other side is in `treaty_answers`; comparing keys in `key_checks`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import handshake, statements
from federation.errors import FederationError
from federation.relationships import LONGEST, SCOPES, Relationship, Terms
from instance import config
from instance.errors import FormRefused, TrustRefused
from instance.ids import new_id
from instance.models import (
    Actor,
    Direction,
    Member,
    Offer,
    Peer,
    PeerLevel,
    TrustState,
)
from instance.outbox import local, posts, remote
from instance.outbox.enqueue import enqueue
from instance.services import (
    agreements,
    audit,
    cutting,
    duties,
    key_checks,
    members,
    notifications,
)
from instance.services.duties import Duty

OFFER_EVERY = timedelta(hours=24)
OFFER_AFTER_NO = timedelta(days=7)
RENEW_BEFORE = timedelta(days=30)
OTHER_KEYS = (
    "They compared other keys than ours. Stop, and do not accept. Someone may be pretending to be"
    " this server. Call them."
)


@dataclass(frozen=True)
class Wanted:
    """What an administrator wants to offer or accept."""

    scopes: Sequence[str]
    days: int
    terms: Terms


async def offer(by: Member, host: str, wanted: Wanted) -> Offer:
    """Row 2: ask a pinned host to work with us. Nothing is open before they accept.

    Raises FormRefused for what cannot be offered, TrustRefused where it is not the time.
    """
    duties.require(by, Duty.HOSPITALS)
    _require_wanted(wanted)
    now = datetime.now(UTC).replace(microsecond=0)
    ours = await local.institution()
    async with in_transaction():
        peer = await cutting.locked(host)
        await _require_may_offer(await agreements.of_peer(peer), now)
        nonce = secrets.token_hex(16)
        relationship = await _relationship(peer, wanted, nonce, now)
        key = await local.private_key(ours, "ed25519")
        document = handshake.offer(posts.activity_uri(), relationship, key, now)
        row = await keep_offer(peer, Direction.OURS, TrustState.OFFERED, document, relationship)
        await _send(document, ours, _inbox(peer))
        await _record("trust.offer_sent", by, peer)
    return row


async def accept(by: Member, host: str, wanted: Wanted) -> None:
    """Row 4: answer their Offer with our own direction. Both count when it has arrived there.

    Raises TrustRefused without a pin, and where any key is another than the one compared.
    """
    duties.require(by, Duty.HOSPITALS)
    _require_wanted(wanted)
    now = datetime.now(UTC).replace(microsecond=0)
    ours = await local.institution()
    try:
        async with in_transaction():
            peer = await cutting.locked(host)
            treaty = await agreements.of_peer(peer)
            pending = _require_pending(treaty)
            if treaty.answer == "waiting":
                raise TrustRefused("Your answer is on its way to them.")
            theirs = await _require_pinned_offer(peer, pending, now)
            relationship = await _relationship(peer, wanted, theirs.nonce, now)
            key = await local.private_key(ours, "ed25519")
            uri = posts.activity_uri()
            document = handshake.accept(uri, pending.uri, relationship, key, now)
            pending.answer_uri, pending.answer = uri, relationship.to_wire()
            await pending.save(update_fields=["answer_uri", "answer"])
            await notifications.forget_trust(theirs.subject)
            await _send(document, ours, _inbox(peer))
            await _record("trust.accept_sent", by, peer)
    except _KeysDiffer as error:
        await _record("trust.keys_differ", by, peer)
        raise TrustRefused(error.shown) from error


async def reject(by: Member, host: str, why: str = "") -> None:
    """Row 4: no. They may offer again after seven days."""
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    ours = await local.institution()
    async with in_transaction():
        peer = await cutting.locked(host)
        treaty = await agreements.of_peer(peer)
        pending = _require_pending(treaty)
        if pending.answer_uri is not None:
            raise TrustRefused("You accepted this offer already. End the agreement instead.")
        pending.state, pending.closed_at = TrustState.REJECTED, now
        await pending.save(update_fields=["state", "closed_at"])
        offerer = str(pending.document["actor"])
        key = await local.private_key(ours, "ed25519")
        document = handshake.close(
            "Reject", posts.activity_uri(), pending.uri, to=offerer, key=key, now=now, summary=why
        )
        known = await Actor.get_or_none(uri=offerer)
        await _send(document, ours, known.inbox if known is not None else _inbox(peer))
        await notifications.forget_trust(offerer)
        await _record("trust.rejected", by, peer)


async def revoke(by: Member, host: str) -> None:
    """Row 6: end the agreement, or take back what we offered or answered. At once, here."""
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    ours = await local.institution()
    async with in_transaction():
        peer = await cutting.locked(host)
        treaty = await agreements.of_peer(peer)
        said = _said_by_us(treaty)
        if not said and treaty.state not in (TrustState.ACTIVE, TrustState.SUSPENDED):
            raise TrustRefused("There is nothing to end with this hospital.")
        await cutting.cut_off(peer, TrustState.REVOKED, now)
        key = await local.private_key(ours, "ed25519")
        for named in said:
            uri, to = posts.activity_uri(), str(peer.actor_uri)
            document = handshake.close("Undo", uri, named, to=to, key=key, now=now)
            await _send(document, ours, _inbox(peer))
        await _record("trust.revoked", by, peer)


async def keep_offer(
    peer: Peer,
    direction: Direction,
    state: TrustState,
    document: dict[str, Any],
    relationship: Relationship,
) -> Offer:
    """In the place of the last one of this direction."""
    await Offer.filter(peer_id=peer.id, direction=direction).delete()
    return await Offer.create(
        uri=document["id"],
        peer=peer,
        direction=direction,
        state=state,
        document=document,
        nonce=relationship.nonce,
        starts_at=relationship.starts_at,
        ends_at=relationship.ends_at,
        created_at=datetime.now(UTC),
    )


async def record(action: str, by_uri: str, peer: Peer) -> None:
    await audit.record(
        action, actor_uri=by_uri, host=peer.host, subject=peer.actor_uri or peer.host
    )


async def _record(action: str, by: Member, peer: Peer) -> None:
    await record(action, (await members.speaking_as(by)).uri, peer)


class _KeysDiffer(TrustRefused):
    """Somebody may be pretending: it is written down after the transaction it ends."""


def _require_wanted(wanted: Wanted) -> None:
    problems = {}
    if not wanted.scopes or any(scope not in SCOPES for scope in wanted.scopes):
        problems["scopes"] = "Choose what may pass between the two hospitals."
    if not 1 <= wanted.days <= LONGEST.days:
        problems["days"] = f"Enter a number of days from 1 to {LONGEST.days}."
    try:
        Terms.from_wire(wanted.terms.to_wire())
    except FederationError:
        problems["jurisdiction"] = "Enter a country or state as in US-MN, and numbers in range."
    law = wanted.terms.jurisdiction or config.current().jurisdiction
    if not wanted.terms.across_border and not law:
        problems["jurisdiction"] = "Say whose law holds here: which border may consults not cross?"
    if problems:
        raise FormRefused(problems)


# In quotes: `agreements` may be on its way here when this is read, by the pages of consults.
async def _require_may_offer(treaty: "agreements.Treaty", now: datetime) -> None:
    peer = treaty.peer
    if peer is None or peer.pinned_at is None:
        raise TrustRefused("Compare the keys first: two administrators, by telephone.")
    if peer.level is PeerLevel.BLOCKED:
        raise TrustRefused("This hospital is blocked here. Remove the block first.")
    if treaty.pending is not None:
        raise TrustRefused("They offered first. Accept or reject that.")
    if treaty.offered is not None:
        raise TrustRefused("Your offer waits for their answer.")
    if treaty.state is TrustState.ACTIVE and treaty.ends_at and treaty.ends_at - now > RENEW_BEFORE:
        raise TrustRefused("You work together already. Renew it in its last 30 days.")
    last = await Offer.get_or_none(peer_id=peer.id, direction=Direction.OURS)
    if last is None:
        return
    if last.state is TrustState.REJECTED and last.closed_at is not None:
        again_at = last.closed_at + OFFER_AFTER_NO
    else:
        again_at = last.created_at + OFFER_EVERY
    if again_at > now:
        at = f"{again_at.astimezone(UTC):%d %b %Y, %H:%M} UTC"
        raise TrustRefused(f"They take one offer a day, and none for 7 days after a no. Wait: {at}")


def _require_pending(treaty: "agreements.Treaty") -> Offer:
    if treaty.pending is None:
        raise TrustRefused("No offer of this hospital waits for an answer.")
    return treaty.pending


async def _require_pinned_offer(peer: Peer, pending: Offer, now: datetime) -> Relationship:
    """The Offer that waits is by the keys that were compared, for ours, and for now."""
    theirs = Relationship.from_wire(pending.document["object"], config.current().development)
    pinned = await remote.pinned_key(peer.host)
    if pinned is None or peer.pinned_at is None:
        raise TrustRefused("Compare their keys first: two administrators, by telephone.")
    if peer.level is PeerLevel.BLOCKED:
        raise TrustRefused("This hospital is blocked here. Remove the block first.")
    if theirs.subject_keys != agreements.pinned_fingerprints(peer):
        raise _KeysDiffer(key_checks.DIFFERENT)
    try:
        statements.require_proof(pending.document, pinned, now)
    except FederationError as error:
        raise _KeysDiffer(key_checks.DIFFERENT) from error
    if theirs.object_keys != await agreements.own_fingerprints():
        raise _KeysDiffer(OTHER_KEYS)
    if theirs.ends_at <= now:
        raise TrustRefused("Their offer has run out. Ask them for a new one.")
    return theirs


async def _relationship(peer: Peer, wanted: Wanted, nonce: str, now: datetime) -> Relationship:
    settings = config.current()
    return Relationship(
        id=settings.uri(f"/trust/{new_id()}"),
        subject=settings.uri("/actor"),
        object=str(peer.actor_uri),
        scopes=tuple(scope for scope in SCOPES if scope in wanted.scopes),
        terms=wanted.terms,
        subject_keys=await agreements.own_fingerprints(),
        object_keys=agreements.pinned_fingerprints(peer),
        starts_at=now,
        ends_at=now + timedelta(days=wanted.days),
        nonce=nonce,
    )


def _said_by_us(treaty: "agreements.Treaty") -> list[str]:
    """What we said to them and have not taken back: ids of an Offer or an Accept."""
    row = treaty.ours
    in_force = row is not None and row.state in (TrustState.ACTIVE, TrustState.SUSPENDED)
    said = [row.activity_uri if row is not None and in_force else ""]
    said.append(treaty.offered.uri if treaty.offered else "")
    said.append(treaty.pending.answer_uri or "" if treaty.pending else "")
    return [uri for uri in dict.fromkeys(said) if uri]


def _inbox(peer: Peer) -> str:
    return peer.actor_inbox or peer.inbox or ""


async def _send(document: dict[str, Any], ours: Actor, inbox: str) -> None:
    """To nobody where we never knew an address of theirs."""
    inboxes = [inbox] if inbox else []
    await enqueue(document, sender=ours, inboxes=inboxes, as_partner=True)
