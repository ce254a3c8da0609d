"""Ask a worker for a document a handler may not wait for (house.md: no HTTP in a handler)."""

from datetime import UTC, datetime
from typing import Literal

from federation.errors import FederationError, Malformed
from federation.origin import host_of
from instance import config, events
from instance.errors import TooMany, Unavailable
from instance.ids import new_id
from instance.models import Fetch
from instance.outbox import limits

Kind = Literal["actor", "object", "history"]
_URI_MAX = 512  # as in the table
_PER_MINUTE = 60  # that one host makes us fetch (T40)


class NotYet(FederationError):
    """Something else was asked for first; this one is tried again after it."""


class Awaited(Unavailable):
    """A decision needs this document first: it is asked for, and the sender comes again.

    Raised in a transaction, it undoes everything; who catches it makes the request.
    """

    def __init__(self, kind: Kind, uri: str) -> None:
        super().__init__()
        self.kind, self.uri = kind, uri


async def request_for(sender: str, uri: str, *, channel: str = "") -> None:
    """Fetch a public post because an activity from the host `sender` names it.

    `channel`: the channel that announced it, if one did. Raises TooMany where that host made us
    fetch too much already (T40): nothing is lost, its sender comes again.
    """
    if not limits.current().asked_fetches.take(sender, _PER_MINUTE):
        raise TooMany(retry_after_seconds=60)
    await request("object", uri, channel=channel)


async def request(kind: Kind, uri: str, *, channel: str = "") -> None:
    """Fetch `uri` soon; asked for again before it was fetched, it is fetched once more."""
    if len(uri) > _URI_MAX:
        raise Malformed("an id of more than 512 characters")
    now = datetime.now(UTC)
    host = host_of(uri, config.current().development)
    row, is_new = await Fetch.get_or_create(
        defaults={"id": new_id(), "host": host, "due_at": now}, kind=kind, uri=uri, channel=channel
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
