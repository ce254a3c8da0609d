"""What axe-core finds wrong with a page as it stands in the browser."""

from pathlib import Path
from typing import Any

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is not asked for: of it axe would bring each element with its words, from a long page
# for seconds. Style sheets are the page's own, none is fetched once more.
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _RULES},
    "resultTypes": ["violations"],
    "preload": False,
}
_FIND = """async options => (await axe.run(document, options)).violations
    .map(found => `${found.id} ${found.nodes[0].target}`)"""


def violations(page: Any) -> list[str]:
    """Rule and first element of each."""
    page.evaluate(_AXE)
    return list(page.evaluate(_FIND, _OPTIONS))
