"""What people and stewards of ours, and other hospitals, say to a proposal to publish a consult.

An answer goes to the owner of the consult alone: the history, which everybody in it reads, would
tell who declined.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation import cosignatures, vocabulary
from federation.cosignatures import Answer
from instance import config, events
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.ids import new_id
from instance.models import Actor, Consult, Member, Publication, PublicationAnswer
from instance.outbox import consults as documents
from instance.outbox import local, posts
from instance.outbox.enqueue import enqueue
from instance.services import audit, duties, members
from instance.services.consults import consents, publishing, reading
from instance.services.consults.consents import CHOICES, LEAVE_OUT, OBJECT, PUBLISH, Said
from instance.services.consults.states import Event
from instance.services.duties import Duty

_SIGNED_MOST = 20


async def answer(member: Member, consult_id: int, digest: str, choice: str, *, named: bool) -> None:
    """Say what is to happen with one's own words. Until the end it can be said anew; an objection
    stands. Raises NotFound, Conflict for another text than the one that stands, FormRefused."""
    consult = await reading.readable(member, consult_id)
    if choice not in CHOICES:
        raise FormRefused({"choice": "Choose what happens with what you wrote."})
    async with in_transaction():
        consult, found = await _held(consult, digest)
        row = await consents.own_answer(member, found)
        if row is None or row.actor_uri == consult.asker.uri:
            raise NotFound
        said, now = Said(choice, named, digest), datetime.now(UTC)
        if not await consents.keep(found, row, said, now):
            return
        if consult.is_local:
            await publishing.settle(consult, found, now)
        else:
            await _send(consult, found, row, said, now)
        await events.publish("consult", consult.id)


async def to_sign(member: Member) -> list[Publication]:
    """Proposals that wait for a steward of ours, the oldest first. Raises NotAllowed."""
    duties.require(member, Duty.SAFETY)
    rows = _ours().filter(said=None, publication__ended_at=None)
    return [row.publication for row in await rows.order_by("publication_id")]


async def signed(member: Member) -> list[PublicationAnswer]:
    """What our stewards said of proposals that stand or are public, the newest first; not yet to
    who proposed it. Raises NotAllowed."""
    duties.require(member, Duty.SAFETY)
    rows = _ours().filter(said__not_isnull=True).order_by("-publication_id").limit(_SIGNED_MOST)
    return [row for row in await rows if _may_know(member, row.publication)]


async def to_read(member: Member, publication_id: int) -> PublicationAnswer:
    """A proposal that stands or is public, and what a steward of ours said of it, as far as this
    one may know. Raises NotFound."""
    duties.require(member, Duty.SAFETY)
    row = await _ours().get_or_none(publication_id=publication_id)
    if row is None or not row.publication.words:
        raise NotFound
    row.said = row.said if _may_know(member, row.publication) else None
    return row


async def sign(member: Member, publication_id: int, digest: str, *, agrees: bool) -> None:
    """For our hospital, as one of its stewards, whoever did not propose it. A second click changes
    nothing. Raises NotFound, NotAllowed, Conflict."""
    read = (await to_read(member, publication_id)).publication
    async with in_transaction():
        consult, found = await _held(read.consult, digest)
        if consult.asker.member_id == member.id:
            raise NotAllowed("Another steward signs what you proposed.")
        ours, now = await local.institution(), datetime.now(UTC)
        row = await PublicationAnswer.get_or_none(publication_id=found.id, actor_uri=ours.uri)
        by = await members.speaking_as(member)
        said = Said(PUBLISH if agrees else OBJECT, True, digest, by.uri, now.isoformat())
        if row is None or row.said is not None or not await consents.keep(found, row, said, now):
            return
        await audit.record(
            "consult.publish_answered", actor_uri=by.uri, host=by.host, subject=consult.uri
        )
        if consult.is_local:
            await publishing.settle(consult, found, now)
        else:
            key = await local.private_key(ours, "ed25519")
            reply = Answer(found.uri, digest, agrees)
            to = consult.group
            document = cosignatures.build(posts.activity_uri(), reply, to=to.uri, key=key, now=now)
            await enqueue(document, sender=ours, inboxes=[to.inbox], as_partner=True)


async def take(consult: Consult, note: Mapping[str, Any], author: Actor) -> None:
    """A guest's answer, for a consult of ours, which is locked. Raises NotAllowed."""
    choice = PUBLISH if note["cs:consent"] else LEAVE_OUT
    choice = OBJECT if note.get("cs:objects") is True else choice
    said = Said(choice, note.get("cs:named") is True, str(note.get("cs:digest")))
    await _take(consult, vocabulary.id_of(note.get("inReplyTo")), author.uri, said)


async def take_signature(consult: Consult, signer_uri: str, reply: Answer) -> None:
    """A hospital's answer, for a consult of ours, which is locked. Raises NotAllowed."""
    said = Said(PUBLISH if reply.agrees else OBJECT, True, reply.digest)
    await _take(consult, reply.named, signer_uri, said)


def _ours() -> QuerySet[PublicationAnswer]:
    """Where our hospital is asked, with what it is asked about."""
    rows = PublicationAnswer.filter(actor_uri=config.current().uri("/actor"))
    return rows.select_related("publication__consult__group", "publication__consult__asker")


def _may_know(member: Member, found: Publication) -> bool:
    """Nobody who proposed it learns who is against it, a steward or not."""
    return bool(found.public_uri) or found.consult.asker.member_id != member.id


async def _held(consult: Consult, digest: str) -> tuple[Consult, Publication]:
    """The consult, locked, and the proposal of this text. Raises Conflict where none stands."""
    kept = await Consult.filter(id=consult.id).select_for_update().get()
    await kept.fetch_related("group", "asker")
    found = await Publication.filter(consult_id=kept.id, ended_at=None).order_by("-id").first()
    if found is None or found.digest != digest or found.ends_at <= datetime.now(UTC):
        raise Conflict("This text is not proposed any more. Look at what stands now.")
    return kept, found


async def _take(consult: Consult, named: str | None, actor_uri: str, said: Said) -> None:
    now = datetime.now(UTC)
    found = await Publication.get_or_none(consult_id=consult.id, uri=named or "", ended_at=None)
    row = (
        await PublicationAnswer.get_or_none(publication_id=found.id, actor_uri=actor_uri)
        if found is not None and found.digest == said.digest
        else None
    )
    if found is None or row is None:
        raise NotAllowed
    if await consents.keep(found, row, said, now):
        await publishing.settle(consult, found, now)
        await events.publish("consult", consult.id)


async def _send(
    consult: Consult, found: Publication, row: PublicationAnswer, said: Said, now: datetime
) -> None:
    """To its owner alone, who spreads it to nobody."""
    author = await Actor.get(uri=row.actor_uri)
    note = {
        "id": config.current().uri(f"/o/{new_id()}"),
        "inReplyTo": found.uri,
        "cs:kind": Event.CONSENT.value,
        "cs:consent": said.choice == PUBLISH,
        **({"cs:objects": True} if said.choice == OBJECT else {}),
        "cs:named": said.named,
        "cs:digest": said.digest,
        "content": "",
    }
    activity = await documents.contribution(consult, author, note, now)
    await enqueue(activity, sender=author, inboxes=[consult.group.inbox], consult=consult)
