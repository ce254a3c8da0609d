"""Move: an account elsewhere says where it went; both ends are asked before anybody follows (T23).

The request only decides what needs no document; a worker does the rest.
"""

from tortoise.transactions import in_transaction

from federation.authentication import Verified
from federation.errors import NotAllowed
from instance import config
from instance.inbox import consult, fetches
from instance.inbox.refusals import Refused
from instance.models import Actor, ActorKind
from instance.outbox import remote
from instance.services import follows, moves


async def receive_move(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        raise Refused("T51")
    activity = verified.activity
    if activity.object_id != verified.signer or activity.target_id in ("", verified.signer):
        raise NotAllowed("T23: not its own move")
    old = await Actor.get_or_none(uri=verified.signer)
    if old is None:
        return
    if old.kind is not ActorKind.PERSON:
        raise NotAllowed("T23: only people move")
    if moves.has_moved_lately(old):
        raise NotAllowed("T23: moved within 30 days")
    if await follows.has_local_followers(old):
        await fetches.request_for(verified.host, "move", activity.target_id, channel=old.uri)


async def follow_along(old_uri: str, new_uri: str) -> None:
    """For a worker: ask both servers anew, whatever is remembered of them, then follow."""
    moves.require_mutual(await moves.served(old_uri), await moves.served(new_uri))
    is_ours = config.current().is_ours(new_uri)
    if not is_ours:
        await remote.directory().fetch(new_uri, refresh=True)
    async with in_transaction():
        new = await (Actor.get(uri=new_uri) if is_ours else remote.directory().store(new_uri))
        await moves.follow_along(await Actor.get(uri=old_uri), new)
