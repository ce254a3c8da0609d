"""Read a drawn page as a browser would: elements with attributes, and the words people see."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup, escape

SEEN_ATTRIBUTES = {
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "data-wait",
    "data-say",
    "data-h",
    "data-done",
}


@dataclass
class Drawn(HTMLParser):
    """A page: `elements` in order as (tag, attributes), `texts` as people see or hear them."""

    html: str
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    title: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.texts += [attributes[name] for name in SEEN_ATTRIBUTES & attributes.keys()]
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        if data.strip():
            self.texts.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def with_every_text(value: Any, text: str) -> Any:
    """The same view with each string in it replaced; zones and codes kept."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {
            "zone",
            "theme",
            "kind",
            "status",
            "state",
            "table",
            "box",
            "form",
            "part",
            "problem",
        }
        changed = {
            f.name: with_every_text(getattr(value, f.name), text)
            for f in fields(value)
            if f.init and f.name not in kept
        }
        return replace(value, **changed)
    if isinstance(value, Markup):
        return escape(text) if value else value
    if isinstance(value, str):
        return text if value else ""
    if isinstance(value, tuple):
        return tuple(with_every_text(item, text) for item in value)
    if isinstance(value, dict):
        return {key: with_every_text(item, text) for key, item in value.items()}
    return value
