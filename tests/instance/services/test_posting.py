"""Public posts of our members: what is required, and where they go."""

import pytest

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Post, Thread
from instance.services import members, posting
from tests.houses import House, Person


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        ("", "Text.", "title"),
        ("x" * 121, "Text.", "title"),
        ("Title", " \n", "text"),
        ("Title", "x" * 20_001, "text"),
    ],
)
async def test_a_post_without_words_or_with_too_many_is_refused(
    mercy: House, lee: Person, wards: Actor, title: str, text: str, field: str
) -> None:
    before = await mercy.rows()
    with pytest.raises(FormRefused) as refusal:
        await lee.speaks(posting.start_thread, wards, title, text)
    assert set(refusal.value.fields) == {field}
    assert await mercy.rows() == before


async def test_who_is_hidden_posts_nothing_public(mercy: House, lee: Person, wards: Actor) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Text.")
    await lee.speaks(members.set_public, False)
    hidden = await mercy.at(Actor.get, id=lee.actor.id)
    before = await mercy.rows()
    with pytest.raises(NotAllowed):
        await mercy.at(posting.start_thread, hidden, wards, "A title", "Text.")
    with pytest.raises(NotAllowed):
        await mercy.at(posting.reply, hidden, post, "Text.")
    assert await mercy.rows() == before


async def test_a_deleted_post_is_not_answered(mercy: House, lee: Person, wards: Actor) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Text.")
    post.deleted_at = post.published_at
    with pytest.raises(NotFound):
        await lee.speaks(posting.reply, post, "Text.")


async def test_markdown_becomes_safe_html_and_keeps_its_source(lee: Person, wards: Actor) -> None:
    text = '**bold** <script>alert(1)</script> [x](javascript:alert(1)) <b onclick="x">y</b>'
    post = await lee.speaks(posting.start_thread, wards, "A <b>title</b>", text)
    assert "<strong>bold</strong>" in post.content and post.source == text
    for unsafe in ("<script", 'href="javascript', 'onclick="x">'):
        assert unsafe not in post.content


async def test_a_post_is_a_proven_document_that_names_its_channel(
    mercy: House, lee: Person, wards: Actor
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Text.")
    found = (await mercy.asked(f"/o/{post.id}")).json
    assert (found["id"], found["attributedTo"]) == (post.uri, lee.uri)
    assert found["audience"] == wards.uri and wards.uri in found["to"]
    assert "bto" not in found and "bcc" not in found


async def test_replies_are_counted_in_their_thread(mercy: House, lee: Person, wards: Actor) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Text.")
    for text in ("One.", "Two."):
        await lee.speaks(posting.reply, post, text)
    thread = await mercy.at(Thread.get, id=post.thread_id)
    assert thread.replies_count == 2
    assert await mercy.at(lambda: Post.filter(thread_id=thread.id).count()) == 3
