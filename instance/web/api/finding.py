"""Accounts to look at: several by their ids, suggestions, and who may be found here."""

from collections.abc import Sequence
from typing import TypedDict

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance import config
from instance.errors import NotAllowed
from instance.ids import read_id
from instance.models import Actor
from instance.services import accounts, directory, suggestions
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.entities_accounts import Account
from instance.web.guards import any_client, client

blueprint = Blueprint("api_finding", __name__)

_IDS_MOST = 40
_PAGE, _PAGE_MOST = 40, 80
_START_MOST = 10_000


class Suggestion(TypedDict):
    source: str
    sources: list[str]
    account: Account


@blueprint.get("/api/v1/accounts")
@any_client("read:accounts")
async def get_some(caller: Caller | None) -> ResponseReturnValue:
    """In the order in which they were asked for; who may not be seen is left out."""
    asked = [read_id(text) for text in (await sent()).texts("id")[:_IDS_MOST]]
    ids = list(dict.fromkeys(one for one in asked if one is not None))
    reader = caller.member if caller else None
    found = {actor.id: actor for actor in await accounts.by_ids(ids, reader)}
    seen = [found[one] for one in ids if one in found]
    return answer(await entities_accounts.in_order(seen, reader))


@blueprint.post("/api/v1/accounts")
@any_client()
async def post_account(_: Caller | None) -> ResponseReturnValue:
    """Nobody joins in an application: who joins is checked (domain.md 1)."""
    page = config.current().uri("/join")
    raise NotAllowed(f"Nobody can sign up in an app: who joins is checked. Join at {page}")


@blueprint.get("/api/v2/suggestions")
@client("read:accounts")
async def get_suggestions(caller: Caller) -> ResponseReturnValue:
    found = [Suggestion(source="staff", sources=["featured"], account=a) for a in await _of(caller)]
    return answer(found)


@blueprint.get("/api/v1/suggestions")
@client("read:accounts")
async def get_old_suggestions(caller: Caller) -> ResponseReturnValue:
    return answer(await _of(caller))


@blueprint.delete("/api/v1/suggestions/<int:actor_id>")
@client("write:accounts")
async def delete_suggestion(caller: Caller, actor_id: int) -> ResponseReturnValue:
    target = await accounts.by_id(actor_id, caller.member)
    await suggestions.pass_over(caller.acting, target)
    return answer({})


@blueprint.get("/api/v1/directory")
@any_client()
async def get_directory(caller: Caller | None) -> ResponseReturnValue:
    asked = Sent(request.args.to_dict())
    reader = caller.member if caller else None
    found: Sequence[Actor] = await directory.listed(
        reader,
        is_local=asked.flag("local"),
        newest=asked.text("order") == "new",
        start=min(asked.number("offset") or 0, _START_MOST),
        most=paging.limit(_PAGE, _PAGE_MOST),
    )
    return answer(await entities_accounts.in_order(found, reader))


async def _of(caller: Caller) -> list[Account]:
    found = await suggestions.of(caller.acting, paging.limit(_PAGE, _PAGE_MOST))
    return await entities_accounts.in_order(found, caller.member)
