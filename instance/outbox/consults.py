"""Consult documents (federation.md 6): what contributors send and what the Group spreads.

Every builder ends in `audience.require_built`, the first of the four checks of F-CON-2.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from federation import contexts, proofs, recalls, receipts, vocabulary
from federation.recalls import Asked
from instance.models import Actor, Consult
from instance.outbox import audience, local
from instance.outbox.posts import activity_uri

# Names in `Consult.facts` and their members on the wire; absent ones are left out.
ROOT_MEMBERS = {
    "question_type": "cs:questionType",
    "urgency": "cs:urgency",
    "target_hours": "cs:targetHours",
    "specialties": "cs:specialties",
    "age_band": "cs:ageBand",
    "sex": "cs:sex",
    "pregnant": "cs:pregnant",
    "region": "cs:region",
    "history": "cs:history",
    "meds": "cs:meds",
    "allergies": "cs:allergies",
    "exam": "cs:exam",
    "tried": "cs:tried",
    "labs": "cs:labs",
    "tick_version": "cs:tickVersion",
}


def members_uri(consult: Consult) -> str:
    return f"{consult.uri}/members"


def history_uri(consult: Consult) -> str:
    return f"{consult.uri}/history"


def answers_uri(consult: Consult) -> str:
    return f"{consult.uri}/answers"


def state(consult: Consult) -> dict[str, Any]:
    """The state members of the root: only the Group's Updates replace them."""
    return {
        "cs:status": consult.status.value,
        "cs:version": consult.version,
        "cs:dueAt": contexts.timestamp(consult.due_at) if consult.due_at else None,
        "cs:firstAnswerAt": (
            contexts.timestamp(consult.first_answer_at) if consult.first_answer_at else None
        ),
        "cs:acceptedAnswers": consult.accepted,
        "cs:outcome": consult.outcome,
        "cs:locked": consult.is_locked,
    }


async def opening(
    consult: Consult, asker: Actor, now: datetime, images: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The asker's `Create` of the root."""
    return await _signed(consult, "Create", asker, await _root(consult, asker, images), now)


async def question_again(
    consult: Consult, asker: Actor, now: datetime, images: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The asker's `Update` that brings the root back after a recall (6.4.4)."""
    root = {**await _root(consult, asker, images), "updated": contexts.timestamp(now)}
    return await _signed(consult, "Update", asker, root, now)


async def recall(consult: Consult, asked: Asked, now: datetime, uri: str = "") -> dict[str, Any]:
    """The Group's `Delete` of posts, or of all of it, which asks for receipts (6.4.2). `uri`: its
    id, where that is known already."""
    await consult.fetch_related("group")
    more: dict[str, Any] = {**recalls.content(asked), **receipts.terms(asked.reason, now)}
    more |= {"id": uri} if uri else {}
    return await _signed(consult, "Delete", consult.group, more.pop("object"), now, **more)


async def entry_again(consult: Consult, entry: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An entry of the history that lost its words, proven anew by the Group."""
    audience.require_built(consult, entry)
    return proofs.add_proof(entry, await local.private_key(consult.group, "ed25519"), now)


async def _root(
    consult: Consult, asker: Actor, images: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    facts: dict[str, Any] = consult.facts
    return {
        "id": consult.root_uri,
        "type": "Article",
        "attributedTo": asker.uri,
        **({"name": facts["title"]} if facts.get("title") else {}),
        "content": facts["question"],
        "mediaType": "text/plain",
        "published": contexts.timestamp(consult.published_at),
        "cs:type": _type(consult),
        "cs:scope": consult.scope.value,
        **{wire: facts[name] for name, wire in ROOT_MEMBERS.items() if facts.get(name)},
        **({"attachment": list(images)} if images else {}),
        **state(consult),
        **await _addressing(consult),
    }


async def contribution(
    consult: Consult, author: Actor, note: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """A `Create` of a Note by one of our members; `note`: id, `cs:` members, content, parent."""
    full = {
        **note,
        "type": "Note",
        "attributedTo": author.uri,
        "published": contexts.timestamp(now),
        **await _addressing(consult),
    }
    return await _signed(consult, "Create", author, full, now)


async def change(
    consult: Consult, author: Actor, note: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """An `Update` by its author of a Note as it was sent, with what is new in `note`."""
    full = {**note, "updated": contexts.timestamp(now), **await _addressing(consult)}
    return await _signed(consult, "Update", author, full, now)


async def deletion(
    consult: Consult, author: Actor, uri: str, now: datetime, **more: Any
) -> dict[str, Any]:
    """A `Delete` by the author of a Note, or of the whole consult by who asked it (6.4)."""
    return await _signed(consult, "Delete", author, uri, now, **more)


async def acceptance(
    consult: Consult, asker: Actor, answers: list[str], now: datetime
) -> dict[str, Any]:
    """The asker's `Add` of 1-3 answers to `K/answers`."""
    target = {"id": answers_uri(consult), "type": "OrderedCollection"}
    return await _signed(consult, "Add", asker, answers, now, target=target)


async def invitation(
    consult: Consult, asker: Actor, person: Actor, now: datetime
) -> dict[str, Any]:
    """The asker's `Invite` of one person, for their institution alone (6.3)."""
    return await _signed(consult, "Invite", asker, consult.uri, now, target=person.uri)


async def removal(consult: Consult, actor_uris: list[str], now: datetime) -> dict[str, Any]:
    """The Group's `Remove` of those who left from `K/members` (6.2.6)."""
    await consult.fetch_related("group")
    named: Any = actor_uris[0] if len(actor_uris) == 1 else actor_uris
    target = {"id": members_uri(consult), "type": "OrderedCollection"}
    return await _signed(consult, "Remove", consult.group, named, now, target=target)


async def state_update(consult: Consult, now: datetime) -> dict[str, Any]:
    """The Group's `Update` of the root with all state members and nothing else."""
    await consult.fetch_related("group", "asker")
    root = {
        "id": consult.root_uri,
        "type": "Article",
        "attributedTo": consult.asker.uri,
        "updated": contexts.timestamp(now),
        **state(consult),
        **await _addressing(consult),
    }
    return await _signed(consult, "Update", consult.group, root, now)


async def addition(
    consult: Consult,
    inner: Mapping[str, Any],
    seq: int,
    now: datetime,
    contributor: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The Group's `Add` of an activity, unchanged, to `K/history` with its number.

    `contributor`: its actor as we checked it, for those who cannot ask its host (F-CON-5).
    """
    await consult.fetch_related("group")
    target = {
        "id": history_uri(consult),
        "type": "OrderedCollection",
        "attributedTo": consult.group.uri,
    }
    extra = {"target": target, "cs:seq": seq}
    if contributor is not None:
        extra["cs:author"] = contributor
    return await _signed(consult, "Add", consult.group, dict(inner), now, **extra)


async def container(consult: Consult) -> dict[str, Any]:
    """K itself: where its members and its history are."""
    await consult.fetch_related("group")
    return {
        "@context": contexts.CONSULT,
        "id": consult.uri,
        "type": "OrderedCollection",
        "attributedTo": consult.group.uri,
        "totalItems": consult.last_seq,
        "first": f"{history_uri(consult)}?after=0",
        "cs:members": members_uri(consult),
    }


async def members_collection(consult: Consult) -> dict[str, Any]:
    await consult.fetch_related("group", "participants")
    return {
        "@context": contexts.CONSULT,
        "id": members_uri(consult),
        "type": "OrderedCollection",
        "attributedTo": consult.group.uri,
        "cs:scope": consult.scope.value,
        "cs:type": _type(consult),
        "totalItems": len(consult.participants),
        "orderedItems": [row.actor_uri for row in consult.participants],
    }


def _type(consult: Consult) -> str:
    return "private" if consult.is_private else "consult"


async def _addressing(consult: Consult) -> dict[str, Any]:
    await consult.fetch_related("group")
    return {
        "to": list(consult.addressed_to),
        "cc": [],
        "audience": consult.group.uri,
        "context": consult.uri,
    }


async def _signed(
    consult: Consult, kind: str, actor: Actor, content: Any, now: datetime, **extra: Any
) -> dict[str, Any]:
    fields = {
        "@context": contexts.CONSULT,
        "id": activity_uri(),
        "type": kind,
        "actor": actor.uri,
        "published": contexts.timestamp(now),
        **await _addressing(consult),
        **extra,
        "object": content,
    }
    built = vocabulary.parse(fields).to_wire()
    audience.require_built(consult, built)
    return proofs.add_proof(built, await local.private_key(actor, "ed25519"), now)
