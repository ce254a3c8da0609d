"""Public posts by their words and hashtags: on both databases the same, and gone at once."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from instance import word_tables
from instance.models import (
    Actor,
    Direction,
    HiddenHost,
    Mute,
    Peer,
    PeerLevel,
    Post,
    PostTag,
    Relationship,
    TrustState,
    Unindexed,
)
from instance.services import editing, indexing, posting, public_search, queries, tombstones
from instance.services.consults import opening
from tests.clinic import question
from tests.houses import House, Person
from tests.making import make
from tests.outsiders import PUBLIC, Outsider


async def found(typed: str, **more: object) -> list[str]:
    wanted = {"own": (), "limit": 20, **more}
    posts = await public_search.with_words(queries.read(typed), **wanted)  # type: ignore[arg-type]
    return [post.thread.title for post in posts]


async def indexed(table: word_tables.WordTable) -> str:
    rows = await get_connection("default").execute_query_dict(f"SELECT * FROM {table.name}")
    return str(rows)


async def test_both_databases_find_the_same_words(mercy: House, lee: Person, wards: Actor) -> None:
    said = {
        "Statins": "An <b>MI</b> after COVID-19, 5-FU 10mg/l; Sjögren's ½ arteries.",
        "Odd": "it's '\"quoted\"' & | ! :* % \\ § NEAR(x) heart attack",
        "Folded away": "A mark without its letter, \uff9e, in a caf\u00e9.",
        "Long": "x" * 3_000 + " " + " ".join(f"word{n}" for n in range(1_500)),
    }
    for title, text in said.items():
        await lee.speaks(posting.start_thread, wards, title, text)
    expected = {
        "covid": ["Statins"],
        "COVID-19": ["Statins"],
        "5-fu": ["Statins"],
        "10mg": ["Statins"],
        "SJOGREN artery": ["Statins"],
        "myocardial infarction": ["Odd", "Statins"],
        "MI quoted": ["Odd"],
        "statin": ["Statins"],
        "'quoted' & | near": ["Odd"],
        "statins quoted": [],
        "word1400": ["Long"],
        "cafe": ["Folded away"],
        "§a1 §": [],
        "½": ["Statins"],
    }
    for typed, titles in expected.items():
        assert await mercy.at(found, typed) == titles, typed
    assert await mercy.at(lambda: found("statin", author_id=lee.actor.id)) == ["Statins"]
    assert await mercy.at(lambda: found("statin", author_id=7)) == []
    assert await mercy.at(lambda: found("MI", limit=1, offset=1)) == ["Statins"]


async def test_what_is_said_anew_or_taken_back_is_found_so_at_once(
    mercy: House, lee: Person, wards: Actor
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "Heparin", "An old word. #Old")
    reply = await lee.speaks(posting.reply, post, "A reply about enoxaparin. #reply")

    async def change() -> None:
        await editing.edit_post(lee.actor, post, "Warfarin", "A new word. #New")

    await mercy.at(change)
    assert await mercy.at(found, "heparin") == await mercy.at(found, "old") == []
    assert await mercy.at(found, "warfarin new") == ["Warfarin"]
    tags = await mercy.at(lambda: PostTag.all().order_by("id").values_list("tag__name", flat=True))
    assert sorted(map(str, tags)) == ["new", "reply"]
    assert await mercy.at(found, "enoxaparin") == ["Warfarin"]

    async def remove() -> None:
        await editing.delete_post(lee.actor, await Post.get(id=reply.id))
        async with in_transaction():
            await tombstones.bury(await Post.get(id=post.id), "Against the rules")

    await mercy.at(remove)
    assert await mercy.at(found, "word") == await mercy.at(found, "enoxaparin") == []
    left = await mercy.at(indexed, word_tables.POSTS)
    assert "warfarin" not in left and "enoxaparin" not in left
    assert await mercy.at(lambda: PostTag.all().count()) == 0


async def test_posts_of_elsewhere_are_found_while_their_author_and_we_allow_it(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    note = stranger.note(content="<p>Tocilizumab</p>", to=[PUBLIC, wards.uri])
    assert (await stranger.sends(mercy, stranger.activity("Create", note))).status == 202

    async def sets(**values: object) -> list[str]:
        await Actor.filter(host="stranger.example").update(**values)
        return await found("tocilizumab")

    assert await mercy.at(sets) == []
    assert len(await mercy.at(lambda: sets(indexable=True))) == 1
    assert await mercy.at(lambda: sets(is_blocked=True)) == []
    assert len(await mercy.at(lambda: sets(is_blocked=False))) == 1
    author = await mercy.at(lambda: Actor.get(host="stranger.example"))
    lee_and_mute = {"actor_id": lee.actor.id, "target_id": author.id}
    assert len(await mercy.at(lambda: found("tocilizumab", own=[lee.actor.id]))) == 1
    await mercy.at(lambda: Mute.create(**lee_and_mute))
    assert await mercy.at(lambda: found("tocilizumab", own=[lee.actor.id])) == []
    await mercy.at(lambda: Mute.filter(**lee_and_mute).delete())
    await mercy.at(lambda: HiddenHost.create(actor_id=lee.actor.id, host="stranger.example"))
    assert await mercy.at(lambda: found("tocilizumab", own=[lee.actor.id])) == []

    assert await mercy.at(lambda: sets(indexable=False)) == []

    async def agree(direction: Direction) -> list[str]:
        level = {"level": PeerLevel.TRUSTED}
        peer, _ = await Peer.update_or_create(level, host="stranger.example")
        now, state = datetime.now(UTC), TrustState.ACTIVE
        term = {"starts_at": now, "ends_at": now + timedelta(days=1)}
        await make(Relationship, peer=peer, direction=direction, state=state, **term)
        return await found("tocilizumab")

    async def rest() -> list[str]:
        await Relationship.filter(direction=Direction.OURS).update(state=TrustState.SUSPENDED)
        return await found("tocilizumab")

    assert await mercy.at(agree, Direction.OURS) == []  # not yet
    assert len(await mercy.at(agree, Direction.THEIRS)) == 1  # who works with us
    assert await mercy.at(rest) == []


async def test_what_was_there_before_is_read_a_few_at_a_time_and_search_says_so_until_then(
    mercy: House, lee: Person, wards: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_AT_ONCE", 2)
    posts = [
        await lee.speaks(posting.start_thread, wards, f"Title {n}", f"Heparin. #Tag{n}")
        for n in range(3)
    ]
    await lee.does(lambda member: editing.delete_post(lee.actor, posts[1]))

    async def forget() -> None:
        for table in (word_tables.POSTS, word_tables.ACTORS):
            await table.drop([*(post.id for post in posts), lee.actor.id, wards.id])
        await PostTag.all().delete()
        for name in ("actor", "post"):
            await Unindexed.create(name=name, below=2**63 - 1)

    await mercy.at(forget)
    browser = await mercy.sign_in("lee")
    assert "results so far" in (await browser.get("/search?q=heparin")).text
    steps = 0
    while await mercy.at(indexing.read_on):
        steps += 1
        if steps == 1:
            await lee.speaks(posting.start_thread, wards, "New", "Heparin meanwhile.")
    assert steps > 3
    assert await mercy.at(found, "heparin") == ["New", "Title 2", "Title 0"]
    assert await mercy.at(lambda: PostTag.all().count()) == 2
    assert "lee" in await mercy.at(indexed, word_tables.ACTORS)
    assert "results so far" not in (await browser.get("/search?q=heparin")).text


async def test_no_word_of_a_consult_is_in_a_table_of_words(mercy: House, lee: Person) -> None:
    """T63."""
    said = question(title="Xanthoquine", history="Xanthoquine was given.")
    await lee.does(opening.open_consult, said)
    for table in (word_tables.POSTS, word_tables.ACTORS):
        left = (await mercy.at(indexed, table)).lower()
        assert "xanthoquine" not in left and "consult" not in left


async def test_a_deep_page_goes_on_where_the_first_look_ended(
    mercy: House, lee: Person, wards: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_search, "_ROUNDS", (2, 3, 3, 3))
    posts = [
        await lee.speaks(posting.start_thread, wards, f"Title {number}", "Heparin.")
        for number in range(9)
    ]

    async def pages() -> list[list[str]]:
        gone = [posts[number].id for number in (1, 6, 7, 8)]
        await Post.filter(id__in=gone).update(deleted_at=posts[0].published_at)
        return [await found("heparin", limit=2, offset=offset) for offset in range(6)]

    titles = [f"Title {number}" for number in (5, 4, 3, 2, 0)]
    assert await mercy.at(pages) == [titles[offset : offset + 2] for offset in range(6)]
