"""Recalls on the wire (6.4): of a peer's consult, out of turn; and what a peer asks of ours, or its
people delete there before it is known what comes next."""

from datetime import UTC, datetime

from federation import recalls
from federation.authentication import Verified
from federation.errors import FederationError
from federation.fields import id_of
from federation.recalls import Asked
from instance.errors import CurbsideError, TooMany, Unavailable
from instance.inbox import consult_authors, deletions, fetches
from instance.inbox import consult_rules as rules
from instance.inbox.refusals import Refused
from instance.models import Actor, Consult, Contribution
from instance.outbox import limits, remote
from instance.services import restoring
from instance.services.consults import changing, history, obeying, recalling, receipts
from instance.services.consults.recalling import By
from instance.services.consults.states import Event

REQUESTS_AN_HOUR = 10  # of one hospital (T86); what is over it comes again
_AGAIN_SECONDS = 3600 // REQUESTS_AN_HOUR


class Early(Unavailable):
    """An author elsewhere deletes what they wrote in a consult of ours of which the next number is
    not known, after a restore. Its server comes again, for the number; the words do not wait.

    Raised in a transaction, it undoes everything; who catches it lets it count (`obey_early`).
    """

    def __init__(self, verified: Verified, post: Contribution) -> None:
        super().__init__(history.AWAITED, retry_after_seconds=history.AGAIN_SECONDS)
        self.verified, self.post = verified, post


async def take_out_of_turn(verified: Verified, consult: Consult) -> bool:
    """A recall, or what its author deletes, that counts though earlier entries are missing, or
    nothing else of this owner does any more (T60). False for all that is taken in its turn."""
    document = verified.document
    inner, seq = document["object"], document["cs:seq"]
    is_next = seq <= consult.last_seq + 1 and consult.frozen_at is None
    if not recalls.is_recall(inner) or is_next or consult.purged_at is not None:
        return False
    await consult.fetch_related("group")
    if consult.is_local or consult.group.uri != verified.signer:
        raise Refused("T60 owner")
    group = await remote.directory().store(verified.signer)
    author = await Actor.get_or_none(uri=id_of(inner.get("actor")))
    if author is None or not (author.is_local or author.proven_at):
        return False  # its proof cannot be checked yet
    rules.require_layers(consult, document)
    rules.require_own(inner)
    await rules.require_proof(document, group)
    await rules.require_proof(inner, author)
    await rules.require_own_change(consult, inner, author)
    by = author if author.id != consult.group_id else None
    await obeying.obey(consult, recalls.read(inner), inner["id"], seq, datetime.now(UTC), by)
    if consult.frozen_at is None:
        await fetches.request("history", consult.uri)
    return True


async def receive_request(verified: Verified) -> bool:
    """A hospital that takes part in a consult of ours wants posts recalled: obeyed at once, and
    judged afterwards (6.4.1). False for an Offer of something else."""
    asked = recalls.asked_in(verified.document)
    if asked is None:
        return False
    await rules.require_partner(verified)
    await deletions.require_pinned(verified)
    consult = await _of_ours(asked)
    if consult is None and await restoring.may_come_back():
        raise Unavailable(retry_after_seconds=await restoring.again_seconds())
    if consult is None:
        raise Refused("6.4.1")
    current = await history.locked(consult.id)
    await rules.require_takes_part(current, verified)
    if asked.images and asked.named != (current.root_uri,):
        raise Refused("6.4.1")
    if not limits.current().recalls_asked.take(verified.host, REQUESTS_AN_HOUR):
        raise TooMany(retry_after_seconds=_AGAIN_SECONDS)
    by = By(verified.signer, verified.host)
    now = datetime.now(UTC)
    if await recalling.carry_out(current, asked, by, now) is None:
        await receipts.ask_host_again(current, verified.host, now)  # it may not have heard of it
    return True


async def _of_ours(asked: Asked) -> Consult | None:
    """The one consult that all of it is in; None alike for what is unknown and what is mixed."""
    whole = await Consult.get_or_none(uri=asked.named[0], is_local=True)
    if whole is not None:
        return whole if len(asked.named) == 1 else None
    named = Contribution.filter(uri__in=list(asked.named), consult__is_local=True)
    ids = await named.filter(seq__not_isnull=True).values_list("consult_id", flat=True)
    is_one = len(ids) == len(asked.named) and len(set(ids)) == 1
    return await Consult.get(id=ids[0]) if is_one else None


async def require_told(verified: Verified, consult: Consult) -> None:
    """As `history.require_told`, of a consult of ours and what a partner's member does there.

    Raises Early where their words would be deleted now if the next number were known: by all that
    is known here. What is refused by that comes again as all else, and is judged then.
    """
    if consult.awaited_since is not None and verified.document["type"] == "Delete":
        named = Contribution.filter(consult_id=consult.id, author__uri=verified.signer)
        post = await named.get_or_none(uri=id_of(verified.document.get("object")))
        if post is not None and post.body and await _may_go(verified, consult, post):
            raise Early(verified, post)
    history.require_told(consult)


async def _may_go(verified: Verified, consult: Consult, post: Contribution) -> bool:
    document, now = verified.document, datetime.now(UTC)
    try:
        await rules.require_participant(consult, verified)
        rules.require_layers(consult, document)
        author = await remote.directory().store(verified.signer)
        await rules.require_proof(document, author)
        claims = await consult_authors.claims_for(Event.DELETE, consult, author)
        await changing.require_changeable(Event.DELETE, consult, post, author, claims, now)
    except fetches.Awaited:
        raise  # it is asked for now
    except (FederationError, CurbsideError):
        return False
    return True


async def obey_early(error: Early) -> None:
    """In the caller's transaction."""
    await rules.require_partner(error.verified)
    consult = await history.locked(error.post.consult_id)
    if consult.awaited_since is not None:  # else it is taken as any other when it comes again
        await changing.delete_ahead(consult, error.post, datetime.now(UTC))
