"""P8 for what looks for public posts: CPU of a page at a million posts, against a thousand.

Words that few posts have and that all have, hashtags, home with followed hashtags, accounts while
they are typed; first pages and deep ones. Two databases (SQLite), asked in turn, in one process.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from instance import migrate
from instance.config import Config
from instance.ids import new_id
from instance.institution import Institution
from instance.models import Actor, ActorKind, Member, Tag
from instance.outbox import local
from instance.services import (
    account_search,
    follow_feeds,
    institutions,
    members,
    public_search,
    queries,
    tag_feeds,
    tags,
)
from instance.services.feed_sources import Bounds
from instance.services.tag_feeds import Wanted
from tests.bench import report, servers
from tests.ports import free_ports

_SMALL, _TAGS, _POSTS_OF = 1_000, 20, 10  # so many posts an account
_THREAD = """
INSERT INTO thread (id, uri, author_id, title, replies_count, created_at, last_post_at)
VALUES (?1, ?2, ?3, 'A title', 0, ?4, ?4)
"""
_POST = """
INSERT INTO post (id, uri, kind, author_id, thread_id, content, document, published_at)
VALUES (?1, ?2, 'Article', ?3, ?1, '<p>Some words.</p>', '{"to": []}', ?4)
"""
_ACTOR = """
INSERT INTO actor (id, uri, kind, is_local, host, handle, name, summary, inbox, discoverable,
    is_pseudonym, created_at)
VALUES (?1, ?2, 'person', 0, 'there.example', ?3, ?3, '', ?2, 1, 0, ?4)
"""
_TEXTS = 5_000
_WORDS = "INSERT INTO {table}_words (rowid, words) VALUES (?1, ?2)"
_POST_TAG = "INSERT INTO post_tag (id, tag_id, post_id, author_id) VALUES (?1, ?2, ?3, ?4)"

Work = Callable[[], Awaitable[Any]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=40, help="in each post")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", type=int, default=20, help="per round and kind")


async def run(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        costs = {}
        for number in (_SMALL, chosen.posts):
            folder = Path(name) / str(number)
            config = Config.from_env(servers.environ(folder, free_ports(1)[0], ()))
            costs[number] = await _at(config, number, chosen)
        for kind, small in costs[_SMALL].items():
            large = costs[chosen.posts][kind]
            report.line(f"{kind}, {_SMALL:,} posts", report.spread(small, " us CPU"))
            ratios = [one / other for one, other in zip(large, small, strict=True)]
            report.ratio("P8", f"{kind}, {chosen.posts:,} posts", ratios, "2x", "1.3x")


async def _at(config: Config, number: int, chosen: argparse.Namespace) -> dict[str, list[float]]:
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    institution = Institution(config)
    await institution.open()
    try:
        both = await _reader()
        author = await _author()
        found = await Tag.all().order_by("name")
        start = time.perf_counter()
        middle = _fill(config, number, chosen.words, author, [tag.id for tag in found])
        report.line(f"{number:,} posts written in", f"{time.perf_counter() - start:.0f} s")
        kinds = _kinds(both, middle)
        costs: dict[str, list[float]] = {kind: [] for kind in kinds}
        for is_warm in (False, *([True] * chosen.rounds)):
            for kind, work in kinds.items():
                cost = await _cpu(work, chosen.pages)
                costs[kind] += [cost] if is_warm else []
        return costs
    finally:
        await institution.close()


async def _cpu(work: Work, times: int) -> float:
    before = time.process_time()
    for _ in range(times):
        await work()
    return (time.process_time() - before) * 1e6 / times


def _kinds(both: tuple[Member, Actor], middle: int) -> dict[str, Work]:
    me, reader = both

    def words(typed: str, offset: int = 0) -> Work:
        query = queries.read(typed)
        return lambda: public_search.with_words(query, own=(), limit=20, offset=offset)

    def tag(bounds: Bounds) -> Work:
        return lambda: tag_feeds.timeline((), Wanted("tag0"), bounds)

    return {
        "a word of a few posts": words("w19000"),
        "a word of all posts": words("everywhere"),
        "a word of all posts, deep": words("everywhere", 200),
        "two words of most": words("w1 everywhere"),
        "a hashtag": tag(Bounds()),
        "a hashtag, deep": tag(Bounds(max_id=middle)),
        "home, 20 followed hashtags": lambda: follow_feeds.home(reader, Bounds()),
        "an account by its first letter": lambda: account_search.find("x", me, reader, limit=20),
    }


async def _reader() -> tuple[Member, Actor]:
    await institutions.ensure_institution()
    new = members.NewMember(
        email="member@bench.example",
        password="a long enough password",
        handle="member",
        name="A Member",
        is_public=True,
    )
    member = await members.add_member(new)
    [reader] = await members.identities(member)
    for number in range(_TAGS):
        await tags.follow(reader, f"tag{number}")
    return member, reader


async def _author() -> Actor:
    draft = await local.draft_actor(ActorKind.PERSON, "author", name="An Author", public=True)
    return await draft.save()


def _fill(config: Config, number: int, words: int, author: Actor, tag_ids: list[int]) -> int:
    """The id of the post in the middle."""
    path, now = config.database_url.removeprefix("sqlite://"), datetime.now(UTC).isoformat(" ")
    ids = [new_id() for _ in range(number)]
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous=OFF")
        with database:
            every = [(one, config.uri(f"/o/{one}"), author.id, now) for one in ids]
            database.executemany(_THREAD, every)
            database.executemany(_POST, every)
            some = [_text(words) for _ in range(_TEXTS)]
            texts = ((one, f"everywhere {random.choice(some)}") for one in ids)
            database.executemany(_WORDS.format(table="post"), texts)
            database.executemany(_POST_TAG, _tagged(ids, tag_ids, author))
            actors = [(new_id(), n) for n in range(max(_SMALL, number // _POSTS_OF))]
            rows = ((one, f"https://there.example/{n}", _name(n), now) for one, n in actors)
            database.executemany(_ACTOR, rows)
            names = ((one, f"{_name(n)} dr{n:x}") for one, n in actors)
            database.executemany(_WORDS.format(table="actor"), names)
    return ids[number // 2]


def _tagged(ids: list[int], tag_ids: list[int], author: Actor) -> Iterator[tuple[int, ...]]:
    for place, one in enumerate(ids):
        yield new_id(), tag_ids[place % len(tag_ids)], one, author.id


def _name(number: int) -> str:
    """Some begin with each two letters."""
    return f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}person{number}"


def _text(words: int) -> str:
    """Of 20,000 words, some in nearly every text and most in few."""
    return " ".join(f"w{min(20_000, int(random.paretovariate(0.45)))}" for _ in range(words))
