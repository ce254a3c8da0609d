"""The record of what administrators must be able to look up later. Never content."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tortoise.exceptions import FieldError
from tortoise.queryset import QuerySet

from instance import config, events
from instance.audit_words import ACTIONS
from instance.models import Actor, AuditEntry, AuditSeal

log = logging.getLogger(__name__)

EVENT = "audit"  # wakes the sealer
_URI_MOST, _HOST_MOST = 512, 255


@dataclass(frozen=True)
class Wanted:
    """Which entries: of an action, and of a person (`@name`), hospital or server, if given."""

    action: str = ""
    who: str = ""


async def record(
    action: str, *, actor_uri: str, host: str, subject: str, **detail: str | int
) -> None:
    """Write one entry; inside the transaction of the action where there is one.

    `detail` takes ids, rule ids, hosts, counts and reasons that administrators typed. Raises
    ValueError for an action without words. The entry gets its seal after the commit (`seals`).
    """
    if action not in ACTIONS:
        raise ValueError(f"no words for the action {action}")
    entry = await AuditEntry.create(
        action=action,
        actor_uri=one_line(actor_uri)[:_URI_MOST],
        host=one_line(host)[:_HOST_MOST],
        subject=one_line(subject)[:_URI_MOST],
        detail={k: one_line(v) if isinstance(v, str) else v for k, v in detail.items()},
    )
    await events.publish(EVENT, entry.id)
    log.info("audit %s by %s about %s", action, entry.host, entry.subject)


async def record_violation(rule: str) -> None:
    """A consult was about to leave its audience: ours is the mistake (F-CON-2).

    Call it after the transaction that it ended. `rule`: as in AudienceViolation.
    """
    settings = config.current()
    ours = settings.uri("/actor")
    await record("audience.violation", actor_uri=ours, host=settings.host, subject=ours, rule=rule)


def one_line(text: str) -> str:
    """Line breaks and control characters written out: nobody makes up a line of the record, of the
    log or of an export (T73)."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


async def page(wanted: Wanted, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest first, below the id `before`."""
    query = await _found(wanted)
    if before is not None:
        query = query.filter(id__lt=before)
    query = query.order_by("-id").limit(limit)
    try:
        return await query
    except FieldError:  # SQLite takes a text that is no JSON; one such entry hides no other
        return [await _entry(entry_id) for entry_id in await query.values_list("id", flat=True)]


async def addresses(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Whom each id in them stands for, as people write it: `@handle`, `@handle@host`, or the host
    of an institution, which speaks for its consults, too. Never a name; what is unknown is left
    out."""
    uris = {uri for entry in entries for uri in (entry.actor_uri, entry.subject)}
    found = {uri: urlsplit(uri).netloc for uri in uris if _speaks_for_all(uri)}
    for actor in await Actor.filter(uri__in=list(uris - found.keys())) if uris else ():
        found[actor.uri] = f"@{actor.handle}" + ("" if actor.is_local else f"@{actor.host}")
    return found


def _speaks_for_all(uri: str) -> bool:
    path = urlsplit(uri).path
    return path == "/actor" or path.startswith("/g/")


def detail_of(entry: AuditEntry) -> dict[str, Any]:
    """What stands in it by name; nothing where it is damaged."""
    return {} if is_damaged(entry) else dict(entry.detail)


def is_damaged(entry: AuditEntry) -> bool:
    """Whether somebody else than `record` wrote it, who did not know how."""
    return not isinstance(entry.detail, dict)


async def seals_of(entries: Sequence[AuditEntry]) -> dict[int, AuditSeal]:
    """By the entry's id; what was written within the last moments has none yet."""
    rows = await AuditSeal.filter(id__in=[entry.id for entry in entries]) if entries else []
    return {row.id: row for row in rows}


async def ends() -> tuple[AuditSeal | None, AuditSeal | None]:
    """The first seal, since which the record is kept so, and the last."""
    first = await AuditSeal.all().order_by("number").first()
    return first, await AuditSeal.all().order_by("-number").first()


async def _entry(entry_id: Any) -> AuditEntry:
    try:
        return await AuditEntry.get(id=entry_id)
    except FieldError:
        readable = ("id", "at", "action", "actor_uri", "host", "subject")
        entry = await AuditEntry.get(id=entry_id).only(*readable)
        entry.detail = None
        return entry


async def _found(wanted: Wanted) -> QuerySet[AuditEntry]:
    query = AuditEntry.all()
    if wanted.action:
        query = query.filter(action=wanted.action)
    name = one_line(wanted.who.strip())[:_URI_MOST]
    if not name:
        return query
    handle, _, host = name.removeprefix("@").partition("@")
    if host in ("", config.current().host):
        own = await Actor.get_or_none(local_handle=handle.casefold()[:100])
        if own is not None:
            return query.filter(actor_uri=own.uri)
    return query.filter(actor_uri=name) if "://" in name else query.filter(host=name.casefold())
