"""Other institutions: pins and trust. The handshake between administrators comes later;

until then both directions are set here, and only in development.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.transactions import in_transaction

from federation.origin import host_of
from instance import config
from instance.errors import TrustRefused
from instance.ids import new_id
from instance.models import (
    Delivery,
    Direction,
    Participant,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import forms, local, remote_actors, trust
from instance.services import audit

SCOPES = ("consult", "images", "onward", "directory")
LONGEST = timedelta(days=400)
_SET_BY_DEALINGS = (
    *("actor_uri", "inbox", "pinned_at", "delivered_at", "failing_since", "retry_after_at"),
    *("paused_at", "probe_at"),
)


async def pin(document: Mapping[str, Any], *, name: str) -> Peer:
    """Pin an institution to the keys in its `/actor` document, after people compared them.

    Raises TrustRefused for a document that is not such an actor's, or our own.
    """
    remote_actors.check(document)
    settings = config.current()
    host = host_of(str(document["id"]), settings.development)
    listed = {key.algorithm: key for key in remote_actors.listed_keys(document)}
    if document["type"] != "Application" or host == settings.host or len(listed) != 2:
        raise TrustRefused("That address is not another Curbside server.")
    values: dict[str, Any] = {
        "name": name,
        "actor_uri": document["id"],
        "inbox": document["endpoints"]["sharedInbox"],
        "pinned_rsa": local.public_text(listed["rsa"].key),
        "pinned_rsa_uri": listed["rsa"].id,
        "pinned_ed25519": local.public_text(listed["ed25519"].key),
        "pinned_ed25519_uri": listed["ed25519"].id,
        "pinned_at": datetime.now(UTC),
    }
    async with in_transaction():
        peer, _ = await Peer.update_or_create(defaults=values, host=host)
        await _audit("trust.pinned", peer)
    return peer


async def set_active(peer: Peer, *, scopes: list[str], terms: dict[str, Any]) -> None:
    """Record trust in both directions as ACTIVE, for development (federation.md 14).

    In production only the signed handshake may do that; TrustRefused then.
    """
    if not config.current().is_development or not peer.pinned_at:
        raise TrustRefused
    now = datetime.now(UTC)
    async with in_transaction():
        peer.level = PeerLevel.TRUSTED
        await peer.save(update_fields=["level"])
        for direction in Direction:
            values = {
                "uri": config.current().uri(f"/trust/{new_id()}"),
                "state": TrustState.ACTIVE,
                "scopes": [scope for scope in scopes if scope in SCOPES],
                "terms": terms,
                "starts_at": now - timedelta(minutes=5),
                "ends_at": now + LONGEST,
            }
            await Relationship.update_or_create(
                defaults=values, peer_id=peer.id, direction=direction
            )
        await _audit("trust.active", peer)


async def block(host: str) -> None:
    """Cut a host off: no request of it is answered, nothing is sent, no consult includes it."""
    async with in_transaction():
        peer, _ = await Peer.get_or_create(host=host)
        peer.level = PeerLevel.BLOCKED
        await peer.save(update_fields=["level"])
        await Relationship.filter(peer_id=peer.id).update(state=TrustState.REVOKED)
        await Participant.filter(host=host).delete()
        await _audit("trust.blocked", peer)


async def forget_strangers(now: datetime) -> None:
    """Rows of which nothing is left but that a host once told how it signs (T76).

    What anybody decided about a host stays, and where it was ever reached, or is to be.
    """
    before = now - forms.REMEMBERED
    old = Q(form_at=None) | Q(form_at__lt=before)
    bare = {"level": PeerLevel.PUBLIC, "name": "", "plain_only": False, "paused_by": ""}
    unknown = {f"{column}__isnull": True for column in _SET_BY_DEALINGS}
    rows = Peer.filter(old, created_at__lt=before, **bare, **unknown)
    waiting = Subquery(Delivery.filter(due_at__not_isnull=True).values("host"))
    agreed = Subquery(Relationship.all().values("peer_id"))
    await rows.exclude(host__in=waiting).exclude(id__in=agreed).delete()


async def trusted() -> list[Peer]:
    return await trust.trusted_peers()


async def names() -> dict[str, str]:
    """Institution name by host, ours included, for pages."""
    settings = config.current()
    rows = {peer.host: peer.name or peer.host for peer in await Peer.exclude(name="")}
    return {**rows, settings.host: settings.name}


async def _audit(action: str, peer: Peer) -> None:
    ours = await local.institution()
    await audit.record(action, actor_uri=ours.uri, host=peer.host, subject=peer.actor_uri or "")
