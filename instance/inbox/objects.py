"""Public documents by their id, used exactly as their own origin serves them (T03, T04)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import FederationError, FetchFailed, KeyUnavailable, OriginMismatch
from federation.origin import host_of, require_same_origin
from instance import config
from instance.errors import CurbsideError, NotFound, TooMany, Unavailable
from instance.inbox import channel_door, fetches, post
from instance.models import Actor, ActorKind, Post
from instance.outbox import limits, partner_lists, remote
from instance.services import account_search, follows, gone, known_posts, posting, tombstones

PARENTS_MAX = 64  # steps up a chain of answers (federation.md 7, T28)
SECONDS_MAX = 30
_ACTORS = ("Person", "Group", "Service", "Application", "Organization")
_MISSING_FOR = timedelta(hours=1)
_OF_A_DOMAIN = 60  # parents a minute from all hosts of one registered domain


async def fetch(uri: str, channel: str = "") -> None:
    """Fetch one post, with what it answers as far up as is unknown here, and store what somebody
    here follows.

    `channel`: the one that announced it, "" for none.
    """
    if await _is_known(uri):
        return
    async with asyncio.timeout(SECONDS_MAX):
        found = [await _served(uri)]
        found += await _ancestors(found[0])
    for note in reversed(found):
        async with in_transaction():
            await _store(note, channel)


async def look_up(url: str) -> str:
    """Fetch what a member of ours asks for by its address, a person, a channel or a public post;
    store it, whoever follows here, and return its id.

    A post on a board is its channel's to bring (5.3): it is not stored. Raises FederationError,
    CurbsideError or OSError where there is nothing to be had.
    """
    found = await remote.directory().get(url)
    uri = vocabulary.id_of(found)
    if found.get("type") in _ACTORS:
        return (await account_search.look_up(uri)).uri
    if await _is_known(uri):
        return uri
    note = await _served(uri)
    author_uri = vocabulary.id_of(note.get("attributedTo"))
    if not post.is_public(note) or await gone.is_gone(uri, author_uri):
        raise NotFound
    async with in_transaction():
        author = await remote.directory().store(author_uri)
        parent = await known_posts.answered(note)
        if await post.channel_of({"object": note}, parent) is not None:
            raise NotFound
        await posting.receive(note, author, None, parent, may_begin=True)
    return uri


async def fetch_parents(note: Mapping[str, Any], channel: str) -> None:
    """Fetch and store what a post for the channel with this id answers, as far as it is served.

    What of that the channel does not take is no reason to lose the post itself.
    """
    async with asyncio.timeout(SECONDS_MAX):
        found = await _ancestors(note)
    for parent in reversed(found):
        try:
            async with in_transaction():
                await _store(parent, channel, may_begin=True)
        except (FederationError, CurbsideError) as error:
            if may_help_later(error):
                raise


async def confirm_deletion(uri: str, asked_at: datetime) -> None:
    """Bury a post that is known here where its own server says that it is gone.

    A Tombstone or 410 says so. 404 may be a mistake of an hour, and what a server answers whom it
    blocks: so it counts where it was asked for that long. `asked_at`: since when.
    """
    post = await Post.get_or_none(uri=uri, deleted_at=None)
    if post is None or config.current().is_ours(uri):
        return
    try:
        served = await remote.directory().get(uri)
        is_gone = served.get("type") == "Tombstone" and served.get("id") == uri
    except FetchFailed as error:
        if error.status not in (404, 410):
            raise
        if error.status == 404 and datetime.now(UTC) < asked_at + _MISSING_FOR:
            raise Unavailable from error
        is_gone = True
    if is_gone:
        async with in_transaction():
            await tombstones.bury(post)


async def fetch_actor(uri: str) -> None:
    """An actor's document anew: a decision about what they sent waits for it."""
    await remote.directory().fetch(uri, refresh=True)
    async with in_transaction():
        actor = await remote.directory().store(uri)
        for list_uri in await partner_lists.outdated(actor, datetime.now(UTC)):
            await fetches.request("status", list_uri)


def may_help_later(error: Exception) -> bool:
    """Refusals by our own rules are final; what the network or a race did is not."""
    if isinstance(error, FetchFailed):
        return not error.permanent
    if isinstance(error, KeyUnavailable | Unavailable | TooMany):
        return True
    return not isinstance(error, FederationError | CurbsideError)


async def announcer(uri: str) -> Actor | None:
    """The channel elsewhere with this id, as long as somebody here follows it."""
    group = await Actor.get_or_none(uri=uri, kind=ActorKind.CHANNEL, is_local=False)
    return group if group and await follows.has_local_followers(group) else None


async def _served(uri: str) -> dict[str, Any]:
    """The public post with this id, and its author's document fetched for `_store`."""
    note = await remote.directory().get(uri)
    if note.get("id") != uri:
        raise OriginMismatch("another object under that id")
    author_uri = vocabulary.id_of(note.get("attributedTo"))
    require_same_origin(uri, author_uri, dev=config.current().development)
    if post.is_public(note):
        await remote.directory().fetch(author_uri)
    return note


async def _ancestors(note: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What `note` answers, and what that answers, nearest first, up to what is known here.

    Step by step, never recursively; ends where something is not served, at a repeat, and where
    one domain would make us ask too often (T28).
    """
    found: list[dict[str, Any]] = []
    visited = {vocabulary.id_of(note)}
    uri = vocabulary.parent_of(note)
    while uri and uri not in visited and len(found) < PARENTS_MAX and not await _is_known(uri):
        visited.add(uri)
        domain = limits.registered_domain(host_of(uri, config.current().development))
        if not limits.current().parent_fetches.take(domain, _OF_A_DOMAIN):
            raise TooMany(retry_after_seconds=60)
        try:
            found.append(await _served(uri))
        except FederationError as error:
            if may_help_later(error):
                raise
            break
        uri = vocabulary.parent_of(found[-1])
    return found


async def _store(note: Mapping[str, Any], channel: str, *, may_begin: bool = False) -> None:
    author_uri = vocabulary.id_of(note.get("attributedTo"))
    if not post.is_public(note) or await gone.is_gone(vocabulary.id_of(note), author_uri):
        return
    author = await remote.directory().store(author_uri)
    parent = await known_posts.answered(note)
    board = await post.channel_of({"object": note}, parent)
    if not channel:
        if await post.is_wanted(note, author, board, parent):
            await posting.receive(note, author, board, parent)
        return
    group = await Actor.get_or_none(uri=channel, kind=ActorKind.CHANNEL)
    if group is not None and not group.is_local:
        if await follows.has_local_followers(group):
            await post.take_announced({"object": note}, author, group, may_begin=True)
    elif group is not None and (board is None or board.id == group.id):
        await channel_door.require_admitted(group, author, parent.thread if parent else None)
        await posting.receive(note, author, group, parent, may_begin=may_begin)


async def _is_known(uri: str) -> bool:
    return config.current().is_ours(uri) or await Post.filter(uri=uri).exists()
