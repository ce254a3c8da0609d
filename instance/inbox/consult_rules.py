"""What a consult document from another institution has to be. Each rule raises, naming itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from federation import keys, ownership, proofs, recalls, vocabulary
from federation.authentication import Level, Verified
from federation.errors import Malformed
from federation.origin import host_of
from instance import config
from instance.errors import Unavailable
from instance.inbox.refusals import Equivocation, Refused
from instance.models import (
    Actor,
    ActorKey,
    Consult,
    Contribution,
    HistoryEntry,
    Participant,
    Scope,
)
from instance.outbox import audience, sight, trust
from instance.services import restoring

# What is taken must still fit, wrapped by the owner, into an inbox of 512 KiB (F-DOC-1).
CONTRIBUTION_MAX = 128 * 1024
_EARLIEST = datetime.min.replace(tzinfo=UTC)


async def require_partner(verified: Verified) -> None:
    """Signed by a host we share consults with, as things stand inside this transaction (T56).

    Raises Unavailable where that rests because their keys changed, or since we were restored: they
    keep it for us (11.1.7).
    """
    await sight.keep_levels()
    is_trusted = await trust.level(verified.host) is Level.TRUSTED
    if not is_trusted and await trust.held_until(verified.host) is not None:
        raise Unavailable(retry_after_seconds=await restoring.again_seconds())
    if not is_trusted or verified.level is not Level.TRUSTED or verified.forwarded:
        raise Refused("F-CON-1")
    if not await trust.shares_consults(verified.host):
        raise Refused("F-CON-1 scope")


def require_size(document: Mapping[str, Any]) -> None:
    if len(orjson.dumps(document)) > CONTRIBUTION_MAX:
        raise Malformed("a contribution of more than 128 KiB")


def require_shape(verified: Verified) -> None:
    """The parts of an Add to a history agree and belong to the signer's origin (T60)."""
    document = verified.document
    seq, context, target = (document.get(name) for name in ("cs:seq", "context", "target"))
    fits = (
        isinstance(seq, int)
        and not isinstance(seq, bool)
        and seq >= 1
        and isinstance(context, str)
        and isinstance(document.get("object"), Mapping)
        and isinstance(target, Mapping)
        and vocabulary.id_of(document.get("audience")) == verified.signer
        and target.get("id") == f"{context}/history"
        and target.get("attributedTo") == verified.signer
        and host_of(context, config.current().development) == verified.host
    )
    if not fits:
        raise Refused("T60 shape")


def is_history_add(document: Mapping[str, Any]) -> bool:
    target = document.get("target")
    is_history = isinstance(target, Mapping) and str(target.get("id")).endswith("/history")
    return is_history and isinstance(document.get("context"), str)


async def require_owner(consult: Consult, verified: Verified) -> None:
    await consult.fetch_related("group")
    if consult.is_local or consult.group.uri != verified.signer:
        raise Refused("T60 owner")
    require_believed(consult)


def require_believed(consult: Consult) -> None:
    """Of what we gave away nothing comes back, nor of what was told in two ways."""
    if consult.purged_at is not None:
        raise Refused("6.2.6 purged")
    if consult.frozen_at is not None:
        raise Refused("T60 frozen")


async def require_participant(consult: Consult, verified: Verified) -> None:
    rows = await Participant.filter(consult_id=consult.id, host=verified.host)
    is_named = any(row.actor_uri == verified.signer for row in rows)
    if not rows:
        raise Refused("F-CON-1 participant")
    if consult.scope is Scope.NAMED and not is_named:
        raise Refused("F-CON-1 named")


async def require_takes_part(consult: Consult, verified: Verified) -> None:
    """Its institution speaks, so that nobody of it has to be named (6.4.1)."""
    if not await Participant.filter(consult_id=consult.id, host=verified.host).exists():
        raise Refused("F-CON-1 participant")


async def require_readers(items: list[str], document: Mapping[str, Any], group: Actor) -> None:
    """We are among those who read, and share consults with all others, or trust the owner's word
    for them (F-CON-1, F-CON-5)."""
    development = config.current().development
    everyone = [*items, *listed(document, "to")[1:]]
    hosts = {host_of(uri, development) for uri in everyone}
    if config.current().host not in {host_of(uri, development) for uri in items}:
        raise Refused("F-CON-1: not for us")
    if await audience.stranger_among(hosts, group.host) is not None:
        raise Refused("F-CON-5 readers")


def require_layers(consult: Consult, document: Mapping[str, Any]) -> None:
    layer: Any = document
    while isinstance(layer, Mapping):
        if layer.get("type") != "Tombstone":
            require_addressing(consult, layer)
        layer = layer.get("object")


def require_addressing(consult: Consult, layer: Mapping[str, Any]) -> None:
    require_layer(layer, consult.addressed_to, consult.uri, consult.group.uri)


def require_layer(
    layer: Mapping[str, Any], expected: list[str], consult_uri: str, group_uri: str
) -> None:
    reason = audience.refused_addressing(listed(layer, "to"), listed(layer, "cc"), expected)
    if reason is None and {"bto", "bcc"} & set(layer):
        reason = "F-CON-1: hidden recipients"
    if reason is None and layer.get("context") != consult_uri:
        reason = "F-CON-3: context"
    if reason is None and layer.get("audience") != group_uri:
        reason = "F-CON-3: audience"
    if reason:
        raise Refused(reason)


def require_inner(consult: Consult, inner: Mapping[str, Any]) -> None:
    """What an Add wraps is its author's to say; the owner's state Update is of this root only."""
    content = inner.get("object")
    if inner.get("actor") == consult.group.uri and inner.get("type") == "Update":
        if not isinstance(content, Mapping) or content.get("id") != consult.root_uri:
            raise Refused("T60 state")
        return
    require_own(inner)


def require_own(inner: Mapping[str, Any]) -> None:
    """Ids inside an Add are of their author's origin: nobody claims another host's (T02, T34)."""
    ownership.require_own(vocabulary.parse(dict(inner)), config.current().development)


def require_same_host(uri: str, host: str) -> None:
    if host_of(uri, config.current().development) != host:
        raise Refused("T60 owner")


async def require_new(consult: Consult, inner: Mapping[str, Any], author: Actor) -> None:
    """What an Add brings is a Note of its own: no second root, no id used before but by itself."""
    note = inner.get("object")
    if inner.get("type") in ("Update", "Delete"):
        await require_own_change(consult, inner, author)
        return
    if inner.get("type") != "Create" or not isinstance(note, Mapping):
        return
    if note.get("type") != "Note" or note.get("attributedTo") != author.uri:
        raise Refused("T60 second root")
    known = await Contribution.get_or_none(uri=str(note.get("id")))
    waits = known is not None and known.seq is None
    if known and not (waits and (known.consult_id, known.author_id) == (consult.id, author.id)):
        raise Refused("T60 note")


async def require_own_change(consult: Consult, inner: Mapping[str, Any], author: Actor) -> None:
    """Nobody changes what another wrote, nor takes back what another asked (T60)."""
    uri = vocabulary.id_of(inner.get("object"))
    if author.id == consult.group_id:
        return
    if inner["type"] == "Delete" and uri == consult.uri:
        if author.id != consult.asker_id:
            raise Refused("T60 withdrawal")
        return
    row = await Contribution.get_or_none(uri=uri)
    if row is None and inner["type"] == "Delete" and uri:
        require_same_host(uri, author.host)  # of what came here as a Tombstone, or not yet
        return
    if row is None or (row.consult_id, row.author_id) != (consult.id, author.id):
        raise Refused("T60 note")


async def require_parent(consult: Consult, note: Mapping[str, Any]) -> None:
    parent = vocabulary.id_of(note.get("inReplyTo"))
    inside = await Contribution.filter(consult_id=consult.id, uri=parent).exists()
    if not inside:
        raise Refused("6.2.3 parent")


async def require_proof(document: Mapping[str, Any], author: Actor) -> None:
    """A valid proof by the author's own Ed25519 key, known from a pinned institution."""
    method = proofs.proof_method(dict(document))
    row = await ActorKey.get_or_none(uri=method, actor_id=author.id) if method else None
    if row is None or row.algorithm != "ed25519" or not (author.is_local or author.proven_at):
        raise Refused("6.2 proof")
    key = keys.PublicKey(row.uri, author.uri, keys.public_from_multikey(row.public))
    proofs.check_proof(dict(document), key, datetime.now(UTC))


async def require_same_past(consult: Consult, document: Mapping[str, Any]) -> None:
    """The same number with other content: the owner tells two stories; the consult freezes.

    Not where one of them is what a recall left of the other (6.2.4).
    """
    entry = await HistoryEntry.get_or_none(consult_id=consult.id, seq=document["cs:seq"])
    if entry is None or entry.digest == proofs.digest(dict(document["object"])):
        return
    if not any(recalls.is_tombstone(one["object"]) for one in (entry.document, document)):
        raise Equivocation(consult.id)


def listed(layer: Mapping[str, Any], member: str) -> list[str]:
    value = layer.get(member)
    if value is None:
        return []
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]
