"""Where other servers find who is here: WebFinger, host-meta, NodeInfo (federation.md 2)."""

from html import escape
from importlib.metadata import version
from typing import Any

import orjson
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from federation import nodeinfo, webfinger
from federation.errors import Malformed
from instance import config
from instance.errors import NotFound
from instance.models import Actor, ActorKind
from instance.services import members
from instance.web.guards import public
from instance.web.peers import problem

blueprint = Blueprint("discovery", __name__)

XRD = "application/xrd+xml; charset=utf-8"
MASTODON_VERSION = "4.5.0"
_URI_MOST = 512  # what the column holds; no id of ours is nearly as long
_HOST_META = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
    '<Link rel="lrdd" type="application/jrd+json" template="{template}"/></XRD>'
)


@blueprint.get("/.well-known/webfinger")
@public
async def get_webfinger() -> ResponseReturnValue:
    """`acct:name@host`, an actor id, or our origin for the institution itself (FEP-d556)."""
    resource = request.args.get("resource", "")
    if not resource:
        return problem(400)
    settings = config.current()
    actor = await _found_by(resource)
    jrd = webfinger.build_jrd(
        webfinger.Acct(actor.handle, settings.host),
        actor.uri,
        profile_url=_page_url(actor),
        subscribe_template=settings.uri("/follow?address={uri}"),
        rels=request.args.getlist("rel"),
    )
    return _json(jrd, webfinger.JRD_TYPE)


@blueprint.get("/.well-known/host-meta")
@public
async def get_host_meta() -> ResponseReturnValue:
    template = config.current().uri("/.well-known/webfinger?resource={uri}")
    return Response(_HOST_META.format(template=escape(template)), content_type=XRD)


@blueprint.get("/.well-known/nodeinfo")
@public
async def get_nodeinfo_links() -> ResponseReturnValue:
    return _json(nodeinfo.build_links(config.current().origin), "application/json")


@blueprint.get("/nodeinfo/2.1")
@public
async def get_nodeinfo() -> ResponseReturnValue:
    document = nodeinfo.build_document(
        version=version("curbside"),
        node_name=config.current().name,
        mastodon_version=MASTODON_VERSION,
    )
    return _json(document, nodeinfo.CONTENT_TYPE)


async def _found_by(resource: str) -> Actor:
    settings = config.current()
    if resource.rstrip("/") == settings.origin:
        return await Actor.get(uri=settings.uri("/actor"))
    if resource.startswith("acct:"):
        try:
            acct = webfinger.parse_acct(resource, settings.development)
        except Malformed as error:
            raise NotFound from error
        if acct.host != settings.host:
            raise NotFound
        found: Actor | None = await members.by_handle(acct.name)
    else:
        found = await Actor.get_or_none(uri=resource[:_URI_MOST], is_local=True)
    if found is None or not found.discoverable:
        raise NotFound
    return found


def _page_url(actor: Actor) -> str:
    settings = config.current()
    if actor.kind is ActorKind.CHANNEL:
        return settings.uri(f"/channels/{actor.handle}")
    return settings.uri("/" if actor.kind is ActorKind.INSTITUTION else f"/@{actor.handle}")


def _json(document: dict[str, Any], content_type: str) -> Response:
    response = Response(orjson.dumps(document), content_type=content_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
