"""What a restored server has back and what it misses, in a terminal and for programs."""

from collections.abc import Iterator
from typing import Any

from instance.backups.manifest import Manifest
from instance.restore_words import FACTS, KINDS
from instance.services.differences import Difference


def coming(found: Manifest, difference: Difference) -> Iterator[str]:
    """What a server that was just restored will do."""
    yield (
        f"{found.host} is as it was on {found.made:%d %b %Y at %H:%M} UTC. Start the server:"
        " curbside serve. Then:"
    )
    if difference.awaited:
        names = ", ".join(peer.name or peer.host for peer in difference.awaited)
        yield f"- Partner hospitals are asked for what happened since: {names}."
        yield "- Consults with one rest until it has answered, for 24 hours at most."
    else:
        yield "- There is no partner hospital to ask for what happened since."
    held = sum(one.counts.get("not_sent", 0) for one in difference.between)
    yield f"- Of what waited, {held:,} messages that are not about consults are not sent again."
    yield (
        "- Everybody signs in again, also in their apps, and allows messages to their devices"
        " again. Scripts need new tokens (curbside token create), open invitations have to be sent"
        " again."
    )
    yield "What came back and what is lost: curbside backup difference"


def lines(found: Difference) -> Iterator[str]:
    """What a person reads."""
    restore = found.restore
    yield (
        f"As it was at {restore.made_at:%d %b %Y %H:%M}, restored at"
        f" {restore.restored_at:%d %b %Y %H:%M} UTC."
    )
    for one in found.between:
        for kind, many in one.counts.items():
            number, what = ("", FACTS[kind]) if kind in FACTS else (f"{many:,}", KINDS[kind])
            yield f"{number:>8}  {one.name or 'This server'}: {what}"
    for peer in found.awaited:
        yield f"   waits  {peer.name or peer.host}: has not answered yet"
    if not found.awaited:
        yield "All partner hospitals were asked."
    yield (
        "Nobody else knows of the rest: accounts, roles, blocked servers, settings and what was"
        " deleted in channels are as they were before."
    )


def fields(found: Difference) -> dict[str, Any]:
    """For programs: times in UTC; `ended_at` is None while somebody is still to be asked."""
    restore = found.restore
    return {
        "backup": restore.name,
        "made_at": restore.made_at,
        "restored_at": restore.restored_at,
        "ended_at": restore.ended_at,
        "awaited": [{"host": peer.host, "name": peer.name} for peer in found.awaited],
        "hosts": [
            {"host": one.host, "name": one.name, "counts": one.counts} for one in found.between
        ],
    }
