"""What is said in a consult, and how it was drawn: for a page, and for whoever opens it next."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

_EACH = 2  # what an item holds of words stands in its HTML once more


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
