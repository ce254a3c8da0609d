"""People: the directory, and one person."""

from markupsafe import Markup
from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from instance import html
from instance.errors import NotFound
from instance.models import Actor, ActorKind, Member
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
    is_open = actor.is_local and actor.discoverable
    around = await surroundings(
        current_member(),
        nav="people" if current_member() else "",
        activity_url=actor.uri if is_open else "",
    )
    cards = await present.post_cards(await timelines.of_author(actor), around)
    state = await follows.state(around.own[0], actor) if around.own else None
    own_ids = {own.id for own in around.own}
    return draw(
        views.ProfilePage(
            page=around.page,
            sharing=None if around.own else sharing.of_person(actor),
            author=await people.one(actor, around.institutions),
            url=people.profile_url(actor),
            address=actor.address,
            html=Markup(html.clean(actor.summary)),  # noqa: S704  (sanitised here, T41)
            specialties=await people.specialties(actor),
            following=state == "accepted",
            requested=state == "pending",
            may_follow=bool(around.own) and actor.id not in own_ids,
            mine=actor.id in own_ids,
            posts=cards,
        )
    )


@blueprint.post("/@<name:handle>/<any(follow, unfollow):action>")
@member
async def post_follow_person(signed_in: Member, handle: str, action: str) -> ResponseReturnValue:
    await follow_or_not(signed_in, await _profiled(handle), action)
    return redirect(f"/@{handle}")


async def _profiled(handle: str) -> Actor:
    """A person by `handle` or `handle@host`. Members see all of here; visitors public ones."""
    name, _, host = handle.partition("@")
    if not host:
        actor = await members.by_handle(name)
    else:
        found = await Actor.filter(host=host.lower(), handle=name, kind=ActorKind.PERSON)
        if not found:
            raise NotFound
        actor = found[0]
    is_hidden = current_member() is None and not (actor.is_local and actor.discoverable)
    if actor.kind is not ActorKind.PERSON or is_hidden:
        raise NotFound
    return actor
