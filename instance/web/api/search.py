"""Search: people and channels, hashtags, posts; by words, by address, or completed while typed."""

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from quart import Blueprint
from quart.typing import ResponseReturnValue

from federation.errors import FederationError
from instance import config
from instance.errors import CurbsideError, SignInRequired
from instance.ids import read_id
from instance.inbox import objects
from instance.models import Actor
from instance.services import (
    account_search,
    known_addresses,
    public_search,
    queries,
    synonyms,
    tags,
)
from instance.services.feed_sources import Entry, Place
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses, entities_tags, paging, rates
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import count_call
from instance.web.guards import any_client, client

blueprint = Blueprint("api_search", __name__)

_TEXT_MAX = 512
_OFFSET_MOST = 400
_WAIT_SECONDS = 10  # T39
_ADDRESS = re.compile(r"[@!]?(?:acct:)?[^\s@!/]+@[^\s@!/]+\.[^\s@!/]+")
_TYPES = ("accounts", "statuses", "hashtags")
_FOR_MEMBERS = "Sign in to look further, or on other servers"


@blueprint.get("/api/v2/search")
@any_client("read:search")
async def get_search(caller: Caller | None) -> ResponseReturnValue:
    return answer(await _found(caller, await sent()))


@blueprint.get("/api/v1/search")
@any_client("read:search")
async def get_search_v1(caller: Caller | None) -> ResponseReturnValue:
    """The same with hashtags as texts."""
    found = await _found(caller, await sent())
    return answer({**found, "hashtags": [tag["name"] for tag in found["hashtags"]]})


@blueprint.get("/api/v1/accounts/search")
@client("read:accounts", "read:search")
async def get_accounts(caller: Caller) -> ResponseReturnValue:
    asked = await sent()
    typed = asked.text("q").strip()[:_TEXT_MAX]
    if asked.flag("resolve") and _ADDRESS.fullmatch(typed):
        await _resolve(caller, typed)
    return answer(await _accounts(caller, asked, typed, paging.limit(40, 80)))


async def _found(caller: Caller | None, asked: Sent) -> dict[str, Any]:
    typed = asked.text("q").strip()[:_TEXT_MAX]
    by_user = caller is not None and caller.actor is not None
    resolves, offset = asked.flag("resolve"), asked.number("offset") or 0
    if not by_user and (resolves or offset):
        raise SignInRequired(_FOR_MEMBERS)
    found: dict[str, Any] = {name: [] for name in _TYPES}
    kind = asked.text("type")
    wanted = [kind] if kind in _TYPES else list(_TYPES)
    if _is_url(typed):
        return found | await _at_url(caller, typed, wanted, resolves=resolves)
    if resolves and caller is not None and _ADDRESS.fullmatch(typed) and "accounts" in wanted:
        await _resolve(caller, typed)
    limit = paging.limit(20, 40)
    if "accounts" in wanted and typed and not typed.startswith("#"):
        found["accounts"] = await _accounts(caller, asked, typed, limit)
    if "hashtags" in wanted and not typed.startswith(("@", "!")):
        rows = await tags.beginning(typed, limit=limit, offset=min(offset, _OFFSET_MOST))
        found["hashtags"] = await entities_tags.all_of(rows, caller)
    if "statuses" in wanted and by_user and not typed.startswith(("#", "@", "!")):
        found["statuses"] = await _statuses(caller, asked, typed, limit)
    return found


async def _accounts(
    caller: Caller | None, asked: Sent, typed: str, limit: int
) -> list[entities_accounts.Account]:
    reader = caller.member if caller is not None else None
    found = await account_search.find(
        typed,
        reader,
        caller.actor if caller is not None else None,
        limit=limit,
        offset=min(asked.number("offset") or 0, _OFFSET_MOST),
        following=asked.flag("following"),
    )
    shown = await entities_accounts.all_of(found, reader)
    return [shown[actor.id] for actor in found]


async def _statuses(
    caller: Caller | None, asked: Sent, typed: str, limit: int
) -> list[entities_statuses.Status]:
    assert caller is not None and caller.actor is not None  # noqa: S101  (asked by `_found`)
    posts = await public_search.with_words(
        queries.read(typed, await synonyms.added()),
        own=[caller.actor.id],
        limit=limit,
        offset=min(asked.number("offset") or 0, _OFFSET_MOST),
        author_id=read_id(asked.text("account_id")),
    )
    return await entities_statuses.all_of([Place(post.id, post.id) for post in posts], caller)


async def _at_url(
    caller: Caller | None, url: str, wanted: list[str], *, resolves: bool
) -> dict[str, Any]:
    """What is at an address, a post or somebody; fetched where it is not known yet."""
    found = await _known(caller, url)
    if found is None and resolves and caller is not None and not config.current().is_ours(url):
        if uri := await _resolve(caller, url):
            found = await _known(caller, uri)
    if isinstance(found, Actor) and "accounts" in wanted:
        reader = caller.member if caller is not None else None
        return {"accounts": [await entities_accounts.account(found, reader)]}
    if isinstance(found, Entry) and "statuses" in wanted:
        return {"statuses": [await entities_statuses.one(found, caller)]}
    return {}


async def _known(caller: Caller | None, url: str) -> Entry | Actor | None:
    reader = caller.member if caller is not None else None
    return await known_addresses.entry(url) or await known_addresses.actor(url, reader)


async def _resolve(caller: Caller, typed: str) -> str:
    """Ask the server of an address that is not known here; "" where nothing is to be had.

    Raises TooMany. A server that is blocked is not asked at all.
    """
    is_url = _is_url(typed)
    address = typed.removeprefix("acct:").lstrip("@!")
    if not is_url and await account_search.is_known(address, caller.member):
        return ""
    count_call(f"member {caller.token.member_id}", rates.LOOK_UPS, "look-ups")
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            if is_url:
                return await objects.look_up(typed)
            return (await account_search.look_up(address)).uri
    except (FederationError, CurbsideError, OSError, TimeoutError):
        return ""


def _is_url(typed: str) -> bool:
    try:
        return urlsplit(typed).scheme in ("https", "http") and " " not in typed
    except ValueError:
        return False
