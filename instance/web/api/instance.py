"""What clients ask when they start: the server, and lists that are empty here."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.errors import NotFound
from instance.services import embeds, settings
from instance.services.tokens import Caller
from instance.web.api import entities_embeds, entities_instance
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent
from instance.web.guards import any_client, client

blueprint = Blueprint("api_instance", __name__)

# Nobody sets these here: a post says where it goes, and shows what it shows.
_PREFERENCES = {
    "posting:default:visibility": "public",
    "posting:default:sensitive": False,
    "posting:default:language": None,
    "posting:default:quote_policy": "nobody",
    "reading:expand:media": "default",
    "reading:expand:spoilers": False,
    "reading:autoplay:gifs": False,
}


@blueprint.get("/api/v1/instance")
@any_client()
async def get_v1(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.v1())


@blueprint.get("/api/v2/instance")
@any_client()
async def get_v2(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.v2())


@blueprint.get("/api/v1/instance/rules")
@any_client()
async def get_rules(_: Caller | None) -> ResponseReturnValue:
    return answer(entities_instance.rules(await settings.read()))


@blueprint.get("/api/v1/instance/extended_description")
@any_client()
async def get_description(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.extended_description())


@blueprint.get("/api/v1/instance/privacy_policy")
@any_client()
async def get_privacy(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.privacy_policy())


@blueprint.get("/api/v1/instance/terms_of_service")
@any_client()
async def get_terms(_: Caller | None) -> ResponseReturnValue:
    raise NotFound  # there are rules, and what becomes of what is written


@blueprint.get("/api/v1/instance/languages")
@any_client()
async def get_languages(_: Caller | None) -> ResponseReturnValue:
    return answer(entities_instance.LANGUAGES)


@blueprint.get("/api/v1/instance/translation_languages")
@any_client()
async def get_translations(_: Caller | None) -> ResponseReturnValue:
    return answer({})


@blueprint.get("/api/v1/instance/<any(peers, activity, domain_blocks):_kind>")
@any_client()
async def get_untold(_: Caller | None, _kind: str) -> ResponseReturnValue:
    """With whom we work is told to nobody (federation.md 3)."""
    return answer([])


@blueprint.get("/api/v1/trends")
@blueprint.get("/api/v1/trends/<any(tags, statuses, links):_kind>")
@any_client()
async def get_trends(_: Caller | None, _kind: str = "") -> ResponseReturnValue:
    """Nothing here is pushed."""
    return answer([])


@blueprint.get("/api/oembed")
@any_client()
async def get_embed(_: Caller | None) -> ResponseReturnValue:
    post = await embeds.post_at(request.args.get("url", ""))
    width = Sent(request.args.to_dict()).number("maxwidth") or entities_embeds.WIDTH
    width = max(entities_embeds.WIDTH_LEAST, min(width, entities_embeds.WIDTH))
    return answer(await entities_embeds.embed(post, width))


@blueprint.get("/api/v1/custom_emojis")
@any_client()
async def get_emojis(_: Caller | None) -> ResponseReturnValue:
    return answer([])


@blueprint.get("/api/v1/preferences")
@client("read:accounts")
async def get_preferences(_: Caller) -> ResponseReturnValue:
    return answer(_PREFERENCES)
