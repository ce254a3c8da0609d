"""The list of hosts that we publish: our blocks, as an administrator published them last."""

from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation import host_lists
from federation.host_lists import ITEMS_MOST, Item
from federation.origin import is_registry
from instance import config
from instance.errors import NotFound, TrustRefused
from instance.ids import new_id
from instance.models import Member, Peer, PeerLevel, PublishedList
from instance.outbox import local
from instance.services import audit, duties, members
from instance.services.duties import Duty


async def publish(by: Member) -> PublishedList:
    """From now on everybody may read what is blocked here, and why; a new version each time."""
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    key = await local.private_key(await local.institution(), "ed25519")
    async with in_transaction():
        blocks = await Peer.filter(level=PeerLevel.BLOCKED).order_by("host").limit(ITEMS_MOST + 1)
        if len(blocks) > ITEMS_MOST:
            raise TrustRefused(f"A list that others subscribe to holds {ITEMS_MOST} servers.")
        found = await PublishedList.all().select_for_update().first()
        found = found or PublishedList(id=new_id(), version=0)
        found.version, found.updated_at = found.version + 1, now
        items = [
            Item(peer.host, "blocked", peer.comment)
            for peer in blocks
            if not is_registry(peer.host)  # nobody would take it
        ]
        found.document = host_lists.build(uri(found), found.version, items, key, now)
        await found.save()
        await _record("hosts.list_published", by, found)
    return found


async def withdraw(by: Member) -> None:
    """Nobody may read it any more; what subscribers took from it stays until they end it."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        found = await PublishedList.all().select_for_update().first()
        if found is None:
            raise TrustRefused("No list is published.")
        await _record("hosts.list_withdrawn", by, found)
        await found.delete()


async def current() -> PublishedList | None:
    return await PublishedList.first()


async def document(list_id: int) -> dict[str, Any]:
    found = await PublishedList.get_or_none(id=list_id)
    if found is None:
        raise NotFound
    served: dict[str, Any] = found.document
    return served


def uri(found: PublishedList) -> str:
    return config.current().uri(f"/lists/{found.id}")


async def _record(action: str, by: Member, found: PublishedList) -> None:
    actor = await members.speaking_as(by)
    host = config.current().host
    await audit.record(
        action, actor_uri=actor.uri, host=host, subject=uri(found), version=found.version
    )
