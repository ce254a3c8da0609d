"""Where the pictures of an actor of elsewhere are, by its document. Nothing is fetched here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from federation.errors import Malformed
from federation.fields import listed
from federation.origin import host_of
from instance import config
from instance.models import Actor, Portrait, PortraitKind
from instance.outbox.pictures import new_name

_URL_MOST = 512
_NAMED = {PortraitKind.AVATAR: "icon", PortraitKind.HEADER: "image"}


async def note(actor: Actor, document: Mapping[str, Any]) -> None:
    """In the caller's transaction. The copy of one that it has no more is deleted."""
    named = {kind: _url(document.get(member)) for kind, member in _NAMED.items()}
    rows = await Portrait.filter(actor_id=actor.id).values("kind", "source")
    known = {row["kind"]: row["source"] for row in rows}
    old = [kind for kind, source in known.items() if named[kind] != source]
    if old:
        await Portrait.filter(actor_id=actor.id, kind__in=old).delete()
    for kind, url in named.items():
        if url and known.get(kind) != url:
            await Portrait.create(
                actor_id=actor.id,
                kind=kind,
                name=new_name(),
                source=url,
                created_at=datetime.now(UTC),
            )


def host(url: str) -> str:
    """Raises Malformed."""
    return host_of(url, config.current().development.with_files())


def is_elsewhere(url: str) -> bool:
    """Whether it is an address that may be fetched, and none of ours."""
    try:
        found = host(url)
    except Malformed:
        return False
    ours = config.current()
    return found not in (ours.host, urlsplit(ours.media_origin).netloc)


def _url(value: Any) -> str:
    """Of a picture or an address; "" where there is none."""
    one: Any = next(iter(listed(value)), None)
    if isinstance(one, Mapping):
        one = next(iter(listed(one.get("url"))), None)
    if isinstance(one, Mapping):
        one = one.get("href")
    return one if isinstance(one, str) and len(one) <= _URL_MOST and is_elsewhere(one) else ""
