from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.database import Database
from instance.models import Actor, ActorKind, Post, PostKind, SeenSignature, Thread

NOW = datetime(2026, 3, 4, 5, 6, 7, 890000, UTC)
URI = "https://stlukes.example/u/okafor"
DOCUMENT = {"id": f"{URI}/o/1", "to": ["a", "b"], "number": 1.5}


async def author() -> Actor:
    return await Actor.create(
        uri=URI,
        handle="okafor",
        host="stlukes.example",
        kind=ActorKind.PERSON,
        inbox=f"{URI}/inbox",
        fetched_at=NOW,
    )


def columns(row: Any) -> dict[str, tuple[type, Any]]:
    """With their types: a flag that is 1 or a kind that is text would be no flag and no kind."""
    values = {name: getattr(row, name) for name in row._meta.fields_db_projection}
    return {name: (type(value), value) for name, value in values.items()}


async def test_a_row_that_is_looked_up_is_the_one_that_tortoise_gives(database: Database) -> None:
    await author()

    found = await raw_sql.one(Actor, "uri", URI)

    assert found is not None
    assert columns(found) == columns(await Actor.get(uri=URI))
    assert await raw_sql.one(Actor, "uri", f"{URI}x") is None


async def test_a_row_that_is_read_again_is_as_it_is_now_and_shares_nothing(
    database: Database,
) -> None:
    await author()
    await Actor.filter(uri=URI).update(properties=[["Ward", "4"]])
    rows = raw_sql.Again(Actor, 1)

    async def again() -> Actor:
        [row] = await raw_sql.look_up(*raw_sql.one_of(Actor, "uri", URI))
        return rows.read(row)

    first, second = await again(), await again()
    assert columns(first) == columns(second) == columns(await Actor.get(uri=URI))
    first.properties.append(["Ward", "5"])
    first.name = "somebody else"
    assert columns(await again()) == columns(second) == columns(await Actor.get(uri=URI))
    await Actor.filter(uri=URI).update(name="Ngozi Okafor", discoverable=True)
    third = await again()
    assert (third.name, third.discoverable) == ("Ngozi Okafor", True)


async def test_a_row_that_was_looked_up_can_be_changed(database: Database) -> None:
    await author()
    found = await raw_sql.one(Actor, "uri", URI)
    assert found is not None

    found.name = "Ngozi Okafor"
    await found.save()

    assert (await Actor.get(uri=URI)).name == "Ngozi Okafor"


async def test_what_is_made_and_stored_by_hand_is_as_if_tortoise_had(database: Database) -> None:
    by = await author()
    thread = raw_sql.new(
        Thread, id=7, uri=f"{URI}/t", author_id=by.id, title="x", created_at=NOW, last_post_at=NOW
    )
    values = {"kind": PostKind.NOTE, "thread_id": 7, "content": "", "document": DOCUMENT}
    values |= {"author_id": by.id, "published_at": NOW, "uri": f"{URI}/o/1", "id": 8}
    post = raw_sql.new(Post, **values)

    await raw_sql.insert(thread)
    await raw_sql.insert(post)

    assert columns(post) == columns(Post(**values)) == columns(await Post.get(id=8))
    assert columns(thread) == columns(await Thread.get(id=7))


async def test_objects_made_by_hand_share_nothing(database: Database) -> None:
    one, other = raw_sql.new(Thread, id=1, title="a"), raw_sql.new(Thread, id=2, title="b")

    one.replies_count += 1

    assert (other.replies_count, other.title) == (0, "b")


async def test_many_values_are_looked_up_some_at_a_time(database: Database) -> None:
    """SQLite reads a statement with thousands of values for a second (T32)."""
    await author()
    sql = "WITH named (uri) AS ({values}) SELECT a.uri FROM named n CROSS JOIN actor a"
    sql += " WHERE a.uri = n.uri"

    found = await raw_sql.look_up_all(sql, [f"{URI}/{number}" for number in range(1_000)] + [URI])

    assert found == [{"uri": URI}]
    assert await raw_sql.look_up_all(sql, []) == []


async def test_an_insert_says_whether_there_was_something_to_store(database: Database) -> None:
    sql = "INSERT INTO seen_signature (signature_hash, expires_at) VALUES (?1, ?2)"
    sql += " ON CONFLICT (signature_hash) DO NOTHING"

    assert await raw_sql.is_stored(sql, ["a", NOW])
    assert not await raw_sql.is_stored(sql, ["a", NOW])


async def test_a_row_is_stored_unless_one_is_there_with_the_same_in_these_columns(
    database: Database,
) -> None:
    by = await author()
    given = {"author_id": by.id, "created_at": NOW, "last_post_at": NOW, "uri": f"{URI}/t"}

    assert await raw_sql.insert(raw_sql.new(Thread, id=1, title="first", **given), unless="uri")
    assert not await raw_sql.insert(raw_sql.new(Thread, id=2, title="again", **given), unless="uri")

    assert [thread.title for thread in await Thread.all()] == ["first"]


async def test_what_a_foreign_key_leads_to_is_kept_as_tortoise_keeps_it(database: Database) -> None:
    by = await author()
    given = {"author_id": by.id, "created_at": NOW, "last_post_at": NOW, "uri": f"{URI}/t"}
    await raw_sql.insert(raw_sql.new(Thread, id=1, title="", **given))
    thread = await raw_sql.one(Thread, "id", 1)
    assert thread is not None

    await raw_sql.load(thread, "author")
    await raw_sql.load(thread, "group")

    assert (thread.author.uri, thread.group) == (URI, None)


@pytest.mark.parametrize("count", [3, 100])
async def test_many_rows_are_stored_by_one_statement_or_none_is(
    database: Database, count: int
) -> None:
    sql = "INSERT INTO seen_signature (signature_hash, expires_at) VALUES (?1, ?2)"
    rows = [(str(number), NOW) for number in range(count)]

    with pytest.raises(IntegrityError):
        async with in_transaction():
            await raw_sql.insert_many(sql, [*rows, rows[0]])
    assert await SeenSignature.all().count() == 0
    async with in_transaction():
        await raw_sql.insert_many(sql, rows)
    assert await SeenSignature.all().count() == count


async def test_what_is_asked_ahead_is_answered_as_if_it_was_asked_then(database: Database) -> None:
    """Once: what is changed after that is seen. Each of several gets its own answers."""
    await author()
    sql = "WITH named (uri) AS ({values}) SELECT n.uri FROM named n"
    one, two = raw_sql.one_of(Actor, "uri", URI), raw_sql.all_of(sql, ["b", "a"])
    nobody = raw_sql.one_of(Actor, "uri", f"{URI}x"), raw_sql.all_of(sql, ["d", "c"])
    expected = columns(await Actor.get(uri=URI))

    async with in_transaction():
        asked = await raw_sql.asked_ahead([nobody, [one, two], [two], []])
        with raw_sql.Knowing(asked[1]):
            found = await raw_sql.one(Actor, "uri", URI)
            named = await raw_sql.look_up(*two)
            await Actor.filter(uri=URI).update(name="Ngozi Okafor")
            changed = await raw_sql.one(Actor, "uri", URI)

    assert found is not None and changed is not None
    assert columns(found) == expected
    assert [row["uri"] for row in named] == ["b", "a"]
    assert changed.name == "Ngozi Okafor"


async def test_of_several_who_ask_ahead_for_one_row_each_gets_its_own(database: Database) -> None:
    await author()
    question = raw_sql.one_of(Actor, "uri", URI)

    async with in_transaction():
        asked = await raw_sql.asked_ahead([[question], [question]])

    [[one], [other]] = [list(answers[question]) for answers in asked]
    assert one == other and one is not other  # an object is made of it, which uses it up


@pytest.mark.parametrize("many", [1, 3, 40])
async def test_each_of_many_hears_ahead_whether_there_is_what_it_asks_for(
    database: Database, many: int
) -> None:
    """A statement of its own would say the same: whether, how many, and none that is not there."""
    await author()
    whether = "\nSELECT 1 FROM actor WHERE uri = ?1 LIMIT 1"
    named = "WITH named (uri) AS ({values}) SELECT a.uri FROM named n CROSS JOIN actor a"
    named += " WHERE a.uri = n.uri"
    uris = [URI if place % 2 else f"{URI}/{place}" for place in range(many)]
    asked = [
        [
            (whether, (uri,)),
            raw_sql.all_of(named, [uri, "x", "y"]),
            raw_sql.one_of(Actor, "uri", uri),
        ]
        for uri in uris
    ]

    async with in_transaction():
        found = await raw_sql.asked_ahead([*asked, [raw_sql.one_of(Actor, "uri", URI)]])
        for uri, questions, answers in zip(uris, asked, found[:-1], strict=True):
            with raw_sql.Knowing(answers):
                said = [await raw_sql.look_up(*question) for question in questions]
            assert [len(rows) for rows in said] == [int(uri == URI)] * 3
            assert not answers  # each was given once


async def test_rows_that_are_stored_together_may_refer_to_each_other(database: Database) -> None:
    by = await author()
    times = {"created_at": NOW, "last_post_at": NOW}
    thread = raw_sql.new(Thread, id=7, uri=f"{URI}/t", author_id=by.id, title="x?1 $2", **times)
    values = {"kind": PostKind.NOTE, "thread_id": 7, "content": "", "document": DOCUMENT}
    post = raw_sql.new(Post, id=8, uri=f"{URI}/o/1", author_id=by.id, published_at=NOW, **values)

    async with in_transaction():
        await raw_sql.insert_all([thread, post])

    stored = await Post.get(id=8).select_related("thread")
    assert (stored.document, stored.thread.title) == (DOCUMENT, "x?1 $2")
