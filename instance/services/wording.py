"""What members may write in public: how long, and without a word about a consult (T51)."""

import re

from instance import config
from instance.errors import FormRefused
from instance.outbox import posts
from instance.services.consults import references

TEXT_MAX = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")


async def without_consults(text: str) -> str:
    """The text without addresses of consults: nothing public may point at one (T51)."""
    if len(text) > TEXT_MAX:
        return text  # refused for its length; nobody looks up what is in it
    for found in sorted(set(_ADDRESS.findall(text)), key=len, reverse=True):
        uri = found.partition("#")[0].partition("?")[0]
        path = uri.removeprefix(config.current().origin)
        if path.startswith(("/k/", "/g/")) or await references.any_consult([uri]):
            text = text.replace(found, "")
    return text


def require_text(text: str, title: str | None = None, *, needs_text: bool = True) -> None:
    """Raises FormRefused, naming every field that cannot stay as it is."""
    if found := problems(text, title, needs_text=needs_text):
        raise FormRefused(found)


def problems(text: str, title: str | None = None, *, needs_text: bool = True) -> dict[str, str]:
    found = {}
    if title is not None and not title.strip():
        found["title"] = "Write a title."
    if title is not None and len(title) > posts.TITLE_LENGTH:
        found["title"] = f"Shorten the title to {posts.TITLE_LENGTH} characters."
    if needs_text and not text.strip():
        found["text"] = "Write something to post."
    if len(text) > TEXT_MAX:
        found["text"] = f"Shorten the text to {TEXT_MAX} characters."
    return found
