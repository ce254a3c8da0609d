"""Where the reader's own posts have got to."""

from collections.abc import Mapping, Sequence

from instance.delivery_reasons import key_of
from instance.models import Post
from instance.services import deliveries
from instance.services.deliveries import Arrival
from instance.web.presenting.pages import Surroundings
from instance.web.views.arrivals import ArrivalPlace, Arrivals

LISTED_MOST = 50
_FIRST = ("waiting", "gave_up", "arrived")


async def of_own(posts: Sequence[Post], around: Surroundings) -> dict[str, Arrivals]:
    """By the id of the post, for those of the reader that went anywhere."""
    own_ids = {actor.id for actor in around.own}
    own = [post for post in posts if post.author_id in own_ids]
    found = await deliveries.of_posts(own)
    return {
        str(post_id): _arrivals(places, around.institutions)
        for post_id, places in found.items()
        if places
    }


def place(found: Arrival, name: str) -> ArrivalPlace:
    return ArrivalPlace(name=name, state=found.state, at=found.at, reason=key_of(found.error))


def _arrivals(found: Sequence[Arrival], names: Mapping[str, str]) -> Arrivals:
    """What has not arrived stands first, and is what is listed where there are too many."""
    places = [place(one, names.get(one.host, one.host)) for one in found]
    places.sort(key=lambda one: (_FIRST.index(one.state), one.name))
    arrived = sum(one.state == "arrived" for one in places)
    listed = places[:LISTED_MOST]
    return Arrivals(
        arrived=arrived,
        total=len(places),
        places=tuple(listed),
        more=len(places) - len(listed),
    )
