"""Hand on to a member's followers what answers them, byte for byte (ActivityPub 7.1.2).

Only what is Public, was taken here, answers a post of ours and is addressed to those followers:
their servers would otherwise see half of a conversation. A channel announces instead.
"""

from federation.authentication import Verified
from federation.fields import id_of
from federation.origin import host_of
from instance import config
from instance.models import Actor, ActorKind, Post
from instance.outbox.enqueue import enqueue
from instance.services import channels

_TYPES = frozenset({"Create", "Update", "Delete"})  # what others take second-hand (section 7)


async def forward(verified: Verified) -> None:
    """In the transaction in which it was applied."""
    activity, settings = verified.activity, config.current()
    first_hand = not verified.forwarded and not verified.announced_by
    if not first_hand or activity.type not in _TYPES:
        return
    note = activity.object if activity.type != "Delete" else None  # a Tombstone answers nothing
    if note is not None and not settings.is_ours(id_of(note.get("inReplyTo"))):
        return  # nearly all, and nothing needs to be looked up
    if not activity.is_public():
        return
    post = await Post.get_or_none(uri=activity.object_id)
    if post is None or not settings.is_ours(post.in_reply_to_uri or ""):
        return
    owner = await Actor.filter(
        followers_uri__in=[uri for uri in activity.addressed_to() if settings.is_ours(uri)],
        is_local=True,
        kind=ActorKind.PERSON,
    ).first()
    if owner is None:
        return
    inboxes = await channels.follower_inboxes(owner)
    others = {i for i in inboxes if host_of(i, settings.development) != verified.host}
    await enqueue(verified.document, sender=owner, inboxes=others, post=post, body=verified.body)
