"""What is said in public under a hashtag: a page for people, a collection for servers."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from federation import vocabulary
from instance import config
from instance.errors import NotFound
from instance.ids import read_id
from instance.services import feed_sources, tag_feeds
from instance.services.feed_sources import Bounds, Place
from instance.services.tag_feeds import Wanted
from instance.web import views
from instance.web.api.entities_tags import url
from instance.web.drawing import draw
from instance.web.guards import current_member, public
from instance.web.peers import activity
from instance.web.presenting import forum, sharing
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.requests import wants_activity
from instance.words import hashtag

blueprint = Blueprint("tags", __name__)

_PAGE = 20


@blueprint.get("/tags/<string:typed>")
@public
async def show_tag(typed: str) -> ResponseReturnValue:
    name = hashtag(typed)
    if not name:
        raise NotFound
    if wants_activity(request):
        places = await tag_feeds.timeline(None, Wanted(name), Bounds(_PAGE))
        items = [one.post.uri for one in await feed_sources.entries(places)]
        return activity(vocabulary.OrderedCollection(id=url(name), orderedItems=items).to_wire())
    around = await surroundings(current_member(), nav="channels")
    found = await _found(name, around)
    return draw(
        views.TagPage(
            page=around.page,
            sharing=None if around.own else sharing.of_tag(name, url(name)),
            name=name,
            posts=await forum.post_cards([one.post_id for one in found], around),
            older_url=f"{_path(name)}?before={found[-1].id}" if len(found) == _PAGE else "",
        )
    )


async def _found(name: str, around: Surroundings) -> list[Place]:
    those = {one for actor in around.own for one in await feed_sources.unwanted(actor)}
    unwanted = list(those) if around.own else None
    bounds = Bounds(_PAGE, max_id=read_id(request.args.get("before", "")))
    return await tag_feeds.timeline(unwanted, Wanted(name), bounds)


def _path(name: str) -> str:
    return url(name).removeprefix(config.current().origin)
