"""Catch up with a peer's consult: `K/members` and the entries of `K/history` we lack (6.2.4)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from federation import authentication, vocabulary
from federation.authentication import Level, Verified
from federation.errors import Malformed, NotAllowed
from federation.origin import host_of
from instance import config
from instance.inbox import consult as consult_inbox
from instance.inbox import refusals
from instance.models import Consult
from instance.outbox import remote, trust

_PAGES_MAX = 100


async def catch_up(consult_uri: str) -> int:
    """Fetch and apply what is missing of one consult; returns how many entries were new.

    Everything is fetched with no transaction open, each entry applied in one of its own.
    Raises FederationError; what was applied before stays.
    """
    host = host_of(consult_uri, config.current().development)
    if await trust.level(host) is not Level.TRUSTED:
        raise NotAllowed("F-CON-1: not trusted")
    applied = 0
    for _ in range(_PAGES_MAX):
        known = await Consult.get_or_none(uri=consult_uri)
        after = known.last_seq if known else 0
        page = await remote.directory().get(f"{consult_uri}/history?after={after}")
        items = page.get("orderedItems")
        if not isinstance(items, list) or not items:
            return applied
        for item in items:
            await _apply(consult_uri, item, host)
            applied += 1
    return applied


async def _apply(consult_uri: str, item: Any, host: str) -> None:
    if not isinstance(item, Mapping) or item.get("context") != consult_uri:
        raise Malformed("a history entry of another consult")
    verified = await authentication.authenticate_proven(
        dict(item),
        keys=remote.directory(),
        now=datetime.now(UTC),
        host=host,
        level=Level.TRUSTED,
        development=config.current().development,
    )
    await _fetch_author(verified)
    is_known = await Consult.filter(uri=consult_uri).exists()
    members = None if is_known else await remote.directory().get(f"{consult_uri}/members")
    try:
        async with in_transaction():
            if await trust.level(host) is not Level.TRUSTED:  # may have ended while we asked
                raise NotAllowed("F-CON-1: not trusted")
            await _take(verified, consult_uri, members)
    except NotAllowed as error:
        await refusals.record(error, verified, orjson.dumps(item))
        raise


async def _take(verified: Verified, consult_uri: str, members: Mapping[str, Any] | None) -> None:
    await remote.directory().store(verified.signer)
    known = await consult_inbox.locked(consult_uri)
    if known is None and members is not None:
        await consult_inbox.take_first(verified, members)
    elif known is not None and not await consult_inbox.take_addition(verified, known):
        raise Malformed("the history has a hole")


async def _fetch_author(verified: Verified) -> None:
    """The inner author's document, so that its proof can be checked without another fetch."""
    inner = verified.document.get("object")
    author = vocabulary.id_of(inner.get("actor")) if isinstance(inner, Mapping) else ""
    if not author or config.current().is_ours(author):
        return
    if not await trust.shares_consults(host_of(author, config.current().development)):
        return  # the owner's word stands for it, or it is refused (F-CON-5)
    await remote.directory().fetch(author)
    async with in_transaction():
        await remote.directory().store(author)
