"""Which public post an address of ours shows, for pages of elsewhere that put it in."""

from instance import config
from instance.errors import NotFound
from instance.models import Post
from instance.services import known_addresses


async def post_at(url: str) -> Post:
    """Raises NotFound, for a consult as for what never was, and for what is not of here."""
    found = await known_addresses.entry(url) if config.current().is_ours(url) else None
    if found is None:
        raise NotFound
    post, group = found.post, found.post.thread.group
    if not post.author.is_local and not (group is not None and group.is_local):
        raise NotFound
    return post
