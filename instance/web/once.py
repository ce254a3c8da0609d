"""A form that is sent again as it was, after Back or by a second press, is taken once within the
hour; unless what it wrote was deleted since, or not taken."""

from collections.abc import Awaitable, Callable

from quart import request

from instance import config
from instance.ids import new_id
from instance.models import Actor, Consult, Contribution, Member, Post
from instance.services import members, sent_once
from instance.web.post_pictures import NONE, Chosen


async def posted(
    author: Actor, make: Callable[..., Awaitable[Post]], chosen: Chosen = NONE
) -> Post:
    """What `make` posts, with the pictures chosen, or what it posted of this same form."""

    async def post() -> Post:
        return await make(**await chosen.to_post(author))

    key = await _key()
    found = await sent_once.post(author, key, post)
    if found.deleted_at is None:
        return found
    await sent_once.forget(author, key)
    return await sent_once.post(author, key, post)


async def contributed(member: Member, make: Callable[..., Awaitable[Consult]]) -> None:
    """As `posted`, into a consult: `make` writes under the number it is given."""
    author, key = (await members.identities(member))[0], await _key()

    async def say() -> Contribution:
        number = new_id()
        await make(number=number)
        return await Contribution.get(uri=config.current().uri(f"/o/{number}"))

    found = await sent_once.message(author, key, say)
    if found.deleted_at is not None or found.refused_at is not None:
        await sent_once.forget(author, key)
        await sent_once.message(author, key, say)


async def _key() -> str:
    """The token of the session is among the fields: nobody else can know what this is of."""
    return repr((request.path, sorted((await request.form).items(multi=True))))
