"""From an actor's document to our rows: the actor, its keys, its standing."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from tortoise.expressions import Q

from federation import actor_keys, keys, vocabulary
from federation.errors import Malformed, NotAllowed
from federation.origin import host_of, require_same_origin
from instance import config, html
from instance.models import Actor, ActorKey, ActorKind, Standing
from instance.outbox import faces, finding, local, sight, standing, trust, withdrawn

URI_MAX = 512  # as in the tables
_PROPERTIES_MOST = 20
_UNFIT = re.compile(r"[@/\\\s]")  # in a handle


@dataclass(frozen=True)
class Fetched:
    """An actor document that passed every check. `proven`: its proof fits the pin."""

    document: dict[str, Any]
    proven: bool
    at: datetime

    @property
    def uri(self) -> str:
        return str(self.document["id"])

    @cached_property
    def listed(self) -> list[keys.PublicKey]:
        """Read once: each signature that does not fit asks for them, and the document stays."""
        return listed_keys(self.document)


def check(document: Mapping[str, Any]) -> None:
    """Refuse an actor whose parts are of different origins (federation.md 4, T03, T05)."""
    actor = vocabulary.parse(dict(document))
    if not isinstance(actor, vocabulary.Actor) or not actor.id:
        raise Malformed("not an actor")
    parts = [actor.id, document.get("inbox"), _shared_inbox(document)]
    parts += [document.get("outbox"), document.get("followers")]
    addresses = [part for part in parts if isinstance(part, str)]
    require_same_origin(*addresses, dev=config.current().development)
    if not isinstance(document.get("inbox"), str):
        raise Malformed("an actor without inbox")
    if any(len(address) > URI_MAX for address in addresses):
        raise Malformed("an address of more than 512 characters")
    listed_keys(document)


def listed_keys(document: Mapping[str, Any]) -> list[keys.PublicKey]:
    """The usable keys an actor's document lists; raises for a private key among them (T11)."""
    return actor_keys.listed_keys(dict(document), config.current().development)


async def save(uri: str, fetched: Fetched, pinned: Sequence[keys.PublicKey] = ()) -> Actor:
    """Our row of a remote actor, as its document says, in the caller's transaction.

    `uri`: whose row; its document and no other's. `pinned`: the keys of its institution that count
    for its standing.
    """
    settings = config.current()
    host = host_of(uri, settings.development)
    if fetched.uri != uri or host == settings.host:
        raise NotAllowed("a document speaks for its own actor alone")  # T03
    is_hidden = await sight.is_hidden(host)  # it may be looked up before it is listed
    values = {"host": host, "is_blocked": is_hidden, **_values(fetched)}
    actor, _ = await Actor.update_or_create(defaults=values, uri=uri)
    await finding.keep(actor)
    await _save_keys(actor, fetched.listed)
    await _save_standing(actor, fetched, pinned)
    await faces.note(actor, fetched.document)
    return actor


def handle_of(document: Mapping[str, Any]) -> str:
    """What stands before the host in its address; where there is nothing fit for that, the end of
    its id. With an @ of its own it would seem to be of another host (T19)."""
    said = document.get("preferredUsername")
    found = html.plain(said, 100) if isinstance(said, str) else ""
    if found and not _UNFIT.search(found):
        return found
    return _UNFIT.sub("", vocabulary.id_of(document).rstrip("/").rpartition("/")[2])[:100]


def _values(fetched: Fetched) -> dict[str, Any]:
    document = fetched.document
    page = _address(document.get("url"))
    return {
        "kind": _kind(document),
        "handle": handle_of(document),
        "name": html.plain(str(document.get("name") or ""), 200),
        "summary": html.plain(str(document.get("summary") or ""), 2000),
        "inbox": document["inbox"],
        "shared_inbox": _address(_shared_inbox(document)),
        "followers_uri": _address(document.get("followers")),
        "page_url": page if page and page.startswith(("https://", "http://")) else None,
        "properties": _properties(document.get("attachment")),
        "is_listed": document.get("cs:listed") is True,
        "discoverable": document.get("discoverable") is True,
        "indexable": document.get("indexable") is True,
        "approves_followers": document.get("manuallyApprovesFollowers") is True,
        "proven_at": fetched.at if fetched.proven else None,
        "fetched_at": fetched.at,
        # That it moved is believed of both sides alone (`moves`); that it came back, of its own.
        **({} if document.get("movedTo") else {"moved_to_uri": None}),
    }


async def _save_keys(actor: Actor, listed: list[keys.PublicKey]) -> None:
    """Those under an id of their own. An id that another actor listed before is theirs no more:
    whoever looks it up asks this document or that one, and the next look-up stores it again."""
    times = Counter(key.id for key in listed)
    usable = [key for key in listed if times[key.id] == 1 and len(key.id) <= URI_MAX]
    ids = [key.id for key in usable]
    await ActorKey.filter(Q(actor_id=actor.id) | Q(uri__in=ids)).delete()
    for key in usable:
        public = local.public_text(key.key)
        await ActorKey.create(actor=actor, uri=key.id, algorithm=key.algorithm, public=public)


async def _save_standing(actor: Actor, fetched: Fetched, pinned: Sequence[keys.PublicKey]) -> None:
    """Keep a standing that holds; one that does not is as if there were none (F-STD-1).

    What a proven document no longer says is no longer so: the statement of before goes.
    """
    if not fetched.proven or not pinned:
        return
    statement = fetched.document.get("cs:standing")
    ceiling = await trust.ceiling(actor.host)
    try:
        if not isinstance(statement, Mapping):
            raise standing.StandingRefused("F-STD-1: none")
        claims = standing.check(
            statement, subject=actor.uri, pinned=pinned, ceiling=ceiling, now=fetched.at
        )
    except standing.StandingRefused:
        await Standing.filter(actor_id=actor.id).delete()
        return
    row = await standing.store(actor, statement, claims, *standing.dates(statement))
    row.is_withdrawn = await withdrawn.is_withdrawn(statement)
    await row.save(update_fields=["is_withdrawn"])


def _properties(attachment: Any) -> list[list[str]]:
    """The PropertyValues among what is attached, as plain text: whatever else is there, and what
    stands behind the twentieth, is left."""
    parts = attachment if isinstance(attachment, list) else [attachment]
    values = [p for p in parts if isinstance(p, Mapping) and p.get("type") == "PropertyValue"]
    pairs = [
        [html.plain(str(one.get("name") or ""), 100), _lines(one.get("value"))]
        for one in values[:_PROPERTIES_MOST]
    ]
    return [pair for pair in pairs if all(pair)]


def _lines(value: Any) -> str:
    return html.plain(str(value or "").replace("<br>", "; "), 1000)


def _kind(document: Mapping[str, Any]) -> ActorKind:
    if document["type"] == "Group":
        is_consult = document.get("cs:visibility") == "consult"
        return ActorKind.CONSULT if is_consult else ActorKind.CHANNEL
    return ActorKind.INSTITUTION if document["type"] == "Application" else ActorKind.PERSON


def _shared_inbox(document: Mapping[str, Any]) -> Any:
    endpoints = document.get("endpoints")
    return endpoints.get("sharedInbox") if isinstance(endpoints, Mapping) else None


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= URI_MAX else None
