"""What a page weighs and fetches, against the limits of ux.md 11.

Compressed here as a proxy would: this server sends what it has as it is.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import ROOT, Demo
from tests.browser.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("demo")

KB = 1024
HTML_MAX, STYLE_MAX, SCRIPTS_MAX, OWN_SCRIPT_LINES_MAX = 20 * KB, 10 * KB, 22 * KB, 150
FIRST_VISIT_MAX, FIRST_REQUESTS_MAX = 60 * KB, 8
REPEAT_VISIT_MAX, REPEAT_REQUESTS_MAX, STREAMS_MAX = 25 * KB, 2, 1
OWN_SCRIPT = ROOT / "instance" / "static" / "curbside.js"


@dataclass(frozen=True)
class Sent:
    """One answer of the server, not of the cache."""

    url: str
    kind: str
    size: int  # of its body, compressed

    @property
    def is_stream(self) -> bool:
        return self.kind == "text/event-stream"


def visit(page: "Page", url: str) -> list[Sent]:
    """Load a page and see what it fetches until it is quiet."""
    cached: set[str] = set()
    names: dict[str, str] = {}
    received: list[Any] = []
    watch = page.context.new_cdp_session(page)
    watch.on(
        "Network.requestWillBeSent", lambda e: names.update({e["requestId"]: e["request"]["url"]})
    )
    watch.on("Network.requestServedFromCache", lambda e: cached.add(names[e["requestId"]]))
    watch.send("Network.enable")
    page.on("response", lambda response: received.append(response))
    page.goto(url)
    page.wait_for_timeout(1000)  # icons and the stream come after the page
    watch.detach()
    return [sent(response) for response in tuple(received) if response.url not in cached]


def sent(response: Any) -> Sent:
    kind = response.headers.get("content-type", "").partition(";")[0]
    is_endless = kind == "text/event-stream" or response.status in (301, 302, 303)
    size = 0 if is_endless else len(gzip.compress(response.body(), 6))
    return Sent(response.url, kind, size)


def weight(found: list[Sent], *kinds: str) -> int:
    return sum(one.size for one in found if not kinds or one.kind in kinds)


def a_page(person: Person, box: str) -> str:
    person.go(f"/consults?box={box}")
    return str(person.page.locator(".rows > li h2 a").first.get_attribute("href"))


def test_no_page_weighs_more_than_a_slow_network_carries(
    demo: Demo, sits: Sits, record_property: Any
) -> None:
    lee = sits(demo.mercy, "lee")
    paths = ["/", "/consults/new", "/channels/hospital_medicine", "/people", a_page(lee, "mine")]
    for path in [*paths, a_page(lee, "open")]:
        # A browser of its own each time: nothing in its cache but who is signed in.
        fresh = sits(demo.mercy)
        fresh.context.add_cookies(lee.context.cookies())  # type: ignore[arg-type]
        found = visit(fresh.page, demo.mercy.url + path)
        weights = {
            kind: weight(found, kind) for kind in ("text/html", "text/css", "text/javascript")
        }
        is_consult = path.startswith("/k/")
        record_property(
            f"weight of {'a consult' if is_consult else path}", f"{weight(found)} bytes"
        )

        assert weights["text/html"] <= HTML_MAX, path
        assert 0 < weights["text/css"] <= STYLE_MAX, path
        assert 0 < weights["text/javascript"] <= SCRIPTS_MAX, path
        assert weight(found) <= FIRST_VISIT_MAX, path
        assert len(found) <= FIRST_REQUESTS_MAX, [one.url for one in found]
        assert {urlsplit(one.url).netloc for one in found} == {demo.mercy.host}
        assert not [one for one in found if one.kind.startswith(("font", "image/p", "image/j"))]


def test_the_pages_for_everybody_weigh_no_more(demo: Demo, sits: Sits) -> None:
    for path in ("/", "/about", "/about/privacy", "/help", "/channels/hospital_medicine", "/@lee"):
        found = visit(sits(demo.mercy).page, demo.mercy.url + path)

        assert weight(found, "text/html") <= HTML_MAX, path
        assert weight(found) <= FIRST_VISIT_MAX, path
        assert len(found) <= FIRST_REQUESTS_MAX, [one.url for one in found]
        assert {urlsplit(one.url).netloc for one in found} == {demo.mercy.host}


def test_the_second_page_fetches_itself_and_its_stream(demo: Demo, sits: Sits) -> None:
    lee = sits(demo.mercy, "lee")
    visit(lee.page, demo.mercy.url + a_page(lee, "mine"))
    found = visit(lee.page, demo.mercy.url + a_page(lee, "open"))
    streams = [one for one in found if one.is_stream]

    assert len(streams) <= STREAMS_MAX
    assert len(found) - len(streams) <= REPEAT_REQUESTS_MAX, [one.url for one in found]
    assert weight(found) <= REPEAT_VISIT_MAX


def test_our_own_script_is_short() -> None:
    assert len(Path(OWN_SCRIPT).read_text().splitlines()) <= OWN_SCRIPT_LINES_MAX
