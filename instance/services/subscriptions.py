"""Lists of other institutions that we follow: fetched daily, under the key that was pinned when an
administrator subscribed (federation.md 11.2).

A list blocks or proposes. What would cut a follower or a consult waits for an administrator, who
blocks it by hand; a partner and our own server are never blocked. What left the list is retracted.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import host_lists, keys
from federation.errors import (
    FederationError,
    FetchFailed,
    HostBlocked,
    Malformed,
    NotAllowed,
    ProofRefused,
)
from federation.fields import id_of
from federation.host_lists import HostList, Item
from federation.keys import PublicKey
from federation.origin import Development, host_of, is_registry, require_same_origin
from instance import config, raw_sql
from instance.errors import FormRefused, NotFound
from instance.list_words import FAILURES
from instance.models import (
    ItemState,
    Member,
    Peer,
    PeerLevel,
    Subscription,
    SubscriptionItem,
)
from instance.outbox import local, remote, remote_actors, sight, trust
from instance.outbox.remote_actors import Fetched
from instance.services import audit, duties, hosts, members, reach, telling
from instance.services.duties import Duty

EVERY = timedelta(days=1)
_AGAIN_AFTER = timedelta(hours=1)
_AT_ONCE = 500
# With whom an administrator began something.
_KNOWN = """
SELECT host FROM peer WHERE pinned_at IS NOT NULL OR allowed_at IS NOT NULL
    OR id IN (SELECT peer_id FROM relationship UNION SELECT peer_id FROM offer)
"""


async def subscribe(by: Member, url: str) -> Subscription:
    """Follow the list at `url` from now on, and pin the key that proves it now.

    Raises FormRefused, saying what is wrong.
    """
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    if config.current().is_ours(url):
        raise _refused("own")
    try:
        document = await remote.directory().get(url)
        publisher = id_of(document.get("attributedTo"))
        require_same_origin(id_of(document), publisher, dev=_dev())
        actor = await remote.directory().get(publisher)
        remote_actors.check(actor)
        key = await _institution_key(actor)
        found = host_lists.read(document, key, now, _dev())
        if max(len(found.uri), len(key.id)) > remote_actors.URI_MAX:
            raise Malformed("an address of more than 512 characters")
    except (FederationError, OSError) as error:
        raise _refused(_failure(error)) from error
    async with in_transaction():
        await remote_actors.save(publisher, Fetched(actor, False, now))
        row, is_new = await Subscription.get_or_create(
            uri=found.uri,
            defaults={
                "publisher": publisher,
                "key_uri": key.id,
                "key": local.public_text(key.key),
                "version": 0,
                "fetched_at": now,
                "due_at": now,
                "changed_at": now,
            },
        )
        if not is_new:
            raise FormRefused({"url": "You follow this list already."})
        await _record("hosts.subscribed", by, row)
        await _take(row, found, now)
    return row


async def end(by: Member, subscription_id: int) -> None:
    """Follow it no more: what only this list blocked is open again."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        row = await _locked(subscription_id)
        await _retract(row, await SubscriptionItem.filter(subscription_id=row.id))
        await _record("hosts.unsubscribed", by, row)
        await row.delete()


async def due() -> list[int]:
    rows = Subscription.filter(due_at__lte=datetime.now(UTC)).order_by("due_at").only("id")
    return [row.id for row in await rows]


async def fetch(subscription_id: int) -> None:
    """Look at the list now. What is wrong with it is kept for administrators to see."""
    row, now = await by_id(subscription_id), datetime.now(UTC)
    pinned = PublicKey(row.key_uri, row.publisher, keys.public_from_multikey(row.key))
    try:
        document = await remote.directory().get(row.uri)
        found = host_lists.read(document, pinned, now, _dev())
    except (FederationError, OSError) as error:
        await _note(row, _failure(error), now)
        return
    if found.uri != row.uri or found.version < row.version:
        await _note(row, "older", now)
        return
    async with in_transaction():
        locked = await _locked(subscription_id)
        if found.version > locked.version:
            await _take(locked, found, now)
        locked.error, locked.fetched_at, locked.due_at = "", now, now + EVERY
        await locked.save(update_fields=["error", "fetched_at", "due_at"])


async def put_off(subscription_id: int) -> None:
    """After a mistake of ours: it must not be looked at again and again."""
    rows = Subscription.filter(id=subscription_id)
    await rows.update(due_at=datetime.now(UTC) + _AGAIN_AFTER)


async def by_id(subscription_id: int) -> Subscription:
    found = await Subscription.get_or_none(id=subscription_id)
    if found is None:
        raise NotFound
    return found


async def all_of_them() -> list[Subscription]:
    return await Subscription.all().order_by("publisher", "uri")


async def items(subscription_id: int, *states: ItemState, most: int = 100) -> list[Any]:
    """Hosts of the list that are in one of these states, by name. One that waits and was blocked
    meanwhile waits no more."""
    rows = SubscriptionItem.filter(subscription_id=subscription_id, state__in=states)
    found = await rows.order_by("host").limit(most)
    if ItemState.WAITING not in states:
        return found
    said = await trust.said_of([row.host for row in found])
    return [row for row in found if not trust.has_block(row.host, said)]


async def count(subscription_id: int, state: ItemState) -> int:
    return await SubscriptionItem.filter(subscription_id=subscription_id, state=state).count()


async def _take(row: Subscription, found: HostList, now: datetime) -> None:
    """Bring what stands here to this version, in the caller's transaction, and tell of it."""
    known = {item.host: item for item in await SubscriptionItem.filter(subscription_id=row.id)}
    listed = {item.host: item for item in found.items}
    changed = [item for item in known.values() if _is_other(item, listed.get(item.host))]
    await _retract(row, changed)
    kept = known.keys() - {item.host for item in changed}
    added = [item for host, item in listed.items() if host not in kept]
    states = await _states(added)
    applied = {i.host: i.summary for i in added if states[i.host] is ItemState.APPLIED}
    if applied:
        await hosts.shut(applied, now, by_list=True)
    await SubscriptionItem.bulk_create(
        [
            SubscriptionItem(
                subscription_id=row.id,
                host=item.host,
                level=item.level,
                comment=item.summary,
                state=states[item.host],
            )
            for item in added
        ],
        _AT_ONCE,
    )
    row.version, row.changed_at, row.fetched_at, row.due_at = found.version, now, now, now + EVERY
    row.added, row.retracted = len(added), len(changed)
    row.waiting = await count(row.id, ItemState.WAITING)
    await row.save()
    await audit.record(
        "hosts.list_changed",
        actor_uri=row.publisher,
        host=host_of(row.publisher, _dev()),
        subject=row.uri,
        version=row.version,
        added=row.added,
        retracted=row.retracted,
        waiting=row.waiting,
    )
    await _tell(row)


async def _states(added: list[Item]) -> dict[str, ItemState]:
    names = [item.host for item in added]
    said, reached = await trust.said_of(names), await reach.of(names)
    partners = await Peer.filter(level=PeerLevel.TRUSTED)
    above = {name for peer in partners for name in trust.names_of(peer.host)}
    known = {name for row in await raw_sql.run(_KNOWN, []) for name in trust.names_of(row["host"])}
    found = {}
    for item in added:
        if item.level == "candidate":
            state = ItemState.PROPOSED
        elif item.host in above or hosts.covers_us(item.host) or is_registry(item.host):
            state = ItemState.REFUSED
        elif said.get(item.host, {}).get("level") == PeerLevel.BLOCKED:
            state = ItemState.SAME
        else:
            is_kept = item.host in reached or item.host in known
            state = ItemState.WAITING if is_kept else ItemState.APPLIED
        found[item.host] = state
    return found


async def _retract(row: Subscription, gone: list[SubscriptionItem]) -> None:
    """Open again what this list blocked, unless another list says the same."""
    opened: list[str] = []
    for start in range(0, len(gone), _AT_ONCE):
        part = gone[start : start + _AT_ONCE]
        await SubscriptionItem.filter(id__in=[item.id for item in part]).delete()
        names = {item.host for item in part if item.state is ItemState.APPLIED}
        others = SubscriptionItem.filter(host__in=names, level="blocked")
        others = others.exclude(subscription_id=row.id)
        says = {
            item.host: item.id
            for item in await others.filter(state__in=(ItemState.SAME, ItemState.APPLIED))
        }
        await SubscriptionItem.filter(id__in=says.values()).update(state=ItemState.APPLIED)
        opened += names - says.keys()
        rows = Peer.filter(host__in=names - says.keys(), level=PeerLevel.BLOCKED)
        await rows.update(level=PeerLevel.PUBLIC, comment="")
        await asyncio.sleep(0)
    await sight.refresh(opened)


def _is_other(item: SubscriptionItem, listed: Item | None) -> bool:
    return listed is None or listed.level != item.level


async def _institution_key(actor: dict[str, Any]) -> PublicKey:
    """That of an Application, for anybody else's list is nobody's; of a partner the pinned one."""
    pinned = await remote.pinned_key(host_of(actor["id"], _dev()))
    if pinned is not None and pinned.owner == actor["id"]:
        return pinned
    found = [key for key in remote_actors.listed_keys(actor) if key.algorithm == "ed25519"]
    if actor["type"] != "Application" or len(found) != 1:
        raise ProofRefused("not an institution with a key to prove a list")
    return found[0]


def _failure(error: Exception) -> str:
    if isinstance(error, HostBlocked):
        return "blocked"
    if isinstance(error, FetchFailed) and not error.permanent:
        return "unreachable"
    return "not_proven" if isinstance(error, ProofRefused | NotAllowed) else "no_list"


def _dev() -> Development:
    return config.current().development


def _refused(failure: str) -> FormRefused:
    return FormRefused({"url": FAILURES[failure]})


async def _note(row: Subscription, failure: str, now: datetime) -> None:
    async with in_transaction():
        is_new = row.error != failure
        values = {"error": failure, "due_at": now + _AGAIN_AFTER}
        await Subscription.filter(id=row.id).update(**values)
        if is_new and failure != "unreachable":
            await _tell(row)


async def _tell(row: Subscription) -> None:
    """Administrators, once for each change."""
    await telling.of_list(row.publisher, host_of(row.publisher, _dev()))


async def _locked(subscription_id: int) -> Subscription:
    row = await Subscription.filter(id=subscription_id).select_for_update().first()
    if row is None:
        raise NotFound
    return row


async def _record(action: str, by: Member, row: Subscription) -> None:
    actor = await members.speaking_as(by)
    await audit.record(action, actor_uri=actor.uri, host=config.current().host, subject=row.uri)
