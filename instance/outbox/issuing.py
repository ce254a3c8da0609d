"""Standing statements of our own: issued, renewed, and changed where their member's standing has.

A change shows at home at once. To others it shows at a moment of its own for each actor, so that
nobody sees which actors are one member's (F-ACT-2): until then they are served what was published.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from federation import contexts, proofs
from federation.status_lists import Purpose
from instance import raw_sql
from instance.ids import new_id
from instance.models import Actor, Level, Member, Standing
from instance.outbox import local, small_groups
from instance.outbox import status_lists as lists
from instance.outbox.small_groups import Group
from instance.outbox.standing import LONGEST, Claims, store

_KEPT_BY_PEERS = timedelta(days=2)  # a day, and room for a clock that is wrong
_RENEWED_WITHIN = timedelta(days=3)  # of its end, at a moment of the first of these
_METHODS = {
    Level.INSTITUTIONAL: "sso",
    Level.VERIFIED: "roster",
    Level.CHECKED: "registry",
    Level.ATTESTED: "attest",
    Level.GUEST: "attest",
}
_READ = """
INSERT INTO standing_reader (id, actor_id, host, fetched_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (actor_id, host) DO UPDATE SET fetched_at = excluded.fetched_at
"""


async def issue(actor: Actor, member: Member, now: datetime) -> Standing:
    """Make and store a fresh statement for `actor`, replacing an older one; with numbers of its own
    in our status lists."""
    entries = await lists.draw(suspended=member.suspended_at is not None)
    status = [entry.to_wire() for entry in entries]
    return await _sign(actor, _facts(member), await small_groups.beside(member), status, now)


async def renew(row: Standing, now: datetime) -> Standing:
    """The same statement with dates from today on, under the key we have today. A pseudonym tells
    as much of it as it may by now."""
    said, actor = row.document, await Actor.get(id=row.actor_id).select_related("member")
    member = _member_of(actor)
    if "credentialStatus" not in said:  # of a version before there were status lists
        return await issue(actor, member, now)
    beside = await small_groups.beside(member)
    return await _sign(actor, _basis(row), beside, said["credentialStatus"], now)


async def publish(standing_id: int, now: datetime) -> Actor | None:
    """Let others see what has changed, or renew what runs out; in the caller's transaction.

    Returns the actor of whom others should hear. Nothing happens before the row is due.
    """
    row = await Standing.filter(id=standing_id, due_at__lte=now).select_for_update().first()
    if row is None:
        return None
    actor = await Actor.get(id=row.actor_id).select_related("member")
    member, has_changed = _member_of(actor), False
    if is_outdated(row, actor):
        await lists.write(row.document, Purpose.REVOCATION, is_set=True)
        row, has_changed = await issue(actor, member, now), True
    elif row.valid_until <= now + _RENEWED_WITHIN:
        row = await renew(row, now)
    is_suspended = member.suspended_at is not None
    if await lists.write(row.document, Purpose.SUSPENSION, is_set=is_suspended):
        has_changed = True
    row.due_at, row.is_withdrawn = _renewal(row.valid_until), is_suspended
    await row.save(update_fields=["due_at", "is_withdrawn"])
    return actor if has_changed else None


def is_outdated(row: Standing, actor: Actor) -> bool:
    """Whether a member's standing is not what others are told; `actor` with its member."""
    if "credentialStatus" not in row.document or (actor.is_pseudonym and row.basis is None):
        return True
    return _basis(row) != _facts(_member_of(actor))


async def current(actor: Actor, now: datetime) -> dict[str, Any] | None:
    """The statement to show a trusted peer with a local actor, as it was published.

    Peers keep what they fetched for a day: where no worker renewed it in time, it is done now.
    """
    if actor.member_id is None:
        return None
    row = await Standing.get_or_none(actor_id=actor.id)
    if row is None or "credentialStatus" not in row.document:
        row = await issue(actor, await Member.get(id=actor.member_id), now)
    elif row.valid_until <= now + _KEPT_BY_PEERS:
        row = await renew(row, now)
    document: dict[str, Any] = row.document
    return document


async def note_reader(actor: Actor, host: str, now: datetime) -> None:
    """A partner was served this actor, with its standing."""
    await raw_sql.run(_READ, [new_id(), actor.id, host, now])


async def _sign(
    actor: Actor,
    facts: dict[str, Any],
    beside: list[Group],
    status: list[dict[str, str]],
    now: datetime,
) -> Standing:
    subject = {"id": actor.uri, **(_told(facts, beside) if actor.is_pseudonym else facts)}
    level = Level(int(subject["cs:level"].removeprefix("L")))
    today = datetime(now.year, now.month, now.day, tzinfo=UTC)
    start = today - timedelta(days=_drawn(LONGEST[level].days // 8))
    until = start + LONGEST[level] - timedelta(days=_drawn(LONGEST[level].days // 3))
    institution = await local.institution()
    document = {
        "@context": contexts.STANDING,
        "type": ["VerifiableCredential", "PhysicianStanding"],
        "issuer": institution.uri,
        "validFrom": contexts.timestamp(start),
        "validUntil": contexts.timestamp(until),
        "credentialSubject": subject,
        "credentialStatus": status,
    }
    # The proof says when its dates begin, not when it was made: that would name the second in
    # which the actors of a new member were all given theirs.
    signed = proofs.add_proof(document, await local.private_key(institution, "ed25519"), start)
    told = subject.get("cs:stage", ""), subject["cs:specialties"]
    claims = Claims(level, subject["cs:role"], *told)
    row = await store(actor, signed, claims, start, until)
    row.due_at, row.basis = _renewal(until), facts
    await row.save(update_fields=["due_at", "basis"])
    return row


def _facts(member: Member) -> dict[str, Any]:
    """All that a statement can say of them."""
    return {
        "cs:level": f"L{int(member.level)}",
        "cs:stage": member.stage.value,
        "cs:role": member.profession.value,
        "cs:specialties": member.specialties,
        "cs:jurisdiction": member.jurisdiction,
        "cs:methodClass": _METHODS[member.level],
    }


def _told(facts: dict[str, Any], beside: list[Group]) -> dict[str, Any]:
    """What of it a pseudonym says."""
    specialties, stage = small_groups.shown(beside, facts["cs:specialties"], facts["cs:stage"])
    told = {**facts, "cs:specialties": specialties, "cs:stage": stage}
    return {name: value for name, value in told.items() if name != "cs:stage" or value}


def _basis(row: Standing) -> dict[str, Any]:
    """The facts that it was made from; of a version before there were any, those that it says."""
    said = row.document["credentialSubject"]
    facts: dict[str, Any] = row.basis or {k: v for k, v in said.items() if k != "id"}
    return facts


def _member_of(actor: Actor) -> Member:
    if actor.member is None:
        raise LookupError(f"{actor.uri} is nobody's")
    return actor.member


def _renewal(until: datetime) -> datetime:
    """A moment drawn for each actor."""
    return until - _RENEWED_WITHIN + timedelta(seconds=secrets.randbelow(24 * 60 * 60))


def _drawn(days: int) -> int:
    """Days drawn per actor, so that the dates of two statements link nobody (F-ACT-2)."""
    return secrets.randbelow(days + 1)
