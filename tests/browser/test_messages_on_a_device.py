"""What a device shows: the worker of the browser, given what the server really sends.

Chromium reaches no push service here, so the message is handed to its worker as one would.
"""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from instance.web import static_files
from tests.browser.devices import receives

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    """Serves our static files, the worker at the root as `/push-worker.js` is."""
    handler = partial(_Quiet, directory=str(static_files.DIRECTORY))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_a_device_shows_the_sentence_and_nothing_else(browser: "Browser", origin: str) -> None:
    context = browser.new_context()
    context.grant_permissions(["notifications"], origin=origin)
    page = context.new_page()
    page.goto(f"{origin}/favicon.svg")
    page.goto(f"{origin}/curbside.js")
    receives(page, "answered", "answered", "asked")
    shown = page.evaluate(
        """async () => {
          const here = await navigator.serviceWorker.ready;
          for (let n = 0; n < 100; n += 1) {
            const all = await here.getNotifications();
            if (all.length > 1) {
              return all.map((one) => [one.title, one.body, one.data.page]).sort();
            }
            await new Promise((go) => setTimeout(go, 100));
          }
          return [];
        }"""
    )
    assert shown == [
        ["Curbside", "A consult you asked has an answer. Open Curbside.", "/consults?box=mine"],
        [
            "Curbside",
            "Your answer to a consult is asked. Open Curbside.",
            "/consults?box=needs-you",
        ],
    ]
    context.close()
