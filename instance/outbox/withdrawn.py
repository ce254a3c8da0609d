"""Whether a partner withdrew a statement that we have, as its lists said last: for what is shown.

What answers is asked of fresh lists (`partner_lists`); a badge must not claim what they deny.
"""

from collections.abc import Mapping
from typing import Any

from federation import status_lists
from federation.status_lists import StatusListRefused
from instance import raw_sql
from instance.models import RemoteStatusList, Standing

_AT_ONCE = 500


async def is_withdrawn(statement: Mapping[str, Any]) -> bool:
    """Revoked or suspended. What no list of ours tells of is not."""
    named = status_lists.entries(statement)
    found = await raw_sql.some(RemoteStatusList, "uri", sorted({entry.uri for entry in named}))
    bits = {row.uri: row.bits for row in found}
    return any(_is_set(bits[entry.uri], entry.index) for entry in named if entry.uri in bits)


async def note(host: str) -> None:
    """A list of this partner changed: so did what its people may be shown with."""
    rows = Standing.filter(actor__host=host, actor__is_local=False).order_by("id")
    last = 0
    while some := await rows.filter(id__gt=last).limit(_AT_ONCE):
        for row in some:
            now = await is_withdrawn(row.document)
            if now != row.is_withdrawn:
                await Standing.filter(id=row.id).update(is_withdrawn=now)
        last = some[-1].id


def _is_set(bits: bytes, index: int) -> bool:
    try:
        return status_lists.is_set(bits, index)
    except StatusListRefused:
        return False
