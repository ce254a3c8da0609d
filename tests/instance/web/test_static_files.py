"""Stylesheet, script, icons and vendored files."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from instance.web.rendering import TEMPLATES
from instance.web.static_files import DIRECTORY, StaticFiles

AXE = Path(__file__).parents[2] / "browser" / "vendor"
VENDORED = {
    DIRECTORY / "htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    DIRECTORY / "hx-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
    AXE / "axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}
CSS = (DIRECTORY / "curbside.css").read_text()
SCRIPT = (DIRECTORY / "curbside.js").read_text()
EVERYWHERE = {"curbside.js", "keys.js", "live.js"}  # of signed-in people

# Text on its backgrounds, at least 4.5 to 1.
TEXTS = [
    *[("text", b) for b in ("page", "surface", "sunken", "info-bg", "ok-bg", "warn-bg", "bad-bg")],
    *[("muted", b) for b in ("page", "surface", "sunken")],
    *[("link", b) for b in ("page", "surface", "info-bg", "ok-bg", "warn-bg", "bad-bg")],
    *[("on-accent", "accent"), ("on-accent", "accent-hover"), ("link-visited", "surface")],
    *[("on-bar", "bar"), ("on-bar-muted", "bar"), ("bar", "on-bar"), ("on-bad", "bad-fill")],
    *[("info", "info-bg"), ("ok", "ok-bg"), ("warn", "warn-bg"), ("bad", "bad-bg")],
    *[("quiet", "quiet-bg"), ("text", "quiet-bg"), ("warn", "surface"), ("bad", "surface")],
    *[("warn", "page"), ("bad", "page"), ("surface", "text")],
]
# Borders of controls, focus rings, marks: at least 3 to 1.
MARKS = [
    *[("line-strong", b) for b in ("surface", "page")],
    *[("focus", b) for b in ("surface", "page", "sunken", "bad-bg")],
    *[("focus-bar", "bar"), ("accent", "surface"), ("ok", "surface"), ("chart-2", "surface")],
    *[("chart-1", "chart-track"), ("chart-2", "chart-track"), ("bad-fill", "chart-track")],
]


def tokens(theme: int) -> dict[str, str]:
    """The colours of the light (0) or dark (1) theme."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
    return {name: values[theme] for name, *values in pairs}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_every_text_can_be_read_in_both_themes(theme: int) -> None:
    colours = tokens(theme)

    weak = [(a, b) for a, b in TEXTS if contrast(colours[a], colours[b]) < 4.5]
    assert not weak


@pytest.mark.parametrize("theme", [0, 1])
def test_every_control_and_ring_can_be_seen_in_both_themes(theme: int) -> None:
    colours = tokens(theme)

    weak = [(a, b) for a, b in MARKS if contrast(colours[a], colours[b]) < 3]
    assert not weak


def test_the_colours_for_older_browsers_are_the_light_theme() -> None:
    older = dict(re.findall(r"--([\w-]+): (#\w{6});", CSS))

    assert older == tokens(0)


def test_colours_come_from_tokens_only() -> None:
    rules = CSS[CSS.index("/* 2 base") : CSS.index("@media print")]

    assert not re.findall(r"#[0-9a-f]{3,6}\b", rules)


def test_the_stylesheet_and_our_script_stay_small() -> None:
    assert len(CSS.splitlines()) <= 600 and len(gzip.compress(CSS.encode())) <= 10_000
    assert len(SCRIPT.splitlines()) <= 150
    files = StaticFiles(prefix="")
    for path in TEMPLATES.rglob("*.html"):  # what is on every page, and what one of them adds
        names = EVERYWHERE | set(re.findall(r"static\('([\w.-]+\.js)'\)", path.read_text()))
        found = [files.find(files.url(name)) for name in names]
        sizes = [len(gzip.compress(file.body)) for file in found if file is not None]
        assert len(sizes) == len(names) and sum(sizes) <= 22_000, path.name


def test_every_class_of_the_templates_is_in_the_stylesheet() -> None:
    used: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        for names in re.findall(r'class="([^"{]+)"', path.read_text()):
            used |= set(names.split())
    known = set(re.findall(r"\.([a-z][\w-]*)", CSS))

    assert not used - known


def test_every_icon_of_the_templates_is_in_the_sprite() -> None:
    sprite = (DIRECTORY / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="(\w+)"', sprite))
    used: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        used |= set(re.findall(r'icon\("(\w+)"\)', path.read_text()))

    assert used <= known


@pytest.mark.parametrize("path", VENDORED, ids=lambda path: path.name)
def test_a_vendored_file_is_the_published_one(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == VENDORED[path]


def test_vendored_files_stand_beside_their_licences() -> None:
    assert "Zero-Clause BSD" in (DIRECTORY / "htmx-LICENSE.txt").read_text()
    assert "Mozilla Public License" in (AXE / "axe-core-LICENSE.txt").read_text()


def test_a_static_address_holds_its_content_and_serves_nothing_else() -> None:
    files = StaticFiles()
    url = files.url("curbside.css")
    served = files.find(url.removeprefix("/static/"))

    digest = hashlib.sha256(CSS.encode()).hexdigest()[:12]
    assert url == f"/static/curbside.{digest}.css"
    assert served is not None and served.body == CSS.encode()
    assert served.content_type == "text/css; charset=utf-8"
    assert files.find("curbside.css") is None
    assert files.find("../web/rendering.py") is None


def test_a_changed_file_gets_a_new_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = StaticFiles(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b{}")

    assert StaticFiles(tmp_path).url("a.css") != before


def test_our_script_holds_no_words_and_runs_no_text() -> None:
    assert not re.findall(r"\b(eval|Function|innerHTML|outerHTML|insertAdjacentHTML)\b", SCRIPT)
    assert "localStorage" not in SCRIPT and "sessionStorage" not in SCRIPT
