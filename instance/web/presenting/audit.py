"""From entries of the audit record to the rows of its page."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from instance.models import Actor, ActorKind, AuditCheck, AuditEntry, AuditSeal
from instance.services import audit
from instance.services.audit_checks import UnknownKey
from instance.web.views.audit import AuditCheckView, AuditRow, UnknownKeyRow


async def rows(
    entries: Sequence[AuditEntry],
    seals: Mapping[int, AuditSeal],
    institutions: Mapping[str, str],
    reasons: Mapping[str, str],
) -> tuple[AuditRow, ...]:
    """`institutions`: names by host, as `peers.names()` gives them. `reasons`: of requests to read
    a consult, by their ids, for readers who may know them."""
    uris = {uri for entry in entries for uri in (entry.actor_uri, entry.subject)}
    actors = {actor.uri: actor for actor in await Actor.filter(uri__in=list(uris))} if uris else {}
    return tuple(
        _row(entry, seals.get(entry.id), actors, institutions, reasons) for entry in entries
    )


def check(row: AuditCheck | None) -> AuditCheckView | None:
    if row is None:
        return None
    return AuditCheckView(
        at=row.finished_at or row.created_at,
        done=row.done,
        total=row.total,
        problems=tuple(row.problems),
    )


def unknown_keys(found: Sequence[UnknownKey]) -> tuple[UnknownKeyRow, ...]:
    return tuple(
        UnknownKeyRow(key=one.key, first=one.first, last=one.last, days=one.days) for one in found
    )


def _row(
    entry: AuditEntry,
    seal: AuditSeal | None,
    actors: Mapping[str, Actor],
    institutions: Mapping[str, str],
    reasons: Mapping[str, str],
) -> AuditRow:
    detail = audit.detail_of(entry)
    return AuditRow(
        at=entry.at,
        action=entry.action,
        who=_who(entry, actors, institutions),
        about=_about(entry, actors.get(entry.subject), institutions),
        why=str(detail.get("reason") or reasons.get(str(detail.get("request")), "")),
        seal=seal.number if seal is not None else 0,
        exact=_exact(entry, seal),
        damaged=audit.is_damaged(entry),
    )


def _who(entry: AuditEntry, actors: Mapping[str, Actor], institutions: Mapping[str, str]) -> str:
    """A hospital by its name, also where it spoke for itself or for a consult of its own."""
    actor = actors.get(entry.actor_uri)
    if actor is not None:
        return _name(actor, institutions)
    parts = urlsplit(entry.actor_uri)
    is_hospital = parts.path == "/actor" or parts.path.startswith("/g/")
    return institutions.get(parts.netloc, parts.netloc) if is_hospital else _bare(entry.actor_uri)


def _about(entry: AuditEntry, subject: Actor | None, institutions: Mapping[str, str]) -> str:
    """Whom or where it was about: a person or channel by name, else the hospital or server."""
    if subject is not None and subject.kind in (ActorKind.PERSON, ActorKind.CHANNEL):
        return _name(subject, institutions)
    return institutions.get(entry.host, entry.host)


def _name(actor: Actor, institutions: Mapping[str, str]) -> str:
    if actor.kind is ActorKind.INSTITUTION:
        return institutions.get(actor.host, actor.name or actor.host)
    where = "" if actor.is_local else f"@{actor.host}"
    named = f"@{actor.handle}{where}"
    return f"{actor.name} ({named})" if actor.name and actor.name != actor.handle else named


def _exact(entry: AuditEntry, seal: AuditSeal | None) -> tuple[tuple[str, str], ...]:
    values = {
        "entry": str(entry.id),
        "action": entry.action,
        "by": entry.actor_uri,
        "host": entry.host,
        "subject": entry.subject,
        **{name: str(value) for name, value in audit.detail_of(entry).items()},
    }
    if seal is not None:
        values |= {"seal": str(seal.number), "hash": seal.hash}
    return tuple((name, _bare(value)) for name, value in values.items() if value)


def _bare(value: str) -> str:
    return value.removeprefix("https://")
