"""The keys of a partner after people compared them (federation.md 11.1.7, T58).

A change that the pinned key vouches for is taken. Anything else that the partner's server shows
instead of the pinned keys ends the traffic of consults at once, until administrators compare again.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation import proofs
from federation.errors import FederationError, FetchFailed, NotAllowed
from federation.keys import PublicKey
from instance.models import AlertKind, Peer, PeerLevel
from instance.outbox import local, remote, remote_actors
from instance.services import audit, cutting, holding, key_checks, telling

log = logging.getLogger(__name__)


async def receive_update(document: Mapping[str, Any], host: str, key_id: str) -> None:
    """Their Application says that it has new keys, in a transaction, signed with the key `key_id`:
    where that is the pinned one, the new keys are the pin, if they prove the Update as well.

    Raises NotAllowed where they do not, ProofRefused for a proof that does not hold, and Malformed.
    """
    now, peer = datetime.now(UTC), await cutting.locked(host)
    if peer.pinned_ed25519_uri != key_id:  # people compared other ones meanwhile
        return
    found = key_checks.read(document["object"], host)
    if found.actor_uri != peer.actor_uri:
        raise NotAllowed("11.1.7 actor")
    if _named(found.rsa, found.ed25519) == _pinned(peer):
        return
    if proofs.proof_method(dict(document)) != found.ed25519.id:
        raise NotAllowed("11.1.7 proof")
    proofs.check_proof(dict(document), found.ed25519, now)
    await key_checks.keep(peer, found, now)
    await holding.release(peer, now)
    await _tell(peer, "trust.repinned", str(peer.actor_uri), AlertKind.TRUST)


async def look_at_all() -> None:
    """What every partner's server shows as its keys now; one that does not answer shows none."""
    others = Peer.filter(silent_since__not_isnull=True).exclude(level=PeerLevel.TRUSTED)
    await others.update(silent_since=None)
    for peer in await Peer.filter(level=PeerLevel.TRUSTED).order_by("host"):
        await look(peer.host)


async def look(host: str) -> None:
    peer = await Peer.get_or_none(host=host, level=PeerLevel.TRUSTED, pinned_at__not_isnull=True)
    if peer is None:
        return
    try:
        document = await remote.directory().get(str(peer.actor_uri))
    except (FederationError, OSError) as error:
        log.info("the keys of %s could not be looked at: %s", host, type(error).__name__)
        if _is_silence(error):
            silent = Peer.filter(id=peer.id, silent_since=None)
            await silent.update(silent_since=datetime.now(UTC))
        return
    if peer.silent_since is not None:
        await Peer.filter(id=peer.id).update(silent_since=None)
    if _shows(document, peer):
        kind = key_checks.kind_of(document)
        await Peer.filter(id=peer.id).exclude(kind=kind).update(kind=kind)
        return
    async with in_transaction():
        now, locked = datetime.now(UTC), await cutting.locked(host)
        if locked.pinned_at != peer.pinned_at or locked.level is not PeerLevel.TRUSTED:
            return
        await holding.hold(locked, now)
        by_uri = (await local.institution()).uri
        await _tell(locked, "trust.keys_changed", by_uri, AlertKind.KEYS)


def _is_silence(error: Exception) -> bool:
    """It did not answer, or not now; who answers something else is there."""
    return isinstance(error, OSError) or (isinstance(error, FetchFailed) and not error.permanent)


def _shows(document: Mapping[str, Any], peer: Peer) -> bool:
    """Both pinned keys, under their ids, in the document of the institution itself."""
    if document.get("id") != peer.actor_uri:
        return False
    try:
        listed = remote_actors.listed_keys(document)
    except FederationError:
        return False
    return _pinned(peer) <= _named(*listed)


def _named(*keys: PublicKey) -> set[tuple[str | None, str | None]]:
    """Keys as they are stored, each under its id."""
    return {(key.id, local.public_text(key.key)) for key in keys}


def _pinned(peer: Peer) -> set[tuple[str | None, str | None]]:
    return {
        (peer.pinned_rsa_uri, peer.pinned_rsa),
        (peer.pinned_ed25519_uri, peer.pinned_ed25519),
    }


async def _tell(peer: Peer, action: str, by_uri: str, kind: AlertKind) -> None:
    await audit.record(action, actor_uri=by_uri, host=peer.host, subject=str(peer.actor_uri))
    await telling.of_trust(kind, peer.actor_uri, peer.host)
