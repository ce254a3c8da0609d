"""The pages that say who runs this, what becomes of what is written, and how it is used."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.services import channels
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import current_member, public
from instance.web.presenting import about as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@public
async def show_about() -> ResponseReturnValue:
    around = await surroundings(current_member(), here="/about")
    return draw(views.AboutPage(page=around.page, about=await present.about()))


@blueprint.get("/about/privacy")
@public
async def show_privacy() -> ResponseReturnValue:
    around = await surroundings(current_member(), here="/about/privacy")
    return draw(
        views.PrivacyPage(page=around.page, about=await present.about(), kept=await present.kept())
    )


@blueprint.get("/help")
@public
async def show_help() -> ResponseReturnValue:
    around = await surroundings(current_member(), here="/help")
    ours = await channels.ours()
    return draw(
        views.HelpPage(
            page=around.page,
            about=await present.about(),
            example=ours[0].address if ours else "",
        )
    )
