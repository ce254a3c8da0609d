"""Refusals of somebody who was authenticated, and what they leave behind (threats.md, AUDIT)."""

import re
from datetime import UTC, datetime
from hashlib import sha256

from federation.authentication import Level, Verified
from federation.errors import Impersonation, NotAllowed
from federation.origin import host_of
from instance import config, errors
from instance.models import Consult
from instance.outbox import limits, trust
from instance.services import audit

_RULE = re.compile(r"([A-Z]-[A-Z]{3}-\d|T\d\d|\d{1,2}\.\d(\.\d)?)\b[^:]{0,30}")
_PER_MINUTE = 30  # audit rows that the strangers of one registered domain cause


class Refused(NotAllowed):
    """Somebody who was authenticated asked for what no rule gives them. `rule`: its id."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Equivocation(Refused):
    """The owner of a consult told two stories under one number; the consult freezes (T60)."""

    def __init__(self, consult_id: int) -> None:
        super().__init__("T60 equivocation")
        self.consult_id = consult_id


async def record(error: Exception, verified: Verified, body: bytes) -> None:
    """Call it after everything else the activity did was undone.

    Strangers leave a row only where they reached for a consult, of those not many, and whether
    there is one or not: what takes longer tells (T49). What a trusted host may not do always does.
    """
    if isinstance(error, Equivocation):
        await _freeze(error.consult_id)
    if verified.level is Level.TRUSTED:
        comes_again = isinstance(error, errors.TooMany | errors.Unavailable)
        is_recorded = isinstance(error, NotAllowed | errors.CurbsideError) and not comes_again
    else:
        is_recorded = isinstance(error, Refused) and _has_room(verified.host)
    if is_recorded:
        await _record(verified.signer, verified.host, verified.activity.id, _rule_of(error), body)


async def record_impersonation(error: Impersonation, body: bytes) -> None:
    """T01: only who poses as a member of ours or of a trusted peer leaves a row."""
    development = config.current().development
    host = host_of(error.signer, development)
    poses_as = await trust.level(host_of(error.claimed, development))
    if poses_as is Level.TRUSTED and _has_room(host):
        await _record(error.signer, host, error.activity_id, "T01", body)


async def _record(actor_uri: str, host: str, activity_id: str, rule: str, body: bytes) -> None:
    await audit.record(
        "inbox.refused",
        actor_uri=actor_uri,
        host=host,
        subject=activity_id[:512],
        rule=rule,
        bytes=len(body),
        sha256=sha256(body).hexdigest(),
    )


def _has_room(host: str) -> bool:
    """The record is for what administrators look at; a flood of one kind would hide the rest."""
    domain = limits.registered_domain(host)
    return limits.current().audited.take(domain, _PER_MINUTE)


async def _freeze(consult_id: int) -> None:
    """No word of this owner about the consult is believed again."""
    rows = Consult.filter(id=consult_id)
    await rows.update(is_locked=True, frozen_at=datetime.now(UTC))


def _rule_of(error: Exception) -> str:
    """The rule id an error names; nothing else of its text, which others may have a part in."""
    named = _RULE.match(str(error))
    return named.group(0) if named else type(error).__name__
