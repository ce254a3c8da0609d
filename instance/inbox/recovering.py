"""After a restore: ask each partner what happened since the backup, and take back what is proven.

With one partner after the other: it confirms that we work together, which alone ends the rest of
trust; it says how far each consult is that both take part in. Entries of its consults come from its
histories as ever. Of ours it gives back what it was sent: our own words, and nothing that our own
keys do not prove. Then it is known what of that which waited has not arrived.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tortoise.transactions import in_transaction

from federation import contexts, keys, proofs, recalls
from federation.errors import FederationError, FetchFailed, Malformed
from federation.fields import id_of, listed
from federation.origin import is_same_origin
from instance import config
from instance.errors import CurbsideError
from instance.ids import read_id
from instance.inbox import consult_rules as rules
from instance.inbox import fetches, history
from instance.models import Actor, ActorKey, Consult, Peer, Restore
from instance.outbox import local, remote
from instance.services import recovering, restoring
from instance.services.consults import regaining

log = logging.getLogger(__name__)

_PAGES_MAX = 400  # of 50 consults or entries
_REFUSING = (401, 403, 404, 410)


class NotConfirmed(Exception):
    """Its server answers, and does not know us as a partner."""


@dataclass
class _Told:
    """What a partner said: the last number that it has of each consult, and our own lists. `place`
    is "" for an older server, which says nothing of all this. `restored`: it came from a backup,
    too."""

    place: str
    numbers: dict[str, int] = field(default_factory=dict)
    lists: list[Mapping[str, Any]] = field(default_factory=list)
    restored: bool = False


async def ask(host: str, restore: Restore) -> None:
    """All of it, with one partner. Raises FederationError where it is to be tried again, and
    NotConfirmed. What was taken before stays."""
    peer = await Peer.get(host=host)
    told = await _ask_for_numbers(peer, restore)
    await recovering.confirm(peer)
    if told.restored:
        await restoring.note(restore, host, "restored_too")
    await recovering.keep_withdrawn(restore, host, await _own_lists(told))
    if not told.place:
        for uri in await recovering.consults_of(host):
            await fetches.request("history", uri)
        return
    for uri, seq in told.numbers.items():
        if config.current().is_ours(uri):
            await _regain(told.place, host, uri, seq, restore)
        else:
            await _catch_up(host, uri, seq, restore)
    await recovering.release(restore, host, told.numbers)


async def _ask_for_numbers(peer: Peer, restore: Restore) -> _Told:
    document = await remote.directory().get(str(peer.actor_uri))
    place = document.get("cs:shared")
    dev = config.current().development
    if not isinstance(place, str) or not is_same_origin(place, str(peer.actor_uri), dev):
        await _require_served(next(iter(listed(document.get("cs:statusLists"))), None), peer)
        return _Told("")
    told, since = _Told(place), contexts.timestamp(restore.made_at)
    url = f"{place}?after=0&since={since}"
    for _ in range(_PAGES_MAX):
        page = await _get(url)
        for item in listed(page.get("orderedItems")):
            uri, seq = id_of(item), item.get("cs:seq") if isinstance(item, Mapping) else None
            if uri and isinstance(seq, int) and not isinstance(seq, bool):
                told.numbers[uri] = seq
        told.restored = told.restored or "cs:restored" in page
        told.lists += [one for one in listed(page.get("cs:statusLists")) if isinstance(one, dict)]
        following = page.get("next")
        if not isinstance(following, str) or not is_same_origin(following, place, dev):
            break
        url = following
    return told


async def _require_served(list_uri: object, peer: Peer) -> None:
    """An older server serves its lists of standing to partners alone."""
    dev = config.current().development
    if isinstance(list_uri, str) and is_same_origin(list_uri, str(peer.actor_uri), dev):
        await _get(list_uri)
        return
    raise NotConfirmed(peer.host)


async def _get(url: str) -> dict[str, Any]:
    try:
        return await remote.directory().get_as_partner(url)
    except FetchFailed as error:
        if error.status in _REFUSING:
            raise NotConfirmed(url) from error
        raise


async def _catch_up(host: str, uri: str, seq: int, restore: Restore) -> None:
    known = await Consult.get_or_none(uri=uri)
    if known is not None and (known.is_local or known.last_seq >= seq):
        return
    try:
        number = await history.catch_up(uri)
        await restoring.count(restore, host, "caught_up", number)
    except (FederationError, CurbsideError) as error:
        log.info("history of %s not caught up with: %s", uri, type(error).__name__)
        await fetches.request("history", uri)


async def _regain(place: str, host: str, uri: str, seq: int, restore: Restore) -> None:
    """Entries of a consult of ours that are not here. One that does not hold ends it: what follows
    rests on it."""
    known = await Consult.get_or_none(uri=uri, is_local=True)
    after, taken = known.last_seq if known else 0, 0
    while after < seq:
        page = await _get(f"{place}/history?of={quote(uri, safe='')}&after={after}")
        items = listed(page.get("orderedItems"))
        try:
            for item in items:
                await _take(item, uri, after + 1, page.get("cs:members"))
                after, taken = after + 1, taken + 1
        except (FederationError, CurbsideError) as error:
            log.info("%s gave back what does not hold: %s", host, type(error).__name__)
            await restoring.count(restore, host, "not_proven")
            break
        if not items:
            break
    if taken:
        consult = await Consult.get(uri=uri)
        await restoring.count(restore, host, "regained", taken)
        await recovering.spread_again(consult.id)


async def _take(item: Any, uri: str, seq: int, members: object) -> None:
    if not isinstance(item, Mapping):
        raise Malformed("a history entry that is none")
    _require_shape(item, uri, seq)
    group_uri = id_of(item.get("audience"))
    author_uri = id_of(item["object"].get("actor"))
    if author_uri and not config.current().is_ours(author_uri):
        await remote.directory().fetch(author_uri)
    now = datetime.now(UTC)
    async with in_transaction():
        consult = await Consult.filter(uri=uri, is_local=True).select_for_update().first()
        await _require_group(item, group_uri, consult)
        author = await _author(item, author_uri)
        if consult is not None:
            await consult.fetch_related("group", "asker")
            await regaining.take(consult, item, author, now)
        elif author is not None and author.is_local and _is_question(item):
            draft = await local.regained_group(group_uri, int(uri.rpartition("/")[2]))
            readers = regaining.readers_of(members, item)
            created = await regaining.create(item, readers, await draft.save(), author)
            await Consult.filter(id=created.id).update(awaited_since=now)
        else:
            raise Malformed("a consult begins with the question of somebody here")


def _require_shape(item: Mapping[str, Any], uri: str, seq: int) -> None:
    """An Add of ours to this history with this number, and no other."""
    group, target, settings = id_of(item.get("audience")), item.get("target"), config.current()
    ids = [uri.removeprefix(settings.uri("/k/")), group.removeprefix(settings.uri("/g/"))]
    fits = (
        item.get("type") == "Add"
        and item.get("context") == uri
        and item.get("cs:seq") == seq
        and item.get("actor") == group
        and isinstance(item.get("object"), Mapping)
        and isinstance(target, Mapping)
        and target.get("id") == f"{uri}/history"
        and settings.is_ours(id_of(item))
        and all(read_id(one) is not None for one in ids)
    )
    if not fits:
        raise Malformed("not an entry of ours")


def _is_question(item: Mapping[str, Any]) -> bool:
    root = item["object"].get("object")
    return item["cs:seq"] == 1 and isinstance(root, Mapping) and root.get("type") == "Article"


async def _require_group(item: Mapping[str, Any], group_uri: str, consult: Consult | None) -> None:
    """Our own Group said this, and nobody in its name. What has no words needs no proof: who keeps
    them from us could as well say nothing."""
    known = await Actor.get_or_none(uri=group_uri, is_local=True)
    if consult is not None and (known is None or known.id != consult.group_id):
        raise Malformed("another Group's")
    if recalls.is_tombstone(item["object"]) and "proof" not in item:
        return
    method = proofs.proof_method(dict(item))
    row = await ActorKey.get_or_none(uri=method, actor_id=known.id) if known and method else None
    if row is not None:
        key = keys.PublicKey(row.uri, group_uri, keys.public_from_multikey(row.public))
    else:
        key = local.key_of_group(group_uri)
    proofs.check_proof(dict(item), key, datetime.now(UTC))


async def _author(item: Mapping[str, Any], author_uri: str) -> Actor | None:
    """Who wrote what an entry brings: of somebody here only what their own key proves, too. None
    for somebody of ours, or a key of theirs, that the backup does not know."""
    if recalls.is_tombstone(item["object"]):
        return None
    if not config.current().is_ours(author_uri):
        return await remote.directory().store(author_uri)
    author = await Actor.get_or_none(uri=author_uri, is_local=True)
    method = proofs.proof_method(dict(item["object"]))
    if author is None or not await ActorKey.filter(uri=method or "", actor_id=author.id).exists():
        return None  # or a key that was drawn after it
    await rules.require_proof(dict(item["object"]), author)
    return author


async def _own_lists(told: _Told) -> list[dict[str, Any]]:
    """Lists of standing of ours that our own key proves: of others' word there is none."""
    institution, now = await local.institution(), datetime.now(UTC)
    rows = await ActorKey.filter(actor_id=institution.id, algorithm="ed25519")
    found = []
    for document in told.lists:
        for row in rows:
            key = keys.PublicKey(row.uri, institution.uri, keys.public_from_multikey(row.public))
            try:
                proofs.check_proof(dict(document), key, now)
            except FederationError:
                continue
            found.append(dict(document))
    return found
