"""Consults on the wire: contributions to ours, and the numbered Adds of a peer's (6.2)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from federation import keys, proofs, vocabulary
from federation.authentication import Level, Verified
from federation.errors import Malformed
from federation.origin import host_of
from instance import config
from instance.inbox import fetches
from instance.inbox.refusals import Equivocation, Refused
from instance.models import (
    Actor,
    ActorKey,
    Consult,
    Contribution,
    HistoryEntry,
    Participant,
    Post,
    Scope,
    Standing,
)
from instance.outbox import audience, local, remote, standing, trust
from instance.services.consults import history, notes, receiving, references


async def concerns_consult(document: Mapping[str, Any]) -> bool:
    """Whether an activity claims to be about a consult, known here or not.

    What is unknown but would be ours must get the answer that a consult of ours gets (T49).
    """
    inner = document.get("object")
    layers = [document, inner] if isinstance(inner, Mapping) else [document]
    named = {vocabulary.id_of(layer.get(member)) for layer in layers for member in _MEMBERS}
    named |= {inner} if isinstance(inner, str) else set()
    uris = [uri for uri in named if uri]
    ours = {uri: _path_kind(uri) for uri in uris if config.current().is_ours(uri)}
    if any(kind in ("g", "k") for kind in ours.values()):
        return True
    posts = [uri for uri, kind in ours.items() if kind == "o"]
    if posts and await Post.filter(uri__in=posts).count() < len(posts):
        return True
    return await references.any_consult(uris)


_MEMBERS = ("audience", "context", "inReplyTo", "id")


async def receive_contribution(verified: Verified) -> None:
    """A participant's Note for a consult of ours; taken or refused at once (6.2.3)."""
    document = verified.document
    group_uri = vocabulary.id_of(document.get("audience"))
    found = await Consult.get_or_none(group__uri=group_uri, is_local=True) if group_uri else None
    if found is None or verified.level is not Level.TRUSTED or verified.forwarded:
        raise Refused("F-CON-3")
    consult = await history.locked(found.id)
    await _require_participant(consult, verified)
    note = verified.activity.object
    if note is None or await Contribution.filter(uri=str(note.get("id"))).exists():
        raise Refused("6.2.3 note")
    for layer in (document, note):
        _require_addressing(consult, layer)
    await _require_parent(consult, note)
    author = await remote.directory().store(verified.signer)
    await _require_proof(document, author)
    event = notes.event_of(note)
    claims = await _claims(author)
    await history.take(consult, event, document, author, claims, datetime.now(UTC))


async def receive_add(verified: Verified) -> None:
    """An Add by the Group of a peer's consult: the next entry, a repeat, or a gap."""
    document = verified.document
    if not _is_history_add(document):
        return
    require_shape(verified)
    if verified.level is not Level.TRUSTED or verified.forwarded:
        raise Refused("F-CON-1")
    consult = await locked(document["context"])
    if consult is None:
        ours = await local.institution()
        if ours.uri not in verified.activity.addressed_to():
            raise Refused("F-CON-1")
        await fetches.request("history", document["context"])
        return
    group = await remote.directory().store(verified.signer)
    await _require_proof(document, group)
    if not await take_addition(verified, consult):
        await fetches.request("history", consult.uri)


async def locked(consult_uri: str) -> Consult | None:
    """The consult as it is now, kept so until the transaction ends: two entries may race."""
    return await Consult.filter(uri=consult_uri).select_for_update().first()


async def take_addition(verified: Verified, consult: Consult) -> bool:
    """Apply the next Add of a known consult, in the caller's transaction.

    False: an earlier entry or its author's key is missing, so it is to be fetched. Raises
    Refused for another owner (T60), a changed past, or an audience that is not the consult's.
    """
    document = verified.document
    require_shape(verified)
    await consult.fetch_related("group")
    if consult.frozen_at is not None:
        raise Refused("T60 frozen")
    if consult.is_local or consult.group.uri != verified.signer:
        raise Refused("T60 owner")
    seq = document["cs:seq"]
    if seq <= consult.last_seq:
        await _require_same_past(consult, document)
        return True
    if seq > consult.last_seq + 1:
        return False
    inner = document["object"]
    _require_layers(consult, document)
    author = await _inner_author(consult, inner)
    if author is None:
        return False
    await _require_new(consult, inner, author)
    await _require_proof(inner, author)
    await receiving.apply_addition(consult, document, author)
    return True


async def take_first(verified: Verified, members: Mapping[str, Any]) -> Consult:
    """Store a peer's consult from entry 1 and its `K/members`, in the caller's transaction."""
    require_shape(verified)
    document = verified.document
    inner = document["object"]
    root = inner.get("object") if isinstance(inner, Mapping) else None
    if document["cs:seq"] != 1 or not isinstance(root, Mapping) or root.get("type") != "Article":
        raise Malformed("a consult begins with its question")
    group = await remote.directory().store(verified.signer)
    development = config.current().development
    hosts = {host_of(uri, development) for uri in receiving.require_members(members, group.uri)}
    if config.current().host not in hosts:
        raise Refused("F-CON-1: not for us")
    known = Q(root_uri=str(root.get("id"))) | Q(group_id=group.id)
    if await Consult.filter(known).exists():
        raise Refused("T60 second root")
    asker = await remote.directory().store(vocabulary.id_of(inner.get("actor")))
    if asker.host != group.host or root.get("attributedTo") != asker.uri:
        raise Refused("T60 asker")
    await _require_proof(inner, asker)
    expected = [vocabulary.id_of(members), *_list(document, "to")[1:]]
    for layer in (document, inner, root):
        _require_layer(layer, expected, document["context"], group.uri)
    return await receiving.create(document, members, group, asker)


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


def _is_history_add(document: Mapping[str, Any]) -> bool:
    target = document.get("target")
    is_history = isinstance(target, Mapping) and str(target.get("id")).endswith("/history")
    return is_history and isinstance(document.get("context"), str)


async def _require_participant(consult: Consult, verified: Verified) -> None:
    rows = await Participant.filter(consult_id=consult.id, host=verified.host)
    is_named = any(row.actor_uri == verified.signer for row in rows)
    if not rows or not await trust.is_trusted(verified.host):
        raise Refused("F-CON-1 participant")
    if consult.scope is Scope.NAMED and not is_named:
        raise Refused("F-CON-1 named")


def _require_layers(consult: Consult, document: Mapping[str, Any]) -> None:
    layer: Any = document
    while isinstance(layer, Mapping):
        if layer.get("type") != "Tombstone":
            _require_addressing(consult, layer)
        layer = layer.get("object")


def _require_addressing(consult: Consult, layer: Mapping[str, Any]) -> None:
    _require_layer(layer, consult.addressed_to, consult.uri, consult.group.uri)


def _require_layer(
    layer: Mapping[str, Any], expected: list[str], consult_uri: str, group_uri: str
) -> None:
    reason = audience.refused_addressing(_list(layer, "to"), _list(layer, "cc"), expected)
    if reason is None and {"bto", "bcc"} & set(layer):
        reason = "F-CON-1: hidden recipients"
    if reason is None and layer.get("context") != consult_uri:
        reason = "F-CON-3: context"
    if reason is None and layer.get("audience") != group_uri:
        reason = "F-CON-3: audience"
    if reason:
        raise Refused(reason)


async def _require_new(consult: Consult, inner: Mapping[str, Any], author: Actor) -> None:
    """What an Add brings is a Note of its own: no second root, no id used before but by itself."""
    note = inner.get("object")
    if inner.get("type") != "Create" or not isinstance(note, Mapping):
        return
    if note.get("type") != "Note" or note.get("attributedTo") != author.uri:
        raise Refused("T60 second root")
    known = await Contribution.get_or_none(uri=str(note.get("id")))
    waits = known is not None and known.seq is None
    if known and not (waits and (known.consult_id, known.author_id) == (consult.id, author.id)):
        raise Refused("T60 note")


async def _require_parent(consult: Consult, note: Mapping[str, Any]) -> None:
    parent = vocabulary.id_of(note.get("inReplyTo"))
    inside = await Contribution.filter(consult_id=consult.id, uri=parent).exists()
    if not inside:
        raise Refused("6.2.3 parent")


async def _require_proof(document: Mapping[str, Any], author: Actor) -> None:
    """A valid proof by the author's own Ed25519 key, known from a pinned institution."""
    method = proofs.proof_method(dict(document))
    row = await ActorKey.get_or_none(uri=method, actor_id=author.id) if method else None
    if row is None or row.algorithm != "ed25519" or not (author.is_local or author.proven_at):
        raise Refused("6.2 proof")
    key = keys.PublicKey(row.uri, author.uri, keys.public_from_multikey(row.public))
    proofs.check_proof(dict(document), key, datetime.now(UTC))


async def _require_same_past(consult: Consult, document: Mapping[str, Any]) -> None:
    """The same number with other content: the owner tells two stories; the consult freezes."""
    entry = await HistoryEntry.get_or_none(consult_id=consult.id, seq=document["cs:seq"])
    if entry is not None and entry.digest != proofs.digest(dict(document["object"])):
        raise Equivocation(consult.id)


async def _inner_author(consult: Consult, inner: Mapping[str, Any]) -> Actor | None:
    uri = vocabulary.id_of(inner.get("actor"))
    host = host_of(uri, config.current().development)
    takes_part = await Participant.filter(consult_id=consult.id, host=host).exists()
    if not (takes_part or uri == consult.group.uri):
        raise Refused("F-CON-1 author")
    author = await Actor.get_or_none(uri=uri)
    if author is not None and (author.is_local or author.proven_at):
        return author
    return None


async def _claims(author: Actor) -> standing.Claims:
    """What the author's institution vouches now, checked again with its pin (F-STD-1)."""
    row = await Standing.get_or_none(actor_id=author.id)
    issuer = await remote.pinned_key(author.host)
    if row is None or issuer is None:
        raise Refused("F-STD-1 none")
    return standing.check(
        row.document,
        subject=author.uri,
        issuer_key=issuer,
        ceiling=await trust.ceiling(author.host),
        now=datetime.now(UTC),
    )


def _list(layer: Mapping[str, Any], member: str) -> list[str]:
    value = layer.get(member)
    if value is None:
        return []
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]


def _path_kind(uri: str) -> str:
    return uri.removeprefix(config.current().origin).split("/")[1]
