"""What strangers write is made harmless twice: before it is kept, and where it is shown (T41)."""

from html.parser import HTMLParser

import pytest

from instance import html
from instance.models import Actor, Post, Thread
from tests.board import created, updated
from tests.houses import House
from tests.outsiders import Outsider

# What is written does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

HOSTILE = "<p>words</p><img src=x onerror=alert(1)><p onclick=alert(1)>more</p>"


class Armed(HTMLParser):
    """The tags of a page that would run or fetch something of a stranger's."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" or any(name.startswith("on") for name, _ in attrs):
            self.found.append(tag)


async def test_what_strangers_post_is_harmless_where_it_is_kept(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    create = created(stranger, wards, content=HOSTILE)
    for sent in (create, updated(stranger, create, content=f"{HOSTILE}!")):
        assert (await stranger.sends(mercy, sent)).status == 202
        post = await mercy.at(Post.get)
        assert post.content == html.clean(sent["object"]["content"])
        assert not Armed(post.content).found


async def test_what_is_kept_is_harmless_where_it_is_shown(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """A row of before today's rules, or one that got past them."""
    await stranger.sends(mercy, created(stranger, wards))
    await mercy.at(lambda: Post.all().update(content=HOSTILE))
    thread = await mercy.at(Thread.get)
    for path in (f"/t/{thread.id}", "/channels/wards"):
        page = await mercy.visitor().get(path)
        assert page.status == 200 and not Armed(page.text).found
    assert "words" in (await mercy.visitor().get(f"/t/{thread.id}")).text


async def test_names_and_titles_of_strangers_are_text(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    """The tags in them go, and what is left of those that are written as entities is escaped."""
    hidden = "&lt;img src=x onerror=alert(1)&gt;"
    for number, text in enumerate((HOSTILE, hidden)):
        stranger.documents[stranger.uri] |= {"name": f"An {text} outsider"}
        name = f"A {text} title"
        assert (await stranger.sends(mercy, created(stranger, wards, number, name=name))).status
    first, second = await mercy.at(lambda: Thread.all().order_by("id"))
    assert (first.title, second.title) == (
        "A wordsmore title",
        "A <img src=x onerror=alert(1)> title",
    )
    for thread in (first, second):
        page = await mercy.visitor().get(f"/t/{thread.id}")
        assert page.status == 200 and not Armed(page.text).found


async def test_who_has_no_name_is_named_by_their_handle_on_a_board(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    del stranger.documents[stranger.uri]["name"]
    await stranger.sends(mercy, created(stranger, wards))
    page = (await mercy.visitor().get("/channels/wards")).text
    assert "by mallory</span>" in page
