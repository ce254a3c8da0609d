"""After a restore: ask each partner what happened since the backup, and take back what is proven.

With one partner after the other: it confirms that we work together, which alone ends the rest of
trust; it says how far each consult is that both take part in. Entries of its consults come from its
histories as ever. Of ours it gives back what it was sent: our own words, and nothing that our own
keys do not prove. Then it is known what of that which waited has not arrived. Until all of this is
done it is asked again, and no consult of ours that it takes part in gets a new number: but for what
it does not prove or does not give, which counts as if it had nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tortoise.transactions import in_transaction

from federation import contexts, keys, proofs, recalls
from federation.errors import (
    FederationError,
    FetchFailed,
    KeyNotYet,
    KeyUnavailable,
    Malformed,
)
from federation.fields import id_of, listed
from federation.origin import is_same_origin
from instance import config
from instance.errors import CurbsideError
from instance.ids import read_id
from instance.inbox import consult_authors, fetches, history
from instance.inbox import consult_rules as rules
from instance.models import Actor, ActorKey, Consult, Peer, Restore
from instance.outbox import local, remote, standing, trust
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
    else:
        await _take_back(told, host, restore)
        await recovering.release(restore, host, told.numbers)
    await recovering.note_told(restore, host)


async def _take_back(told: _Told, host: str, restore: Restore) -> None:
    """Raises KeyNotYet where an author of one of them is to be asked for later, when all else is
    here."""
    later: KeyNotYet | None = None
    for uri, seq in told.numbers.items():
        if not config.current().is_ours(uri):
            await _catch_up(host, uri, seq, restore)
            continue
        try:
            await _regain(told.place, host, uri, seq, restore)
        except KeyNotYet as error:
            later = error
    if later is not None:
        raise later


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
    """Entries of a consult of ours that are not here, from the last one that is: the partner must
    have that, too. One that does not hold ends it: what follows rests on it."""
    known = await Consult.get_or_none(uri=uri, is_local=True)
    here = known.last_seq if known else 0
    after, taken = max(here - 1, 0), 0
    while max(after, here) < seq:
        try:
            page = await _get(f"{place}/history?of={quote(uri, safe='')}&after={after}")
        except NotConfirmed:
            await restoring.count(restore, host, "not_given")
            break
        items = listed(page.get("orderedItems"))
        try:
            for item in items:
                taken += await _take(item, uri, after + 1, page.get("cs:members"))
                after += 1
        except KeyNotYet:
            raise  # what came before it stays
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


async def _take(item: Any, uri: str, seq: int, members: object) -> bool:
    """Whether it is the next one. One that is here has to be the same (T60): others may be asked at
    the same time, and a consult that nobody waited for any more may have gone on."""
    if not isinstance(item, Mapping):
        raise Malformed("a history entry that is none")
    _require_shape(item, uri, seq)
    group_uri = id_of(item.get("audience"))
    author_uri = id_of(item["object"].get("actor"))
    await _look_up(item, author_uri)
    now = datetime.now(UTC)
    async with in_transaction():
        consult = await Consult.filter(uri=uri, is_local=True).select_for_update().first()
        if consult is not None and seq <= consult.last_seq:
            await rules.require_same_past(consult, item)
            return False
        await _require_group(item, group_uri, consult)
        author, claims = await _author(item, author_uri)
        if consult is not None:
            if seq != consult.last_seq + 1:
                raise Malformed("a history with a hole")
            await consult.fetch_related("group", "asker")
            await regaining.take(consult, item, author, now, claims)
        elif author is not None and author.is_local and _is_question(item):
            draft = await local.regained_group(group_uri, int(uri.rpartition("/")[2]))
            readers = regaining.readers_of(members, item)
            created = await regaining.create(item, readers, await draft.save(), author)
            await Consult.filter(id=created.id).update(awaited_since=now)
        else:
            raise Malformed("a consult begins with the question of somebody here")
    return True


async def _look_up(item: Mapping[str, Any], author_uri: str) -> None:
    """Somebody of elsewhere, but where our own Group said as whom we had checked them (F-CON-5).
    Raises KeyNotYet where they are not known here, and nobody can be asked."""
    if not author_uri or config.current().is_ours(author_uri) or "cs:author" in item:
        return
    try:
        await remote.directory().fetch(author_uri)
    except KeyNotYet:
        if not await Actor.filter(uri=author_uri).exists():
            raise
    except KeyUnavailable as error:
        log.info("an author is not to be had: %s", error)


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


async def _author(
    item: Mapping[str, Any], author_uri: str
) -> tuple[Actor | None, standing.Claims | None]:
    """Who wrote what an entry brings: of somebody here only what their own key proves, too. None
    for somebody of ours, or a key of theirs, that the backup does not know. Of others our Group's
    word is enough; claims: what it said of them then, where it did."""
    if recalls.is_tombstone(item["object"]):
        return None, None
    if not config.current().is_ours(author_uri):
        return await _guest(item, author_uri)
    author = await Actor.get_or_none(uri=author_uri, is_local=True)
    method = proofs.proof_method(dict(item["object"]))
    if author is None or not await ActorKey.filter(uri=method or "", actor_id=author.id).exists():
        return None, None  # or a key that was drawn after it
    await rules.require_proof(dict(item["object"]), author)
    return author, None


async def _guest(item: Mapping[str, Any], uri: str) -> tuple[Actor | None, standing.Claims | None]:
    told = item.get("cs:author")
    if isinstance(told, Mapping):
        author = await consult_authors.as_told(told, uri)
        return author, standing.on_the_word_of("", told.get("cs:standing"), trust.HIGHEST)
    try:
        return await remote.directory().store(uri), None
    except KeyUnavailable:
        return None, None  # gone for good


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
