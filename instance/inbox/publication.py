"""Co-signatures: what other hospitals say to a proposal to publish a consult of ours."""

from federation import cosignatures
from federation.authentication import Verified
from instance.errors import NotAllowed
from instance.inbox import consult_rules as rules
from instance.inbox import deletions
from instance.inbox.refusals import Refused
from instance.models import Publication
from instance.services.consults import consenting, history


async def receive_answer(verified: Verified) -> bool:
    """False for what answers something else. What is over and what never was get one answer."""
    if not cosignatures.is_one(verified.document):
        return False
    await rules.require_partner(verified)
    await deletions.require_pinned(verified)
    answer = cosignatures.read(verified.document)
    found = await Publication.get_or_none(uri=answer.named, consult__is_local=True)
    if found is None:
        raise Refused("6.3 consent")
    consult = await history.locked(found.consult_id)
    await rules.require_takes_part(consult, verified)
    try:
        await consenting.take_signature(consult, verified.signer, answer)
    except NotAllowed as error:
        raise Refused("6.3 consent") from error
    return True
