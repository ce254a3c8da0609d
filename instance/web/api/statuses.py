"""Posts: read, post, change, delete, like and boost them."""

from collections.abc import Awaitable, Callable

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.ids import read_id
from instance.models import Actor, Post
from instance.services import (
    clients,
    editing,
    feeds,
    reactions,
    scheduled,
    sending,
    sent_once,
)
from instance.services.feed_sources import Place
from instance.services.picture_edits import Change
from instance.services.scheduled import Origin
from instance.services.sending import Draft
from instance.services.tokens import Caller
from instance.web.api import (
    entities_accounts,
    entities_revisions,
    entities_scheduled,
    entities_statuses,
    messages,
    rates,
)
from instance.web.api.answers import answer, problem
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import count_call, identity
from instance.web.api.said_of_media import said_of
from instance.web.guards import any_client, client

blueprint = Blueprint("api_statuses", __name__)

_KEY_MOST, _AT_ONCE = 200, 20
_REACTIONS: dict[str, Callable[[Actor, Post], Awaitable[None]]] = {
    "favourite": reactions.like,
    "unfavourite": reactions.unlike,
}


@blueprint.post("/api/v1/statuses")
@client("write:statuses")
async def post_status(caller: Caller) -> ResponseReturnValue:
    typed = await sent()
    actor, draft = identity(caller), _draft(typed)
    key = request.headers.get("Idempotency-Key", "")[:_KEY_MOST]
    if draft.answers and (message := await messages.find(caller, draft.answers)) is not None:
        asked = typed.text("visibility")
        return answer(await messages.answer(caller, message, draft, asked, key))
    if draft.at:
        row = await scheduled.schedule(actor, draft, Origin(caller.application, key))
        return answer(await entities_scheduled.waiting(row))

    async def send() -> Post:
        made = await sending.send(actor, draft)
        await clients.note_post(caller.application, made)
        return made

    post = await sent_once.post(actor, key, send)
    return answer(await entities_statuses.one(await feeds.entry(post.id), caller))


@blueprint.get("/api/v1/statuses")
@any_client("read:statuses")
async def get_several(caller: Caller | None) -> ResponseReturnValue:
    wanted = [read_id(text) for text in (await sent()).texts("id")[:_AT_ONCE]]
    ids = list(dict.fromkeys(one for one in wanted if one is not None))
    places = [one.place for one in await feeds.entries(ids)]
    return answer(await entities_statuses.all_of(places, caller))


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
    reader = caller.actor if caller is not None else None
    above, below = await feeds.around(found.post, reader)
    return answer(
        {
            "ancestors": await entities_statuses.all_of([Place(p.id, p.id) for p in above], caller),
            "descendants": await entities_statuses.all_of(
                [Place(p.id, p.id) for p in below], caller
            ),
        }
    )


@blueprint.put("/api/v1/statuses/<int:entry_id>")
@client("write:statuses")
async def put_status(caller: Caller, entry_id: int) -> ResponseReturnValue:
    found, typed = await feeds.entry(entry_id), await sent()
    await sending.say_anew(identity(caller), found.post, _draft(typed), _change(typed))
    return answer(await entities_statuses.one(await feeds.entry(found.post.id), caller))


@blueprint.get("/api/v1/statuses/<int:entry_id>/source")
@client("read:statuses")
async def get_source(caller: Caller, entry_id: int) -> ResponseReturnValue:
    post = (await feeds.entry(entry_id)).post
    sending.require_own(identity(caller), post)
    return answer(entities_revisions.source(post))


@blueprint.get("/api/v1/statuses/<int:entry_id>/history")
@any_client("read:statuses")
async def get_history(caller: Caller | None, entry_id: int) -> ResponseReturnValue:
    post = (await feeds.entry(entry_id)).post
    member = caller.member if caller is not None else None
    reader = caller.actor if caller is not None else None
    author = (await entities_accounts.all_of([post.author], member))[post.author_id]
    return answer(await entities_revisions.history(post, author, reader))


@blueprint.post("/api/v1/statuses/<int:entry_id>/translate")
@client("read:statuses")
async def post_translate(_: Caller, entry_id: int) -> ResponseReturnValue:
    await feeds.entry(entry_id)
    return problem(404, "This server translates nothing")


@blueprint.delete("/api/v1/statuses/<int:entry_id>")
@client("write:statuses")
async def delete_status(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """What it said is told once more, to be written anew; not its pictures, which are gone."""
    count_call(f"member {caller.token.member_id}", rates.DELETIONS, "deletions")
    if (message := await messages.find(caller, entry_id)) is not None:
        return answer(await messages.delete(caller, message))
    actor, found = identity(caller), await feeds.entry(entry_id)
    shown = await entities_statuses.one(found, caller)
    if found.by is not None:
        await sending.take_back(actor, found)
        return answer(shown)
    sending.require_own(actor, found.post)
    shown["text"] = sending.typed(found.post)
    shown["media_attachments"] = []
    await editing.delete_post(actor, found.post)
    return answer(shown)


@blueprint.post("/api/v1/statuses/<int:entry_id>/<any(favourite, unfavourite):action>")
@client("write:favourites")
async def post_favourite(caller: Caller, entry_id: int, action: str) -> ResponseReturnValue:
    found = await feeds.entry(entry_id)
    await _REACTIONS[action](identity(caller), found.post)
    return answer(await entities_statuses.one(await feeds.entry(entry_id), caller))


@blueprint.post("/api/v1/statuses/<int:entry_id>/reblog")
@client("write:statuses")
async def post_reblog(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """Answers the boost, which holds the post."""
    actor, found = identity(caller), await feeds.entry(entry_id)
    await reactions.boost(actor, found.post)
    return answer(await entities_statuses.one(await feeds.boost_of(actor, found.post), caller))


@blueprint.post("/api/v1/statuses/<int:entry_id>/unreblog")
@client("write:statuses")
async def post_unreblog(caller: Caller, entry_id: int) -> ResponseReturnValue:
    """Answers the post itself."""
    found = await feeds.entry(entry_id)
    await reactions.unboost(identity(caller), found.post)
    return answer(await entities_statuses.one(await feeds.entry(found.post.id), caller))


def _draft(typed: Sent) -> Draft:
    poll = typed.inner("poll")
    return Draft(
        text=typed.text("status"),
        warning=typed.text("spoiler_text"),
        visibility=typed.text("visibility") or "public",
        answers=typed.text("in_reply_to_id"),
        media=tuple(typed.texts("media_ids")),
        sensitive=typed.flag("sensitive") if typed.has("sensitive") else None,
        at=typed.text("scheduled_at"),
        options=tuple(poll.texts("options")),
        closes_in_seconds=poll.number("expires_in"),
        is_multiple=poll.flag("multiple"),
        hides_totals=poll.flag("hide_totals"),
        language=typed.text("language"),
    )


def _change(typed: Sent) -> Change:
    """Of the pictures of a post that is there."""
    return Change(
        ids=typed.texts("media_ids") if typed.names("media_ids") else None,
        said={one.text("id"): said_of(one) for one in typed.inners("media_attributes")},
        sensitive=typed.flag("sensitive") if typed.has("sensitive") else None,
    )
