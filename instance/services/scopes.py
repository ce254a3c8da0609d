"""What an application may be allowed to do, as Mastodon names it, and the consults that are ours.

A scope holds those below it: `read` holds `read:statuses`. The old `follow` holds what it held.
"""

from collections.abc import Collection, Iterable

CONSULTS = "consults"
_BOTH = ("accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "mutes")
_READ = (*_BOTH, "notifications", "search", "statuses")
_WRITE = (*_BOTH, "conversations", "media", "notifications", "reports", "statuses")
_OLD_FOLLOW = ("blocks", "follows", "mutes")
DEFAULT = "read"
SCOPES = (
    *("profile", "read", *(f"read:{name}" for name in _READ)),
    *("write", *(f"write:{name}" for name in _WRITE)),
    *("follow", "push", CONSULTS),
)


def read(text: str) -> tuple[str, ...]:
    """Each once, in the order they came; also such as do not exist."""
    return tuple(dict.fromkeys(text.replace("+", " ").split()))


def unknown(asked: Iterable[str]) -> list[str]:
    return [scope for scope in asked if scope not in SCOPES]


def covers(held: Collection[str], needed: str) -> bool:
    parent, _, what = needed.partition(":")
    by_old = "follow" in held and what in _OLD_FOLLOW
    return needed in held or (bool(what) and (parent in held or by_old))


def within(asked: Iterable[str], held: Collection[str]) -> bool:
    """Whether nothing is asked that is not held: scopes never grow (T69)."""
    return all(covers(held, scope) for scope in asked)
