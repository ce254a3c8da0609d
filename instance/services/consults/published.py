"""What became public of a consult of ours, and how it goes again with what it was made of."""

from collections.abc import Collection
from datetime import datetime

from federation.errors import Malformed
from instance import config
from instance.models import Actor, Consult, Post, Publication
from instance.outbox import posts
from instance.services import audit, channels, tombstones
from instance.services.consults import teaching

_TAKEN_BACK = "Its authors took this case back."


async def made_of(consult: Consult, named: Collection[str]) -> Publication | None:
    """The case that is public and holds something of these: ids of posts or of the consult,
    addresses of images."""
    found = await Publication.filter(consult_id=consult.id).exclude(public_uri="").first()
    if found is None:
        return None
    try:
        case = teaching.read(found.words)
    except Malformed:
        return found  # what was in it is forgotten: it may be any of these
    held = {consult.uri, consult.root_uri, *(part.post for part in case.parts)}
    held.update(one.url for one in case.images)
    return found if held.intersection(named) else None


async def take_down(consult: Consult, found: Publication, now: datetime) -> None:
    """In the caller's transaction: the post with its images goes, here and at those who follow its
    channel. What it was made of is deleted by the caller."""
    post = await Post.get_or_none(uri=found.public_uri, deleted_at=None).select_related(
        "author", "thread__group"
    )
    await Publication.filter(id=found.id).update(public_uri="")
    if post is None:
        return  # a moderator removed it before
    activity = await posts.delete(post.author, post, now)
    if await tombstones.bury(post, _TAKEN_BACK):
        await channels.pass_on(post.author, activity, post.thread)
    asker = await Actor.get(id=consult.asker_id)
    await audit.record(
        "consult.unpublished",
        actor_uri=asker.uri,
        host=config.current().host,
        subject=consult.uri,
        post=post.uri,
    )
