"""What moderators and askers do in a channel, and reports, as we send them (federation.md 5.4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from federation import contexts, proofs, vocabulary
from federation.addressing import PUBLIC
from instance.models import Actor, Thread
from instance.outbox import local
from instance.outbox.posts import activity_uri

ListChange = Literal["Add", "Remove"]


def moderators_uri(group: Actor) -> str:
    return f"{group.uri}/moderators"


def featured_uri(group: Actor) -> str:
    return f"{group.uri}/featured"


def answers_uri(thread: Thread) -> str:
    return f"{thread.uri}/answers"


async def change_moderators(
    kind: ListChange, by: Actor, group: Actor, moderator: Actor, now: datetime
) -> dict[str, Any]:
    target = moderators_uri(group)
    return await _activity(kind, by, group, now, object=moderator.uri, target=target)


async def change_featured(
    kind: ListChange, by: Actor, group: Actor, starter_uri: str, now: datetime
) -> dict[str, Any]:
    target = featured_uri(group)
    return await _activity(kind, by, group, now, object=starter_uri, target=target)


async def change_answers(
    kind: ListChange, by: Actor, group: Actor, thread: Thread, answer_uri: str, now: datetime
) -> dict[str, Any]:
    """The reply that the asker took, or takes no more."""
    target = {"id": answers_uri(thread), "type": "OrderedCollection"}
    return await _activity(kind, by, group, now, object=answer_uri, target=target)


async def lock(by: Actor, group: Actor, starter_uri: str, now: datetime) -> dict[str, Any]:
    return await _activity("Lock", by, group, now, object=starter_uri)


async def block(
    by: Actor, group: Actor, banned: Actor, reason: str, ends_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """A ban from one channel. A personal block has no wire form of ours."""
    more: dict[str, Any] = {"object": banned.uri, "target": group.uri}
    if reason:
        more["summary"] = reason
    if ends_at is not None:
        more["endTime"] = contexts.timestamp(ends_at)
    return await _activity("Block", by, group, now, **more)


async def delete(
    by: Actor, group: Actor, post_uri: str, reason: str, now: datetime
) -> dict[str, Any]:
    """A moderator's removal of a post, with the reason that readers are told."""
    return await _activity("Delete", by, group, now, object=post_uri, summary=reason)


async def undo(by: Actor, group: Actor, undone: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`undone`: id, type and object of an activity of `by`."""
    return await _activity("Undo", by, group, now, object={"actor": by.uri, **undone})


def flag(
    institution: Actor, reported: Iterable[str], text: str, to: Iterable[str], now: datetime
) -> dict[str, Any]:
    """By the institution: who reported stays here."""
    return {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": "Flag",
        "actor": institution.uri,
        "published": contexts.timestamp(now),
        "to": sorted(set(to)),
        "cc": [],
        "object": list(reported),
        "content": text,
    }


async def _activity(
    kind: str, by: Actor, group: Actor, now: datetime, **members: Any
) -> dict[str, Any]:
    """With a proof of `by`, so that a Group may hand it on."""
    fields = {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": kind,
        "actor": by.uri,
        "published": contexts.timestamp(now),
        "to": [PUBLIC],
        "cc": [group.uri],
        "audience": group.uri,
        **members,
    }
    built = vocabulary.parse(fields).to_wire()
    return proofs.add_proof(built, await local.private_key(by, "ed25519"), now)
