"""Other institutions: names, and the short cut to trust of development mode.

In production only administrators pin (`key_checks`) and only the handshake trusts (`treaties`).
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation.origin import host_of
from federation.relationships import LONGEST, SCOPES
from instance import config, raw_sql
from instance.errors import TrustRefused
from instance.ids import new_id
from instance.models import (
    Delivery,
    Direction,
    KeyCheck,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import local, sight, trust
from instance.services import audit, key_checks

_SET_BY_DEALINGS = (
    *("actor_uri", "inbox", "pinned_at", "delivered_at", "failing_since", "retry_after_at"),
    *("paused_at", "probe_at", "allowed_at"),
)
_NAMED = "SELECT host, name FROM peer WHERE name <> ''"


async def pin(document: Mapping[str, Any], *, name: str) -> Peer:
    """Pin an institution to the keys in its `/actor` document, after people compared them.

    Raises Malformed for a document that is not such an actor's, TrustRefused for our own.
    """
    settings = config.current()
    host = host_of(document.get("id"), settings.development)
    found = key_checks.read(document, host)
    if host == settings.host:
        raise TrustRefused("That address is our own server.")
    values: dict[str, Any] = {
        "name": name,
        "actor_uri": found.actor_uri,
        "actor_inbox": found.actor_inbox,
        "inbox": found.inbox,
        "pinned_rsa": local.public_text(found.rsa.key),
        "pinned_rsa_uri": found.rsa.id,
        "pinned_ed25519": local.public_text(found.ed25519.key),
        "pinned_ed25519_uri": found.ed25519.id,
        "pinned_at": datetime.now(UTC),
        "kind": key_checks.kind_of(document),
    }
    async with in_transaction():
        peer, _ = await Peer.update_or_create(defaults=values, host=host)
        await sight.refresh([host])
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
                "activity_uri": _set_uri(peer, direction),
                "scopes": [scope for scope in scopes if scope in SCOPES],
                "terms": terms,
                "starts_at": now - timedelta(minutes=5),
                "ends_at": now + LONGEST,
            }
            await Relationship.update_or_create(
                defaults=values, peer_id=peer.id, direction=direction
            )
        await _audit("trust.active", peer)


def _set_uri(peer: Peer, direction: Direction) -> str:
    """Both sides know it without asking, so that an Undo can name it."""
    settings, theirs = config.current(), str(peer.actor_uri).removesuffix("/actor")
    if direction is Direction.OURS:
        return settings.uri(f"/trust/set-with-{peer.host}")
    return f"{theirs}/trust/set-with-{settings.host}"


def strangers(before: datetime) -> QuerySet[Peer]:
    """Rows from before then of which nothing is left but that a host once told how it signs (T76).

    What anybody decided about a host stays, and where it was ever reached, or is to be.
    """
    old = Q(form_at=None) | Q(form_at__lt=before)
    bare = {"level": PeerLevel.PUBLIC, "name": "", "plain_only": False, "paused_by": ""}
    unknown = {f"{column}__isnull": True for column in _SET_BY_DEALINGS}
    rows = Peer.filter(old, created_at__lt=before, **bare, **unknown)
    waiting = Subquery(Delivery.filter(due_at__not_isnull=True).values("host"))
    rows = rows.exclude(host__in=waiting)
    for begun in (Relationship, Offer, KeyCheck):  # they would go with the row
        rows = rows.exclude(id__in=Subquery(begun.all().values("peer_id")))
    return rows


async def trusted() -> list[Peer]:
    return await trust.trusted_peers()


async def names() -> dict[str, str]:
    """Institution name by host, ours included, for pages."""
    settings = config.current()
    rows = await raw_sql.look_up(_NAMED, [])
    return {**{row["host"]: row["name"] for row in rows}, settings.host: settings.name}


async def names_of(hosts: Collection[str]) -> dict[str, str]:
    """`names` of some."""
    settings = config.current()
    others = [host for host in hosts if host != settings.host]
    sql = f"{_NAMED} AND host IN ({raw_sql.marks(len(others))})"
    rows = await raw_sql.look_up_tuples(sql, others) if others else ()
    return {**{host: name for host, name in rows}, settings.host: settings.name}


async def _audit(action: str, peer: Peer) -> None:
    ours = await local.institution()
    await audit.record(action, actor_uri=ours.uri, host=peer.host, subject=peer.actor_uri or "")
