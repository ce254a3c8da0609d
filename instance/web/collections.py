"""The public collections, as other servers page through them (federation.md 3, 7)."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance import config
from instance.errors import NotFound, SignatureRequired
from instance.ids import read_id
from instance.models import Actor, Post, Thread
from instance.outbox import collections, synchronisation
from instance.web.guards import document, signed_reader
from instance.web.peers import activity

blueprint = Blueprint("collections", __name__)


@blueprint.get("/<any(u, c):kind>/<int:actor_id>/outbox")
@document
async def get_outbox(kind: str, actor_id: int) -> ResponseReturnValue:
    return activity(await collections.outbox(await _actor(kind, actor_id), _after()))


@blueprint.get("/actor/outbox")
@document
async def get_institutions_outbox() -> ResponseReturnValue:
    """What our institution says is for those it says it to."""
    return activity(collections.nothing(config.current().uri("/actor/outbox")))


@blueprint.get("/<any(u, c):kind>/<int:actor_id>/followers")
@document
async def get_followers(kind: str, actor_id: int) -> ResponseReturnValue:
    return activity(await collections.followers(await _actor(kind, actor_id)))


@blueprint.get("/<any(u, c):kind>/<int:actor_id>/followers_synchronization")
@document
async def get_own_followers(kind: str, actor_id: int) -> ResponseReturnValue:
    """Those from the asking server, which has to sign (FEP-8fcf)."""
    reader = await signed_reader()
    if reader is None:
        raise SignatureRequired
    actor = await _actor(kind, actor_id)
    return activity(await synchronisation.partial(actor, reader.host), private=True)


@blueprint.get("/u/<int:actor_id>/following")
@document
async def get_following(actor_id: int) -> ResponseReturnValue:
    return activity(await collections.following(await _actor("u", actor_id)))


@blueprint.get("/<any(u, c):kind>/<int:actor_id>/featured")
@document
async def get_featured(kind: str, actor_id: int) -> ResponseReturnValue:
    return activity(await collections.featured(await _actor(kind, actor_id)))


@blueprint.get("/c/<int:actor_id>/moderators")
@document
async def get_moderators(actor_id: int) -> ResponseReturnValue:
    return activity(await collections.moderators(await _actor("c", actor_id)))


@blueprint.get("/t/<int:thread_id>/history")
@document
async def get_thread_history(thread_id: int) -> ResponseReturnValue:
    return activity(await collections.history(await _thread(thread_id), _after()))


@blueprint.get("/o/<int:post_id>/<any(replies, likes, shares):which>")
@document
async def get_about_post(post_id: int, which: str) -> ResponseReturnValue:
    post = await Post.get_or_none(id=post_id, deleted_at=None)
    if post is None or not config.current().is_ours(post.uri):
        raise NotFound
    if which == "replies":
        return activity(await collections.replies(post, _after()))
    return activity(collections.likes(post) if which == "likes" else collections.shares(post))


async def get_context(thread_id: int) -> ResponseReturnValue:
    """What the page of a thread is to servers."""
    return activity(await collections.context(await _thread(thread_id), _after()))


async def _actor(kind: str, actor_id: int) -> Actor:
    """Somebody whom everybody may know. A member who is not has no collections (T52)."""
    actor = await Actor.get_or_none(uri=config.current().uri(f"/{kind}/{actor_id}"), is_local=True)
    if actor is None or not actor.discoverable:
        raise NotFound
    return actor


async def _thread(thread_id: int) -> Thread:
    """One of ours: what belongs to a thread of elsewhere is for its owner to say (FEP-11dd)."""
    thread = await Thread.get_or_none(id=thread_id).select_related("group", "author")
    if thread is None or not collections.is_ours(thread):
        raise NotFound
    return thread


def _after() -> int | None:
    """The cursor; None asks for the collection itself. One that is no id is on no page."""
    if "after" not in request.args:
        return None
    after = read_id(request.args["after"])
    if after is None:
        raise NotFound
    return after
