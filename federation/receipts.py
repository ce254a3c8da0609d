"""Deletions that ask for a receipt, and receipts: the documents of federation.md 6.4.

Both are by Applications, with a proof by a key that two people compared: they hold after trust has
ended, when nobody's documents are served any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from federation import contexts, statements
from federation.errors import Malformed
from federation.fields import time_of
from federation.keys import PrivateKey
from federation.relationships import id_in

LEFT = "left"
PURGE_WITHIN = timedelta(hours=24)
_IDS_MOST = 2_000
_AHEAD = timedelta(minutes=5)  # of our clock
_LEFT_MOST = 1_000_000


@dataclass(frozen=True)
class Told:
    """A receipt as read. `named`: the Delete it answers, or the consult where none was needed."""

    named: str
    purged: frozenset[str]
    remaining: int
    purged_at: datetime
    backups_until: datetime | None


def deletion(
    uri: str, named: str | list[str], reason: str, *, to: str, key: PrivateKey, now: datetime
) -> dict[str, Any]:
    """A bare `Delete` to the leaver (6.2.6): by the Application, as it knows no Group any more."""
    return statements.build(
        *("Delete", uri),
        actor=key.owner,
        to=to,
        content=named,
        key=key,
        now=now,
        more=terms(reason, now),
    )


def terms(reason: str, now: datetime) -> dict[str, str]:
    """What a Delete that wants a receipt says beside what it deletes."""
    return {"cs:reason": reason, "cs:purgeBy": contexts.timestamp(now + PURGE_WITHIN)}


def receipt(
    uri: str,
    named: str,
    purged: list[str],
    remaining: int,
    *,
    purged_at: datetime,
    backups_until: datetime | None,
    to: str,
    key: PrivateKey,
    now: datetime,
) -> dict[str, Any]:
    result = {
        "type": "cs:Receipt",
        "cs:purged": purged,
        "cs:remaining": remaining,
        "cs:purgedAt": contexts.timestamp(purged_at),
    }
    if backups_until is not None:
        result["cs:backupsUntil"] = contexts.timestamp(backups_until)
    more = {"result": result}
    return statements.build(
        "Accept", uri, actor=key.owner, to=to, content=named, key=key, now=now, more=more
    )


def is_deletion(document: Mapping[str, Any]) -> bool:
    """Whether an Application asks for one, outside any history. Others delete what is public, or,
    in what they name as `audience`, what they wrote."""
    wants_receipt = document.get("type") == "Delete" and isinstance(document.get("cs:reason"), str)
    return wants_receipt and "audience" not in document


def is_receipt(document: Mapping[str, Any]) -> bool:
    result = document.get("result")
    return isinstance(result, Mapping) and result.get("type") == "cs:Receipt"


def read(document: Mapping[str, Any], now: datetime) -> Told:
    """Its shape alone: whether it was asked for is the caller's to know. Raises Malformed."""
    result: Mapping[str, Any] = document["result"]
    purged, remaining = result.get("cs:purged"), result.get("cs:remaining")
    if not isinstance(purged, list) or not 1 <= len(purged) <= _IDS_MOST:
        raise Malformed("a receipt for nothing")
    if not all(isinstance(uri, str) for uri in purged):
        raise Malformed("cs:purged are no ids")
    if not isinstance(remaining, int) or isinstance(remaining, bool):
        raise Malformed("cs:remaining is no number")
    if not 0 <= remaining <= _LEFT_MOST:
        raise Malformed("cs:remaining is no number")
    purged_at = time_of("cs:purgedAt", result.get("cs:purgedAt"))
    if purged_at is None or purged_at > now + _AHEAD:
        raise Malformed("cs:purgedAt is not yet")
    return Told(
        named=id_in(document, "object"),
        purged=frozenset(purged),
        remaining=remaining,
        purged_at=min(purged_at, now),
        backups_until=time_of("cs:backupsUntil", result.get("cs:backupsUntil")),
    )
