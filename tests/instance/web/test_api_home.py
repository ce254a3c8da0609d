"""What applications read again and again: kept as it was written, for as long as it holds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from instance.models import (
    Actor,
    Block,
    Bookmark,
    Follow,
    List,
    ListEntry,
    Mute,
    MutedThread,
    Post,
    ProfileField,
    ProfileKind,
    Replies,
    Standing,
    Thread,
    Visibility,
)
from instance.services import editing, follow_feeds, follows, posting, reactions, timelines
from instance.services.feed_sources import Bounds, Place
from instance.web.remembered import Remembered
from tests.cast import MOYO, SANTOS
from tests.clients import Phone, signed_in
from tests.houses import House, Person

_HOME = "/api/v1/timelines/home"


async def first(phone: Phone) -> Any:
    """The newest post at home, as it is inside of what its channel hands on."""
    found = await phone.reads(_HOME)
    return found[0]["reblog"] or found[0]


async def test_what_changes_in_the_database_by_whomever_shows_at_once(
    mercy: House, wards: Actor, lee: Person
) -> None:
    """As another process changes it: nothing is told to this one."""
    moyo = await mercy.person(MOYO)
    phone = await signed_in(mercy, "lee")
    for target in (wards, moyo.actor):
        await lee.speaks(follows.follow, target)
    post = await moyo.speaks(posting.start_thread, wards, "A title", "Old words")
    before = await first(phone)
    assert before == await first(phone) and "Old words" in before["content"]

    async def differs(*change: Callable[[], Awaitable[Any]]) -> Any:
        for one in change:
            await mercy.at(one)
        return await first(phone)

    later = datetime.now(UTC)
    document = {**post.document, "type": "Note", "summary": "Blood", "sensitive": True}
    document |= {"contentMap": {"de": "<p>New</p>"}, "content": "<p>New</p>"}
    now = await differs(
        lambda: Post.filter(id=post.id).update(
            content="<p>New</p>", updated_at=later, document=document
        ),
        lambda: Post.filter(id=post.id).update(likes_count=3, boosts_count=2),
        lambda: Thread.filter(id=post.thread_id).update(title="Another"),
    )
    assert now["content"] == "<p><strong>Another</strong></p><p>New</p>" and now["edited_at"]
    assert (now["language"], now["sensitive"], now["spoiler_text"]) == ("de", True, "Blood")
    assert (now["favourites_count"], now["reblogs_count"]) == (3, 2)
    about: dict[str, Any] = {"kind": ProfileKind.ABOUT, "text": "A physician"}
    about |= {"visibility": Visibility.PUBLIC}
    now = await differs(
        lambda: Actor.filter(id=moyo.actor.id).update(name="Dr Other", approves_followers=True),
        lambda: Standing.filter(actor_id=moyo.actor.id).update(is_withdrawn=True),
        lambda: ProfileField.create(actor_id=moyo.actor.id, **about),
    )
    account = now["account"]
    assert (account["display_name"], account["locked"]) == ("Dr Other", True)
    assert account["note"] == "<p>A physician</p>"
    assert account["roles"][0]["name"].startswith("Not verified")
    hidden = {"visibility": Visibility.PRIVATE}
    told = await differs(lambda: ProfileField.filter(actor_id=moyo.actor.id).update(**hidden))
    assert "A physician" not in told["account"]["note"]

    async def nothing() -> None:
        """Changes."""

    async def is_gone(change: Callable[[], Awaitable[Any]]) -> bool:
        await mercy.at(change)
        found: list[Any] = await phone.reads(_HOME)
        return not found

    assert await is_gone(lambda: Actor.filter(id=moyo.actor.id).update(is_blocked=True))
    assert not await is_gone(lambda: Actor.filter(id=moyo.actor.id).update(is_blocked=False))
    mute = {"actor_id": lee.actor.id, "target_id": moyo.actor.id}
    assert await is_gone(lambda: Mute.create(**mute))
    assert not await is_gone(lambda: Mute.filter(**mute).delete())
    ends_at = datetime.now(UTC) + timedelta(seconds=2)
    assert await is_gone(lambda: Mute.create(**mute, ends_at=ends_at))
    await asyncio.sleep((ends_at - datetime.now(UTC)).total_seconds())
    assert not await is_gone(nothing)  # nobody stored anything, and it has ended
    assert await is_gone(lambda: Block.create(**mute, uri="https://mercy.example/block"))
    assert not await is_gone(lambda: Block.filter(**mute).delete())
    assert await is_gone(lambda: Post.filter(id=post.id).update(deleted_at=later))


async def test_what_one_reader_did_stands_in_nobody_elses_copy(
    mercy: House, wards: Actor, lee: Person
) -> None:
    moyo, santos = await mercy.person(MOYO), await mercy.person(SANTOS)
    phones = [await signed_in(mercy, name) for name in ("lee", "moyo", "santos")]
    for one in (lee, santos):
        await one.speaks(follows.follow, wards)
    post = await moyo.speaks(posting.start_thread, wards, "A title", "Some words")
    post = await mercy.at(posting.by_id, post.id)
    mine = ("favourited", "reblogged", "bookmarked", "muted")
    at = f"/api/v1/statuses/{post.id}"
    home = (phones[0], phones[2])
    for _ in range(2):
        for phone in phones:
            shown = [await phone.reads(at), *([await first(phone)] if phone in home else ())]
            assert all([one[name] for name in mine] == [False] * 4 for one in shown)
            assert all(("pinned" in one) is (phone is phones[1]) for one in shown)
    await lee.speaks(reactions.like, post)
    await lee.speaks(reactions.boost, post)
    kept = {"actor_id": lee.actor.id}
    await mercy.at(lambda: Bookmark.create(id=1, post_id=post.id, **kept))
    await mercy.at(lambda: MutedThread.create(id=1, thread_id=post.thread_id, **kept))
    assert [(await first(phone))["favourited"] for phone in home] == [True, False]
    made = {"title": "Words", "context": ["home"], "keywords_attributes": [{"keyword": "some"}]}
    assert (await phones[2].calls("POST", "/api/v2/filters", made)).status == 200
    for _ in range(2):
        for phone in phones:
            for shown in [await phone.reads(at), *([await first(phone)] if phone in home else ())]:
                assert [shown[name] for name in mine] == [phone is phones[0]] * 4
                assert bool(shown["filtered"]) is (phone is phones[2])
                assert (shown["favourites_count"], shown["reblogs_count"]) == (1, 1)
    await moyo.speaks(editing.delete_post, post)
    for phone in phones:
        assert (await phone.get(at)).status == 404 and await phone.reads(_HOME) == []


async def test_home_is_one_page_after_the_other_whoever_hands_on_what(
    mercy: House, wards: Actor, lee: Person
) -> None:
    moyo, santos = await mercy.person(MOYO), await mercy.person(SANTOS)
    for target in (wards, moyo.actor):
        await lee.speaks(follows.follow, target)
    for number in range(3):
        for author, group in ((santos, wards), (moyo, None), (lee, None), (santos, None)):
            post = await author.speaks(posting.start_thread, group, f"Title {number}", "Words")
        await moyo.speaks(reactions.boost, await mercy.at(posting.by_id, post.id))
    every = await mercy.at(follow_feeds.home, lee.actor, Bounds(40))
    ids = [place.id for place in every]
    assert len(ids) == 12 and ids == sorted(ids, reverse=True)
    assert {place.by_id for place in every} == {None, wards.id, moyo.actor.id}
    for size in (1, 2, 5):
        down: list[Place] = []
        up: list[Place] = []
        for start in range(0, 12, size):
            bounds = Bounds(size, max_id=ids[start - 1] if start else None)
            down += await mercy.at(follow_feeds.home, lee.actor, bounds)
        for start in range(12, 0, -size):
            below = ids[start] if start < 12 else 0
            found = await mercy.at(follow_feeds.home, lee.actor, Bounds(size, min_id=below))
            up = found + up
        assert down == up == every
        newest = await mercy.at(follow_feeds.home, lee.actor, Bounds(size, since_id=ids[6]))
        assert newest == every[: min(size, 6)]


async def says(by: Person, group: Actor | None, language: str) -> Post:
    post = await by.speaks(posting.start_thread, group, "A title", "Words", language=language)
    return await by.home.at(posting.by_id, post.id)


async def test_who_is_followed_in_some_languages_is_at_home_in_these_alone(
    mercy: House, wards: Actor, lee: Person
) -> None:
    """Each page full. What says no language comes, and what is handed on."""
    moyo, santos = await mercy.person(MOYO), await mercy.person(SANTOS)
    await lee.speaks(follows.follow, moyo.actor, follows.Wants(languages=("de", "en")))
    await lee.speaks(follows.follow, wards, follows.Wants(languages=("pt",)))
    german, english = await says(moyo, None, "de"), await says(moyo, None, "")
    for language in ("fr",) * 12:
        await says(moyo, None, language)
    in_wards = [await says(santos, wards, "pt-BR"), await says(moyo, wards, "de")]
    for by, group in ((santos, wards), (moyo, wards), (moyo, None), (santos, None)):
        last = await says(by, group, "fr")
    own = await says(lee, None, "fr")
    await moyo.speaks(reactions.boost, last)
    every = await mercy.at(follow_feeds.home, lee.actor, Bounds(40))
    of_page = [one.id for one in (*in_wards[::-1], english, german)]
    assert [one.post_id for one in every] == [last.id, own.id, *of_page]
    assert await mercy.at(timelines.home, [lee.actor]) == of_page
    for size in (1, 2, 5):
        bounds, down, up = Bounds(size), list[Place](), list[Place]()
        while found := await mercy.at(follow_feeds.home, lee.actor, bounds):
            down, bounds = down + found, Bounds(size, max_id=found[-1].id)
        bounds = Bounds(size, min_id=0)
        while found := await mercy.at(follow_feeds.home, lee.actor, bounds):
            up, bounds = found + up, Bounds(size, min_id=found[0].id)
        assert down == up == every
    await lee.speaks(follows.follow, moyo.actor, follows.Wants(languages=("de",)))
    assert english.id not in await mercy.at(timelines.home, [lee.actor])
    await mercy.at(lambda: Actor.filter(id=moyo.actor.id).update(is_local=False))
    assert english.id in await mercy.at(timelines.home, [lee.actor])
    for target in (wards, moyo.actor):
        await lee.speaks(follows.follow, target, follows.Wants(languages=()))
    assert not await mercy.at(lambda: Follow.filter(languages__not_isnull=True).exists())
    assert len(await mercy.at(timelines.home, [lee.actor])) == len(of_page) + 15


async def test_a_list_has_who_is_followed_in_some_languages_in_these_alone(
    mercy: House, wards: Actor, lee: Person
) -> None:
    """Each page full; by those on the list alone, whatever others bring it home. Their answers
    likewise; and what they hand on, in any."""
    moyo, santos = await mercy.person(MOYO), await mercy.person(SANTOS)
    await lee.speaks(follows.follow, moyo.actor, follows.Wants(languages=("de",)))
    await lee.speaks(follows.follow, santos.actor)
    await lee.speaks(follows.follow, wards)
    wanted = {"actor_id": lee.actor.id, "title": "Some", "replies": Replies.FOLLOWED}
    row = await mercy.at(lambda: List.create(**wanted))
    await mercy.at(lambda: ListEntry.create(list_id=row.id, target_id=moyo.actor.id))
    german, french = await says(moyo, None, "de"), await says(moyo, wards, "fr")
    for _ in range(6):
        await says(moyo, None, "fr")
    of_hers = await says(santos, None, "fr")
    for language in ("fr", "de-AT"):
        await moyo.speaks(posting.reply, of_hers, f"In {language}.", language=language)
    await moyo.speaks(reactions.boost, of_hers)

    async def read(bounds: Bounds) -> list[Place]:
        return await mercy.at(follow_feeds.of_list, row, lee.actor, bounds)

    boost, answer, first = await read(Bounds(40))
    said = await mercy.at(posting.by_id, answer.post_id)
    assert (boost.post_id, first.post_id) == (of_hers.id, german.id)
    assert "In de-AT." in str(said.document["content"])
    assert await read(Bounds(2)) == [boost, answer]
    assert await read(Bounds(2, max_id=answer.id)) == [first]
    assert french.id in [one.post_id for one in await mercy.at(home_of, lee.actor)]


async def home_of(actor: Actor) -> list[Place]:
    return await follow_feeds.home(actor, Bounds(40))


def test_what_is_remembered_is_bounded_and_only_good_for_the_same_rows() -> None:
    kept: Remembered[str] = Remembered(2_000)
    made: list[int] = []

    def make(number: int) -> str:
        made.append(number)
        return str(number) * 100

    for number in (1, 1, 2, 1):
        kept.of(number, ("row", number), partial(make, number))
    assert made == [1, 2]
    assert kept.of(1, ("changed", 1), lambda: "new") == "new"
    for number in range(3, 200):
        kept.of(number, ("row", number), partial(make, number))
    assert kept.size <= 2_000 and kept.of(1, ("changed", 1), lambda: "anew") == "anew"
