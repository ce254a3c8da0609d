"""How cards of posts, and what is said in a consult, were drawn: for a page, and for whoever opens
the next one."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from instance.web.views.page import Page
from instance.web.views.pieces import Pieces, own_bytes

_CARDS_MOST = 2_000
_FRAMES_MOST = 1_000
# Of the addresses that are marked where they are the page's own; what somebody looked for, which
# stands in others, is not kept.
_LED_TO, _PLACES = ("/consults?box=", "/channels/"), ("/", "/search", "/set-up")
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_EACH = 2  # what an item holds of words stands in its HTML once more


class Cards:
    """Cards of public posts as they were drawn last, of one language: under all that shows in them,
    so that none can be out of date. One with a form in it is its reader's, and not kept."""

    def __init__(self, age: Callable[[Any, datetime], Hashable]) -> None:
        self._age = age
        self._html: dict[Hashable, Markup] = {}

    def draw(self, cards: Iterable[Any], macro: Callable[..., Markup], page: Any) -> Markup:
        parts = []
        for card in cards:
            key = None if card.poll or card.pin_url else (card, self._age(page, card.at))
            html = self._html.get(key)
            if html is None:
                html = macro(card)
                if key is not None:
                    self._keep(key, html)
            parts.append(html)
        return Markup("".join(parts))  # noqa: S704  each was drawn by a template

    def _keep(self, key: Hashable, html: Markup) -> None:
        if len(self._html) >= _CARDS_MOST:
            self._html.clear()
        self._html[key] = html


class Frame:
    """What stands around the content of pages, of one language: under all of a page that shows in
    it, so that it cannot be out of date, nor another member's. No time stands in there."""

    def __init__(self) -> None:
        self._html: dict[Hashable, Markup] = {}

    def once(self, part: str, page: Page, *, caller: Callable[[], Markup]) -> Markup:
        """`part`, as the block of the template draws it."""
        here = page.here if page.here.startswith(_LED_TO) or page.here in _PLACES else ""
        shown = replace(page, now=_NO_TIME, csrf_token="", flashes=(), here=here)
        html = self._html.get((part, shown))
        if html is None:
            if len(self._html) >= _FRAMES_MOST:
                self._html.clear()
            html = self._html[part, shown] = caller()
        return html


class Look:
    """The items of one consult for readers who see them alike. One that nobody keeps ends with its
    page."""

    def __init__(self) -> None:
        self.bytes = 0
        self.items: dict[Hashable, Any] = {}
        self.pieces: dict[Hashable, Pieces] = {}
        self._html: dict[Hashable, Markup] = {}

    def keep_pieces(self, key: Hashable, drawn: Pieces) -> None:
        others = [piece for each in self.pieces.values() for piece in each]
        self.bytes += own_bytes(drawn, others)
        self.pieces[key] = drawn

    def draw(
        self, items: Iterable[Any], macros: Mapping[str, Callable[..., Markup]], view: Any
    ) -> Markup:
        """All of them; each by the macro of its kind, but for what was drawn already."""
        parts = []
        for item in items:
            html = self._html.get(item.key)
            if html is None:
                html = macros[item.ITEM](item, view)
                self._keep(item.key, html)
            parts.append(html)
        return Markup("".join(parts))  # noqa: S704  each was drawn by a template

    def once(self, key: Hashable, *, caller: Callable[[], Markup]) -> Markup:
        """What stands in a block of a template, unless it was drawn already for that key."""
        html = self._html.get(key)
        if html is None:
            html = caller()
            self._keep(key, html)
        return html

    def _keep(self, key: Hashable, html: Markup) -> None:
        if key is not None:
            self._html[key] = html
            self.bytes += _EACH * len(html)
