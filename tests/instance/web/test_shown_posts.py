"""A post on its page: cleaned where it is shown, whatever is stored, and no link without host."""

import re

import pytest

from instance.models import Actor, Post
from instance.services import channels, posting
from tests.hostile import SNIPPETS
from tests.houses import House, Person
from tests.instance.test_html import harmless
from tests.outsiders import PUBLIC, Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
_POSTED = re.compile(r'<div class="prose posted" hx-ignore>(.*?)</div>', re.DOTALL)


@pytest.fixture
async def first(mercy: House, lee: Person) -> Post:
    group = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    return await lee.speaks(posting.start_thread, group, "A title", "A text")


async def shown(house: House, post: Post) -> list[str]:
    page = (await house.visitor().get(f"/t/{post.thread_id}")).text
    return _POSTED.findall(page)


async def test_what_was_stored_before_the_sanitiser_knew_better_is_cleaned_when_shown(
    mercy: House, first: Post
) -> None:
    for snippet in SNIPPETS[::5]:
        first.content = snippet
        await mercy.at(first.save)
        for content in await shown(mercy, first):  # none where nothing is left of it
            harmless(content, "bdi")


async def test_what_a_stranger_posts_is_stored_clean(
    mercy: House, first: Post, stranger: Outsider
) -> None:
    group = await mercy.at(Actor.get, handle="rhythm")
    to = [PUBLIC, group.uri]
    for number, snippet in enumerate(SNIPPETS[::9]):
        note = stranger.note(number, to=to, inReplyTo=first.uri, content=snippet)
        sent = stranger.activity("Create", note, number, to=to)
        assert (await stranger.sends(mercy, sent)).status == 202
        harmless((await mercy.at(Post.get, uri=note["id"])).content)


async def test_a_link_of_a_stranger_says_its_host_and_one_of_ours_does_not(
    mercy: House, first: Post, stranger: Outsider
) -> None:
    ours = f'<a href="{mercy.origin}/t/{first.thread_id}">ours</a>'
    theirs = '<h1>Look</h1><a href="https://evil.example/">https://good.example</a>'
    to = [PUBLIC, first.uri]
    note = stranger.note(to=to, inReplyTo=first.uri, content=ours + theirs)
    await stranger.sends(mercy, stranger.activity("Create", note, to=to))
    _, reply = await shown(mercy, first)

    assert reply.count("<bdi") == 1 and '<bdi class="host">(evil.example)</bdi>' in reply
    assert "<h3>Look</h3>" in reply
