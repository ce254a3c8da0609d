"""Refusals of somebody who was authenticated, and what they leave behind (threats.md, AUDIT)."""

import re
from datetime import UTC, datetime
from hashlib import sha256

from federation.authentication import Level, Verified
from federation.errors import NotAllowed
from instance import errors
from instance.models import Consult
from instance.services import audit

_RULE = re.compile(r"([A-Z]-[A-Z]{3}-\d|T\d\d|\d\.\d(\.\d)?)\b[^:]{0,30}")


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

    Strangers leave a row only where a rule says so; what a trusted host may not do always does.
    """
    if isinstance(error, Equivocation):
        await _freeze(error.consult_id)
    is_mistake = isinstance(error, NotAllowed | errors.CurbsideError)
    if not isinstance(error, Refused) and not (is_mistake and verified.level is Level.TRUSTED):
        return
    await audit.record(
        "inbox.refused",
        actor_uri=verified.signer,
        host=verified.host,
        subject=verified.activity.id[:512],
        rule=_rule_of(error),
        bytes=len(body),
        sha256=sha256(body).hexdigest(),
    )


async def _freeze(consult_id: int) -> None:
    """No word of this owner about the consult is believed again."""
    rows = Consult.filter(id=consult_id)
    await rows.update(is_locked=True, frozen_at=datetime.now(UTC))


def _rule_of(error: Exception) -> str:
    """The rule id an error names; nothing else of its text, which others may have a part in."""
    named = _RULE.match(str(error))
    return named.group(0) if named else type(error).__name__
