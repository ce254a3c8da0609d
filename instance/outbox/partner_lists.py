"""The status lists of partners: fetched by workers, never in a request, and asked for each bit
(domain.md 4.6, F-STD-1 and F-STD-2)."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from federation import status_lists
from federation.errors import FederationError
from federation.origin import host_of, is_same_origin
from federation.status_lists import Entry, Purpose, StatusListRefused
from instance import config, raw_sql
from instance.models import Actor, Peer, RemoteStatusList, Standing
from instance.outbox import remote, trust, withdrawn
from instance.outbox.standing import StandingRefused

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=15)
_AGAIN_AFTER = timedelta(seconds=5)  # and then as long as it has failed, up to `EVERY`
_NOT_MORE_THAN = timedelta(minutes=1)  # between two fetches of one list that others make us do
_OF_HOST_MOST = 20
_UNFETCHED_KEPT = timedelta(days=1)
_URI_MOST = 512  # as in the table


class NotFresh(Exception):
    """The list at `uri` is to be fetched first. What it is asked for is closed until then."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.uri = uri


class NoStatus(Exception):
    """A statement that names no list, as versions before status lists made them: nobody can say
    whether it was revoked."""


class Withdrawn(StandingRefused):
    """Revoked or suspended, as a list fetched at `fetched_at` says."""

    def __init__(self, purpose: Purpose, fetched_at: datetime) -> None:
        super().__init__(f"F-STD-1: {purpose}")
        self.purpose = purpose
        self.fetched_at = fetched_at


async def require_clear(statement: Mapping[str, Any], now: datetime) -> None:
    """Both bits are 0 in lists of the last 15 minutes. For what answers; reading asks nothing.

    Raises Withdrawn, NotFresh and NoStatus.
    """
    named = status_lists.entries(statement)
    if not named:
        raise NoStatus
    found = await raw_sql.some(RemoteStatusList, "uri", sorted({entry.uri for entry in named}))
    by_uri = {row.uri: row for row in found}
    for entry in named:
        row = by_uri.get(entry.uri)
        if row is None or not _is_fresh(row, now):
            raise NotFresh(entry.uri)
        _require_clear(entry, row)


def _require_clear(entry: Entry, row: RemoteStatusList) -> None:
    if row.purpose != entry.purpose.value:
        raise StandingRefused("F-STD-1: a list of another purpose")
    try:
        is_set = status_lists.is_set(row.bits, entry.index)
    except StatusListRefused as error:
        raise StandingRefused(str(error)) from error
    if is_set:
        raise Withdrawn(entry.purpose, row.fetched_at)


def _is_fresh(row: RemoteStatusList, now: datetime) -> bool:
    return row.fetched_at > now - FRESH and row.valid_until > now


async def outdated(actor: Actor, now: datetime) -> list[str]:
    """The lists of an actor whose document came just now, that were not fetched just now as well:
    a partner that says that an actor changed may have set its bit."""
    row = await Standing.get_or_none(actor_id=actor.id)
    named = {entry.uri for entry in status_lists.entries(row.document)} if row else set()
    recent = RemoteStatusList.filter(uri__in=list(named), fetched_at__gt=now - _NOT_MORE_THAN)
    return sorted(named - set(await recent.values_list("uri", flat=True)))


async def refresh(host: str, now: datetime) -> bool:
    """Fetch every list that we know of a partner, or is told of by its institution's actor.

    False where one of them failed, or where there is none.
    """
    known = await RemoteStatusList.filter(host=host).values_list("uri", flat=True)
    tried = {str(uri): await _try(str(uri), host, now) for uri in known}
    if not tried or not all(tried.values()):
        told = [uri for uri in await _told(host) if uri not in tried]
        tried |= {uri: await _try(uri, host, now) for uri in told}
    if any(tried.values()):  # it is there, and has others now
        old = RemoteStatusList.filter(host=host, fetched_at__lt=now - _UNFETCHED_KEPT)
        await old.delete()
    return bool(tried) and all(tried.values())


async def fetch(uri: str, now: datetime) -> None:
    """Fetch and keep one list. Raises StatusListRefused, where it does not hold, and what fetching
    raises; what was kept before stays, and grows old."""
    host = host_of(uri, config.current().development)
    if not await trust.is_trusted(host) or len(uri) > _URI_MOST:
        raise StatusListRefused("F-STD-2: not of a partner")
    known = await RemoteStatusList.get_or_none(uri=uri)
    if known is None and await RemoteStatusList.filter(host=host).count() >= _OF_HOST_MOST:
        raise StatusListRefused(f"F-STD-2: more than {_OF_HOST_MOST} lists")
    document = await remote.directory().get(uri)
    pinned = await remote.keys_of_standing(host, now)
    found = status_lists.check(document, uri, pinned, now, config.current().development)
    if known is not None and found.valid_from < known.valid_from:
        raise StatusListRefused("F-STD-2: older than the one we have")
    values = {
        "host": host,
        "purpose": found.purpose.value,
        "bits": found.data,
        "document": document,
        "fetched_at": now,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
    }
    await RemoteStatusList.update_or_create(defaults=values, uri=uri)
    if known is None or known.bits != found.data:
        await withdrawn.note(host)


def next_try(failing_since: datetime, now: datetime) -> datetime:
    return now + max(_AGAIN_AFTER, min(EVERY, now - failing_since))


async def forget(peer: Peer) -> None:
    """Trust has ended or rests: what they said of their people is not used any more. Saves the
    peer."""
    await RemoteStatusList.filter(host=peer.host).delete()
    peer.lists_due_at = peer.lists_failing_since = None
    await peer.save(update_fields=["lists_due_at", "lists_failing_since"])


async def _told(host: str) -> list[str]:
    """What its institution names: so they are here before the first answer of anybody of there."""
    peer = await Peer.get(host=host)
    try:
        document = await remote.directory().get(str(peer.actor_uri))
    except (FederationError, OSError) as error:
        log.info("%s does not say which lists it has: %s", host, type(error).__name__)
        return []
    told, dev = document.get("cs:statusLists"), config.current().development
    named = told if isinstance(told, list) else []
    ours = [uri for uri in named if isinstance(uri, str)][:_OF_HOST_MOST]
    return [uri for uri in ours if is_same_origin(uri, peer.actor_uri, dev)]


async def _try(uri: str, host: str, now: datetime) -> bool:
    try:
        await fetch(uri, now)
    except (FederationError, OSError) as error:
        log.info("a list of %s could not be fetched: %s", host, type(error).__name__)
        return False
    return True
