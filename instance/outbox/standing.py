"""Standing statements: what an institution vouches about one actor (domain.md 4.6).

Ours are made in `issuing`; whether one was revoked since is asked in `partner_lists`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from federation import proofs, status_lists, vocabulary
from federation.errors import FederationError, NotAllowed
from federation.keys import PublicKey
from federation.origin import require_same_origin
from instance import config
from instance.models import Actor, Level, Member, Profession, Stage, Standing

LONGEST = {
    Level.INSTITUTIONAL: timedelta(days=7),
    Level.VERIFIED: timedelta(days=90),
    Level.CHECKED: timedelta(days=90),
    Level.ATTESTED: timedelta(days=365),
    Level.GUEST: timedelta(days=365),
}
# Of the ten minutes that domain.md gives; the rest is for a worker that is busy.
SHOWN_WITHIN = timedelta(minutes=9)
_random = secrets.SystemRandom()


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
        """L3+ physicians in practice, or retired with a licence: who has none is not vouched for
        at L3 (domain.md 4.5; 1, row 10). Trainees read along. Where a stage is not told, it would
        name a pseudonym's member: their own institution knows it, and refuses trainees."""
        return (
            self.level >= Level.VERIFIED
            and self.profession == Profession.PHYSICIAN
            and self.stage in (Stage.PRACTISING, Stage.RETIRED, "")
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


async def as_told(author: Actor, claims: Claims) -> Claims:
    """What is kept beside the words of one of ours, whose `claims` are those at home: of a
    pseudonym no more than its statement says."""
    if not (author.is_local and author.is_pseudonym):
        return claims
    row = await Standing.get(actor_id=author.id)
    return replace(claims, stage=row.stage, specialties=row.specialties)


async def changed(member: Member, now: datetime) -> None:
    """Call it in the transaction that changed a member's level, stage, role or suspension.

    At home the change holds with that transaction. Others learn of it at a random moment within
    ten minutes, another one for each of the member's actors (F-ACT-2); a worker sees to it.
    """
    for row in await Standing.filter(actor__member_id=member.id, actor__is_local=True):
        due_at = now + timedelta(seconds=_random.uniform(0, SHOWN_WITHIN.total_seconds()))
        later = Q(due_at__gt=due_at) | Q(due_at=None)
        await Standing.filter(later, id=row.id).update(due_at=due_at)


def check(
    document: Mapping[str, Any],
    *,
    subject: str,
    pinned: Sequence[PublicKey],
    ceiling: int,
    now: datetime,
) -> Claims:
    """F-STD-1 without the bits. `pinned`: the keys of the subject's institution that count.

    Raises StandingRefused, naming the rule that failed.
    """
    try:
        return _check(document, subject, pinned, ceiling, now)
    except StandingRefused:
        raise
    except (FederationError, ValueError, TypeError, KeyError) as error:
        raise StandingRefused(f"F-STD-1: {type(error).__name__}") from error


def _check(
    document: Mapping[str, Any],
    subject: str,
    pinned: Sequence[PublicKey],
    ceiling: int,
    now: datetime,
) -> Claims:
    key = status_lists.key_of(document, pinned)
    if key is None:
        raise StandingRefused("F-STD-1: not signed with the pinned key")
    if "PhysicianStanding" not in document["type"] or document["issuer"] != key.owner:
        raise StandingRefused("F-STD-1: not a statement by the pinned institution")
    proofs.check_proof(dict(document), key, now)
    claims = document["credentialSubject"]
    uris = [entry.uri for entry in status_lists.entries(document)]
    require_same_origin(key.owner, subject, *uris, dev=config.current().development)
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
    """Role, stage and specialties, cut to what the columns hold; an unknown one gives nothing.
    A pseudonym's stage may be left out."""
    slugs = [str(slug)[:40] for slug in claims.get("cs:specialties", [])][:10]
    return str(claims["cs:role"])[:12], str(claims.get("cs:stage", ""))[:12], slugs


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
