"""A member lets an application act for them (OAuth): asked on a page of ours, each time."""

from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import ClientRefused, NotFound, OAuthRefused
from instance.models import Member
from instance.services import authorizing, redirects, tokens
from instance.services.authorizing import Asked
from instance.services.redirects import OUT_OF_BAND
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import current_member, member, public
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("authorizing", __name__)

_BROUGHT = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
)


@blueprint.get("/oauth/authorize")
@public
async def show_authorize() -> ResponseReturnValue:
    """Whoever is not signed in comes back here with all that the application asked."""
    typed = request.args.to_dict()
    try:
        asked = await authorizing.asked(typed)
    except OAuthRefused as error:
        return _refused(error)
    reader = current_member()
    if reader is None:
        kept = {name: typed[name] for name in _BROUGHT if name in typed}
        here = f"/oauth/authorize?{urlencode(kept)}"
        return redirect(f"/sign-in?{urlencode({'next': here})}")
    authorizing.require_factor(asked, reader)
    return draw(await _page(reader, asked, typed))


@blueprint.post("/oauth/authorize")
@member
async def post_authorize(signed_in: Member) -> ResponseReturnValue:
    form = (await request.form).to_dict()
    try:
        asked = await authorizing.asked(form)
    except OAuthRefused as error:
        return _refused(error)
    is_by_hand = asked.redirect_uri == OUT_OF_BAND
    if form.get("answer") != "yes":
        if is_by_hand:
            return redirect("/account/security")
        said = {"error": "access_denied", "error_description": "The request was denied."}
        return redirect(asked.answer(**said))
    code = await authorizing.allow(asked, signed_in, form.get("identity", ""))
    if not is_by_hand:
        return redirect(asked.answer(code=code))
    around = await surroundings(signed_in, here="/oauth/authorize")
    page = views.CodePage(page=around.page, name=asked.application.name, code=code)
    return draw(page)


@blueprint.post("/account/applications/<int:application_id>/end")
@member
async def post_end(signed_in: Member, application_id: int) -> ResponseReturnValue:
    await tokens.take_back(signed_in, application_id)
    return redirect("/account/security?done=application")


def _refused(error: OAuthRefused) -> ResponseReturnValue:
    if not error.redirect_to:
        raise ClientRefused(error.shown)
    return redirect(error.redirect_to)


async def _page(reader: Member, asked: Asked, typed: dict[str, str]) -> views.AuthorizePage:
    around = await surroundings(reader, here="/oauth/authorize")
    if not around.own:
        raise NotFound
    application = asked.application
    return views.AuthorizePage(
        page=around.page,
        name=application.name,
        website=redirects.place(application.website or OUT_OF_BAND),
        place=redirects.place(asked.redirect_uri),
        scopes=asked.scopes,
        identities=tuple(people.identity(actor) for actor in around.own),
        asked=tuple((name, typed[name]) for name in _BROUGHT if name in typed),
        leads_to=redirects.target(asked.redirect_uri),
    )
