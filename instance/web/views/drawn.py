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
_LOOKS_MOST = 4  # of one consult that was found
# Of the addresses that are marked where they are the page's own; what somebody looked for, which
# stands in others, is not kept.
_LED_TO, _PLACES = ("/consults?box=", "/channels/"), ("/", "/search", "/set-up")
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_EACH = 2  # what an item holds of words stands in its HTML once more


class Cards:
    """Cards of public posts as they were drawn last, of one language: each under itself, and under
    how old it shows its post to be. No card changes, and who presents them gives the same one again
    while it says the same; so none can be out of date. One with a form in it is its reader's, and
    not kept."""

    def __init__(self, age: Callable[[Any, datetime], Hashable]) -> None:
        self._age = age
        # To look up a card by all that is in it takes as long as half of drawing it. With each is
        # kept whose number that is: it is nobody else's as long as that one is here.
        self._html: dict[tuple[int, Hashable], tuple[Any, Markup]] = {}

    def draw(self, cards: Iterable[Any], macro: Callable[..., Markup], page: Any) -> Markup:
        parts = []
        for card in cards:
            key = id(card), self._age(page, card.at)
            found = self._html.get(key)
            if found is None:
                found = card, macro(card)
                if not card.poll and not card.pin_url:
                    self._keep(key, found)
            parts.append(found[1])
        return Markup("".join(parts))  # noqa: S704  each was drawn by a template

    def _keep(self, key: tuple[int, Hashable], drawn: tuple[Any, Markup]) -> None:
        if len(self._html) >= _CARDS_MOST:
            self._html.clear()
        self._html[key] = drawn


class FoundRows:
    """Consults that were found, of one language: with each is kept how it was drawn, under all that
    shows besides what it says itself. It is forgotten with that."""

    def __init__(
        self,
        age: Callable[[Any, datetime], Hashable],
        clock: Callable[[datetime, Any], Hashable],
    ) -> None:
        self._age, self._clock = age, clock

    def draw(self, found: Iterable[Any], macro: Callable[..., Markup], page: Any) -> Markup:
        parts = []
        for one in found:
            card = one.card
            clock = self._clock(page.now, card.clock) if card.clock else None
            key = self, self._age(page, card.at), clock
            html = one.looks.get(key)
            if html is None:
                if len(one.looks) >= _LOOKS_MOST:
                    one.looks.clear()
                html = one.looks[key] = macro(one)
            parts.append(html)
        return Markup("".join(parts))  # noqa: S704  each was drawn by a template


class Frame:
    """What stands around the content of pages, of one language: under all of a page that shows in
    it, so that it cannot be out of date, nor another member's. No time stands in there."""

    def __init__(self) -> None:
        self._frames: dict[Page, dict[str, Markup]] = {}
        self._last: tuple[Page | None, dict[str, Markup]] = None, {}

    def once(self, part: str, page: Page, *, caller: Callable[[], Markup]) -> Markup:
        """`part`, as the block of the template draws it."""
        if self._last[0] is not page:  # else the parts of one page, one after the other
            self._last = page, self._of(page)
        parts = self._last[1]
        html = parts.get(part)
        if html is None:
            html = parts[part] = caller()
        return html

    def _of(self, page: Page) -> dict[str, Markup]:
        here = page.here if page.here.startswith(_LED_TO) or page.here in _PLACES else ""
        shown = replace(page, now=_NO_TIME, csrf_token="", flashes=(), here=here)
        if len(self._frames) >= _FRAMES_MOST:
            self._frames.clear()
        return self._frames.setdefault(shown, {})


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
