"""The NodeInfo documents: that we are here and speak ActivityPub, and nothing about who uses it.

Never peers, staff, roster size or trust. What other servers say here is no ground for trust or
behaviour (T85); `software_name` is a hint for the operator's noise list alone.
Source: federation.md 3, NodeInfo 2.1, FEP-0151.
"""

import re
from typing import Any

from federation.client import Client
from federation.errors import FetchFailed
from federation.fields import listed
from federation.origin import require_same_origin

CONTENT_TYPE = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'
_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
_SOFTWARE_NAME = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)


def build_links(origin: str) -> dict[str, Any]:
    """What `/.well-known/nodeinfo` answers."""
    return {"links": [{"rel": f"{_SCHEMA}2.1", "href": f"{origin}/nodeinfo/2.1"}]}


def build_document(
    *,
    version: str,
    node_name: str,
    mastodon_version: str,
    users: dict[str, int] | None = None,
    closes_at: str = "",
) -> dict[str, Any]:
    """What `/nodeinfo/2.1` answers. `users`: the counts, only if the operator opts in.

    `mastodon_version` is the version of the client API we follow; apps look for it.
    """
    return {
        "version": "2.1",
        "software": {"name": "curbside", "version": version},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": users or {}},
        "metadata": {
            "nodeName": node_name,
            "upstream": {"name": "Mastodon", "version": mastodon_version},
            **({"closesAt": closes_at} if closes_at else {}),
        },
    }


async def software_name(client: Client, origin: str) -> str | None:
    """What the server at `origin` calls itself; None when it says nothing usable.

    The link must stay at `origin` (T38). Raises FetchFailed and OriginMismatch.
    """
    links = await client.get_json(f"{origin}/.well-known/nodeinfo", may_leave=False)
    href = _newest_link(links)
    require_same_origin(origin, href, dev=client.development)
    document = await client.get_json(href, may_leave=False)
    software = document.get("software")
    name = software.get("name") if isinstance(software, dict) else None
    return name if isinstance(name, str) and _SOFTWARE_NAME.fullmatch(name) else None


def _newest_link(document: dict[str, Any]) -> str:
    found: dict[str, str] = {
        link["rel"]: link["href"]
        for link in listed(document.get("links"))
        if isinstance(link, dict)
        and isinstance(link.get("rel"), str)
        and isinstance(link.get("href"), str)
        and link["rel"].startswith(_SCHEMA + "2.")
    }
    if not found:
        raise FetchFailed("no NodeInfo link", permanent=True)
    return found[max(found)]
