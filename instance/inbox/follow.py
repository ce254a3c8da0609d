"""Follow and its answers."""

from federation import vocabulary
from federation.authentication import Verified
from instance.inbox import moderation
from instance.models import Actor, Announced
from instance.outbox import remote
from instance.services import channels, follows

_UNDO = (
    follows.receive_undo,
    moderation.undo_lock,
    moderation.undo_ban,
    moderation.undo_block,
)


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
    """Looked up by the id alone: the embedded copy is not believed (T22)."""
    uri = vocabulary.id_of(verified.document.get("object"))
    for undo in _UNDO if uri else ():
        if await undo(uri, verified.signer):
            await _pass_on(verified, uri)
            return


async def _pass_on(verified: Verified, undone: str) -> None:
    """What a channel of ours announced, it takes back as well."""
    row = await Announced.get_or_none(object_uri=undone).select_related("group", "thread")
    if row is not None and not verified.announced_by:
        await channels.pass_on(row.group, verified.document, row.thread)


async def _receive_answer(verified: Verified, *, accepted: bool) -> None:
    follow_uri = vocabulary.id_of(verified.document.get("object"))
    if follow_uri:
        await follows.receive_answer(follow_uri, verified.signer, accepted=accepted)
