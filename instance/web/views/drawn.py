"""How cards of posts, and what is said in a consult, were drawn: for a page, and for whoever opens
the next one."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

_CARDS_MOST = 2_000
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


class Look:
    """The items of one consult for readers who see them alike. One that nobody keeps ends with its
    page."""

    def __init__(self) -> None:
        self.bytes = 0
        self.items: dict[Hashable, Any] = {}
        self._html: dict[Hashable, Markup] = {}

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
