"""Invite by name: the asker asks one colleague more, where the consult can be read already.

At home at once; elsewhere by an `Invite` to that institution alone, outside the history. Nothing
comes back: not whether the person is there, takes invitations or was asked before (T87).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import FederationError, NotAllowed
from instance import events, raw_sql
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Invitee,
    Member,
    Participant,
    Peer,
    Scope,
    Status,
    Why,
)
from instance.outbox import consults as documents
from instance.outbox.enqueue import enqueue
from instance.services import members
from instance.services.consults import asking, reading

INVITING = frozenset({*reading.UNANSWERED, Status.ANSWERED})
_NOT_FOUND = "This is no colleague here or at a partner hospital who takes invitations."
_NOT_INSIDE = "Their hospital cannot read this consult. Choose a colleague of one that can."
_YOURSELF = "Write the address of a colleague."
_OVER = "This consult takes no more invitations: it is closed, or for named people alone."


async def invite(member: Member, consult_id: int, address: str) -> None:
    """Once each, however often it is pressed. Raises NotFound for who did not ask it, FormRefused
    saying what to write instead, Conflict where it is over."""
    consult = await reading.readable(member, consult_id)
    if not consult.is_local or consult.asker.member_id != member.id:
        raise NotFound
    if not may_invite(consult):
        raise Conflict(_OVER)
    target = await _target(consult, address, member)
    now = datetime.now(UTC)
    async with in_transaction():
        consult = await asking.locked(consult_id)
        _, is_new = await Invitee.get_or_create(
            consult_id=consult.id, target_id=target.id, defaults={"invited_at": now}
        )
        if not is_new:
            return
        if target.is_local:
            await asking.ask(consult, target, Why.INVITED, now)
        else:
            await _send(consult, target, now)
        await events.publish("consult", consult.id)


def may_invite(consult: Consult) -> bool:
    """Never among named people: there it would widen who may read."""
    return consult.status in INVITING and consult.scope is not Scope.NAMED and not consult.is_locked


async def of_consult(consult: Consult) -> list[Invitee]:
    """For its asker: whom they invited, and nothing of what became of it."""
    rows = await raw_sql.where(Invitee, "consult_id = ?1 ORDER BY id", [consult.id])
    await raw_sql.load_all(rows, "target")
    return rows


async def receive(consult: Consult, document: Mapping[str, Any], now: datetime) -> None:
    """The asker of a peer's consult invites one of ours, all signatures checked by the caller; in
    its transaction, which holds the consult.

    Raises NotAllowed alike for who is not here and who takes no invitations.
    """
    uri = vocabulary.id_of(document.get("target"))
    target = await Actor.get_or_none(uri=uri, is_local=True, kind=ActorKind.PERSON)
    if target is None or not await _may_be_invited(target):
        raise NotAllowed("6.3 invite")
    if consult.status in INVITING and consult.scope is not Scope.NAMED:
        await asking.ask(consult, target, Why.INVITED, now)


async def _may_be_invited(target: Actor, *, is_found: bool = False) -> bool:
    """Who has a public profile, or lets others find them, and may answer. `is_found`: the one who
    asks finds them anyway."""
    member = await Member.get_or_none(id=target.member_id)
    takes = is_found or target.discoverable or target.allows_invitations
    return takes and target.moved_to_uri is None and member is not None and asking.answers(member)


async def _target(consult: Consult, address: str, member: Member) -> Actor:
    refused = FormRefused({"colleague": _NOT_FOUND})
    if not address.strip():
        raise FormRefused({"colleague": _YOURSELF})
    try:
        target = await members.found_at(address.strip())
    except (FederationError, OSError, NotFound) as error:
        raise refused from error
    if target.kind is not ActorKind.PERSON or target.moved_to_uri is not None:
        raise refused
    if target.is_local and target.member_id == member.id:
        raise FormRefused({"colleague": _YOURSELF})
    inside = Participant.filter(consult_id=consult.id, host=target.host, is_institution=True)
    if not await inside.exists():
        raise FormRefused({"colleague": _NOT_INSIDE})
    is_colleague = target.is_local and not target.is_pseudonym
    if target.is_local and not await _may_be_invited(target, is_found=is_colleague):
        raise refused
    return target


async def _send(consult: Consult, target: Actor, now: datetime) -> None:
    await consult.fetch_related("asker", "group")
    peer = await Peer.get(host=target.host)
    document = await documents.invitation(consult, consult.asker, target, now)
    await enqueue(document, sender=consult.asker, inboxes=[str(peer.inbox)], consult=consult)
