"""What members may write in public: how long, and without a word about a consult (T51)."""

import re
from urllib.parse import unquote, urlsplit

from instance import config, raw_sql
from instance.errors import FormRefused
from instance.outbox import posts

TEXT_MAX = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+", re.IGNORECASE)
# As consults are named here, and on each server that runs Curbside: by numbers of 64 bits.
_OURS = re.compile(r"/+(?:[kg]/|o/+[0-9])", re.IGNORECASE)
_THEIRS = re.compile(r"/+[kgo]/+[0-9]{16,20}(?![0-9])", re.IGNORECASE)
_PUBLIC = """
WITH named (uri) AS ({values}) SELECT p.uri FROM named n CROSS JOIN post p WHERE p.uri = n.uri
"""


async def without_consults(text: str) -> str:
    """The text without addresses of consults: nothing public may point at one (T51).

    Told by how an address is made, and by what is public: never by looking for a consult. Whoever
    tries addresses here learns nothing of those that exist.
    """
    if len(text) > TEXT_MAX:
        return text  # refused for its length; nobody looks up what is in it
    suspected = {found for found in _ADDRESS.findall(text) if _is_made_like_one(found)}
    public = await _public([_bare(found) for found in suspected])
    for found in sorted(suspected, key=len, reverse=True):
        if _bare(found) not in public:
            text = text.replace(found, "")
    return text


def _is_made_like_one(address: str) -> bool:
    """However it is spelt: a browser goes to the same page."""
    try:
        split = urlsplit(address)
        host, path = split.hostname or "", unquote(split.path).replace("\\", "/")
    except ValueError:
        return False  # no browser goes there
    ours = host == urlsplit(config.current().origin).hostname
    return bool((_OURS if ours else _THEIRS).match(path))


def _bare(address: str) -> str:
    """Without what follows an id, and without the end of the sentence that it stands in."""
    return address.partition("#")[0].partition("?")[0].rstrip(".,;:!*_~")


async def _public(uris: list[str]) -> set[str]:
    found = await raw_sql.look_up_all(_PUBLIC, sorted(set(uris)))
    return {row["uri"] for row in found}


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
