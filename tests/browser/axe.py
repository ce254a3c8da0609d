"""What axe-core finds wrong with a page as it stands in the browser."""

from pathlib import Path
from typing import Any

Look = tuple[int, str]  # width and theme
EVERY_LOOK: tuple[Look, ...] = ((1280, "light"), (1280, "dark"), (390, "dark"), (390, "light"))

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is not asked for: of it axe would bring each element with its words, from a long page
# for seconds. Style sheets are the page's own, none is fetched once more.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
_ALL = {"runOnly": {"type": "tag", "values": _RULES}, **_OPTIONS}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **_OPTIONS}
_FIND = """async options => (await axe.run(document, options)).violations
    .map(found => `${found.id} ${found.nodes[0].target}`)"""
_OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def comes_with_every_page(page: Any) -> None:
    """From now on: where most are looked at, this takes less than to bring it to each."""
    page.add_init_script(_AXE)


def violations(page: Any) -> list[str]:
    """Rule and first element of each."""
    _is_there(page)
    page.evaluate(_AXE)
    return list(page.evaluate(_FIND, _ALL))


def problems(page: Any, *looks: Look) -> list[str]:
    """What axe finds in each look, and whether the page is wider than the screen. It is loaded
    once; a second theme at the same width changes nothing but colours."""
    _is_there(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found, seen = [], set()
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        options = _COLOURS if width in seen else _ALL
        found += [f"{one} at {width}, {theme}" for one in page.evaluate(_FIND, options)]
        if (over := page.evaluate(_OVER)) > 0:
            found.append(f"{over} too wide at {width}")
        seen.add(width)
    page.set_viewport_size({"width": looks[0][0], "height": 900})
    return found


def _is_there(page: Any) -> None:
    """A click waits until the server answers. Its page may come a moment after the headers: until
    then there is a document with nothing in it, not even a root."""
    page.wait_for_load_state("load")
