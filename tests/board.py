"""What somebody elsewhere sends to a channel of ours, and what is then on its board."""

from datetime import UTC, datetime, timedelta
from typing import Any

from federation.contexts import timestamp
from instance.models import Actor, Gone, Post, Thread
from tests.houses import House
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


def created(author: Outsider, channel: Actor, number: int = 1, **note: Any) -> dict[str, Any]:
    """A Create of a note for the channel, which its author's server serves."""
    to = [PUBLIC, channel.uri]
    built = author.note(number, **{"audience": channel.uri, "to": to, "name": "A title", **note})
    if "inReplyTo" in built:
        del built["name"]
    author.documents[built["id"]] = built
    return author.activity("Create", built, number, to=to)


def updated(
    author: Outsider, create: dict[str, Any], number: int = 1, seconds: int = 5, **note: Any
) -> dict[str, Any]:
    """An Update, so many seconds younger than the post; `note` says what is new."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    new = {**create["object"], "content": "<p>Other words</p>", "updated": timestamp(at), **note}
    return author.activity("Update", new, number, to=create["to"])


def deleted(author: Outsider, create: dict[str, Any], number: int = 1) -> dict[str, Any]:
    tombstone = {"id": create["object"]["id"], "type": "Tombstone"}
    return author.activity("Delete", tombstone, number, to=create["to"])


def neighbour(of: Outsider, name: str, network: Network) -> Outsider:
    """Somebody else on the same server."""
    return Outsider(of.host, name, network)


async def post_of(house: House, create: dict[str, Any]) -> Post:
    return await house.at(Post.get, uri=create["object"]["id"])


async def contents(house: House) -> list[str]:
    """The words of each post; "" for what was deleted."""
    return [post.content.strip() for post in await house.at(lambda: Post.all().order_by("id"))]


async def board(house: House) -> dict[str, Any]:
    """What readers see, whatever way it came about: posts, counts, and what is gone for good."""
    posts = await house.at(lambda: Post.all().prefetch_related("thread"))
    dead = {post.uri for post in posts if post.deleted_at}
    threads = await house.at(Thread.all)
    return {
        "posts": {
            post.uri: (post.content.strip(), post.likes_count, post.boosts_count, post.thread.title)
            for post in posts
            if post.uri not in dead
        },
        "gone": dead | {row.uri for row in await house.at(Gone.all) if "/notes/" in row.uri},
        "replies": sorted(thread.replies_count for thread in threads if thread.title),
    }
