"""Undo: what is taken back is looked up by its id; the embedded copy is never believed (T22)."""

from collections.abc import Awaitable, Callable, Mapping

from federation import vocabulary
from federation.authentication import Verified
from federation.origin import host_of, is_same_origin
from instance import config
from instance.inbox import moderation, relationship
from instance.models import Announced, ReceivedActivity
from instance.services import channels, follows, gone, reactions

# Each: takes back what is stored under an activity's id, for its own actor alone; False where it
# stored nothing under that id. Raises NotAllowed for another actor.
Undoer = Callable[[str, str], Awaitable[bool]]
UNDOERS: tuple[Undoer, ...] = (reactions.receive_undo,)
# Nobody passes on whom somebody follows (5.3).
UNDOERS_STRAIGHT: tuple[Undoer, ...] = (follows.receive_undo, moderation.undo_block)


async def receive_undo(verified: Verified) -> None:
    uri = vocabulary.id_of(verified.document.get("object"))
    if not uri:
        return
    if not verified.announced_by and await relationship.receive_undo(verified):
        return
    for undo in UNDOERS if verified.announced_by else UNDOERS_STRAIGHT + UNDOERS:
        if await undo(uri, verified.signer):
            await _pass_on(verified, uri)
            return
    if await moderation.take_back(verified, uri):
        await _pass_on(verified, uri)
        return
    if not verified.announced_by:
        await _end_own_follow(verified)
    await _keep_away(uri, verified)


async def _end_own_follow(verified: Verified) -> None:
    """Who lost a Follow of their own, and finds it on our list, cannot know its id (FEP-8fcf).

    Of the embedded copy only that is believed: whom the signer no longer follows.
    """
    inner = verified.document.get("object")
    if isinstance(inner, Mapping) and inner.get("type") == "Follow":
        await follows.end_own(verified.signer, vocabulary.id_of(inner.get("object")))


async def _pass_on(verified: Verified, uri: str) -> None:
    """What a channel of ours announced, and nothing else, it takes back as well."""
    if verified.announced_by or not verified.activity.is_public():
        return
    row = await Announced.get_or_none(object_uri=uri).select_related("group", "thread")
    if row is not None:
        await channels.pass_on(row.group, verified.document, row.thread)


async def _keep_away(uri: str, verified: Verified) -> None:
    """An Undo that overtook what it takes back. Nobody takes an Undo back."""
    inner = verified.document.get("object")
    is_undo = isinstance(inner, Mapping) and inner.get("type") == "Undo"
    development = config.current().development
    is_own = is_same_origin(verified.signer, uri, development)
    if is_own and not is_undo and not await ReceivedActivity.filter(uri=uri).exists():
        await gone.remember(uri, verified.signer, host_of(uri, development))
