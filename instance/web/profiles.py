"""People: the directory, and one person."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Actor, ActorKind, Member, Post
from instance.services import follows, members, timelines
from instance.web import views
from instance.web.drawing import draw
from instance.web.forum import follow_or_not
from instance.web.guards import current_member, member, public
from instance.web.presenting import forum as present
from instance.web.presenting import people, sharing
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("profiles", __name__)


@blueprint.get("/people")
@member
async def show_people(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="people", here="/people")
    found = await members.directory()
    authors = await people.authors(found, around.institutions)
    rows = tuple(
        views.PersonRow(author=authors[actor.id], address=actor.address) for actor in found
    )
    return draw(views.PeoplePage(page=around.page, people=rows))


@blueprint.get("/@<name:handle>")
@public
async def show_profile(handle: str) -> ResponseReturnValue:
    actor = await _profiled(handle)
    around = await surroundings(current_member(), nav="people" if current_member() else "")
    found = await timelines.of_author(actor, before=read_id(request.args.get("before", "")))
    vouched = await people.vouched(actor) if around.own else None
    state = await follows.state(around.own[0], actor) if around.own else None
    own_ids = {own.id for own in around.own}
    return draw(
        views.ProfilePage(
            page=around.page,
            sharing=None if around.own else sharing.of_person(actor),
            author=await people.one(actor, around.institutions),
            url=people.profile_url(actor),
            address=actor.address,
            html=people.markup(actor.summary),
            specialties=await people.specialties(actor),
            following=state == "accepted",
            requested=state == "pending",
            may_follow=bool(around.own) and actor.id not in own_ids,
            mine=actor.id in own_ids,
            since=vouched.valid_from if vouched else None,
            until=vouched.valid_until if vouched else None,
            posts=await present.post_cards(found, around),
            older_url=_older(actor, found),
        )
    )


@blueprint.post("/@<name:handle>/<any(follow, unfollow):action>")
@member
async def post_follow_person(signed_in: Member, handle: str, action: str) -> ResponseReturnValue:
    await follow_or_not(signed_in, await _profiled(handle), action)
    return redirect(f"/@{handle}")


def _older(actor: Actor, found: list[Post]) -> str:
    is_full = len(found) == timelines.PAGE
    return f"{people.profile_url(actor)}?before={found[-1].id}" if is_full else ""


async def _profiled(handle: str) -> Actor:
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
