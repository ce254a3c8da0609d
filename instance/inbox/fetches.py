"""Ask a worker for a document a handler may not wait for (house.md: no HTTP in a handler)."""

from datetime import UTC, datetime
from typing import Literal

from federation.errors import FederationError
from federation.origin import host_of
from instance import config, events
from instance.ids import new_id
from instance.models import Fetch

Kind = Literal["object", "history"]


class NotYet(FederationError):
    """Something else was asked for first; this one is tried again after it."""


async def request(kind: Kind, uri: str) -> None:
    """Fetch `uri` soon; asked for again before it was fetched, it is fetched once more."""
    now = datetime.now(UTC)
    host = host_of(uri, config.current().development)
    row, is_new = await Fetch.get_or_create(
        defaults={"id": new_id(), "host": host, "due_at": now}, kind=kind, uri=uri
    )
    if not is_new:
        row.due_at = now
        await row.save(update_fields=["due_at"])
    await events.publish("fetch", row.id)


async def wake(host: str) -> None:
    """A sign of life from a host: what waits longest for it is tried at once.

    Its success frees the rest, as with deliveries (federation.md 12).
    """
    now = datetime.now(UTC)
    row = await Fetch.filter(host=host, due_at__gt=now).order_by("id").first()
    if row is not None:
        await Fetch.filter(id=row.id, due_at__gt=now).update(due_at=now)
        await events.publish("fetch", row.id)


async def wake_all(host: str) -> None:
    """A host that did not answer does again."""
    now = datetime.now(UTC)
    await Fetch.filter(host=host, due_at__gt=now).update(due_at=now)
