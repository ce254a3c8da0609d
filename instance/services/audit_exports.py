"""The whole audit record with its seals, line by line, for who checks it somewhere else."""

from collections.abc import AsyncIterator
from typing import Any

from instance import raw_sql
from instance.models import AuditAnchor
from instance.services import seals

_PAGE = 500


async def rows() -> AsyncIterator[dict[str, Any]]:
    """Entries in the order of their seals, then those without, then the signed days.

    An entry is hashed as it stands under `entry`: SHA-256 of its JSON with sorted keys and without
    spaces. A seal's hash is that of [hash before, number, entry hash, sealed at, covers until].
    """
    number = seals.LOWEST
    while page := await raw_sql.run(seals.CHAIN, [number, _PAGE]):
        for row in page:
            entry = seals.canonical(row) if row["entry_id"] is not None else None
            yield {"entry": entry, "seal": _seal(row)}
        number = page[-1]["number"]
    after = seals.LOWEST
    while page := await raw_sql.run(seals.BARE, [after, _PAGE]):
        for row in page:
            yield {"entry": seals.canonical(row), "seal": None}
        after = page[-1]["id"]
    for anchor in await AuditAnchor.all().order_by("number"):
        yield {"anchor": anchor.document, "key": anchor.key}


def _seal(row: dict[str, Any]) -> dict[str, Any]:
    covers = row["covers_until"]
    return {
        "number": row["number"],
        "entry_hash": row["entry_hash"],
        "hash": row["hash"],
        "sealed_at": seals.instant(row["sealed_at"]),
        "covers_until": seals.instant(covers) if covers is not None else None,
    }
