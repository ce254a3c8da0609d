"""Like, Dislike and EmojiReact; and Announce by a person, which is a boost (5.4)."""

from federation.authentication import Verified
from instance.inbox import channel_door, consult
from instance.inbox.refusals import Refused
from instance.models import Actor, ActorKind, Post, ReactionKind
from instance.outbox import remote
from instance.services import gone, known_posts, reactions


async def receive_reaction(verified: Verified) -> None:
    """Counted for a post that is known here; for anything else nothing is stored."""
    if await consult.concerns_consult(verified.document):
        raise Refused("T20 activity")
    kind = ReactionKind(verified.activity.type)
    content = reactions.content_of(verified.document)
    if kind is ReactionKind.EMOJI and not content:
        return
    post = await _reacted_to(verified)
    if post is None:
        return
    actor = await _admitted(verified, post)
    if actor.is_local:
        return  # what a member did is known here: a channel's word of it may be late
    await reactions.receive(kind, verified.activity.id, actor, post, content)
    await channel_door.relay(verified, post.thread)


async def receive_boost(verified: Verified) -> None:
    """An Announce that no channel sent. That it names no consult was looked at before."""
    post = await _reacted_to(verified)
    if post is None:
        return
    if not verified.activity.is_public():
        raise Refused("5.4 boost")
    actor = await _admitted(verified, post)
    if actor.kind is ActorKind.PERSON:
        await reactions.receive(ReactionKind.BOOST, verified.activity.id, actor, post)


async def _reacted_to(verified: Verified) -> Post | None:
    """The post, unless the reaction was taken back before it came (T80)."""
    uri = verified.activity.object_id
    if not uri or await gone.is_gone(verified.activity.id, verified.signer):
        return None
    post = await known_posts.by_uri(uri)
    return post if post is not None and post.deleted_at is None else None


async def _admitted(verified: Verified, post: Post) -> Actor:
    actor = await remote.directory().store(verified.signer)
    if post.thread.group is not None:
        await channel_door.require_admitted(post.thread.group, actor, post.thread)
    return actor
