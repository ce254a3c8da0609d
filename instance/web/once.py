"""A form that is sent again as it was, after Back or by a second press, is taken once."""

from collections.abc import Awaitable, Callable

from quart import request

from instance.models import Actor, Post
from instance.services import sent_once
from instance.web.post_pictures import NONE, Chosen


async def posted(
    author: Actor, make: Callable[..., Awaitable[Post]], chosen: Chosen = NONE
) -> Post:
    """What `make` posts, with the pictures chosen, or what it posted of this same form within the
    hour; what was deleted since is posted anew.

    The token of the session is among the fields: nobody else can know what the key is of.
    """

    async def post() -> Post:
        return await make(**await chosen.to_post(author))

    key = repr((request.path, sorted((await request.form).items(multi=True))))
    found = await sent_once.post(author, key, post)
    if found.deleted_at is None:
        return found
    await sent_once.forget(author, key)
    return await sent_once.post(author, key, post)
