"""What readers do with posts on the page: without a script, and only with what is theirs."""

import re

import pytest

from instance.models import Actor, Post, Thread
from instance.services import members, posting
from tests.browsing import Browser
from tests.cast import OKAFOR
from tests.houses import House, Person


@pytest.fixture
async def post(mercy: House, lee: Person, wards: Actor) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", "Some words.")


async def page(browser: Browser, post: Post) -> str:
    return (await browser.get(f"/t/{post.thread_id}")).text


def buttons(text: str) -> list[str]:
    return re.findall(r'action="/posts/\d+/(\w+)"', text)


async def test_a_like_is_one_press_and_taken_back_by_another(
    mercy: House, lee: Person, post: Post
) -> None:
    browser = await mercy.sign_in("lee")
    assert buttons(await page(browser, post)) == ["like", "boost", "save"]
    for act in ("like", "boost"):
        answer = await browser.post_form(f"/posts/{post.id}/{act}", {})
        assert answer.header("location") == f"/t/{post.thread_id}#p-{post.id}"
    text = await page(browser, post)
    assert (
        buttons(text) == ["unlike", "unboost", "save"] and "Liked 1" in text and "Boosted 1" in text
    )
    await browser.post_form(f"/posts/{post.id}/unlike", {})
    assert buttons(await page(browser, post)) == ["like", "unboost", "save"]


async def test_visitors_see_how_many_and_can_do_nothing(
    mercy: House, lee: Person, post: Post
) -> None:
    browser = await mercy.sign_in("lee")
    await browser.post_form(f"/posts/{post.id}/like", {})
    text = await page(mercy.visitor(), post)
    assert "1 like" in text and buttons(text) == []
    for act in ("like", "unlike", "boost", "edit", "delete"):
        answer = await mercy.visitor().post_form(f"/posts/{post.id}/{act}", {})
        assert answer.status == 404, act
    assert (await mercy.at(Post.get, id=post.id)).likes_count == 1


async def test_one_edits_on_a_page_that_shows_what_was_written(
    mercy: House, lee: Person, post: Post
) -> None:
    browser = await mercy.sign_in("lee")
    assert f'href="/posts/{post.id}/edit"' in await page(browser, post)
    form = (await browser.get(f"/posts/{post.id}/edit")).text
    assert "Some words." in form and 'value="A title"' in form
    typed = {"title": "Another title", "text": "**Other** words.", "version": ""}
    answer = await browser.post_form(f"/posts/{post.id}/edit", typed)
    assert answer.header("location") == f"/t/{post.thread_id}#p-{post.id}"
    text = await page(browser, post)
    assert "<strong>Other</strong>" in text and "Another title" in text and "Edited" in text


async def test_a_refused_edit_keeps_what_was_typed(mercy: House, lee: Person, post: Post) -> None:
    browser = await mercy.sign_in("lee")
    typed = {"title": "", "text": "Typed.", "version": ""}
    answer = await browser.post_form(f"/posts/{post.id}/edit", typed)
    assert answer.status == 422 and "Typed." in answer.text and "Write a title." in answer.text


async def test_of_two_forms_open_at_once_the_second_is_told(
    mercy: House, lee: Person, post: Post
) -> None:
    browser = await mercy.sign_in("lee")
    first, second = ({"title": "A title", "text": text, "version": ""} for text in ("One", "Two"))
    await browser.post_form(f"/posts/{post.id}/edit", first)
    answer = await browser.post_form(f"/posts/{post.id}/edit", second)
    assert answer.status == 409 and "Two" in answer.text and "changed before" in answer.text
    version = re.search(r'name="version" value="([^"]+)"', answer.text)
    assert version is not None
    again = second | {"version": version[1].replace("&#43;", "+")}
    assert (await browser.post_form(f"/posts/{post.id}/edit", again)).status == 302
    assert (await mercy.at(Post.get, id=post.id)).source == "Two"


async def test_deleting_asks_once_more(mercy: House, lee: Person, wards: Actor, post: Post) -> None:
    browser = await mercy.sign_in("lee")
    asked = await browser.get(f"/posts/{post.id}/delete")
    assert "Some words." in asked.text and "Keep it" in asked.text
    assert (await mercy.at(Post.get, id=post.id)).deleted_at is None
    answer = await browser.post_form(f"/posts/{post.id}/delete", {})
    assert answer.header("location") == f"/t/{post.thread_id}#p-{post.id}"
    text = await page(browser, post)
    assert "Removed." in text and "Some words." not in text and buttons(text) == []
    assert f"/t/{post.thread_id}" not in (await browser.get("/channels/wards")).text
    assert (await browser.get(f"/posts/{post.id}/edit")).status == 404


async def test_a_thread_whose_first_post_is_gone_stays_for_its_replies(
    mercy: House, lee: Person, post: Post
) -> None:
    other = await mercy.person(OKAFOR)
    await other.speaks(posting.reply, post, "A reply.")
    browser = await mercy.sign_in("lee")
    await browser.post_form(f"/posts/{post.id}/delete", {})
    text = await page(mercy.visitor(), post)
    assert "A reply." in text and "A title" not in text and "<h1>Removed</h1>" in text
    assert f"/t/{post.thread_id}" in (await browser.get("/channels/wards")).text


async def test_what_another_wrote_cannot_be_edited_or_deleted(
    mercy: House, lee: Person, post: Post
) -> None:
    await mercy.person(OKAFOR)
    browser = await mercy.sign_in("okafor")
    text = await page(browser, post)
    assert "/edit" not in text and "/delete" not in text
    for act in ("edit", "delete"):
        path = f"/posts/{post.id}/{act}"
        assert (await browser.get(path)).status == 404
        assert (await browser.post_form(path, {"text": "Mine"})).status == 404
    left = await mercy.at(Post.get, id=post.id)
    assert left.deleted_at is None and left.source == "Some words."


async def test_who_is_hidden_is_told_why_a_like_is_not_taken(
    mercy: House, lee: Person, post: Post
) -> None:
    other = await mercy.person(OKAFOR)
    await other.speaks(members.set_public, False)
    browser = await mercy.sign_in("okafor")
    answer = await browser.post_form(f"/posts/{post.id}/like", {})
    assert answer.status == 403 and "Make your profile public" in answer.text
    assert (await mercy.at(Thread.get, id=post.thread_id)).title == "A title"


@pytest.mark.parametrize(
    ("where", "typed", "other"),
    [
        ("/t/{thread}/replies", {"text": "Said once."}, {"text": "Said later."}),
        ("/channels/wards/new", {"title": "A title", "text": "Once."}, {"title": "Another"}),
        (
            "/channels/wards/new/poll",
            {"title": "Which?", "option-1": "One", "option-2": "Two", "closes_in": "3d"},
            {"title": "Which then?"},
        ),
    ],
)
async def test_a_form_that_back_brings_back_is_posted_once(
    mercy: House, lee: Person, post: Post, where: str, typed: dict[str, str], other: dict[str, str]
) -> None:
    browser, path = await mercy.sign_in("lee"), where.format(thread=post.thread_id)
    led_to = [(await browser.post_form(path, typed)).header("location") for _ in range(2)]
    assert led_to[0] == led_to[1] != ""
    assert await mercy.at(lambda: Post.all().count()) == 2
    assert (await browser.post_form(path, typed | other)).header("location") not in ("", led_to[0])


async def test_what_was_deleted_can_be_posted_again(mercy: House, lee: Person, post: Post) -> None:
    browser, path = await mercy.sign_in("lee"), f"/t/{post.thread_id}/replies"
    first = (await browser.post_form(path, {"text": "Said once."})).header("location")
    await browser.post_form(f"/posts/{first.partition('#p-')[2]}/delete", {})
    assert (await browser.post_form(path, {"text": "Said once."})).header("location") != first
