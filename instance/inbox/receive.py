"""The one way in for activities: authenticate, deduplicate, apply; everything in one transaction.

Called by the route and by tests alike. Answers with a status; what a peer may read of it is in
`web.peers`.
"""

import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from federation import authentication, vocabulary
from federation.authentication import Level, Verified
from federation.errors import FederationError
from federation.messages import Request
from instance import config
from instance.errors import Conflict, CurbsideError, status_of
from instance.inbox import announce, consult, fetches, follow, once, post, refusals
from instance.models import Actor, Peer
from instance.outbox import remote, trust
from instance.outbox.enqueue import wake_host

log = logging.getLogger(__name__)

ACCEPTED = 202
_MAY_BE_HIDDEN = re.compile(r"/[ug]/[0-9]+/inbox")
_WINDOW = {Level.TRUSTED: timedelta(seconds=300), Level.PUBLIC: timedelta(seconds=3600)}

Handler = Callable[[Verified], Awaitable[None]]
HANDLERS: dict[type[vocabulary.Object], Handler] = {
    vocabulary.Follow: follow.receive_follow,
    vocabulary.Accept: follow.receive_accept,
    vocabulary.Reject: follow.receive_reject,
    vocabulary.Undo: follow.receive_undo,
    vocabulary.Create: post.receive_create,
    vocabulary.Announce: announce.receive_announce,
    vocabulary.Add: consult.receive_add,
}

# What came and was not used, and what was refused: by type and reason, never by host or person.
counters: Counter[str] = Counter()


async def accept(request: Request) -> int:
    """Take one POST to an inbox of ours; returns its HTTP status (federation.md 8).

    Raises nothing for anything a peer can send. Before the signature verifies only a counter
    is written.
    """
    if not await _is_inbox(request.target):
        return 404
    try:
        verified = await authentication.authenticate(
            request,
            site=config.current().site,
            trust=trust.DatabaseTrust(),
            keys=remote.directory(),
            now=datetime.now(UTC),
        )
    except FederationError as error:
        return _refused(error)
    try:
        await receive(verified)
    except (FederationError, CurbsideError) as error:
        await refusals.record(error, verified, request.body)
        return _refused(error)
    if await Peer.filter(host=verified.host, failing_since__not_isnull=True).exists():
        await wake_host(verified.host)
    await fetches.wake(verified.host)
    return ACCEPTED


async def receive(verified: Verified) -> None:
    """Apply one verified activity at most once. A refusal undoes everything, the memory too."""
    handler = HANDLERS.get(type(verified.activity))
    if handler is None:
        if await consult.concerns_consult(verified.document):
            raise refusals.Refused("T20 activity")
        counters[f"ignored {verified.activity.type[:32]}"] += 1
        return
    async with in_transaction():
        if await _is_new(verified):
            await handler(verified)
    log.info("received %s %s from %s", verified.activity.type, verified.activity.id, verified.host)


async def _is_new(verified: Verified) -> bool:
    """Neither a replay of a signature (F-SIG-4) nor an activity that was applied (T13)."""
    expires_at = datetime.now(UTC) + 2 * _WINDOW[verified.level]
    if not await once.is_new_signature(verified.signature_hash, expires_at):
        return False
    kind = verified.activity.type[:32]
    return await once.is_new_activity(verified.activity.id, verified.host, kind)


async def _is_inbox(target: str) -> bool:
    """People and consults may be hidden, so an inbox of theirs answers whether they exist or not.

    Which one was written to decides nothing: the activity says whom it is for.
    """
    path = target.partition("?")[0]
    if path == "/inbox" or _MAY_BE_HIDDEN.fullmatch(path):
        return True
    return await Actor.filter(inbox=config.current().uri(path), is_local=True).exists()


def _refused(error: Exception) -> int:
    counters[f"refused {type(error).__name__}"] += 1
    log.info("refused: %s %s", type(error).__name__, error)
    # An event that is illegal in a consult's state is 409 to people here, 403 on the wire.
    return 403 if isinstance(error, Conflict) else status_of(error)
