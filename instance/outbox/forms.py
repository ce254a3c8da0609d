"""Which signature a host that is no partner reads: what worked there, else what it told (9.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from federation.authentication import Level
from federation.fields import listed
from federation.messages import Form
from instance.models import Peer
from instance.outbox import trust

REMEMBERED = timedelta(days=7)
OTHER: dict[Form, Form] = {"cavage": "rfc9421", "rfc9421": "cavage"}
_RFC9421 = "https://datatracker.ietf.org/doc/html/rfc9421"


async def form_for(host: str) -> Form:
    return form_of(await trust.level(host), await Peer.get_or_none(host=host))


def form_of(level: Level, peer: Peer | None) -> Form:
    """Never below F-SIG-8 for a trusted host; else what worked last or was told, else cavage.

    `peer`: the host's row, None where there is none.
    """
    if level is Level.TRUSTED:
        return "trusted"
    if peer is None or peer.form != "rfc9421":
        return "cavage"
    return "rfc9421" if peer.form_at is None or _is_fresh(peer) else "cavage"


def is_first_contact(peer: Peer | None) -> bool:
    """Whether no form is known to have worked: its 400 may mean that it does not read ours."""
    return peer is None or not _is_fresh(peer)


async def learn(host: str) -> None:
    """The host told that it speaks RFC 9421; what worked within seven days counts for more.

    In the caller's transaction. A form without a time was told, and not tried yet.
    """
    peer, _ = await Peer.get_or_create(host=host)
    if not _is_fresh(peer) and (peer.form, peer.form_at) != ("rfc9421", None):
        await Peer.filter(id=peer.id).update(form="rfc9421", form_at=None)


def is_told_in(actor: Mapping[str, Any]) -> bool:
    """Whether an actor's document says that its server implements RFC 9421 (FEP-844e)."""
    generator = actor.get("generator")
    said = [actor, generator] if isinstance(generator, Mapping) else [actor]
    entries = [entry for source in said for entry in listed(source.get("implements"))]
    return any(_address(entry) == _RFC9421 for entry in entries)


def _address(entry: Any) -> Any:
    return entry.get("href", entry.get("id")) if isinstance(entry, Mapping) else entry


def _is_fresh(peer: Peer) -> bool:
    return peer.form_at is not None and peer.form_at > datetime.now(UTC) - REMEMBERED
