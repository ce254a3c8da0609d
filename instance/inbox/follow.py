"""Follow and its answers."""

from federation import vocabulary
from federation.authentication import Verified
from instance import raw_sql
from instance.models import Actor
from instance.outbox import remote
from instance.services import follows, gone


async def receive_follow(verified: Verified) -> None:
    target = await raw_sql.one(Actor, "uri", verified.activity.object_id)
    if not await follows.may_be_asked(target, verified.host) or target is None:
        return
    if await gone.is_gone(verified.activity.id, verified.signer):
        return
    follower = await remote.directory().store(verified.signer)
    await follows.receive_follow(follower, target, verified.document)


async def receive_accept(verified: Verified) -> None:
    await _receive_answer(verified, accepted=True)


async def receive_reject(verified: Verified) -> None:
    await _receive_answer(verified, accepted=False)


async def _receive_answer(verified: Verified, *, accepted: bool) -> None:
    follow_uri = vocabulary.id_of(verified.document.get("object"))
    if follow_uri:
        await follows.receive_answer(follow_uri, verified.signer, accepted=accepted)
