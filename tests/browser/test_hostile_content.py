"""What strangers post, in a real browser: nothing runs and nobody else is asked (T41, T48).

Each snippet goes through the inbox in every place where a stranger's words may stand; then every
page that shows them is opened, with and without the policy that our server sends, so that neither
the sanitiser nor the policy hides a gap of the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from instance.models import Actor, Post
from instance.services import channels, follows, posting
from instance.web.static_files import StaticFiles
from tests.browsing import Answer
from tests.hostile import SNIPPETS
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")
pytestmark = pytest.mark.xdist_group("browser")
Pages = dict[str, Answer]
ORIGIN = "https://mercy.example"
FILES = StaticFiles()
HARM = (
    b"<title>x</title><script>alert(1)</script><div class=card><img src=x onerror=alert(1)>",
    b"<p onclick=alert(1)>x</p></div><img src=https://tracker.example/1.png>",
)
COUNT = """
window.runs = 0;
for (const name of ["alert", "confirm", "prompt", "print", "open", "msgbox"]) {
  window[name] = () => { window.runs += 1; };
}
"""
# Everything a reader could touch: what only runs when it is pressed runs too.
PRESS = """() => {
  for (const element of document.querySelectorAll(".posted *, .title-link, .t, bdi, .card *")) {
    for (const kind of ["click", "mouseover", "focus", "pointerenter", "toggle", "error", "load"]) {
      element.dispatchEvent(new Event(kind, { bubbles: false }));
    }
  }
}"""


def starter(sender: Outsider, number: int, group: Actor, text: str) -> dict[str, Any]:
    """A post with the text in every place that a post has."""
    to = [PUBLIC, group.uri]
    option = {"type": "Note", "name": text, "replies": {"type": "Collection", "totalItems": 1}}
    note = sender.note(number, to=to, audience=group.uri, name=text, content=text, summary=text)
    note |= {"type": "Question", "oneOf": [option, {**option, "name": f"{text}2"}]}
    note["tag"] = [{"type": "Hashtag", "name": f"#{text}", "href": "javascript:alert(1)"}]
    note["attachment"] = [
        {"type": "Image", "url": "https://tracker.example/1.png", "name": text},
        {"type": "Document", "mediaType": "text/html", "url": "data:text/html,x", "name": text},
        {"type": "PropertyValue", "name": text, "value": text},
    ]
    note["url"] = "javascript:alert(1)"
    return sender.activity("Create", note, number, to=to, audience=group.uri)


def reply(sender: Outsider, number: int, group: Actor, parent: Post, text: str) -> dict[str, Any]:
    to = [PUBLIC, group.uri]
    note = sender.note(number, to=to, audience=group.uri, inReplyTo=parent.uri, content=text)
    return sender.activity("Create", note, number, to=to, audience=group.uri)


def stranger(network: Network, number: int, text: str) -> Outsider:
    """Somebody who is called like that, says that of themselves, and has such a picture."""
    sender = Outsider(f"s{number}.example", "mallory", network)
    picture = {"type": "Image", "url": "https://tracker.example/me.png", "name": text}
    named = {"type": "PropertyValue", "name": text, "value": text}
    said = {"name": text, "summary": text, "icon": picture, "image": picture, "url": text}
    sender.documents[sender.uri] |= {**said, "attachment": [picture, named]}
    return sender


@pytest.fixture
async def pages(mercy: House, lee: Person, network: Network) -> Pages:
    """Every kind of page with words of strangers on it, as a member and as a visitor get it."""
    group = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    await lee.speaks(follows.follow, group)
    ours = "\n\n".join(text for text in SNIPPETS if "base64" not in text)  # held up as a number
    first = await lee.speaks(posting.start_thread, group, "Ours", ours[:20_000])
    for number, snippet in enumerate(SNIPPETS):
        if number % 8 == 0:
            sender = stranger(network, number, snippet)
        sent = [reply(sender, 2 * number + 1, group, first, snippet)]
        if number % 3 == 0:
            sent.append(starter(sender, 2 * number, group, snippet))
        for document in sent:
            assert (await sender.sends(mercy, document)).status in (202, 400), snippet
    posts = await mercy.at(lambda: Post.all().order_by("id"))
    assert len(posts) > 1.2 * len(SNIPPETS)
    threads = list(dict.fromkeys(post.thread_id for post in posts))[:: len(SNIPPETS) // 8]
    profiles = [f"/@mallory@s{number}.example" for number in range(0, len(SNIPPETS), 24)]
    return await fetched(mercy, ["/channels/rhythm", "/", *(f"/t/{t}" for t in threads), *profiles])


async def fetched(house: House, paths: list[str]) -> Pages:
    """By path, and who asks as its query: the browser below has no cookies."""
    readers = {"lee": await house.sign_in("lee"), "nobody": house.visitor()}
    return {
        f"{path}?{who}": await browser.get(path)
        for who, browser in readers.items()
        for path in paths
    }


@contextmanager
def window(chromium: str, **how: Any) -> Iterator[Any]:
    """A page of a browser of its own: one that outlives the test would own the event loop."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce", **how)
        context.add_init_script(COUNT)
        yield context.new_page()
        browser.close()


def serve(page: Any, pages: Pages) -> list[str]:
    """Answer from memory. Returns what was asked of anybody else, as it comes."""
    elsewhere: list[str] = []

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        file = FILES.find(path.removeprefix("/static/").partition("#")[0])
        if path in pages:
            headers = {name.lower(): value for name, value in pages[path].headers}
            route.fulfill(status=pages[path].status, headers=headers, body=pages[path].body)
        elif file is not None:
            route.fulfill(body=file.body, content_type=file.content_type)
        elif "/stream" in path:
            route.fulfill(content_type="text/event-stream", body="retry: 60000\n\n")
        else:
            elsewhere.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    return elsewhere


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_nothing_that_strangers_post_runs_or_is_fetched(pages: Pages, chromium: str) -> None:
    for policy in (True, False):
        nothing_happens(pages, chromium, policy)


def nothing_happens(pages: Pages, chromium: str, policy: bool) -> None:
    complaints: list[str] = []
    with window(chromium, bypass_csp=not policy) as page:
        page.on("console", lambda said: complaints.extend([said.text] * (said.type == "error")))
        elsewhere = serve(page, pages)
        ran, shown = [], 0
        for path in pages:
            page.goto(ORIGIN + path)
            page.evaluate(PRESS)
            ran += [path] * page.evaluate("window.runs")
            shown += page.inner_text("main").count("alert(1)")

    assert shown > len(SNIPPETS)  # as text
    assert (ran, elsewhere) == ([], [])
    assert [text for text in complaints if "404" not in text] == []


def test_what_would_run_and_be_fetched_is_noticed(chromium: str) -> None:
    with window(chromium, bypass_csp=True) as page:
        harm = Answer(200, [("Content-Type", "text/html")], b"".join(HARM))
        elsewhere = serve(page, {"/x": harm})
        page.goto(f"{ORIGIN}/x")
        page.evaluate(PRESS)
        runs = page.evaluate("window.runs")

    assert runs >= 3
    assert "https://tracker.example/1.png" in elsewhere
