"""Pages in pieces: what is large and was drawn before stands in the next page as the bytes it is,
and is neither joined, searched nor written anew for it.

The token of a form is its reader's: it is in no piece, and comes between them last.
"""

import secrets
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, Protocol

from markupsafe import Markup

# Stand in what a template draws: for the token of a form, and for pieces.
FORM_TOKEN = secrets.token_hex(32)
_PLACE = secrets.token_hex(32)

Pieces = tuple[bytes | None, ...]  # None: the token of a form


class Kept(Protocol):
    """Where pieces are kept, and as long as their reader may see them."""

    pieces: dict[Hashable, Pieces]

    def keep_pieces(self, key: Hashable, drawn: Pieces) -> None: ...


class KeptAt(NamedTuple):
    """Of a whole page: `key` is another one where anything in it is, but for the form token."""

    kept: Kept
    key: Hashable


class Placed:
    """The pieces of the page that is drawn now. Drawing does not give way to another page."""

    def __init__(self) -> None:
        self._placed: list[Pieces] = []

    def once(self, kept: Kept, key: Hashable, *, caller: Callable[[], Markup]) -> Markup:
        """What stands in a block of a template, unless it was drawn already for that key; for None
        it is drawn each time."""
        found = kept.pieces.get(key) if key is not None else None
        if found is None:
            start = len(self._placed)
            html = caller()
            found = _cut(html, self._placed[start:])
            del self._placed[start:]
            if key is not None:
                kept.keep_pieces(key, found)
        self._placed.append(found)
        return Markup(_PLACE)  # noqa: S704  a number of ours

    def page(self, place: KeptAt | None, draw: Callable[[], str]) -> Pieces:
        """All of it, unless it was drawn already."""
        found = place.kept.pieces.get(place.key) if place is not None else None
        if found is None:
            self._placed.clear()
            found = _cut(draw(), self._placed)
            self._placed.clear()
            if place is not None:
                place.kept.keep_pieces(place.key, found)
        return found


def joined(pieces: Pieces, form_token: str) -> bytes:
    token = form_token.encode()
    return b"".join([token if piece is None else piece for piece in pieces])


def own_bytes(drawn: Pieces, others: Sequence[bytes | None]) -> int:
    """What they take, without those that `others` hold as well."""
    known = set(map(id, others))
    return sum(len(piece) for piece in drawn if piece and id(piece) not in known)


def _cut(html: str, placed: Sequence[Pieces]) -> Pieces:
    pieces = list[bytes | None]()
    for number, between in enumerate(html.split(_PLACE)):
        if number:
            pieces += placed[number - 1]
        for place, text in enumerate(between.split(FORM_TOKEN)):
            if place:
                pieces.append(None)
            pieces.append(text.encode())
    return tuple(pieces)
