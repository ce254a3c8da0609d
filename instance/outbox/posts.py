"""Public activities as we send them (federation.md 5): posts, follows, announces."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from federation import contexts, proofs, vocabulary
from federation.addressing import PUBLIC
from instance import config
from instance.ids import new_id
from instance.models import Actor, Follow, Post, Thread
from instance.outbox import local

TITLE_LENGTH = 120
ACCEPTED = "cs:acceptedAnswer"


def activity_uri() -> str:
    return config.current().uri(f"/a/{new_id()}")


async def create_of(post: Post, author: Actor) -> dict[str, Any]:
    """The `Create` of a stored post of ours, as it was sent unless the post was changed since."""
    return await create(author, post.document, post.published_at)


async def create(author: Actor, note: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`Create` of a public post, with the author's proof so that a Group may forward it.

    Its id is the post's number under `/a/`: who gets it wrapped may fetch it by that (5.3).
    """
    uri = config.current().uri(f"/a/{note['id'].rpartition('/')[2]}")
    return await _by_author("Create", author, note, note, now, uri=uri)


async def update(author: Actor, note: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`Update` of a post, proven like its Create. `note` is the whole of it as it is now."""
    return await _by_author("Update", author, note, note, now)


async def delete(author: Actor, post: Post, now: datetime) -> dict[str, Any]:
    """`Delete` of a post, addressed as the post was; `post` still has its document."""
    return await _by_author("Delete", author, post.document, tombstone(post, now), now)


def tombstone(post: Post, deleted_at: datetime) -> dict[str, Any]:
    """What is left of a post (5.4)."""
    return {
        "id": post.uri,
        "type": "Tombstone",
        "formerType": post.kind.value,
        "deleted": contexts.timestamp(deleted_at),
    }


async def _by_author(
    kind: str,
    author: Actor,
    note: Mapping[str, Any],
    content: dict[str, Any],
    now: datetime,
    uri: str = "",
) -> dict[str, Any]:
    """What an author does with a post, addressed as `note` is."""
    fields = {
        "@context": contexts.PUBLIC,
        "id": uri or activity_uri(),
        "type": kind,
        "actor": author.uri,
        "published": contexts.timestamp(now),
        "to": note["to"],
        "cc": note["cc"],
        **({"audience": note["audience"]} if "audience" in note else {}),
        "object": content,
    }
    built = vocabulary.parse(fields).to_wire()
    return proofs.add_proof(built, await local.private_key(author, "ed25519"), now)


def starter(
    author: Actor, group: Actor | None, uri: str, thread: Thread, html: str, markdown: str
) -> dict[str, Any]:
    """A thread starter (5.1); without `group` a member's own post to followers."""
    fields = {
        **_post(author, uri, thread, html, markdown),
        "type": "Article",
        **_titled(thread.title),
        "to": [PUBLIC, group.uri] if group else [PUBLIC],
        "cc": [author.followers_uri],
    }
    if group is not None:
        fields["audience"] = group.uri
        fields["tag"] = [{"type": "Mention", "href": group.uri, "name": group.address}]
    return fields


def reply(
    author: Actor, parent: Mapping[str, Any], uri: str, thread: Thread, html: str, markdown: str
) -> dict[str, Any]:
    """A reply (5.2). `parent`: the document it answers, whose context and audience it copies."""
    fields = {
        **_post(author, uri, thread, html, markdown),
        "type": "Note",
        "inReplyTo": parent["id"],
        "context": parent.get("context") or thread.uri,
        "to": [PUBLIC, parent["attributedTo"]],
        "cc": [*([parent["audience"]] if "audience" in parent else []), author.followers_uri],
    }
    if "audience" in parent:
        fields["audience"] = parent["audience"]
    return fields


def edited(
    note: Mapping[str, Any], title: str, html: str, markdown: str, updated: datetime
) -> dict[str, Any]:
    """The document of a post with other words; `title` is "" for a reply, which has none."""
    fields = {
        **note,
        "content": html,
        "source": {"content": markdown, "mediaType": "text/markdown"},
        "updated": contexts.timestamp(updated),
    }
    return {**fields, **_titled(title)} if title else fields


def in_language(note: dict[str, Any], language: str) -> dict[str, Any]:
    """The document saying in which language its content is; "" says nothing of it."""
    kept = {name: value for name, value in note.items() if name != "contentMap"}
    return {**kept, "contentMap": {language: note["content"]}} if language else kept


def answered(note: Mapping[str, Any], answer_uri: str | None, updated: datetime) -> dict[str, Any]:
    """The document of a thread starter, naming the reply that its author took; None: none."""
    kept = {name: value for name, value in note.items() if name != ACCEPTED}
    named = {ACCEPTED: answer_uri} if answer_uri else {}
    return {**kept, **named, "updated": contexts.timestamp(updated)}


def _titled(title: str) -> dict[str, Any]:
    preview = {"type": "Note", "content": f"<p><b>{escape(title)}</b></p>"}
    return {"name": title, "preview": preview}


def _post(author: Actor, uri: str, thread: Thread, html: str, markdown: str) -> dict[str, Any]:
    return {
        "id": uri,
        "attributedTo": author.uri,
        "content": html,
        "mediaType": "text/html",
        "source": {"content": markdown, "mediaType": "text/markdown"},
        "context": thread.uri,
        "url": uri,
        "replies": f"{uri}/replies",
        "likes": f"{uri}/likes",
        "shares": f"{uri}/shares",
        "sensitive": False,
        "published": contexts.timestamp(thread.last_post_at),
    }


def updated_actor(
    actor: Actor, document: dict[str, Any], *, to: list[str], cc: list[str], now: datetime
) -> dict[str, Any]:
    """`Update` of one of our actors: `document` is what those addressed would be served."""
    return {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": "Update",
        "actor": actor.uri,
        "published": contexts.timestamp(now),
        "to": to,
        "cc": cc,
        "object": document,
    }


def moved(actor: Actor, target_uri: str, now: datetime) -> dict[str, Any]:
    """`Move` of one of our people, for who follows them (5.4)."""
    return {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": "Move",
        "actor": actor.uri,
        "published": contexts.timestamp(now),
        "to": [actor.followers_uri],
        "cc": [],
        "object": actor.uri,
        "target": target_uri,
    }


def announce(group: Actor, inner: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The Group's Announce of an activity as received, every member kept (5.3)."""
    return _announce(group, dict(inner), [vocabulary.id_of(inner.get("actor"))], now)


def announce_plain(group: Actor, object_uri: str, now: datetime) -> dict[str, Any]:
    """The bare form of a thread starter, for microblogs."""
    return _announce(group, object_uri, [], now)


def _announce(
    group: Actor, inner: dict[str, Any] | str, copied: list[str | None], now: datetime
) -> dict[str, Any]:
    fields = {
        "@context": contexts.WRAPPING,
        "id": activity_uri(),
        "type": "Announce",
        "actor": group.uri,
        "published": contexts.timestamp(now),
        "to": [PUBLIC],
        "cc": [group.followers_uri, *[uri for uri in copied if uri]],
        "audience": group.uri,
        "object": inner,
    }
    return vocabulary.parse(fields).to_wire()


def follow(row: Follow, follower: Actor, target: Actor, now: datetime) -> dict[str, Any]:
    return {
        "@context": contexts.PUBLIC,
        "id": row.uri,
        "type": "Follow",
        "actor": follower.uri,
        "published": contexts.timestamp(now),
        "to": [target.uri],
        "cc": [],
        "object": target.uri,
    }


def undo_follow(row: Follow, follower: Actor, target: Actor, now: datetime) -> dict[str, Any]:
    inner = follow(row, follower, target, now)
    return {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": "Undo",
        "actor": follower.uri,
        "published": contexts.timestamp(now),
        "to": [target.uri],
        "cc": [],
        "object": {key: value for key, value in inner.items() if key != "@context"},
    }


def answer_to_follow(
    kind: str, target: Actor, received: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """`Accept` or `Reject` of a Follow; of what came with it no more than says which it was."""
    follower = vocabulary.id_of(received["actor"])
    return {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": kind,
        "actor": target.uri,
        "published": contexts.timestamp(now),
        "to": [follower],
        "cc": [],
        "object": {
            "id": received["id"],
            "type": "Follow",
            "actor": follower,
            "object": target.uri,
        },
    }
