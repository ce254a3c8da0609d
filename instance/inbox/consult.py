"""Consults on the wire: contributions to ours, and the numbered Adds of a peer's (6.2).

What a document has to be is in `consult_rules`; here is what happens with it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from federation import recalls, vocabulary
from federation.authentication import Level, Verified
from federation.errors import Malformed
from federation.origin import host_of
from instance import config, raw_sql
from instance.errors import Unavailable
from instance.inbox import consult_authors, fetches, naming, recall
from instance.inbox import consult_rules as rules
from instance.inbox.refusals import Refused
from instance.models import Actor, Consult, Contribution, Participant, Tombstone
from instance.outbox import local, remote, standing, trust
from instance.services import restoring
from instance.services.consults import (
    attachments,
    burying,
    changing,
    consenting,
    deleting,
    history,
    images,
    notes,
    obeying,
    receipts,
    receiving,
    references,
)
from instance.services.consults.states import Event

_KNOWN = """
WITH named (uri) AS ({values}) SELECT 1 FROM named n CROSS JOIN post p WHERE p.uri = n.uri
"""
_KINDS = frozenset({"g", "k"})  # of the paths of consults, and of their Groups


async def concerns_consult(document: Mapping[str, Any]) -> bool:
    """Whether an activity claims to be about a consult, known here or not.

    What is unknown but would be ours must get the answer that a consult of ours gets (T49).
    """
    uris, is_ours = naming.consults(document), config.current().is_ours
    ours = [uri for uri in uris if is_ours(uri)]
    return (bool(ours) and await _may_be_ours(ours)) or await references.any_consult(uris)


async def _may_be_ours(uris: Sequence[str]) -> bool:
    ours = {uri: _path_kind(uri) for uri in uris}
    if not _KINDS.isdisjoint(ours.values()):
        return True
    posts = [uri for uri, kind in ours.items() if kind == "o"]
    return bool(posts) and len(await raw_sql.look_up_all(_KNOWN, posts)) < len(posts)


async def receive_contribution(verified: Verified) -> None:
    """A participant's Note for a consult of ours; taken or refused at once (6.2.3)."""
    document, consult = verified.document, await _ours(verified)
    note = verified.activity.object
    if note is None or await _is_here(consult, note, verified):
        return
    for layer in (document, note):
        rules.require_addressing(consult, layer)
    await rules.require_parent(consult, note)
    author = await remote.directory().store(verified.signer)
    await rules.require_proof(document, author)
    event = notes.event_of(note)
    claims = await consult_authors.claims_for(event, consult, author)
    if event is Event.CONSENT:
        await consenting.take(consult, note, author)
        return
    await history.take(consult, event, document, author, claims, datetime.now(UTC))


async def _is_here(consult: Consult, note: Mapping[str, Any], verified: Verified) -> bool:
    """Whether this very Note counts already, or was deleted: it comes again where its sender heard
    nothing of it, and we lost that it came. Raises Refused for another one with its id."""
    uri = str(note.get("id"))
    known = await Contribution.get_or_none(uri=uri).select_related("author")
    if known is None:
        return await Tombstone.filter(consult_id=consult.id, uri=uri).exists()
    words = await attachments.admitted(note, verified.host)
    is_same = known.consult_id == consult.id and known.author.uri == verified.signer
    if not is_same or known.body not in ({}, words):
        raise Refused("6.2.3 note")
    return True


async def receive_change(verified: Verified) -> None:
    """An author's Update or Delete of what they wrote in a consult of ours (6.3)."""
    document, consult = verified.document, await _ours(verified)
    uri = vocabulary.id_of(document.get("object"))
    row = await Contribution.get_or_none(uri=uri, consult_id=consult.id)
    author = await remote.directory().store(verified.signer)
    if row is None or row.author_id != author.id:
        raise Refused("6.3 author")
    rules.require_layers(consult, document)
    await rules.require_proof(document, author)
    event = Event.DELETE if document["type"] == "Delete" else Event.EDIT
    if event is Event.EDIT and notes.event_of(document["object"]).value != row.kind:
        raise Refused("6.3 kind")
    now = datetime.now(UTC)
    if event is Event.DELETE and row.deleted_at is not None:
        if await deleting.went_ahead(consult, row.uri):
            await changing.number_deletion(consult, document, row, author, now)
    else:
        claims = await consult_authors.claims_for(event, consult, author)
        await changing.take(consult, event, document, row, author, claims, now)
    if recalls.is_recall(document):  # to the hospital that spoke; all others answer us (6.4.3)
        remaining = await burying.left(consult, [uri])
        await receipts.answer(verified.host, document["id"], [uri], remaining, now, now)


async def _ours(verified: Verified) -> Consult:
    """The consult of ours that a participant's activity is for, locked."""
    document = verified.document
    group_uri = vocabulary.id_of(document.get("audience"))
    found = await Consult.get_or_none(group__uri=group_uri, is_local=True) if group_uri else None
    if found is None and verified.level is Level.TRUSTED and await restoring.may_come_back():
        raise Unavailable(
            retry_after_seconds=await restoring.again_seconds()
        )  # it may be given back yet
    if found is None:
        raise Refused("F-CON-3")
    await rules.require_partner(verified)
    rules.require_size(document)
    consult = await history.locked(found.id)
    await recall.require_told(verified, consult)
    await rules.require_participant(consult, verified)
    return consult


async def receive_add(verified: Verified) -> None:
    """An Add by the Group of a peer's consult: the next entry, a repeat, or a gap."""
    document = verified.document
    if not rules.is_history_add(document):
        return
    rules.require_shape(verified)
    await rules.require_partner(verified)
    consult = await locked(document["context"])
    if consult is None:
        ours = await local.institution()
        if ours.uri not in verified.activity.addressed_to():
            raise Refused("F-CON-1")
        await fetches.request("history", document["context"])
        return
    if await recall.take_out_of_turn(verified, consult):
        return
    await rules.require_owner(consult, verified)
    group = await remote.directory().store(verified.signer)
    await rules.require_proof(document, group)
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
    rules.require_shape(verified)
    await rules.require_partner(verified)
    await rules.require_owner(consult, verified)
    seq = document["cs:seq"]
    if seq <= consult.last_seq:
        await rules.require_same_past(consult, document)
        return True
    if seq > consult.last_seq + 1:
        return False
    rules.require_layers(consult, document)
    if recalls.is_tombstone(document["object"]):
        await obeying.keep_number(consult, document)
        return True
    if await burying.is_buried(consult, document):
        await obeying.keep_number(consult, obeying.bare(document, datetime.now(UTC)))
        return True
    rules.require_inner(consult, document["object"])
    found = await _inner_author(consult, document)
    if found is None:
        return False
    author, claims = found
    await rules.require_new(consult, document["object"], author)
    is_again = await obeying.is_question_again(consult, document["object"], author)
    await receiving.apply_addition(consult, document, author, claims)
    if is_again:
        await _expect_images(consult, document["object"])
    return True


async def take_first(verified: Verified, members: Mapping[str, Any]) -> Consult:
    """Store a peer's consult from entry 1 and its `K/members`, in the caller's transaction."""
    document = verified.document
    rules.require_shape(verified)
    await rules.require_partner(verified)
    inner = document["object"]
    root = inner.get("object") if isinstance(inner, Mapping) else None
    is_gone = recalls.is_tombstone(inner) and isinstance(root, str)
    is_question = isinstance(root, Mapping) and root.get("type") == "Article"
    if document["cs:seq"] != 1 or not (is_question or is_gone):
        raise Malformed("a consult begins with its question")
    if is_question:
        rules.require_own(inner)
    group = await remote.directory().store(verified.signer)
    await rules.require_readers(receiving.require_members(members, group.uri), document, group)
    known = Q(root_uri=vocabulary.id_of(root)) | Q(group_id=group.id)
    if await Consult.filter(known).exists():
        raise Refused("T60 second root")
    asker = await remote.directory().store(vocabulary.id_of(inner.get("actor")))
    if asker.host != group.host:
        raise Refused("T60 asker")
    expected = [vocabulary.id_of(members), *rules.listed(document, "to")[1:]]
    for layer in (document,) if is_gone else (document, inner, inner["object"]):
        rules.require_layer(layer, expected, document["context"], group.uri)
    if is_gone:
        rules.require_same_host(vocabulary.id_of(root), group.host)
        return await receiving.create_without_words(document, members, group, asker)
    await rules.require_proof(inner, asker)
    consult = await receiving.create(document, members, group, asker)
    await _expect_images(consult, inner)
    return consult


async def _expect_images(consult: Consult, inner: Mapping[str, Any]) -> None:
    """Of a question that came, or came again."""
    await consult.fetch_related("group")
    root = inner.get("object")
    if isinstance(root, Mapping) and await trust.shares_images(consult.group.host):
        for url in await images.expect(consult, root):
            await fetches.request("media", url, channel=consult.uri)


async def _inner_author(
    consult: Consult, document: Mapping[str, Any]
) -> tuple[Actor, standing.Claims | None] | None:
    """Who wrote what an Add brings, proof checked; None while the key is still to be fetched.

    Claims are given only where the owner's word stands for an institution we do not deal with.
    """
    inner = document["object"]
    uri = vocabulary.id_of(inner.get("actor"))
    host = host_of(uri, config.current().development)
    takes_part = await Participant.filter(consult_id=consult.id, host=host).exists()
    if not (takes_part or uri == consult.group.uri):
        raise Refused("F-CON-1 author")
    if not await trust.shares_consults(host):
        return await consult_authors.author_by_word(consult, document, host)
    author = await Actor.get_or_none(uri=uri)
    if author is None or not (author.is_local or author.proven_at):
        return None
    await rules.require_proof(inner, author)
    return author, None


def _path_kind(uri: str) -> str:
    return uri.removeprefix(config.current().origin).split("/")[1]
