"""Deletions of consults by their hospital, and the receipts of those whom ours asked (6.2.6, 6.4).

Of either side trust may have ended: what counts is the pinned key, in the form of F-SIG-8.
"""

from datetime import UTC, datetime

from federation import recalls, receipts, statements, vocabulary
from federation.authentication import Verified
from federation.errors import NotAllowed, ProofRefused
from federation.origin import host_of
from federation.recalls import Asked
from instance import config, html
from instance.inbox.refusals import Refused
from instance.outbox import remote
from instance.services.consults import burying, leaving, obeying
from instance.services.consults import receipts as kept


async def receive_delete(verified: Verified) -> bool:
    """False for what deletes something public."""
    document = verified.document
    if not receipts.is_deletion(document):
        return False
    await require_pinned(verified)
    asked, now = recalls.read(document), datetime.now(UTC)
    development = config.current().development
    if document["cs:reason"] == receipts.LEFT:
        if any(host_of(uri, development) != verified.host for uri in asked.named):
            raise Refused("T60 owner")
    consult = await obeying.of_bare(verified.host, asked)
    if consult is None:
        await _answer_for_ours(verified, asked, now)
    elif document["cs:reason"] == receipts.LEFT:
        await leaving.obey(consult, verified.activity.id, now)
    else:
        await obeying.obey_apart(consult, asked, verified.activity.id, now)
    return True


async def _answer_for_ours(verified: Verified, asked: Asked, now: datetime) -> None:
    """Of what its people deleted in a consult of ours it asks once more whether it is gone. All
    else never came here, so nothing of it is here."""
    ours = await obeying.own_of(verified.host, asked)
    if ours is not None and await burying.left(ours, asked.named):
        raise Refused("6.4 author")  # it is theirs to delete who wrote it
    await kept.answer(verified.host, verified.activity.id, asked.named, 0, now, now)


async def receive_refusal(verified: Verified) -> bool:
    """A `Reject` of a deletion. False for what rejects something else."""
    named = vocabulary.id_of(verified.document.get("object"))
    if not named or not await kept.is_asked(named, verified.host):
        return False
    await require_pinned(verified)
    why = html.plain(str(verified.document.get("summary") or ""), 200)
    await kept.take_refusal(named, why, verified.host, verified.signer, datetime.now(UTC))
    return True


async def receive_receipt(verified: Verified) -> bool:
    """False for what accepts something else."""
    if not receipts.is_receipt(verified.document):
        return False
    await require_pinned(verified)
    now = datetime.now(UTC)
    told = receipts.read(verified.document, now)
    try:
        await kept.take(told, verified.host, verified.signer, now)
    except NotAllowed as error:
        raise Refused(str(error)) from error
    return True


async def require_pinned(verified: Verified) -> None:
    """By the Application whose keys two people compared, and proven by them (T58, T86)."""
    pinned = await remote.pinned_key(verified.host)
    if verified.form != "trusted" or pinned is None or pinned.owner != verified.signer:
        raise Refused("6.4 pin")
    try:
        statements.require_proof(verified.document, pinned, datetime.now(UTC))
    except (NotAllowed, ProofRefused) as error:
        raise Refused("6.4 proof") from error
