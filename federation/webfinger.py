"""Handles and instance actors: `acct:` addresses, the JRD we serve, looking others up.

Source: federation.md 3, RFC 7033, FEP-d556; threats T17 (instance actor), T18 (splicing).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from federation import documents
from federation.errors import FetchFailed, HostBlocked, Malformed, OriginMismatch
from federation.fields import listed
from federation.origin import PRODUCTION, Development, host_of, origin_of

JRD_TYPE = "application/jrd+json"
ACTIVITY_TYPE = "application/activity+json"
_PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"

# Peers allow dots and dashes; an instance actor is named like its host, at most 253 characters.
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.~-]{0,252})", re.ASCII)


@dataclass(frozen=True)
class Acct:
    """A handle. Names are compared without case; `host` is normal (`host:port` in development)."""

    name: str
    host: str

    def __str__(self) -> str:
        return f"{self.name}@{self.host}"

    def same_as(self, other: "Acct") -> bool:
        return self.name.lower() == other.name.lower() and self.host == other.host


@dataclass(frozen=True)
class Found:
    """An actor id, and the handle that may be shown for it because its host confirmed it."""

    actor_id: str
    acct: Acct


class Asks(Protocol):
    """What asks the hosts: a `client.Client`, or one that signs what it asks of some."""

    @property
    def development(self) -> Development: ...

    async def get_json(self, url: str, *, accept: str, may_leave: bool) -> dict[str, Any]: ...


def parse_acct(text: object, dev: Development = PRODUCTION) -> Acct:
    """`acct:name@host`, `@name@host`, `!name@host` or `name@host`. Raises Malformed."""
    if not isinstance(text, str) or len(text) > 600:
        raise Malformed("not a handle")
    name, _, host = text.removeprefix("acct:").removeprefix("@").removeprefix("!").partition("@")
    if not _NAME.fullmatch(name) or not host or re.search(r"[/?#@]", host):
        raise Malformed("not a handle")
    return Acct(name, host_of(_base(host, dev), dev))


def build_jrd(
    acct: Acct,
    actor_id: str,
    *,
    profile_url: str | None = None,
    subscribe_template: str | None = None,
    rels: Collection[str] = (),
) -> dict[str, Any]:
    """The JRD of one of our actors. `rels`: the `rel` parameters of the request; empty means all.

    `subscribe_template` holds `{uri}`. Serve as `JRD_TYPE`.
    """
    links = [{"rel": "self", "type": ACTIVITY_TYPE, "href": actor_id}]
    aliases = [actor_id]
    if profile_url:
        links.append({"rel": _PROFILE_PAGE, "type": "text/html", "href": profile_url})
        aliases.append(profile_url)
    if subscribe_template:
        links.append({"rel": _SUBSCRIBE, "template": subscribe_template})
    return {
        "subject": f"acct:{acct}",
        "aliases": aliases,
        "links": [link for link in links if not rels or link["rel"] in rels],
    }


async def lookup(client: Asks, acct: str) -> str:
    """The id of the actor behind a handle; see discover."""
    return (await discover(client, acct)).actor_id


async def discover(client: Asks, acct: str) -> Found:
    """The actor behind a handle, accepted only if the actor's own host says the same.

    Three questions at most: to the handle's host, the actor's host, and the host of the `subject`
    where that is another handle: it is taken if its own host confirms it, else ignored (T18).
    Raises Malformed for no handle, FetchFailed, and OriginMismatch where the actor's host does not
    know the handle.
    """
    asked = parse_acct(acct, client.development)
    actor_id, subject = await _ask(client, asked.host, f"acct:{asked}")
    own_host = host_of(actor_id, client.development)
    if own_host != asked.host:
        confirmed, _ = await _ask(client, own_host, f"acct:{asked}")
        if confirmed != actor_id:
            raise OriginMismatch(f"{asked.host} named an actor of {own_host}, which does not agree")
    if subject is None or subject.same_as(asked) or not await _confirms(client, subject, actor_id):
        return Found(actor_id, asked)
    return Found(actor_id, subject)


async def instance_actor(client: Asks, host: str) -> str:
    """The id of the actor that is the instance `host`, which must be of that origin.

    Source: FEP-d556, T17. `host` as host_of gives it. Raises FetchFailed or OriginMismatch.
    """
    base = _base(host, client.development)
    actor_id, _ = await _ask(client, host, base)
    if origin_of(actor_id, client.development) != origin_of(base, client.development):
        raise OriginMismatch(f"{host} names an instance actor of another origin")
    return actor_id


def _base(host: str, dev: Development) -> str:
    scheme = "http" if host in dev.peers else "https"
    return f"{scheme}://{host}/"


async def _confirms(client: Asks, subject: Acct, actor_id: str) -> bool:
    try:
        found, _ = await _ask(client, subject.host, f"acct:{subject}")
    except (FetchFailed, HostBlocked):
        return False
    return found == actor_id


async def _ask(client: Asks, host: str, resource: str) -> tuple[str, Acct | None]:
    """The `self` link, and the subject where it is a handle, that `host` has for `resource`."""
    base = _base(host, client.development)
    url = f"{base}.well-known/webfinger?resource={quote(resource, safe='')}"
    accept = f"{JRD_TYPE}, application/json"
    jrd = await client.get_json(url, accept=accept, may_leave=False)
    actor_id = _self_link(jrd)
    try:
        origin_of(actor_id, client.development)
    except Malformed:
        raise FetchFailed(f"{host} names no actor", permanent=True) from None
    try:
        return actor_id, parse_acct(jrd.get("subject"), client.development)
    except Malformed:
        return actor_id, None


def _self_link(jrd: dict[str, Any]) -> str:
    for link in listed(jrd.get("links")):
        if isinstance(link, dict) and link.get("rel") == "self":
            kind, href = link.get("type"), link.get("href")
            if isinstance(kind, str) and documents.is_activity_type(kind) and isinstance(href, str):
                return href
    return ""
