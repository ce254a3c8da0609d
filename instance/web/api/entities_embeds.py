"""A public post as pages of elsewhere put it in (oEmbed 1.0)."""

from html import escape
from typing import TypedDict

from instance import config, html
from instance.models import Post
from instance.services import settings
from instance.services.mentions import page_of
from instance.web.api.entities_written import url_of

WIDTH, WIDTH_LEAST = 400, 100
_EXCERPT = 300
_DAY = 86_400


class Embed(TypedDict):
    type: str
    version: str
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int | None


async def embed(post: Post, width: int) -> Embed:
    """A quotation with a link: nothing of ours runs in a page of elsewhere."""
    name = html.one_line(post.author.name, 200) or post.author.handle
    url, title = url_of(post) or post.uri, post.thread.title
    text = html.plain(post.content.replace("</p>", " "), _EXCERPT)
    said = f"<p>{escape(text)}</p>" if text else ""
    link = f'<a href="{escape(url)}">{escape(f"{name}: {title}")}</a>'
    return {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "author_name": name,
        "author_url": page_of(post.author),
        "provider_name": (await settings.read()).name,
        "provider_url": f"{config.current().origin}/",
        "cache_age": _DAY,
        "html": f'<blockquote cite="{escape(url)}">{said}{link}</blockquote>',
        "width": width,
        "height": None,
    }
