"""People: the directory, and one person."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance import raw_sql
from instance.errors import FormRefused, NotFound
from instance.ids import read_id
from instance.models import Actor, ActorKind, Member, Post, ProfileKind
from instance.services import directory, follows, members, parting, profiles, timelines, wishes
from instance.services.consults import privately
from instance.web import views
from instance.web.drawing import draw
from instance.web.forum import follow_or_not
from instance.web.guards import current_member, member, public
from instance.web.presenting import forum as present
from instance.web.presenting import people, profiling, sharing
from instance.web.presenting.moving import moved_to
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("profiles", __name__)

_AWAY: dict[str, Callable[[Actor, Actor], Awaitable[None]]] = {
    "mute": parting.mute,
    "unmute": parting.unmute,
    "block": parting.block,
    "unblock": parting.unblock,
}


@blueprint.get("/people")
@member
async def show_people(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="people", here="/people")
    asked = {name: request.args.get(name, "") for name in ("q", "specialty", "stage", "host")}
    wanted = directory.Wanted.of(*asked.values())
    hosts = await directory.institutions()
    last = await _listed_last(request.args.get("after", ""))
    found = await directory.find(wanted, hosts, after=last)
    authors = await people.authors(found.people, around.institutions)
    return draw(
        views.PeoplePage(
            page=around.page,
            people=tuple(
                views.PersonRow(
                    author=authors[actor.id], address=actor.address, town=found.towns[actor.id]
                )
                for actor in found.people
            ),
            text=wanted.text,
            specialty=wanted.specialty,
            stage=wanted.stage,
            institution=wanted.institution,
            institutions=tuple((host, around.institutions.get(host, host)) for host in hosts),
            older_url=_more_people(asked, found),
        )
    )


@blueprint.get("/account/profile/<name:handle>")
@member
async def show_own_profile(signed_in: Member, handle: str) -> ResponseReturnValue:
    return draw(await own_profile(signed_in, await members.speaking_as(signed_in, handle)))


@blueprint.post("/account/profile/<name:handle>")
@member
async def post_own_profile(signed_in: Member, handle: str) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in, handle)
    form = await request.form
    readers = {kind.value: form.get(f"readers-{kind.value}", "") for kind in ProfileKind}
    try:
        await profiles.change(signed_in, actor, form, readers)
    except FormRefused as error:
        page = await _edit_page(signed_in, actor, form, readers, error.fields)
        return draw(page, error.status)
    return redirect(f"/account/profile/{actor.handle}?saved=yes")


@blueprint.get("/@<name:handle>")
@public
async def show_profile(handle: str) -> ResponseReturnValue:
    actor, signed_in = await profiled(handle), current_member()
    around = await surroundings(signed_in, nav="people" if signed_in else "")
    before = read_id(request.args.get("before", ""))
    found = await timelines.of_author(actor, before=before)
    pinned = await timelines.pinned(actor) if before is None else []
    vouched = await people.vouched(actor) if around.own else None
    state = await follows.state(around.own[0], actor) if around.own else None
    own_ids = {own.id for own in around.own}
    may_follow = bool(around.own) and actor.id not in own_ids and not actor.moved_to_uri
    is_blocked = await wishes.is_blocked(around.own, actor)
    said = await profiling.said(actor, signed_in)
    why_not = await privately.why_not(signed_in, actor) if signed_in is not None else None
    return draw(
        views.ProfilePage(
            page=around.page,
            sharing=None if around.own else sharing.of_person(actor, said.about),
            author=await people.one(actor, around.institutions),
            url=people.profile_url(actor),
            address=actor.address,
            html=people.markup(said.about),
            said=said.details,
            specialties=await people.specialties(actor),
            following=state == "accepted",
            requested=state == "pending",
            write_url=f"{people.profile_url(actor)}/write" if why_not == "" else "",
            why_not_private="" if why_not in (None, "self") else why_not,
            may_follow=may_follow and not is_blocked,
            may_mute=bool(around.own) and actor.id not in own_ids,
            blocked=is_blocked,
            muted=await wishes.is_muted(around.own, actor),
            moved_to=await moved_to(actor),
            mine=actor.id in own_ids,
            edit_url=f"/account/profile/{actor.handle}" if actor.id in own_ids else "",
            since=vouched.valid_from if vouched else None,
            until=vouched.valid_until if vouched else None,
            banner=said.banner,
            pictures=await profiling.portraits_of(actor),
            pinned=await present.post_cards(
                [post.id for post in pinned], around, may_pin=actor.id in own_ids
            ),
            posts=await present.post_cards(
                [post.id for post in found], around, may_pin=actor.id in own_ids
            ),
            older_url=_older(actor, found),
        )
    )


@blueprint.post("/@<name:handle>/<any(follow, unfollow):action>")
@member
async def post_follow_person(signed_in: Member, handle: str, action: str) -> ResponseReturnValue:
    await follow_or_not(signed_in, await profiled(handle), action)
    return redirect(f"/@{handle}")


@blueprint.post("/@<name:handle>/<any(mute, unmute, block, unblock):action>")
@member
async def post_away(signed_in: Member, handle: str, action: str) -> ResponseReturnValue:
    """With the member's first name, or undone for every one."""
    target, own = await profiled(handle), await members.identities(signed_in)
    for actor in own if action.startswith("un") else own[:1]:
        await _AWAY[action](actor, target)
    return redirect(f"/@{handle}")


async def own_profile(
    signed_in: Member, actor: Actor, errors: dict[str, str] | None = None
) -> views.EditProfilePage:
    """What one of their identities says, as it is stored."""
    stored = {row.kind.value: row for row in await profiles.of(actor, signed_in)}
    texts = {kind: row.text for kind, row in stored.items()}
    readers = {kind: row.visibility.value for kind, row in stored.items()}
    return await _edit_page(signed_in, actor, texts, readers, errors)


def _older(actor: Actor, found: list[Post]) -> str:
    is_full = len(found) == timelines.PAGE
    return f"{people.profile_url(actor)}?before={found[-1].id}" if is_full else ""


async def _edit_page(
    signed_in: Member,
    actor: Actor,
    texts: Mapping[str, str],
    readers: Mapping[str, str],
    errors: dict[str, str] | None = None,
) -> views.EditProfilePage:
    around = await surroundings(signed_in, nav="account")
    return views.EditProfilePage(
        page=around.page,
        handle=actor.handle,
        name=actor.name,
        pseudonym=actor.is_pseudonym,
        is_public=actor.discoverable,
        entries=profiling.entries(actor, texts, readers),
        pictures=await profiling.portraits_of(actor),
        saved=request.method == "GET" and request.args.get("saved") == "yes",
        errors=views.FieldError.all_of(errors or {}),
    )


async def _listed_last(text: str) -> tuple[str, int]:
    """Whom a page of the directory begins behind; from the top for what is nobody's id."""
    actor = await raw_sql.one(Actor, "id", known) if (known := read_id(text)) else None
    return (actor.name, actor.id) if actor and actor.kind is ActorKind.PERSON else ("", 0)


def _more_people(asked: dict[str, str], found: directory.Found) -> str:
    if not found.more:
        return ""
    kept = {name: value for name, value in asked.items() if value}
    return "/people?" + urlencode(kept | {"after": found.people[-1].id})


async def profiled(handle: str) -> Actor:
    """A person by `handle` or `handle@host`. Members see all of here; visitors public ones."""
    name, _, host = handle.partition("@")
    if not host:
        actor = await members.by_handle(name)
    else:
        known = Actor.filter(host=host.lower(), handle=name, is_blocked=False)
        found = await known.filter(kind=ActorKind.PERSON)
        if not found:
            raise NotFound
        actor = found[0]
    is_hidden = current_member() is None and not (actor.is_local and actor.discoverable)
    if actor.kind is not ActorKind.PERSON or is_hidden:
        raise NotFound
    return actor
