"""A member's own settings."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.models import Actor, Member, Standing
from instance.outbox import standing
from instance.services import members
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings
from instance.web.presenting.standing import shown_names

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@member
async def show_account(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account")
    actor = around.own[0]
    statement = await Standing.get_or_none(actor_id=actor.id)
    claims = standing.claims_of(signed_in)
    return draw(
        views.AccountPage(
            page=around.page,
            name=actor.name,
            handle=actor.handle,
            address=actor.address,
            email=signed_in.email,
            role=people.role_code(signed_in.role),
            standing=people.of_member(signed_in),
            may_ask=claims.may_take_part,
            may_answer=claims.may_answer,
            specialties=tuple(signed_in.specialties),
            identities=tuple(people.identity(own) for own in around.own),
            is_public=actor.discoverable,
            is_indexable=actor.indexable,
            findable=tuple(_findable(own) for own in around.own if not own.discoverable),
            checked_at=statement.valid_from if statement else None,
            valid_until=statement.valid_until if statement else None,
        )
    )


@blueprint.get("/account/standing")
@member
async def show_standing(signed_in: Member) -> ResponseReturnValue:
    """What other hospitals see of the member, name by name."""
    around = await surroundings(signed_in, nav="account")
    found = await shown_names(around.own, around.institutions)
    return draw(views.StandingPage(page=around.page, names=found))


@blueprint.post("/account/theme")
@member
async def post_theme(signed_in: Member) -> ResponseReturnValue:
    await members.set_theme(signed_in, (await request.form).get("theme", ""))
    return redirect("/account")


@blueprint.post("/account/keys")
@member
async def post_keys(signed_in: Member) -> ResponseReturnValue:
    await members.set_keys(signed_in, on=(await request.form).get("keys", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/profile")
@member
async def post_profile(signed_in: Member) -> ResponseReturnValue:
    """Open the first identity's profile to everyone, or close it."""
    actor = await members.speaking_as(signed_in)
    await members.set_public(actor, (await request.form).get("public", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/indexing")
@member
async def post_indexing(signed_in: Member) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in)
    await members.set_indexable(actor, (await request.form).get("indexable", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/invitations/<name:handle>")
@member
async def post_invitations(signed_in: Member, handle: str) -> ResponseReturnValue:
    """Let partner hospitals find one identity, or no longer; the others stay as they are."""
    actor = await members.speaking_as(signed_in, handle)
    await members.set_invitable(actor, (await request.form).get("allowed", "") == "yes")
    return redirect("/account")


def _findable(actor: Actor) -> views.Findable:
    return views.Findable(
        handle=actor.handle,
        name=actor.name,
        address=actor.address,
        pseudonym=actor.is_pseudonym,
        allowed=actor.allows_invitations,
    )
