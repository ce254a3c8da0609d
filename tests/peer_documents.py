"""Documents in the shapes of other servers' software, and the servers that send them.

Those of `tests/documents` were written for these tests. What they name here stands in them as a
URN: our channel, a post and a poll in it, and the member who wrote both. Recorded ones of real
servers are used where a folder with them is at hand; it is no part of this project.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance.models import Actor, Follow, FollowState, Gone, Post, Reaction, Report, Vote
from instance.outbox import remote
from instance.services import channels, posting
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.polling import ask_all

OWN = Path(__file__).parent / "documents"
SHARED = Path(
    os.environ.get("CURBSIDE_SHARED") or Path(__file__).parent.parent.parent / "shared", "payloads"
)
_ACTORS = ("Person", "Group", "Application", "Service", "Organization")
_GROUP = re.compile(r"/(?:c|m|category|video-channels)/|author=0|/@pfefferle")


@dataclass(frozen=True)
class Place:
    """What the documents of `OWN` name of an institution."""

    house: House
    reader: Person
    channel: Actor
    post: Post
    poll: Post

    def read(self, path: Path) -> Any:
        """One of our own documents."""
        return orjson.loads(self.named(path.read_text()))

    def named(self, text: str) -> str:
        """JSON in which each URN is what it stands for."""
        for name, uri in (
            *(("channel", self.channel.uri), ("person", self.reader.uri)),
            *(("post", self.post.uri), ("poll", self.poll.uri)),
        ):
            text = text.replace(f"urn:test:{name}", uri)
        return text

    @classmethod
    async def at(cls, house: House, reader: Person) -> "Place":
        wards = await house.at(channels.create_channel, "wards", "Wards", "Better wards.")
        post = await reader.speaks(posting.start_thread, wards, "A title", "Words.")
        return cls(house, reader, wards, post, await ask_all(reader, wards))

    async def told(
        self, document: Any, network: Network, by: Outsider | None = None
    ) -> tuple[int, dict[str, int]]:
        """The status that `hears` gives, and how many rows more there are."""
        before = await self.house.at(_counted)
        status = await self.hears(document, network, by)
        after = await self.house.at(_counted)
        grown = {name: after[name] - before[name] for name in after}
        return status, {name: number for name, number in grown.items() if number}

    async def hears(self, document: Any, network: Network, by: Outsider | None = None) -> int:
        """The document arrives, signed by whom it names unless `by` somebody else; the reader
        follows everybody in it. Returns the status."""
        sender = by or sender_of(document, network)
        activity = as_activity(document, self.channel)
        for uri in [uri for uri, served in sender.documents.items() if served.get("publicKey")]:
            with suppress(FederationError):
                await self.reader.speaks(_follow, uri)
        status = (await sender.sends(self.house, activity)).status
        await self.house.deliver()
        return status


def as_activity(document: dict[str, Any], channel: Actor) -> dict[str, Any]:
    """What is no activity arrives in one: a post is created, an actor follows a channel of ours."""
    if document.get("type") in _ACTORS:
        follow = {"id": f"{document['id']}#follow", "type": "Follow", "object": channel.uri}
        return {**follow, "actor": document["id"]}
    if "attributedTo" not in document or "object" in document:
        return document
    wrapped = {"id": f"{document['id']}#create", "type": "Create", "object": document}
    audience: dict[str, Any] = {name: document[name] for name in ("to", "cc") if name in document}
    return {**wrapped, "actor": _author(document), **audience}


def recorded(path: Path, *, repaired: bool) -> Any:
    """A document of a real server. `repaired`: with https ids, and those that were blanked."""
    text = path.read_text()
    if repaired:
        numbers = count(1)
        text = text.replace("http://", "https://")
        text = text.replace("{{DOMAIN}}", "mastodon.example")
        text = re.sub("SCRUBBED_ID", lambda _: f"https://kbin.test/{next(numbers)}", text)
    return orjson.loads(text)


def sender_of(document: dict[str, Any], network: Network) -> Outsider:
    """Who sends it, with their server, which serves whatever of its own is in the document."""
    uri = _author(document) or document.get("id", "https://nobody.example/users/nobody")
    host = urlsplit(uri).netloc
    for named in map(_author, _nodes(document)):
        if urlsplit(named).netloc == host:
            _speaker(named, network)
    sender = _speaker(uri, network)
    keys = {name: sender.actor()[name] for name in ("publicKey", "assertionMethod")}
    for node in _nodes(document):
        if isinstance(node.get("id"), str) and urlsplit(node["id"]).netloc == host:
            is_actor = node["id"] == uri and node.get("type") in _ACTORS and "inbox" in node
            if is_actor or node["id"] not in sender.documents:
                sender.documents[node["id"]] = node | (keys if node["id"] == uri else {})
    return sender


def _speaker(uri: str, network: Network) -> Outsider:
    found = Outsider(urlsplit(uri).netloc, "somebody", network, uri=uri)
    found.documents[uri] |= {"type": "Group"} if _GROUP.search(uri) else {}
    return found


def _author(document: dict[str, Any]) -> str:
    """Whom a document names first as its own."""
    if document.get("type") in _ACTORS:
        return str(document.get("id", ""))
    named = document.get("attributedTo", document.get("actor"))
    named = named[0] if isinstance(named, list) and named else named
    named = named.get("id") if isinstance(named, dict) else named
    return named if isinstance(named, str) else ""


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from _nodes(item)


async def _counted() -> dict[str, int]:
    return {
        "posts": await Post.filter(deleted_at=None).count(),
        "reactions": await Reaction.all().count(),
        "reports": await Report.all().count(),
        "tombstones": await Gone.all().count(),
        "votes": await Vote.all().count(),
        "followers": await Follow.filter(target__is_local=True).count(),
    }


async def _follow(follower: Actor, uri: str) -> None:
    await remote.directory().fetch(uri)
    async with in_transaction():
        target = await remote.directory().store(uri)
    wanted = {"uri": f"urn:follow:{uri}", "state": FollowState.ACCEPTED}
    await Follow.get_or_create(defaults=wanted, follower_id=follower.id, target_id=target.id)
