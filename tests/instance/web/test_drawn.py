"""What is kept of a drawn thread: never another's, never of before, gone with the words (T63)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from tortoise import Model

from instance.models import Actor, Contribution, Participant, Post, Standing, Thread
from instance.services import channels, follows, posting
from instance.services.consults import changing, recalling
from instance.services.consults.states import Event
from instance.web.drawn import Drawn
from tests.cast import MOYO, OKAFOR, QUILL
from tests.clinic import ANSWER, ask, write
from tests.houses import House, Person

WORDS, NEW_WORDS = "Bridge with heparin first.", "Do not bridge at all."
OWN, ACCEPT = "Change or delete", "Accept this answer"
TOKEN = re.compile(r'name="csrf_token" value="(\w+)"')


async def answered(lee: Person, author: Person) -> Contribution:
    return await write(author, await ask(lee), Event.ANSWER, recommendation=WORDS)


async def thread(house: House, handle: str, row: Contribution) -> str:
    browser = await house.sign_in(handle)
    answer = await browser.get(f"/k/{row.consult_id}")
    assert answer.status == 200
    return answer.text


def kept(house: House) -> str:
    """All that it holds."""
    drawn: Drawn = house.app.config["DRAWN"]
    looks = [look for kept in drawn._consults.values() for look in kept.looks.values()]
    return repr([(look.items, look._html, look.pieces) for look in looks])


async def forgotten(house: House, words: str) -> None:
    """Sooner than by the clock."""
    async with asyncio.timeout(5):
        while words in kept(house):  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.01)


async def test_what_was_drawn_for_one_reader_shows_another_nothing_of_theirs(
    mercy: House, lee: Person
) -> None:
    row = await answered(lee, await mercy.person(OKAFOR))
    await mercy.person(QUILL)
    for _ in range(2):
        tokens = set()
        for handle, theirs in (("quill", ()), ("okafor", (OWN,)), ("lee", (ACCEPT,))):
            page = await thread(mercy, handle, row)
            assert WORDS in page and "Dr A. Okafor" in page
            assert tuple(words for words in (OWN, ACCEPT) if words in page) == theirs
            assert len(set(TOKEN.findall(page))) == 1  # the reader's, in each form
            tokens |= set(TOKEN.findall(page))
        assert len(tokens) == 3
    assert WORDS in kept(mercy) and not any(token in kept(mercy) for token in tokens)


async def test_what_was_changed_is_drawn_anew_though_nobody_heard_of_it(
    mercy: House, lee: Person
) -> None:
    author = await mercy.person(OKAFOR)
    row = await answered(lee, author)
    assert WORDS in await thread(mercy, "lee", row)
    drawn: Drawn = mercy.app.config["DRAWN"]
    before = dict(drawn._consults)
    fields = {**ANSWER, "recommendation": NEW_WORDS}
    await author.does(changing.edit, row.consult_id, row.id, fields)
    await forgotten(mercy, WORDS)
    drawn._consults |= before  # as if the news were still on their way

    page = await thread(mercy, "lee", row)
    assert NEW_WORDS in page and WORDS not in page


async def test_what_was_recalled_is_gone_from_every_page_though_nobody_heard_of_it(
    mercy: House, lee: Person
) -> None:
    row = await answered(lee, await mercy.person(OKAFOR))
    await mercy.person(QUILL)
    for handle in ("lee", "okafor", "quill"):
        assert WORDS in await thread(mercy, handle, row)
    drawn: Drawn = mercy.app.config["DRAWN"]
    before = dict(drawn._consults)
    await lee.does(recalling.recall, row.consult_id, [str(row.id)], "phi")
    await forgotten(mercy, WORDS)
    for handle in ("lee", "okafor", "quill"):
        drawn._consults |= before  # as if the news were still on their way
        assert WORDS not in await thread(mercy, handle, row)


async def test_who_may_read_it_no_more_is_shown_nothing_of_what_is_kept(
    mercy: House, lee: Person
) -> None:
    row = await answered(lee, await mercy.person(OKAFOR))
    await mercy.person(QUILL)
    assert WORDS in await thread(mercy, "quill", row)
    await mercy.at(lambda: Participant.filter(consult_id=row.consult_id).delete())

    browser = await mercy.sign_in("quill")
    answer = await browser.get(f"/k/{row.consult_id}")
    assert answer.status == 404 and WORDS not in answer.text
    assert WORDS in kept(mercy)


async def test_a_page_that_was_drawn_is_its_readers_and_says_what_holds_now(
    mercy: House, lee: Person
) -> None:
    row = await answered(lee, await mercy.person(OKAFOR))
    quill, moyo = await mercy.person(QUILL), await mercy.person(MOYO)
    for _ in range(2):
        for one in (quill, moyo):
            name, page = one.actor.name, await thread(mercy, one.actor.handle, row)
            assert re.findall(r"Account of (.*?)<", page) == [name] and f"Printed by {name}" in page
            assert "1 hospital can read this" in page and "Pacing" not in page
    group = await mercy.at(channels.create_channel, "pacing", "Pacing", "")
    await quill.speaks(follows.follow, group)
    pages = [await thread(mercy, one.actor.handle, row) for one in (quill, moyo)]
    assert [page.count("</svg>Pacing</a>") for page in pages] == [1, 0]
    heart = {"host": "heart.example", "actor_uri": "https://heart.example/actor"}
    new = Participant(consult_id=row.consult_id, is_institution=True, **heart)
    await mercy.at(new.save)  # nobody heard of it

    assert "2 hospitals can read this" in await thread(mercy, "quill", row)


async def test_neither_what_was_typed_nor_a_clock_is_kept_with_a_page(
    mercy: House, lee: Person
) -> None:
    await mercy.person(QUILL)
    browser = await mercy.sign_in("quill")
    unanswered = f"/k/{(await ask(lee)).id}"
    row = await answered(lee, await mercy.person(OKAFOR))
    refused = await browser.post_form(f"/k/{row.consult_id}/comment", {"text": "Typed. " * 999})
    assert refused.status == 422 and "Typed." in refused.text
    page = (await browser.get(f"/k/{row.consult_id}")).text

    assert "Typed." not in page and "Answer due in" in (await browser.get(unanswered)).text
    assert WORDS in kept(mercy)
    assert "Typed." not in kept(mercy) and "Answer due in" not in kept(mercy)


async def test_words_that_are_deleted_are_kept_no_longer(mercy: House, lee: Person) -> None:
    author = await mercy.person(OKAFOR)
    row = await answered(lee, author)
    assert WORDS in await thread(mercy, "lee", row)
    assert WORDS in kept(mercy)
    await author.does(changing.delete, row.consult_id, row.id)

    await forgotten(mercy, WORDS)
    assert WORDS not in await thread(mercy, "lee", row)


async def test_what_stands_around_a_page_is_of_its_member_and_of_now(
    mercy: House, lee: Person
) -> None:
    okafor = await mercy.person(OKAFOR)
    browsers = [
        (await mercy.sign_in(one), name) for one, name in (("lee", "Lee"), ("okafor", "Ok"))
    ]
    for _ in range(2):
        for browser, name in browsers:
            page = (await browser.get("/")).text
            assert re.findall(r"Account of Dr \w\. (\w\w)", page) == [name[:2]]
            assert "Unkept channel" not in page
    group = await mercy.at(channels.create_channel, "unkept", "Unkept channel", "")
    await okafor.speaks(follows.follow, group)
    pages = [(await browser.get("/")).text for browser, _ in browsers]
    assert [page.count("</svg>Unkept channel</a>") for page in pages] == [0, 1]
    await browsers[0][0].get("/about?for=looked+for+in+private")
    frame = mercy.app.config["JINJA"].globals["frame"]
    assert frame._frames and "looked" not in repr(frame._frames)


async def test_a_card_shows_at_once_what_changed_by_whomever(
    mercy: House, wards: Actor, lee: Person
) -> None:
    """As another process changes it: nothing is told to this one."""
    okafor = await mercy.person(OKAFOR)
    await lee.speaks(follows.follow, wards)
    post = await okafor.speaks(posting.start_thread, wards, "A title", "Old words")
    browser = await mercy.sign_in("lee")

    async def card(change: Callable[[], Awaitable[Any]] | None = None) -> str:
        if change is not None:
            await mercy.at(change)
        page = (await browser.get("/")).text
        found = re.search(r'<article class="card">.*?</article>', page, re.DOTALL)
        return found[0] if found else ""

    before = await card()
    assert before == await card() and "Old words" in before and "0 replies" in before

    async def after(model: type[Model], row_id: int, **values: Any) -> str:
        return await card(lambda: model.filter(id=row_id).update(**values))

    assert "New words" in await after(Post, post.id, content="<p>New words</p>")
    now = await after(Thread, post.thread_id, title="Another", replies_count=2)
    assert "Another" in now and "2 replies" in now
    assert "Dr Other" in await after(Actor, okafor.actor.id, name="Dr Other")
    standing = {"actor_id": okafor.actor.id}
    assert "Not verified" in await card(
        lambda: Standing.filter(**standing).update(is_withdrawn=True)
    )
    assert "Night rounds" in await after(Actor, wards.id, name="Night rounds")
    early = post.published_at - timedelta(hours=3)
    assert "3 h ago" in await after(Post, post.id, published_at=early)
    assert not await after(Actor, okafor.actor.id, is_blocked=True)
    assert await after(Actor, okafor.actor.id, is_blocked=False)
    assert not await after(Post, post.id, deleted_at=early)


async def test_a_card_that_others_saw_has_no_form_of_its_author(
    mercy: House, wards: Actor, lee: Person
) -> None:
    okafor = await mercy.person(OKAFOR)
    for one in (lee, okafor):
        await one.speaks(follows.follow, wards)
    await okafor.speaks(posting.start_thread, wards, "A title", "Some words")
    browsers = [await mercy.sign_in(one) for one in ("lee", "okafor", "lee")]
    assert all(["Some words" in (await browser.get("/")).text for browser in browsers])
    assert "Take off profile" not in (await browsers[0].get("/@okafor")).text
    assert "Pin to profile" in (await browsers[1].get("/@okafor")).text
    assert "Pin to profile" not in (await browsers[0].get("/@okafor")).text
