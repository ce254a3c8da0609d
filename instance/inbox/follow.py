"""Follow and its answers."""

from collections.abc import Mapping

from federation import vocabulary
from federation.authentication import Verified
from instance.models import Actor
from instance.outbox import remote
from instance.services import follows


async def receive_follow(verified: Verified) -> None:
    target = await Actor.get_or_none(uri=verified.activity.object_id, is_local=True)
    if target is None:
        return
    follower = await remote.directory().store(verified.signer)
    await follows.receive_follow(follower, target, verified.document)


async def receive_accept(verified: Verified) -> None:
    await _receive_answer(verified, accepted=True)


async def receive_reject(verified: Verified) -> None:
    await _receive_answer(verified, accepted=False)


async def receive_undo(verified: Verified) -> None:
    """Looked up by the id alone: the embedded copy is not believed (T22).

    But for one thing: who lost a Follow of their own, and finds it on our list (FEP-8fcf), cannot
    know its id. Of the copy it counts then whom the signer no longer follows.
    """
    undone = verified.document.get("object")
    undone_id = vocabulary.id_of(undone)
    if undone_id and not await follows.receive_undo(undone_id, verified.signer):
        if isinstance(undone, Mapping) and undone.get("type") == "Follow":
            await follows.end_own(verified.signer, vocabulary.id_of(undone.get("object")))


async def _receive_answer(verified: Verified, *, accepted: bool) -> None:
    follow_uri = vocabulary.id_of(verified.document.get("object"))
    if follow_uri:
        await follows.receive_answer(follow_uri, verified.signer, accepted=accepted)
