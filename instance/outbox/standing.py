"""Standing statements: what an institution vouches about one actor (domain.md 4.6).

Status lists are not part of this version: a statement is bounded by its dates alone.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from federation import contexts, proofs, vocabulary
from federation.errors import FederationError, NotAllowed
from federation.keys import PublicKey
from federation.origin import require_same_origin
from instance import config
from instance.models import Actor, Level, Member, Profession, Stage, Standing
from instance.outbox import local

LONGEST = {
    Level.INSTITUTIONAL: timedelta(days=7),
    Level.VERIFIED: timedelta(days=90),
    Level.CHECKED: timedelta(days=90),
    Level.ATTESTED: timedelta(days=365),
    Level.GUEST: timedelta(days=365),
}
_RENEWED_BEFORE = timedelta(days=2)
_METHODS = {
    Level.INSTITUTIONAL: "sso",
    Level.VERIFIED: "roster",
    Level.CHECKED: "registry",
    Level.ATTESTED: "attest",
    Level.GUEST: "attest",
}


class StandingRefused(NotAllowed):
    """A standing statement that breaks F-STD-1."""


@dataclass(frozen=True)
class Claims:
    """What a statement says, after the local ceiling was laid on `level`."""

    level: int
    profession: str
    stage: str
    specialties: list[str]
    vouched_by: str = ""  # the host whose word it is, where not its own institution's (F-CON-5)

    @property
    def may_answer(self) -> bool:
        """L3+ physicians in practice (domain.md 4.5; 1, row 10); trainees read along."""
        return (
            self.level >= Level.VERIFIED
            and self.profession == Profession.PHYSICIAN
            and self.stage == Stage.PRACTISING
        )

    @property
    def may_take_part(self) -> bool:
        return self.level >= Level.CHECKED

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def claims_of(member: Member) -> Claims:
    """A member's present standing at home: what the roster says holds at once."""
    return Claims(
        int(member.level), member.profession.value, member.stage.value, member.specialties
    )


async def issue(actor: Actor, member: Member, now: datetime) -> Standing:
    """Make and store a fresh statement for `actor`, replacing an older one."""
    today = datetime(now.year, now.month, now.day, tzinfo=UTC)
    start = today - timedelta(days=_drawn(LONGEST[member.level].days // 8))
    until = start + LONGEST[member.level] - timedelta(days=_drawn(LONGEST[member.level].days // 3))
    institution = await local.institution()
    document = {
        "@context": contexts.STANDING,
        "type": ["VerifiableCredential", "PhysicianStanding"],
        "issuer": institution.uri,
        "validFrom": contexts.timestamp(start),
        "validUntil": contexts.timestamp(until),
        "credentialSubject": {
            "id": actor.uri,
            "cs:level": f"L{int(member.level)}",
            "cs:stage": member.stage.value,
            "cs:role": member.profession.value,
            "cs:specialties": member.specialties,
            "cs:jurisdiction": member.jurisdiction,
            "cs:methodClass": _METHODS[member.level],
        },
    }
    signed = proofs.add_proof(document, await local.private_key(institution, "ed25519"), now)
    return await store(actor, signed, claims_of(member), start, until)


async def changed(member: Member, now: datetime) -> None:
    """Say anew what holds for each identity of a member, in the transaction of the change.

    At home it holds at once. Partners read it when they ask for the actor the next time.
    """
    for actor in await Actor.filter(member_id=member.id).order_by("id"):
        await issue(actor, member, now)


async def current(actor: Actor, now: datetime) -> dict[str, Any] | None:
    """The statement to show a trusted peer with a local actor; renewed before it runs out.

    Peers keep what they fetched for a day: it must hold that long, or answers would be refused.
    """
    if actor.member_id is None:
        return None
    member = await Member.get(id=actor.member_id)
    row = await Standing.get_or_none(actor_id=actor.id)
    lasting = row is not None and row.valid_until > now + _RENEWED_BEFORE
    if row is None or not lasting or _claims_in(row) != claims_of(member):
        row = await issue(actor, member, now)
    document: dict[str, Any] = row.document
    return document


def _claims_in(row: Standing) -> Claims:
    return Claims(row.level, row.profession, row.stage, row.specialties)


def check(
    document: Mapping[str, Any], *, subject: str, issuer_key: PublicKey, ceiling: int, now: datetime
) -> Claims:
    """F-STD-1 without the status bits. `issuer_key`: the PINNED key of the subject's institution.

    Raises StandingRefused, naming the rule that failed.
    """
    try:
        return _check(document, subject, issuer_key, ceiling, now)
    except StandingRefused:
        raise
    except (FederationError, ValueError, TypeError, KeyError) as error:
        raise StandingRefused(f"F-STD-1: {type(error).__name__}") from error


def _check(
    document: Mapping[str, Any], subject: str, key: PublicKey, ceiling: int, now: datetime
) -> Claims:
    if "PhysicianStanding" not in document["type"] or document["issuer"] != key.owner:
        raise StandingRefused("F-STD-1: not a statement by the pinned institution")
    if proofs.proof_method(dict(document)) != key.id:
        raise StandingRefused("F-STD-1: not signed with the pinned key")
    proofs.check_proof(dict(document), key, now)
    claims = document["credentialSubject"]
    require_same_origin(key.owner, subject, dev=config.current().development)
    if vocabulary.id_of(claims) != subject:
        raise StandingRefused("F-STD-1: about somebody else")
    level = Level(int(str(claims["cs:level"]).removeprefix("L")))
    start, until = dates(document)
    if not start <= now + timedelta(minutes=5) or not now < until:
        raise StandingRefused("F-STD-1: outside its dates")
    if until - start > LONGEST[level]:
        raise StandingRefused("F-STD-1: valid for too long")
    return Claims(min(int(level), ceiling), *_words(claims))


def as_counted(document: Mapping[str, Any], ceiling: int) -> dict[str, Any]:
    """A statement of others as we pass it on: where less of it counts here, that is our word and
    no longer theirs."""
    claims = document["credentialSubject"]
    if int(str(claims["cs:level"]).removeprefix("L")) <= ceiling:
        return dict(document)
    bare = {name: value for name, value in document.items() if name != "proof"}
    return {**bare, "credentialSubject": {**claims, "cs:level": f"L{ceiling}"}}


def on_the_word_of(host: str, document: Any, ceiling: int) -> Claims:
    """What a consult's owner says it checked; unreadable claims count as none."""
    try:
        claims = document["credentialSubject"]
        level = int(str(claims["cs:level"]).removeprefix("L"))
        return Claims(max(0, min(level, ceiling)), *_words(claims), host)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Claims(0, "other", "practising", [], host)


def _words(claims: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """Role, stage and specialties, cut to what the columns hold; an unknown one gives nothing."""
    slugs = [str(slug)[:40] for slug in claims.get("cs:specialties", [])][:10]
    return str(claims["cs:role"])[:12], str(claims["cs:stage"])[:12], slugs


def dates(document: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return (
        datetime.fromisoformat(document["validFrom"]),
        datetime.fromisoformat(document["validUntil"]),
    )


async def store(
    actor: Actor, document: Mapping[str, Any], claims: Claims, start: datetime, until: datetime
) -> Standing:
    """Keep the newest statement about an actor, local or remote."""
    values = {
        "document": dict(document),
        "level": claims.level,
        "stage": claims.stage,
        "profession": claims.profession,
        "specialties": claims.specialties,
        "valid_from": start,
        "valid_until": until,
    }
    row, _ = await Standing.update_or_create(defaults=values, actor_id=actor.id)
    return row


def _drawn(days: int) -> int:
    """Days drawn per actor, so that the dates of two statements link nobody (F-ACT-2)."""
    return secrets.randbelow(days + 1)
