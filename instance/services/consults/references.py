"""Whether something points at a consult that is known here (T51)."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from federation import vocabulary
from federation.fields import listed
from instance import config, raw_sql

# Asked for every public post that arrives: one statement instead of one for each table.
_FIND = """
WITH named (uri) AS ({values})
SELECT 1 FROM named n WHERE EXISTS (SELECT 1 FROM contribution c WHERE c.uri = n.uri)
    OR EXISTS (SELECT 1 FROM consult c WHERE c.uri = n.uri)
    OR EXISTS (SELECT 1 FROM consult c WHERE c.root_uri = n.uri)
    OR EXISTS (SELECT 1 FROM actor a WHERE a.uri = n.uri AND a.kind = 'consult')
LIMIT 1
"""


# By which names servers say what a post quotes.
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")


def quoted(note: Mapping[str, Any]) -> list[str]:
    """What a public post quotes, or names in its tags."""
    tags = [tag for tag in listed(note.get("tag")) if isinstance(tag, Mapping)]
    named = [vocabulary.id_of(note[name]) for name in _QUOTES if note.get(name)]
    named += [vocabulary.id_of(tag.get("href")) for tag in tags]
    return [uri for uri in named if uri]


def links_to_one(markup: str) -> bool:
    """Whether a text has the address of a consult of ours, known or not."""
    cases, groups = _beginnings(config.current().origin)
    return cases in markup or groups in markup


async def any_consult(uris: Iterable[str | None]) -> bool:
    """Whether one of these is a consult, its Group, its question or a Note in it."""
    return bool(await raw_sql.look_up_all(_FIND, _sorted(uris)))


def question(uris: Iterable[str | None]) -> raw_sql.Question:
    """What `any_consult` asks of so few."""
    return raw_sql.all_of(_FIND, _sorted(uris))


def _sorted(uris: Iterable[str | None]) -> list[str]:
    return sorted(set(filter(None, uris)))


@cache
def _beginnings(origin: str) -> tuple[str, str]:
    """Of the addresses of consults of ours, and of their Groups."""
    return f"{origin}/k/", f"{origin}/g/"
