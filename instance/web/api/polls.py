"""Polls: how one stands, and a vote in it."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound
from instance.models import Poll, Post
from instance.services import polls, posting, votes
from instance.services.tokens import Caller
from instance.web.api import entities_polls
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.api.calling import identity
from instance.web.guards import any_client, client

blueprint = Blueprint("api_polls", __name__)


@blueprint.get("/api/v1/polls/<int:poll_id>")
@any_client("read:statuses")
async def get_poll(caller: Caller | None, poll_id: int) -> ResponseReturnValue:
    return answer(await _shown(await _question(poll_id), caller))


@blueprint.post("/api/v1/polls/<int:poll_id>/votes")
@client("write:statuses")
async def post_votes(caller: Caller, poll_id: int) -> ResponseReturnValue:
    """`choices`: the places of the options, which may be texts."""
    question = await _question(poll_id)
    typed = (await sent()).texts("choices")
    places = [int(one) if _is_place(one) else -1 for one in typed]
    try:
        await votes.vote(identity(caller), question, places)
    except FormRefused as error:
        raise FormRefused({"choices": error.fields.get("choice", error.shown)}) from error
    return answer(await _shown(question, caller))


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 3


async def _question(poll_id: int) -> Post:
    poll = await Poll.get_or_none(id=poll_id)
    if poll is None:
        raise NotFound
    post = await posting.by_id(poll.post_id)
    if post.deleted_at is not None:
        raise NotFound
    return post


async def _shown(question: Post, caller: Caller | None) -> entities_polls.Poll | None:
    own = [caller.actor] if caller is not None and caller.actor is not None else []
    return entities_polls.poll((await polls.shown([question], own)).get(question.id))
