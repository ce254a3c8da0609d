"""Conversations, for applications that an administrator approved for consults; for all others there
are none, and nothing tells that there could be (mastodon-api.md 2, `consults`)."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import NotAllowed, NotFound
from instance.services import conversations, scopes, second_factors
from instance.services.conversations import Speaker
from instance.services.tokens import Caller
from instance.web.api import entities_conversations, messages, paging
from instance.web.api.answers import answer
from instance.web.guards import NO_SECOND_FACTOR, client

blueprint = Blueprint("api_conversations", __name__)


@blueprint.get("/api/v1/conversations")
@client("read:statuses")
async def get_conversations(caller: Caller) -> ResponseReturnValue:
    if not caller.may(scopes.CONSULTS):
        return paging.page([], [])
    found = await conversations.page(_speaker(caller), paging.bounds())
    shown = await entities_conversations.all_of(found, caller)
    return paging.page(shown, [one.last_id for one in found])


@blueprint.post("/api/v1/conversations/<int:consult_id>/read")
@client("write:conversations")
async def post_read(caller: Caller, consult_id: int) -> ResponseReturnValue:
    speaker = _speaker(caller)
    await conversations.read(speaker, consult_id)
    found = await conversations.one(speaker, consult_id)
    return answer(await entities_conversations.one(found, caller))


@blueprint.delete("/api/v1/conversations/<int:consult_id>")
@client("write:conversations")
async def delete_conversation(caller: Caller, consult_id: int) -> ResponseReturnValue:
    """Off the list of this identity; nothing is deleted, and a new message brings it back."""
    await conversations.hide(_speaker(caller), consult_id)
    return answer({})


def _speaker(caller: Caller) -> Speaker:
    """Raises NotFound without the scope, and in words where only the second step is missing."""
    speaker = messages.speaker(caller)
    if speaker is None:
        raise NotFound
    if second_factors.is_missing(speaker.member):
        raise NotAllowed(NO_SECOND_FACTOR)
    return speaker
