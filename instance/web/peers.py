"""What other servers read: actors, consults, objects. Collections are their own file.

What they write comes through `inbox_asgi`.
"""

from datetime import UTC, datetime
from typing import Any

import orjson
from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from federation import contexts
from federation.authentication import Level, Reader
from instance import config
from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Actor, ActorKind, Consult, Contribution, Post
from instance.outbox import (
    activities,
    actors,
    audience,
    collections,
    consults,
    farewell,
    issuing,
    status_lists,
    trust,
)
from instance.outbox import posts as documents
from instance.services import published_list
from instance.services.consults import history, reading
from instance.web import problems
from instance.web.drawing import alternate
from instance.web.guards import (
    current_member,
    document,
    public,
    signed_reader,
    trusted,
    unsigned,
)
from instance.web.problems import PRIVATE, VARY
from instance.web.requests import wants_activity

blueprint = Blueprint("peers", __name__)

ACTIVITY_JSON = "application/activity+json; charset=utf-8"
PAGE = 50
_SEQ_MOST = 2**31 - 1  # what the column holds


@blueprint.get("/actor")
@unsigned
async def get_institution() -> ResponseReturnValue:
    actor = await Actor.get(uri=config.current().uri("/actor"))
    return activity(await actors.document(actor, trusted=False, now=datetime.now(UTC)))


@blueprint.get("/<any(u, c):kind>/<int:actor_id>")
@public
async def get_actor(kind: str, actor_id: int) -> ResponseReturnValue:
    """A member or channel: JSON to servers, its page to browsers."""
    reader = await signed_reader()  # before any look-up: a hidden actor is as one unknown
    actor = await _local_actor(actor_id, kind)
    if not wants_activity(request):
        if not actor.discoverable and current_member() is None:
            raise NotFound
        page = "channels/" if actor.kind is ActorKind.CHANNEL else "@"
        return to_page(f"/{page}{actor.handle}", actor.uri)
    is_trusted = reader is not None and reader.level is Level.TRUSTED
    if actor.gone_at is not None and await farewell.is_over():
        return activity(farewell.tombstone(actor, actor.gone_at), status=410)
    if not actor.discoverable and not (is_trusted and await _may_know(actor, reader)):
        raise NotFound
    now = datetime.now(UTC)
    found = await actors.document(actor, trusted=is_trusted, now=now)
    if is_trusted and reader is not None and "cs:standing" in found:
        await issuing.note_reader(actor, reader.host, now)
    return activity(found, private=is_trusted)


@blueprint.get("/g/<int:actor_id>")
@trusted
async def get_consult_group(reader: Reader, actor_id: int) -> ResponseReturnValue:
    named = Consult.filter(group_id=actor_id, is_local=True).select_related("group")
    consult = await _readable(named, reader)
    found = await actors.document(consult.group, trusted=True, now=datetime.now(UTC))
    return activity(found, private=True)


@blueprint.get("/k/<int:consult_id>/members")
@trusted
async def get_consult_members(reader: Reader, consult_id: int) -> ResponseReturnValue:
    consult = await _readable(Consult.filter(id=consult_id, is_local=True), reader)
    return activity(await consults.members_collection(consult), private=True)


@blueprint.get("/k/<int:consult_id>/history")
@trusted
async def get_consult_history(reader: Reader, consult_id: int) -> ResponseReturnValue:
    """Entries after `?after=`, ascending, each the Add as it was sent."""
    consult = await _readable(Consult.filter(id=consult_id, is_local=True), reader)
    after = read_id(request.args.get("after", "0"))
    if after is None or after > _SEQ_MOST:
        raise NotFound
    entries = await history.entries_after(consult, after, PAGE)
    return activity(
        {
            "@context": contexts.CONSULT,
            "id": f"{consults.history_uri(consult)}?after={after}",
            "type": "OrderedCollectionPage",
            "partOf": consults.history_uri(consult),
            "attributedTo": (await consult.group).uri,
            "orderedItems": entries,
        },
        private=True,
    )


@blueprint.get("/o/<int:post_id>")
@public
async def get_object(post_id: int) -> ResponseReturnValue:
    """A public post, or a consult's root or Note to whom it is shown (6.2.7)."""
    post = await Post.get_or_none(id=post_id).select_related("author")
    if post is None:
        return await _consult_object(post_id)
    if not wants_activity(request):
        return to_page(f"/t/{post.thread_id}#p-{post.id}", post.uri)
    if not config.current().is_ours(post.uri):
        raise NotFound
    if deleted_at := post.deleted_at or post.author.gone_at:
        tombstone = documents.tombstone(post, deleted_at)
        return activity({"@context": contexts.PUBLIC, **tombstone}, status=410)
    counts = {"likes": collections.likes(post), "shares": collections.shares(post)}
    counted = {} if "proof" in post.document else {name: _bare(of) for name, of in counts.items()}
    return activity({"@context": contexts.PUBLIC, **post.document, **counted})


@blueprint.get("/s/<int:list_id>")
@trusted
async def get_status_list(reader: Reader, list_id: int) -> ResponseReturnValue:
    """Which standing statements of ours were revoked or suspended (F-STD-2)."""
    return activity(await status_lists.document(list_id, datetime.now(UTC)), private=True)


@blueprint.get("/lists/<int:list_id>")
@unsigned
async def get_list(list_id: int) -> ResponseReturnValue:
    """Our list of blocked hosts, where we publish it (federation.md 11.2): for everybody, also for
    hospitals that we do not know. Whoever follows it need not be on our list."""
    return activity(await published_list.document(list_id))


@blueprint.get("/a/<int:activity_id>")
@document
async def get_activity(activity_id: int) -> ResponseReturnValue:
    found = await activities.public(activity_id)
    if found is None:
        raise NotFound
    return activity(found)


def activity(document: dict[str, Any], *, private: bool = False, status: int = 200) -> Response:
    response = Response(orjson.dumps(document), status, content_type=ACTIVITY_JSON)
    response.headers["Vary"] = VARY
    if private:
        response.headers["Cache-Control"] = PRIVATE
    return response


def to_page(address: str, uri: str) -> ResponseReturnValue:
    """A browser asked for what servers read at `uri`: it is sent to the page for people."""
    response = redirect(address)
    response.headers["Vary"] = VARY
    response.headers["Link"] = alternate(uri)
    return response


def problem(status: int) -> Response:
    response = Response(problems.body(status), status)
    response.headers.update(problems.headers(status))
    return response


def _bare(collection: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in collection.items() if name != "@context"}


async def _consult_object(object_id: int) -> ResponseReturnValue:
    """404 alike for an unknown id and one this reader may not have (T49)."""
    member, reader = current_member(), await signed_reader()  # before any look-up: T49
    named = Contribution.filter(uri=config.current().uri(f"/o/{object_id}"))
    if not wants_activity(request) and member is not None:
        visible = (await reading.visible(member)).values("id")
        note = await named.filter(consult_id__in=Subquery(visible)).first()
        if note is None:
            raise NotFound
        return redirect(f"/k/{note.consult_id}#p-{note.id}")
    if reader is None or reader.level is not Level.TRUSTED:
        raise NotFound
    of_it = Consult.filter(id__in=Subquery(named.values("consult_id")))
    consult = await _readable(of_it, reader)
    is_owner = reader.actor_id in consult.addressed_to[1:2]
    note = await named.first()
    if note is None or not (consult.is_local or is_owner):
        raise NotFound
    return activity({"@context": contexts.CONSULT, **note.body}, private=True)


async def _readable(named: QuerySet[Consult], reader: Reader) -> Consult:
    """F-CON-2, place 4: only the Application of a participating trusted institution."""
    consult = await audience.shown_to(reader.actor_id, reader.host, named)
    if consult is None:
        raise NotFound
    return consult


async def _local_actor(actor_id: int, kind: str) -> Actor:
    actor = await Actor.get_or_none(uri=config.current().uri(f"/{kind}/{actor_id}"), is_local=True)
    if actor is None:
        raise NotFound
    return actor


async def _may_know(actor: Actor, reader: Reader | None) -> bool:
    """Whether a trusted peer takes part in a consult with this consult-only actor, or may invite
    them to one (section 3)."""
    if reader is None or not await trust.is_trusted(reader.host):
        return False
    if actor.allows_invitations and await finds_members(reader):
        return True
    return await reading.meet(actor, reader.actor_id, reader.host)


async def finds_members(reader: Reader | None) -> bool:
    """Whether they agreed with us to find each other's members who let themselves be invited."""
    if reader is None or reader.level is not Level.TRUSTED:
        return False
    return "directory" in await trust.scopes(reader.host)
