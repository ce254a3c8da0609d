"""Ask a worker for a document a handler may not wait for (house.md: no HTTP in a handler)."""

from datetime import UTC, datetime
from typing import Any, Literal

from federation.errors import Malformed
from federation.origin import host_of
from instance import config, events, raw_sql
from instance.errors import TooMany, Unavailable
from instance.ids import new_id
from instance.models import Fetch
from instance.outbox import limits, trust

# "reply": a post for a channel of ours whose parent is unknown. "activity": what a channel
# elsewhere announced and only its origin, or its author's key, can confirm. "move": the new account
# of the one in `channel`. "thread": the rest of the thread that a post began (section 7).
# "followers": our members who follow somebody, as their server lists them (FEP-8fcf). "deletion": a
# post that somebody says was deleted, without a proof. "status": a partner's list of standing.
# "media": an image of the consult in `channel`. "picture": one of the public post in `channel`;
# "portrait": of the profile of the actor in `channel`.
Kind = Literal[
    "actor",
    "object",
    "history",
    "reply",
    "activity",
    "move",
    "thread",
    "followers",
    "deletion",
    "status",
    "media",
    "picture",
    "portrait",
]
# Asked for every post in a channel. Nearly always none wait, and an UPDATE of no rows makes SQLite
# write down first what the transaction has of words (FTS5), each time.
_WAITING = """
SELECT 1 FROM "fetch" WHERE kind = 'reply' AND channel = ?1 AND due_at > ?2 LIMIT 1
"""
_URI_MAX = 512  # as in the table
_FIRST_WAIT_SECONDS = 10  # less is nothing to those who send
_PER_MINUTE, _PER_MINUTE_PEER = 60, 600  # that one host makes us fetch (T40)


class Awaited(Unavailable):
    """A decision needs this document first: it is asked for, and the sender comes again.

    Raised in a transaction, it undoes everything; who catches it makes the request.
    """

    def __init__(self, kind: Kind, uri: str) -> None:
        super().__init__()
        self.kind, self.uri = kind, uri


async def request_for(
    sender: str,
    kind: Kind,
    uri: str,
    *,
    channel: str = "",
    activity: dict[str, Any] | None = None,
) -> None:
    """Fetch something public because an activity from the host `sender` names it.

    `channel`: the one it is for or that announced it; `activity`: what waits for it. Raises
    TooMany where that host made us fetch too much already (T40): its sender comes again.
    """
    if not limits.current().asked_fetches.take(sender, await _per_minute(sender)):
        raise TooMany(retry_after_seconds=60)
    await request(kind, uri, channel=channel, activity=activity)


async def request_awaited(error: Awaited) -> None:
    """Fetch what a decision waits for, and let its sender come again when it may be here: after a
    moment, but where it was tried in vain already."""
    row = await request(error.kind, error.uri)
    if not row.attempts:
        error.retry_after_seconds = _FIRST_WAIT_SECONDS


async def request(
    kind: Kind, uri: str, *, channel: str = "", activity: dict[str, Any] | None = None
) -> Fetch:
    """Fetch `uri` soon; asked for again before it was fetched, it is fetched once more."""
    if len(uri) > _URI_MAX:
        raise Malformed("an id of more than 512 characters")
    now = datetime.now(UTC)
    development = config.current().development
    host = host_of(uri, development.with_files() if kind == "media" else development)
    row, is_new = await Fetch.get_or_create(
        defaults={"id": new_id(), "host": host, "due_at": now, "activity": activity},
        kind=kind,
        uri=uri,
        channel=channel,
    )
    if not is_new:
        row.due_at = now
        await row.save(update_fields=["due_at"])
    await events.publish("fetch", row.id)
    return row


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


async def wake_replies(channel: str) -> None:
    """A channel of ours has a new post: what waits for a parent there may go on."""
    now = datetime.now(UTC)
    if await raw_sql.look_up(_WAITING, [channel, now]):
        waiting = Fetch.filter(kind="reply", channel=channel, due_at__gt=now)
        await waiting.update(due_at=now)
        await events.publish("fetch", 0)


async def _per_minute(sender: str) -> int:
    """A partner's channel is busier than a stranger may be."""
    return _PER_MINUTE_PEER if await trust.is_trusted(sender) else _PER_MINUTE
