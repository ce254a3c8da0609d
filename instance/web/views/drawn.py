"""What is said in a consult, and how it was drawn: for a page, and for whoever opens it next."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from markupsafe import Markup

T = TypeVar("T")
_EACH = 2  # what an item holds of words stands in its HTML once more


class DrawnThread:
    """Of one consult. One that nobody keeps ends with its page."""

    def __init__(self) -> None:
        self.bytes = 0
        self._items: dict[Hashable, Any] = {}
        self._html: dict[Hashable, Markup] = {}

    def item(self, key: Hashable) -> Any:
        return self._items.get(key)

    def keep(self, key: Hashable, item: T) -> T:
        self._items[key] = item
        return item

    def draw(
        self, items: Iterable[Any], macros: Mapping[str, Callable[..., Markup]], view: Any
    ) -> Markup:
        """All of them; each by the macro of its kind, but for what was drawn already."""
        parts = [self._drawn(item, macros, view) for item in items]
        return Markup("".join(parts))  # noqa: S704  each was drawn by a template

    def _drawn(self, item: Any, macros: Mapping[str, Callable[..., Markup]], view: Any) -> Markup:
        html = self._html.get(item.key)
        if html is None:
            html = macros[item.ITEM](item, view)
            if item.key:
                self._html[item.key] = html
                self.bytes += _EACH * len(html)
        return html
