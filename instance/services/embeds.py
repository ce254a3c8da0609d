"""Which public post an address of ours shows, for pages of elsewhere that put it in."""

import re
from urllib.parse import urlsplit

from instance import config
from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Post
from instance.services import feeds

_PATH = re.compile(r"/(t|o)/([0-9]+)")
_PLACE = re.compile(r"p-([0-9]+)")


async def post_at(url: str) -> Post:
    """Raises NotFound, for a consult as for what never was, and for what is not of here."""
    named = _named(url)
    entry = await feeds.entry(named)
    post, group = entry.post, entry.post.thread.group
    if not post.author.is_local and not (group is not None and group.is_local):
        raise NotFound
    return post


def _named(url: str) -> int:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NotFound from error
    found = _PATH.fullmatch(parts.path)
    if found is None or not config.current().is_ours(url):
        raise NotFound
    place = _PLACE.fullmatch(parts.fragment)
    named = read_id(place[1] if place else found[2])
    if named is None:
        raise NotFound
    return named
