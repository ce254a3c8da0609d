"""What somebody keeps, likes, pins and mutes; and who liked or boosted a post."""

from collections.abc import Awaitable, Callable

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import Actor, Post, ReactionKind
from instance.services import bookmarks, feeds, profile_pins, reactions, thread_mutes
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses, paging
from instance.web.api.answers import answer
from instance.web.api.calling import identity
from instance.web.api.timelines import page
from instance.web.guards import any_client, client

blueprint = Blueprint("api_kept", __name__)

_Act = Callable[[Actor, Post], Awaitable[None]]
_BOOKMARKS: dict[str, _Act] = {"bookmark": bookmarks.add, "unbookmark": bookmarks.remove}
_MUTES: dict[str, _Act] = {"mute": thread_mutes.mute, "unmute": thread_mutes.unmute}
_PINS: dict[str, _Act] = {"pin": profile_pins.pin, "unpin": profile_pins.unpin}
_WHO = {"favourited_by": ReactionKind.LIKE, "reblogged_by": ReactionKind.BOOST}


@blueprint.get("/api/v1/bookmarks")
@client("read:bookmarks")
async def get_bookmarks(caller: Caller) -> ResponseReturnValue:
    return await page(await bookmarks.of_actor(identity(caller), paging.bounds()), caller)


@blueprint.get("/api/v1/favourites")
@client("read:favourites")
async def get_favourites(caller: Caller) -> ResponseReturnValue:
    return await page(await feeds.favourites(identity(caller), paging.bounds()), caller)


@blueprint.post("/api/v1/statuses/<int:entry_id>/<any(bookmark, unbookmark):action>")
@client("write:bookmarks")
async def post_bookmark(caller: Caller, entry_id: int, action: str) -> ResponseReturnValue:
    return await _act(caller, entry_id, _BOOKMARKS[action])


@blueprint.post("/api/v1/statuses/<int:entry_id>/<any(mute, unmute):action>")
@client("write:mutes")
async def post_mute(caller: Caller, entry_id: int, action: str) -> ResponseReturnValue:
    """Of the thread it stands in."""
    return await _act(caller, entry_id, _MUTES[action])


@blueprint.post("/api/v1/statuses/<int:entry_id>/<any(pin, unpin):action>")
@client("write:accounts")
async def post_pin(caller: Caller, entry_id: int, action: str) -> ResponseReturnValue:
    try:
        return await _act(caller, entry_id, _PINS[action])
    except (Conflict, NotAllowed) as error:
        raise FormRefused({"base": error.shown}) from error


@blueprint.get("/api/v1/statuses/<int:entry_id>/<any(favourited_by, reblogged_by):who>")
@any_client("read:accounts")
async def get_who(caller: Caller | None, entry_id: int, who: str) -> ResponseReturnValue:
    """The pages are those of the reactions, whose ids nobody else is told."""
    post = (await feeds.entry(entry_id)).post
    rows = await reactions.of_post(_WHO[who], post, paging.bounds(40, 80))
    member = caller.member if caller is not None else None
    shown = await entities_accounts.all_of([row.actor for row in rows], member)
    return paging.page([shown[row.actor_id] for row in rows], [row.id for row in rows])


async def _act(caller: Caller, entry_id: int, act: _Act) -> ResponseReturnValue:
    found = await feeds.entry(entry_id)
    await act(identity(caller), found.post)
    return answer(await entities_statuses.one(await feeds.entry(entry_id), caller))
