"""Offer, Accept, Reject and Undo of trust: whose they are, and which of ours they answer.

What an answer names is looked up by its id; its shape alone says nothing (T24). All of it comes in
the form of F-SIG-8, whatever the level. Source: federation.md 11.1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from federation import handshake, statements, vocabulary
from federation.authentication import Level, Verified
from federation.errors import NotAllowed, ProofRefused
from instance import config
from instance.inbox import consult, deletions, follow, publication, recall
from instance.inbox.refusals import Refused
from instance.models import ActorKind, Direction, Offer, Peer
from instance.outbox import remote
from instance.services import gone, pins, treaty_answers


async def receive_offer(verified: Verified) -> None:
    """An institution wants to work with ours. Other Offers ask for other things (6.4)."""
    document = verified.document
    if not handshake.is_offer_of_trust(document):
        if await recall.receive_request(verified):
            return
        if await consult.concerns_consult(document):
            raise Refused("T20 activity")
        return
    _require_form(verified)
    with _refusing():
        offered = handshake.read_offer(document, datetime.now(UTC), config.current().development)
    await _require_own_proof(verified)
    if await gone.is_gone(offered.uri, verified.signer):
        return
    await _require_institution(verified)
    with _refusing():
        await treaty_answers.receive_offer(offered, document, verified.host)


async def receive_accept(verified: Verified) -> None:
    if await deletions.receive_receipt(verified) or await publication.receive_answer(verified):
        return
    if not await _names_offer_of_ours(verified):
        await follow.receive_accept(verified)
        return
    if not await _is_pinned(verified):
        return
    _require_form(verified)
    now, development = datetime.now(UTC), config.current().development
    with _refusing():
        accepted = handshake.read_accept(verified.document, now, development)
        await _require_own_proof(verified)
        await treaty_answers.receive_accept(accepted, verified.signer)


async def receive_reject(verified: Verified) -> None:
    if await publication.receive_answer(verified) or await deletions.receive_refusal(verified):
        return
    if not await _names_offer_of_ours(verified):
        await follow.receive_reject(verified)
        return
    if await _is_pinned(verified):
        _require_form(verified)
        await _require_own_proof(verified)
        await treaty_answers.receive_reject(verified.activity.object_id, verified.signer)


async def receive_undo(verified: Verified) -> bool:
    """False where what it names is nothing of this kind."""
    uri = vocabulary.id_of(verified.document.get("object"))
    if verified.form != "trusted" or not await treaty_answers.is_theirs(uri):
        return False
    # A trusted peer's own key was the pinned one when the signature was checked (11.1.7).
    if verified.level is not Level.TRUSTED and await remote.pinned_key(verified.host) is not None:
        await _require_own_proof(verified)
    with _refusing():
        return await treaty_answers.receive_undo(uri, verified.signer)


async def receive_new_keys(verified: Verified) -> None:
    """An Update of the pinned Application of that host, signed with the pinned key, tells of new
    ones (11.1.7). Of anybody else's, an actor is read anew where it lives."""
    peer = await Peer.get_or_none(host=verified.host, pinned_at__not_isnull=True)
    if peer is None or verified.form != "trusted" or verified.signer != peer.actor_uri:
        return
    with _refusing():
        await pins.receive_update(verified.document, verified.host, verified.key_id)


async def _names_offer_of_ours(verified: Verified) -> bool:
    uri = vocabulary.id_of(verified.document.get("object"))
    if not uri or not config.current().is_ours(uri):
        return False
    return await Offer.filter(uri=uri, direction=Direction.OURS).exists()


async def _is_pinned(verified: Verified) -> bool:
    """Who answers is the one we asked, or nobody (T24): the pinned Application of that host."""
    pinned = await remote.pinned_key(verified.host)
    return pinned is not None and pinned.owner == verified.signer


async def _require_institution(verified: Verified) -> None:
    """T17: the pinned Application of that host; without a pin, one that calls itself that."""
    pinned = await remote.pinned_key(verified.host)
    if pinned is not None:
        is_one = pinned.owner == verified.signer
    else:
        offerer = await remote.directory().store(verified.signer)
        is_one = offerer.kind is ActorKind.INSTITUTION
    if not is_one:
        raise Refused("T17 offer")


def _require_form(verified: Verified) -> None:
    if verified.form != "trusted":
        raise Refused("F-SIG-8")


async def _require_own_proof(verified: Verified) -> None:
    """By the pinned key where there is a pin (T58); else by the key that signed the request."""
    pinned = await remote.pinned_key(verified.host)
    if pinned is None and not verified.proven:
        raise Refused("11.1.2 proof")
    if pinned is not None:
        with _refusing():
            statements.require_proof(verified.document, pinned, datetime.now(UTC))


@contextmanager
def _refusing() -> Iterator[None]:
    """What an institution may not do leaves a row, whatever its level (T57, T58)."""
    try:
        yield
    except NotAllowed as error:
        raise Refused(str(error)) from error
    except ProofRefused as error:
        raise Refused("11.1.2 proof") from error
