"""What a thread elsewhere holds that never came here (federation.md 7; T27, T28).

In this order: the activities that made the thread, its posts, what answers each. Everything within
one budget an hour, one request after the other; every post is read where it lives and taken by the
rules for posts that are sent to us.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation import authentication, vocabulary
from federation.authentication import Verified
from federation.collections import Budget
from federation.errors import FederationError
from federation.origin import host_of, is_same_origin
from instance import config
from instance.errors import CurbsideError
from instance.inbox import announce, fetches, objects, receive
from instance.models import Actor, Post, Thread
from instance.outbox import collections, limits, remote

EVERY = timedelta(hours=1)
_ALL = Budget()
_OF_A_DOMAIN = 60  # posts a minute that a list of one server makes us ask others for (T40)


async def begin(post_uri: str) -> None:
    """An answer came whose thread was unknown here: there may be more of it."""
    post = await Post.get_or_none(uri=post_uri).select_related("thread__group", "thread__author")
    if post is not None and post.in_reply_to_uri and post.thread.backfilled_at is None:
        await ask_for(post.thread)


async def ask_for(thread: Thread) -> None:
    """Fetch the rest of a thread of elsewhere, with its owner loaded; at most once an hour."""
    starter = await Post.filter(thread_id=thread.id).order_by("id").first()
    if starter is not None and is_elsewhere(thread, starter) and is_due(thread):
        async with in_transaction():
            await fetches.request("thread", starter.uri)


def is_elsewhere(thread: Thread, starter: Post) -> bool:
    """Whether others know better than we what belongs to a thread; its owner loaded."""
    return not collections.is_ours(thread) and not config.current().is_ours(starter.uri)


def is_due(thread: Thread) -> bool:
    return thread.backfilled_at is None or thread.backfilled_at < datetime.now(UTC) - EVERY


async def fill(starter_uri: str) -> None:
    """Read what there is of the thread that this post began, as far as the budget goes."""
    starter = await Post.get_or_none(uri=starter_uri).select_related("thread__group")
    if starter is None or not await _claim(starter.thread):
        return
    reading = _Reading(starter.thread.group)
    try:
        async with asyncio.timeout(_ALL.seconds):
            await reading.read(starter_uri)
    except TimeoutError:
        return  # what was read is kept


async def _claim(thread: Thread) -> bool:
    """Whether its hour is over; the next one begins."""
    now = datetime.now(UTC)
    is_due = Q(backfilled_at__isnull=True) | Q(backfilled_at__lt=now - EVERY)
    return bool(await Thread.filter(is_due, id=thread.id).update(backfilled_at=now))


@dataclass
class _Reading:
    """One pass over a thread: what is left of its budget, and what was seen."""

    group: Actor | None
    pages: int = _ALL.pages
    items: int = _ALL.items
    seen: set[str] = field(default_factory=set)
    # Posts of which the answers are still to be read.
    answered: deque[Mapping[str, Any]] = field(default_factory=deque)

    async def read(self, starter_uri: str) -> None:
        document = await remote.directory().get(starter_uri)
        self.seen.add(starter_uri)
        self.answered.append(document)
        context = vocabulary.id_of(document.get("context"))
        if context and not config.current().is_ours(context):
            await self._read_context(context)
        while self.answered:  # breadth first, never recursively
            await self._read_replies(self.answered.popleft())

    async def _read_context(self, uri: str) -> None:
        """The history first: it tells what the posts alone do not. A list counts for a channel
        only where the channel's own server keeps it (FEP-11dd)."""
        channel = self.group if self.group and _same_origin(self.group.uri, uri) else None
        history = await self._history_of(uri)
        if channel is not None and history:
            for item in await self._listed(history):
                if isinstance(item, dict):
                    await self._take_activity(item, history, channel)
        for item in await self._listed(uri):
            await self._take_post(vocabulary.id_of(item), uri, channel)

    async def _history_of(self, uri: str) -> str:
        if self.pages <= 0:
            return ""
        self.pages -= 1
        try:
            found = vocabulary.id_of((await remote.directory().get(uri)).get("contextHistory"))
        except FederationError:
            return ""
        return found if found and _same_origin(uri, found) else ""

    async def _read_replies(self, document: Mapping[str, Any]) -> None:
        uri = vocabulary.id_of(document)
        replies = vocabulary.id_of(document.get("replies"))
        if not replies or not _same_origin(uri, replies) or config.current().is_ours(replies):
            return
        channel = self.group if self.group and _same_origin(self.group.uri, uri) else None
        for item in await self._listed(replies):
            await self._take_post(vocabulary.id_of(item), replies, channel)

    async def _listed(self, uri: str) -> list[str | dict[str, Any]]:
        """The items of a collection that were not seen yet; what could be read of it counts."""
        if self.pages <= 0 or self.items <= 0 or uri in self.seen:
            return []
        self.seen.add(uri)
        try:
            walked = await remote.directory().walk(uri, Budget(self.pages, self.items))
        except FederationError:
            self.pages -= 1
            return []
        self.pages -= walked.pages
        self.items -= len(walked.items)
        return walked.items

    async def _take_post(self, uri: str, listed_in: str, channel: Actor | None) -> None:
        """Fetch and store a post that is new here; what answers it is read after it."""
        if not uri or uri in self.seen:
            return
        self.seen.add(uri)
        try:
            if not await Post.exists(uri=uri) and _may_ask(uri, listed_in):
                await objects.fetch(uri, channel.uri if channel else "")
        except (FederationError, CurbsideError):
            return
        post = await Post.get_or_none(uri=uri)
        if post is not None:
            self.answered.append(post.document)

    async def _take_activity(self, item: dict[str, Any], history: str, channel: Actor) -> None:
        """One entry of a channel's history: as if the channel announced it now."""
        if item.get("type") == "Announce" and isinstance(item.get("object"), dict):
            item = item["object"]
        uri = vocabulary.id_of(item)
        if not uri or uri in self.seen or not _may_ask(uri, history):
            return
        self.seen.add(uri)
        try:
            verified = await _verified(item, channel)
            if verified is not None:
                async with in_transaction():
                    await remote.directory().store(verified.signer)
                    await receive.receive_passed_on(verified)
        except (FederationError, CurbsideError):
            return


async def _verified(item: dict[str, Any], channel: Actor) -> Verified | None:
    """Believed where the channel's own server speaks for its actor; else by proof or origin."""
    actor_uri = vocabulary.id_of(item.get("actor"))
    if not actor_uri or not _same_origin(channel.uri, actor_uri):
        return await announce.passed_on(item, channel.uri)
    await remote.directory().fetch(actor_uri)
    return authentication.authenticate_served(
        item,
        origin=channel.uri,
        host=channel.host,
        level=authentication.Level.PUBLIC,
        development=config.current().development,
        announced_by=channel.uri,
    )


def _may_ask(uri: str, listed_in: str) -> bool:
    """A list of one server sends us to others no more often than this (T40)."""
    if _same_origin(uri, listed_in):
        return True
    domain = limits.registered_domain(host_of(uri, config.current().development))
    return limits.current().parent_fetches.take(domain, _OF_A_DOMAIN)


def _same_origin(one: str, other: str) -> bool:
    return is_same_origin(one, other, config.current().development)
