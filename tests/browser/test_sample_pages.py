"""The sample pages in a real browser: accessible, within the screen, and live without loss.

Every request is answered from memory, under the policy that the server sends. Needs the extra
`browser` and Chromium; skipped, with the reason, where one of them is missing.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from instance.web.rendering import environment, render
from instance.web.static_files import StaticFiles
from instance.web.views import PageView
from tests import pictures
from tests.browser.axe import comes_with_every_page, problems
from tests.instance.web.sample_consults import ANSWERED, OPEN, RESOLVED
from tests.instance.web.samples import PAGES

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]

POLICY = (
    "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
ORIGIN = "http://localhost:1"
STATIC = StaticFiles()
PICTURE = pictures.of((1200, 900))
JINJA = environment(STATIC)
# The first sample of each template, and those that look most different.
ONE_OF_EACH = sorted({view.TEMPLATE: name for name, view in reversed(PAGES.items())}.values())
ONE_OF_EACH += ["consult-new-errors", "consult-resolved", "consult-escalated", "board-visitor"]
ONE_OF_EACH += ["thread-kept", "moderate-error", "report-error"]
ONE_OF_EACH += ["consult-asking", "consult-passed-on", "mail-reach", "availability-refused"]
STREAM = {"content-type": "text/event-stream", "cache-control": "no-store"}


class Window:
    """One browser page whose server is a dict: `show` a view, `send` a part over its stream."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.problems: list[str] = []
        self.posts: list[str] = []
        self._html = ""
        self._message = ""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.route("**/*", self._answer)

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def _answer(self, route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            file = STATIC.find(path.removeprefix("/static/").partition("#")[0])
            assert file is not None, path
            route.fulfill(body=file.body, content_type=file.content_type)
        elif path.startswith(("/media/", "/picture/")):
            route.fulfill(body=PICTURE, content_type="image/png")
        elif "/stream" in path:
            message, self._message = self._message, ""
            route.fulfill(headers=STREAM, body=message or "retry: 50\n\n")
        elif path == "/phi":
            route.fulfill(body="", content_type="text/html")
        else:
            if route.request.method == "POST":
                self.posts.append(path)
            headers = {"content-type": "text/html", "content-security-policy": POLICY}
            route.fulfill(headers=headers, body=self._html)

    def show(self, view: PageView) -> None:
        self._html = render(JINJA, view)
        self.page.goto(ORIGIN + "/shown", wait_until="load")

    def send(self, view: PageView, part: str) -> None:
        lines = render(JINJA, view, part).splitlines()
        self._message = "".join(f"data: {line}\n" for line in lines) + "\n"

    def value(self, selector: str) -> str:
        return str(self.page.input_value(selector))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def window(browser: Any) -> Iterator[Window]:
    context = browser.new_context()
    yield Window(context)
    context.close()


def test_every_page_is_accessible_and_nothing_scrolls_sideways(browser: Any) -> None:
    context = browser.new_context(reduced_motion="reduce")
    window, found = Window(context), []
    comes_with_every_page(window.page)
    for name in ONE_OF_EACH:
        window.show(PAGES[name])
        looks = ((1280, "light"), (320, "dark"))
        found += [f"{name}: {problem}" for problem in problems(window.page, *looks)]
    context.close()

    assert not found
    assert not window.problems


def test_a_half_typed_answer_outlives_every_change_of_the_page(window: Window) -> None:
    window.show(OPEN)
    window.page.click(".exactly summary")
    window.page.fill("#answer-recommendation", "Half typed")
    window.send(RESOLVED, "consults/_thread.html")
    window.page.wait_for_selector(".answer.accepted")

    assert window.value("#answer-recommendation") == "Half typed"
    assert window.page.evaluate("document.activeElement.id") == "answer-recommendation"
    assert window.page.evaluate("document.querySelector('.exactly').open")
    assert window.page.title().startswith("Resolved consult in Cardiology")
    assert "2 answers from 2 hospitals" in window.page.inner_text("#say")
    assert not window.problems


def test_an_untouched_page_gets_the_forms_of_the_new_state(window: Window) -> None:
    window.show(OPEN)
    window.send(RESOLVED, "consults/_thread.html")
    window.page.wait_for_selector("#outcome")

    assert window.page.query_selector("form#answer") is None


def test_a_refused_form_keeps_its_text_and_its_focus_when_the_stream_speaks(window: Window) -> None:
    window.show(PAGES["consult-refused"])
    assert window.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    window.send(ANSWERED, "consults/_thread.html")
    window.page.wait_for_selector(".answer")

    assert window.value("#answer-rationale") == "Kidney function will move."
    assert window.page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_a_stream_that_fails_leaves_the_page_as_it_is(window: Window) -> None:
    gone = {"status": 404, "content_type": "text/html", "body": "<h1>Gone</h1>"}
    window.page.route("**/stream*", lambda route: route.fulfill(**gone))
    with window.page.expect_response("**/stream*"):
        window.show(OPEN)
    window.page.wait_for_timeout(200)

    assert window.page.inner_text("h1") == OPEN.title


def test_a_second_press_sends_nothing(window: Window) -> None:
    window.show(RESOLVED)
    window.page.fill("#comment-text", "Once.")
    with window.page.expect_navigation():
        window.page.evaluate(
            "() => { const b = document.querySelector('#comment button'); b.click(); b.click(); }"
        )

    assert window.posts == ["/k/501/comment"]


def test_keys_walk_through_a_queue_that_has_the_focus(window: Window) -> None:
    focused = "document.activeElement.textContent"
    window.show(PAGES["admin-cases"])
    window.page.keyboard.press("j")
    assert window.page.evaluate("document.activeElement.tagName") == "BODY"
    window.page.focus("[data-walk] th a")
    window.page.keyboard.press("j")
    assert window.page.evaluate(focused) == "A. Brennan"
    window.page.keyboard.press("k")
    window.page.keyboard.press("k")
    assert window.page.evaluate(focused) == "Dr I. Solheim"


def test_a_slash_goes_to_the_search_but_never_out_of_a_field(window: Window) -> None:
    """On a phone there is the link alone; whoever turned single keys off has none (WCAG 2.1.4)."""
    focused = "document.activeElement.id"
    window.show(OPEN)
    window.page.keyboard.press("/")
    assert window.page.evaluate(focused) == "find"
    window.page.keyboard.type("a/b")
    assert window.page.input_value("#find") == "a/b"
    window.show(PAGES["search"])
    window.page.keyboard.press("/")
    assert window.page.evaluate(focused) == "q"
    window.page.set_viewport_size({"width": 390, "height": 900})
    window.show(OPEN)
    with window.page.expect_navigation(url="**/search"):
        window.page.keyboard.press("/")
    window.page.set_viewport_size({"width": 1280, "height": 900})
    window.show(replace(OPEN, page=replace(OPEN.page, has_keys=False)))
    window.page.keyboard.press("/")
    assert window.page.evaluate(focused) == ""


def test_single_keys_lead_where_the_help_page_says(window: Window) -> None:
    """ux.md 4; none of them acts in a field, or where they were turned off."""
    page, focused = window.page, "document.activeElement.id"
    places = {"a": "/consults/new", "g h": "/", "g c": "/consults", "g p": "/people", "?": "/help"}
    for keys, url in {**places, "g f": "/channels"}.items():
        window.show(OPEN)
        with page.expect_navigation(url=lambda at, url=url: urlsplit(at).path == url):
            for key in keys.split():
                page.keyboard.press(key)
    window.show(PAGES["help-member"])
    listed = page.locator("#keys + div dt").all_inner_texts()
    assert {"a", "/", "j k", "r", "g h", "g c", "g f", "g p", "?"} < set(listed)

    window.show(PAGES["thread"])
    page.keyboard.press("r")
    assert page.evaluate(focused) == "text"
    page.keyboard.type("a? gc")
    assert page.input_value("#text") == "a? gc"

    titles = "[...document.querySelectorAll('main .title-link')].indexOf(document.activeElement)"
    window.show(PAGES["home"])
    stood = []
    for key in "jjk":
        page.keyboard.press(key)
        stood.append(page.evaluate(titles))
    assert stood == [0, 1, 0]
    window.show(replace(OPEN, page=replace(OPEN.page, has_keys=False)))
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_the_form_says_who_will_read_it_without_a_script(browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    window = Window(context)
    window.show(PAGES["consult-new"])
    audience = window.page.locator("form .audience")

    assert "Nobody is chosen yet." in audience.inner_text()
    window.page.check("#audience-chosen")
    window.page.check("#hospitals-2")
    assert "Mercy General, St Luke's. Never public" in audience.inner_text()
    window.page.check("#audience")
    assert "1 hospital will be able to read this: Mercy General." in audience.inner_text()
    context.close()


def test_the_threads_of_a_channel_take_the_whole_width(window: Window) -> None:
    """Other pages may have a part that is called the same, which is as wide as what is in it."""
    window.show(PAGES["board"])
    window.page.evaluate(
        "document.querySelectorAll('.board td').forEach((td) => td.textContent = 1)"
    )
    width = "(part) => part.getBoundingClientRect().width"
    panel, table = (window.page.locator(one).first for one in (".panel:has(.board)", ".board"))
    assert panel.evaluate(width) - table.evaluate(width) < 4
