"""Deletions of consults by their hospital, and the receipts of those whom ours asked (6.2.6, 6.4).

Of either side trust may have ended: what counts is the pinned key, in the form of F-SIG-8.
"""

from datetime import UTC, datetime

from federation import receipts, statements
from federation.authentication import Verified
from federation.errors import NotAllowed, ProofRefused
from federation.origin import host_of
from instance import config
from instance.inbox.refusals import Refused
from instance.models import Consult
from instance.outbox import remote
from instance.services.consults import leaving
from instance.services.consults import receipts as kept


async def receive_delete(verified: Verified) -> bool:
    """False for what deletes something public."""
    document = verified.document
    if not receipts.is_deletion(document):
        return False
    await _require_pinned(verified)
    uri, now = receipts.named_in(document), datetime.now(UTC)
    if host_of(uri, config.current().development) != verified.host:
        raise Refused("T60 owner")
    found = Consult.filter(uri=uri, is_local=False).select_for_update()
    consult = await found.first()
    if consult is None:  # it never came here, so nothing of it is here
        await kept.answer(verified.host, verified.activity.id, [uri], 0, now, now)
    else:
        await leaving.obey(consult, verified.activity.id, now)
    return True


async def receive_receipt(verified: Verified) -> bool:
    """False for what accepts something else."""
    if not receipts.is_receipt(verified.document):
        return False
    await _require_pinned(verified)
    now = datetime.now(UTC)
    told = receipts.read(verified.document, now)
    try:
        await kept.take(told, verified.host, verified.signer, now)
    except NotAllowed as error:
        raise Refused(str(error)) from error
    return True


async def _require_pinned(verified: Verified) -> None:
    """By the Application whose keys two people compared, and proven by them (T58, T86)."""
    pinned = await remote.pinned_key(verified.host)
    if verified.form != "trusted" or pinned is None or pinned.owner != verified.signer:
        raise Refused("6.4 pin")
    try:
        statements.require_proof(verified.document, pinned, datetime.now(UTC))
    except (NotAllowed, ProofRefused) as error:
        raise Refused("6.4 proof") from error
