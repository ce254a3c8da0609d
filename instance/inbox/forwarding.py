"""Hand on to a member's followers what answers them, byte for byte (ActivityPub 7.1.2).

Only what is Public, was taken here, answers a post of ours and is addressed to those followers:
their servers would otherwise see half of a conversation. A channel announces instead.
"""

from collections.abc import Collection

from federation.authentication import Verified
from federation.fields import parent_of
from federation.origin import host_of
from instance import config, raw_sql
from instance.models import Actor, ActorKind, Post
from instance.outbox.enqueue import enqueue
from instance.services import channels

_FOLLOWERS = "/followers"  # behind the id of an actor of ours (section 2)
_TYPES = frozenset({"Create", "Update", "Delete"})  # what others take second-hand (section 7)


async def forward(verified: Verified) -> None:
    """In the transaction in which it was applied."""
    activity, settings = verified.activity, config.current()
    first_hand = not verified.forwarded and not verified.announced_by
    if not first_hand or activity.type not in _TYPES:
        return
    note = activity.object if activity.type != "Delete" else None  # a Tombstone answers nothing
    if note is not None and not settings.is_ours(parent_of(note)):
        return  # nearly all, and nothing needs to be looked up
    if not activity.is_public():
        return
    owner = await _whose_followers(activity.addressed_to())
    post = await raw_sql.one(Post, "uri", activity.object_id) if owner is not None else None
    if owner is None or post is None or not settings.is_ours(post.in_reply_to_uri or ""):
        return
    inboxes = await channels.follower_inboxes(owner)
    others = {i for i in inboxes if host_of(i, settings.development) != verified.host}
    await enqueue(verified.document, sender=owner, inboxes=others, post=post, body=verified.body)


async def _whose_followers(addressed: Collection[str]) -> Actor | None:
    """The member whose followers are addressed, if any; looked up by their own ids, which have an
    index."""
    collections = [uri for uri in addressed if uri.endswith(_FOLLOWERS)]
    ours = [uri.removesuffix(_FOLLOWERS) for uri in collections if config.current().is_ours(uri)]
    people = await raw_sql.some(Actor, "uri", ours)
    return next((one for one in people if one.is_local and one.kind is ActorKind.PERSON), None)
