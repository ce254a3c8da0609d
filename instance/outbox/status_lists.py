"""Our own status lists: the two bits of each statement of ours, and what partners are served.

Bits change in the caller's transaction, and show when it commits. Source: domain.md 4.6, F-STD-2.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import status_lists
from federation.status_lists import Entry, Purpose
from instance import config
from instance.errors import NotFound
from instance.ids import new_id
from instance.models import StatusEntry, StatusList
from instance.outbox import local

_SIGNED_EVERY = timedelta(minutes=5)
_VALID_FOR = timedelta(minutes=30)  # fetched after five minutes, it is used for another fifteen
_DRAWS = 16  # that all found a number taken: the list is three quarters full


async def ensure() -> None:
    """One list of each purpose, before there is any statement: partners fetch them early."""
    for purpose in Purpose:
        if not await StatusList.filter(purpose=purpose.value, closed_at=None).exists():
            await _begin(purpose)


async def uris() -> list[str]:
    """Of all our lists, in no order that tells anything."""
    return sorted(_uri(row.id) for row in await StatusList.all().only("id"))


async def draw(*, suspended: bool) -> list[Entry]:
    """Numbers that no statement ever had, one for each purpose (F-ACT-2)."""
    bits = {Purpose.REVOCATION: False, Purpose.SUSPENSION: suspended}
    return [await _draw(purpose, is_set=bits[purpose]) for purpose in Purpose]


async def write(statement: Mapping[str, Any], purpose: Purpose, *, is_set: bool) -> bool:
    """Set or clear a bit of one of our statements; False where it was so already, or has none."""
    found = {entry.purpose: entry for entry in status_lists.entries(statement)}
    if purpose not in found:
        return False
    list_id = int(found[purpose].uri.rpartition("/")[2])
    rows = StatusEntry.filter(list_id=list_id, index=found[purpose].index, is_set=not is_set)
    if not await rows.update(is_set=is_set):
        return False
    await StatusList.filter(id=list_id).update(document=None)
    return True


async def document(list_id: int, now: datetime) -> dict[str, Any]:
    """What partners are served: signed when a bit has changed, or every few minutes. Raises
    NotFound."""
    row = await StatusList.get_or_none(id=list_id)
    if row is None:
        raise NotFound
    if row.document is None or row.signed_at is None or row.signed_at <= now - _SIGNED_EVERY:
        async with in_transaction():
            row = await StatusList.filter(id=list_id).select_for_update().get()
            await _sign(row, now)
    served: dict[str, Any] = row.document
    return served


async def sign_anew() -> None:
    """The institution has a new key."""
    await StatusList.all().update(document=None)


async def _sign(row: StatusList, now: datetime) -> None:
    """With the list locked: no bit changes between its reading and the signature."""
    entries = await StatusEntry.filter(list_id=row.id)
    set_bits = {entry.index for entry in entries if entry.is_set}
    if row.closed_at is not None and row.purpose == Purpose.REVOCATION.value:
        # Given after the backup that we came from, and perhaps withdrawn since: nobody knows.
        set_bits |= set(range(status_lists.BITS)) - {entry.index for entry in entries}
    key = await local.private_key(await local.institution(), "ed25519")
    row.document = status_lists.build(
        _uri(row.id), Purpose(row.purpose), set_bits, key, now, now + _VALID_FOR
    )
    row.signed_at = now
    await row.save(update_fields=["document", "signed_at"])


async def _draw(purpose: Purpose, *, is_set: bool) -> Entry:
    rows = StatusList.filter(purpose=purpose.value, closed_at=None).order_by("-created_at")
    row = await rows.select_for_update().first() or await _begin(purpose)
    for _ in range(_DRAWS):
        index = secrets.randbelow(status_lists.BITS)
        if not await StatusEntry.filter(list_id=row.id, index=index).exists():
            break
    else:
        row = await _begin(purpose)
    await StatusEntry.create(list_id=row.id, index=index, is_set=is_set)
    if is_set:
        await StatusList.filter(id=row.id).update(document=None)
    return Entry(purpose, _uri(row.id), index)


async def _begin(purpose: Purpose) -> StatusList:
    return await StatusList.create(id=new_id(random_time=True), purpose=purpose.value)


def _uri(list_id: int) -> str:
    return config.current().uri(f"/s/{list_id}")
