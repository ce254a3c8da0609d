"""Where other servers find who is here: WebFinger, host-meta, NodeInfo (federation.md 3)."""

from html import escape
from importlib.metadata import version
from typing import Any

import orjson
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue
from tortoise.expressions import Q

from federation import contexts, nodeinfo, webfinger
from federation.errors import Malformed
from federation.origin import origin_of
from instance import config
from instance.models import Actor, ActorKind
from instance.outbox import farewell
from instance.services import members, settings
from instance.web.api.entities_instance import UPSTREAM
from instance.web.guards import signed_reader, unsigned
from instance.web.peers import finds_members, problem
from instance.web.problems import PRIVATE, VARY

blueprint = Blueprint("discovery", __name__)

XRD = "application/xrd+xml; charset=utf-8"
_URI_MOST = 512  # what the column holds; no id of ours is nearly as long
_HOST_META = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
    '<Link rel="lrdd" type="application/jrd+json" template="{template}"/></XRD>'
)


@blueprint.get("/.well-known/webfinger")
@unsigned
async def get_webfinger() -> ResponseReturnValue:
    """`acct:name@host`, an actor id, or our origin for the institution itself (FEP-d556).

    Unknown, hidden or suspended: the same answer, after the same look-ups (T64). A partner who
    signs finds members who let themselves be invited (the scope `directory`, 11.1). A blocked
    server that signs finds nobody but the institution; in allowlist mode nobody else is found
    without a signature either: whoever asks could be anybody (T84).
    """
    resource = request.args.get("resource", "")
    if not resource:
        return _open(problem(400))
    actor = await _found_by(resource)
    if actor is not None and actor.kind is ActorKind.INSTITUTION:
        partner = False
    else:
        reader = await signed_reader()
        if reader is None and config.current().is_allowlist:
            return _open(problem(401))
        partner = await finds_members(reader)
    if actor is None or not _may_find(actor, partner=partner):
        return _open(problem(404))
    settings = config.current()
    jrd = webfinger.build_jrd(
        webfinger.Acct(actor.handle, settings.host),
        actor.uri,
        profile_url=_page_url(actor),
        subscribe_template=settings.uri("/follow?address={uri}"),
        rels=request.args.getlist("rel"),
    )
    response = _json(jrd, webfinger.JRD_TYPE)
    if not actor.discoverable:
        response.headers["Cache-Control"] = PRIVATE
    return response


@blueprint.get("/.well-known/host-meta")
@unsigned
async def get_host_meta() -> ResponseReturnValue:
    return _open(Response(_HOST_META.format(template=escape(_lrdd())), content_type=XRD))


@blueprint.get("/.well-known/host-meta.json")
@unsigned
async def get_host_meta_json() -> ResponseReturnValue:
    link = {"rel": "lrdd", "type": webfinger.JRD_TYPE, "template": _lrdd()}
    return _json({"links": [link]}, "application/json")


@blueprint.get("/.well-known/nodeinfo")
@unsigned
async def get_nodeinfo_links() -> ResponseReturnValue:
    return _json(nodeinfo.build_links(config.current().origin), "application/json")


@blueprint.get("/nodeinfo/2.1")
@unsigned
async def get_nodeinfo() -> ResponseReturnValue:
    closing = await farewell.announced()
    document = nodeinfo.build_document(
        version=version("curbside"),
        node_name=(await settings.read()).name,
        mastodon_version=UPSTREAM,
        closes_at=contexts.timestamp(closing.closes_at) if closing is not None else "",
    )
    return _json(document, nodeinfo.CONTENT_TYPE)


async def _found_by(resource: str) -> Actor | None:
    """Whoever the resource names here, hidden or not: one look-up, found or not."""
    settings = config.current()
    try:
        if "://" not in resource:
            acct = webfinger.parse_acct(resource, settings.development)
            return await _by_handle(acct.name) if acct.host == settings.host else None
        if origin_of(resource, settings.development) != settings.origin:
            return None
    except Malformed:
        return None
    path = resource.partition("://")[2].partition("/")[2]
    name = path.removeprefix("@") if path.startswith("@") else path.removeprefix("channels/")
    if name != path:
        return await _by_handle(name)
    return await _one(Q(uri=settings.uri(f"/{path or 'actor'}")[:_URI_MOST]))


async def _by_handle(name: str) -> Actor | None:
    return await _one(Q(local_handle=name.casefold()[: members.HANDLE_MOST]))


async def _one(which: Q) -> Actor | None:
    return await Actor.get_or_none(which, is_local=True).select_related("standing")


def _may_find(actor: Actor, *, partner: bool) -> bool:
    """Everybody finds whoever opted in. Of the others a partner finds who may be invited."""
    if actor.standing is not None and actor.standing.is_withdrawn:
        return False
    return actor.discoverable or (actor.allows_invitations and partner)


def _lrdd() -> str:
    return config.current().uri("/.well-known/webfinger?resource={uri}")


def _page_url(actor: Actor) -> str:
    settings = config.current()
    if actor.kind is ActorKind.CHANNEL:
        return settings.uri(f"/channels/{actor.handle}")
    return settings.uri("/" if actor.kind is ActorKind.INSTITUTION else f"/@{actor.handle}")


def _json(document: dict[str, Any], content_type: str) -> Response:
    return _open(Response(orjson.dumps(document), content_type=content_type))


def _open(response: Response) -> Response:
    """Scripts of any page may read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = VARY
    return response
