"""Posts: read one, what is around it, post, delete, like and boost."""

from collections.abc import Awaitable, Callable

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.models import Actor, Post
from instance.services import editing, feeds, reactions, sending, sent_once
from instance.services.feed_sources import Entry
from instance.services.sending import Draft
from instance.services.tokens import Caller
from instance.web.api import entities_statuses, messages, rates
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import count_call
from instance.web.guards import any_client, client

blueprint = Blueprint("api_statuses", __name__)

_KEY_MOST = 200
_REACTIONS: dict[str, Callable[[Actor, Post], Awaitable[None]]] = {
    "favourite": reactions.like,
    "unfavourite": reactions.unlike,
}


@blueprint.post("/api/v1/statuses")
@client("write:statuses")
async def post_status(caller: Caller) -> ResponseReturnValue:
    typed = await sent()
    actor, draft = _actor(caller), _draft(typed)
    key = request.headers.get("Idempotency-Key", "")[:_KEY_MOST]
    if draft.answers and (message := await messages.find(caller, draft.answers)) is not None:
        asked = typed.text("visibility")
        return answer(await messages.answer(caller, message, draft, asked, key))
    post = await sent_once.post(actor, key, lambda: sending.send(actor, draft))
    return answer(await entities_statuses.one(await feeds.entry(post.id), caller))


@blueprint.get("/api/v1/statuses/<int:entry_id>")
@any_client("read:statuses")
async def get_status(caller: Caller | None, entry_id: int) -> ResponseReturnValue:
    if caller is not None and (message := await messages.find(caller, entry_id)) is not None:
        return answer(await messages.status(caller, message))
    return answer(await entities_statuses.one(await feeds.entry(entry_id), caller))


@blueprint.get("/api/v1/statuses/<int:entry_id>/context")
@any_client("read:statuses")
async def get_context(caller: Caller | None, entry_id: int) -> ResponseReturnValue:
    if caller is not None and (message := await messages.find(caller, entry_id)) is not None:
        return answer(await messages.context(caller, message))
    found = await feeds.entry(entry_id)
    above, below = await feeds.around(found.post, is_visitor=caller is None)
    return answer(
        {
            "ancestors": await entities_statuses.all_of([Entry(p.id, p) for p in above], caller),
            "descendants": await entities_statuses.all_of([Entry(p.id, p) for p in below], caller),
        }
    )


@blueprint.delete("/api/v1/statuses/<int:entry_id>")
@client("write:statuses")
async def delete_status(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """What it said is told once more, to be written anew."""
    count_call(f"member {caller.token.member_id}", rates.DELETIONS, "deletions")
    if (message := await messages.find(caller, entry_id)) is not None:
        return answer(await messages.delete(caller, message))
    actor, found = _actor(caller), await feeds.entry(entry_id)
    shown = await entities_statuses.one(found, caller)
    if found.by is not None:
        await sending.take_back(actor, found)
        return answer(shown)
    sending.require_own(actor, found.post)
    shown["text"] = found.post.source or ""
    await editing.delete_post(actor, found.post)
    return answer(shown)


@blueprint.post("/api/v1/statuses/<int:entry_id>/<any(favourite, unfavourite):action>")
@client("write:favourites")
async def post_favourite(caller: Caller, entry_id: int, action: str) -> ResponseReturnValue:
    found = await feeds.entry(entry_id)
    await _REACTIONS[action](_actor(caller), found.post)
    return answer(await entities_statuses.one(await feeds.entry(entry_id), caller))


@blueprint.post("/api/v1/statuses/<int:entry_id>/reblog")
@client("write:statuses")
async def post_reblog(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """Answers the boost, which holds the post."""
    actor, found = _actor(caller), await feeds.entry(entry_id)
    await reactions.boost(actor, found.post)
    return answer(await entities_statuses.one(await feeds.boost_of(actor, found.post), caller))


@blueprint.post("/api/v1/statuses/<int:entry_id>/unreblog")
@client("write:statuses")
async def post_unreblog(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """Answers the post itself."""
    found = await feeds.entry(entry_id)
    await reactions.unboost(_actor(caller), found.post)
    return answer(await entities_statuses.one(await feeds.entry(found.post.id), caller))


def _actor(caller: Caller) -> Actor:
    assert caller.actor is not None  # noqa: S101  (the guard saw to it)
    return caller.actor


def _draft(typed: Sent) -> Draft:
    poll = typed.inner("poll")
    return Draft(
        text=typed.text("status"),
        warning=typed.text("spoiler_text"),
        visibility=typed.text("visibility") or "public",
        answers=typed.text("in_reply_to_id"),
        media=tuple(typed.texts("media_ids")),
        at=typed.text("scheduled_at"),
        options=tuple(poll.texts("options")),
        closes_in_seconds=poll.number("expires_in"),
        is_multiple=poll.flag("multiple"),
    )
