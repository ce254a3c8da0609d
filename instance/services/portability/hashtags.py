"""The hashtags an identity follows, and those on its profile, as it takes them along."""

from collections.abc import AsyncIterator

import orjson

from instance.models import Actor, FeaturedTag, FollowedTag

PATH = "activitypub/hashtags.json"
README = f"{PATH}     hashtags it follows and shows\n"


async def content(actor: Actor) -> AsyncIterator[bytes]:
    followed = FollowedTag.filter(actor_id=actor.id).order_by("id")
    featured = FeaturedTag.filter(actor_id=actor.id).order_by("id")
    names = {
        "followed": await followed.values_list("tag__written", flat=True),
        "featured": await featured.values_list("tag__written", flat=True),
    }
    yield orjson.dumps(
        {kind: [f"#{one}" for one in found] for kind, found in names.items()},
        option=orjson.OPT_INDENT_2,
    )
