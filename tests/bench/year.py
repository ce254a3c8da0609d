"""A year of an institution, written straight into its tables; of any size, on both databases."""

import asyncio
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from tortoise import Model
from tortoise.transactions import in_transaction

from instance import raw_sql, rows
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Delivery,
    Follow,
    FollowState,
    HistoryEntry,
    Level,
    Member,
    Notification,
    NotificationKind,
    OutboxActivity,
    Participant,
    Post,
    PostKind,
    PostTag,
    Reaction,
    ReactionKind,
    ReceivedActivity,
    Scope,
    Status,
    Tag,
    Thread,
)
from instance.models.actor import ActorKind
from instance.services import channels, institutions, members

MEMBERS, CHANNELS, TAGS, ELSEWHERE, HOSTS = 500, 20, 200, 5_000, 50
REPLIES, ANSWERS = 3, 5  # of a thread, of a consult
_FOLLOWED = 27  # one in so many, and nobody else posts where there are few posts
# However few there are, the pages asked for are full: so many posts of one author, threads of a
# channel, notifications of a member, and consults that one asked.
_OF_AUTHOR, _OF_CHANNEL, _TOLD, _ASKED = 180, 100, 500, 100
_AT_ONCE = 2_000
_YEAR, _OPEN_FOR = timedelta(days=365), timedelta(days=30)
_WORDS = [f"{a}{b}{c}" for a in "bcdfgklmnprst" for b in ("aro", "ine", "ole") for c in range(40)]
_random = random.Random(8)


@dataclass
class World:
    """What the pages are asked about."""

    size: int
    reader: Member
    actor: Actor
    groups: list[Actor]
    people: list[int] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)


async def put(model: type[Model], given: Iterable[dict[str, Any]]) -> None:
    """As `raw_sql.insert` would, many at a time."""
    is_postgres = raw_sql.active().capabilities.dialect == "postgres"
    batches: dict[str, list[list[Any]]] = {}  # by their statement
    for row in given:
        statement, values = rows.written(rows.new(model, **row), is_postgres=is_postgres)
        batch = batches.setdefault(statement.sql, [])
        batch.append(values)
        if len(batch) == _AT_ONCE:
            await _put(statement.sql, batches.pop(statement.sql))
    for sql, batch in batches.items():
        await _put(sql, batch)


async def _put(sql: str, values: list[list[Any]]) -> None:
    async with in_transaction():
        await raw_sql.insert_many(sql, values)
    await asyncio.sleep(0)


async def fill(posts: int, consults: int) -> World:
    """Everything of a year in which `posts` were written and `consults` asked."""
    world = await _found(posts)
    ids = _Ids(posts)
    with click.progressbar(length=posts, label=f"{posts:,} posts") as bar:
        await _posts(world, ids, posts, bar)
    await _consults(world, ids, consults)
    await _traffic(world, ids, posts)
    return world


class _Ids:
    """As `ids.new_id` would have made them over a year, in the order of time."""

    def __init__(self, many: int) -> None:
        now = datetime.now(UTC)
        self.start, self._last = now - _YEAR, 0
        self._span, self.many = _YEAR.total_seconds(), many
        self._extra = int(self.start.timestamp() * 1000) << 16

    def at(self, number: int) -> tuple[int, datetime]:
        moment = self.start + timedelta(seconds=self._span * number / self.many)
        return (int(moment.timestamp() * 1000) << 16) + number % 60_000, moment

    def other(self) -> int:
        self._last += 1
        return self._extra - self._last


async def _found(posts: int) -> World:
    await institutions.ensure_institution()
    new = members.NewMember(
        email="member@bench.example",
        password="a long enough password",
        handle="member",
        name="A Member",
        level=Level.VERIFIED,
        specialties=["cardiology"],
        is_public=True,
    )
    reader = await members.add_member(new)
    [actor] = await members.identities(reader)
    groups = [
        await channels.create_channel(f"ward{number}", f"Ward {number}", "Rounds")
        for number in range(CHANNELS)
    ]
    world = World(posts, reader, actor, groups)
    await _people(world)
    return world


async def _people(world: World) -> None:
    ids, now = _Ids(1), datetime.now(UTC)
    accounts = [(ids.other(), ids.other(), n) for n in range(MEMBERS - 1)]
    row = await Member.get(id=world.reader.id)
    same = {name: getattr(row, name) for name in ("password_hash", "role", "level", "created_at")}
    named = ("profession", "stage", "specialties", "jurisdiction", "theme", "zone")
    same |= {name: getattr(row, name) for name in named}
    await put(
        Member,
        (
            {"id": one, "email": f"m{n}@bench.example", "legal_name": f"Member {n}", **same}
            for one, _, n in accounts
        ),
    )
    base = world.actor.uri.rpartition("/")[0]
    await put(
        Actor,
        (
            _actor(own, f"{base}/{own}", f"m{n}", world.actor.host, now)
            | {"is_local": True, "local_handle": f"m{n}", "member_id": one}
            for one, own, n in accounts
        ),
    )
    there = [(ids.other(), n) for n in range(ELSEWHERE)]
    await put(
        Actor,
        (
            _actor(
                one, f"https://h{n % HOSTS}.example/u/{n}", f"p{n}", f"h{n % HOSTS}.example", now
            )
            for one, n in there
        ),
    )
    world.people = [one for _, one, _ in accounts] + [one for one, _ in there]
    follows = [*(group.id for group in world.groups), *world.people[::_FOLLOWED]]
    await put(
        Follow,
        (
            {
                "id": ids.other(),
                "uri": f"{world.actor.uri}/f/{target}",
                "follower_id": world.actor.id,
                "target_id": target,
                "state": FollowState.ACCEPTED,
                "created_at": now,
            }
            for target in follows
        ),
    )
    await put(Tag, ({"id": ids.other(), "name": f"t{n}", "written": f"T{n}"} for n in range(TAGS)))
    world.tags = await Tag.all()


def _actor(one: int, uri: str, handle: str, host: str, now: datetime) -> dict[str, Any]:
    return {
        "id": one,
        "uri": uri,
        "kind": ActorKind.PERSON,
        "host": host,
        "handle": handle,
        "name": f"Dr {handle}",
        "inbox": f"{uri}/inbox",
        "discoverable": True,
        "created_at": now,
    }


def _text() -> str:
    """A few hundred characters, as posts have; some much longer."""
    many = min(600, max(4, int(_random.lognormvariate(3.9, 0.7))))
    return " ".join(
        _WORDS[min(len(_WORDS) - 1, int(_random.paretovariate(0.4)))] for _ in range(many)
    )


_texts = [_text() for _ in range(4_000)]


async def _posts(world: World, ids: _Ids, posts: int, bar: Any) -> None:
    step = _AT_ONCE * (REPLIES + 1)
    base = world.actor.uri.partition("/u/")[0]
    for first in range(0, posts, step):
        numbers = range(first, min(first + step, posts))
        starters = [n for n in numbers if n % (REPLIES + 1) == 0]
        await put(Thread, (_thread(world, ids, n, base) for n in starters))
        await put(Post, (_post(world, ids, n, base) for n in numbers))
        tagged = (n for n in numbers if n % 3 == 0)
        await put(PostTag, (_tagged(world, ids, n) for n in tagged))
        await put(Reaction, (_reaction(world, ids, n) for n in numbers))
        words = [[ids.at(n)[0], _texts[n % len(_texts)]] for n in numbers]
        await _put(_WORDS_SQL[raw_sql.active().capabilities.dialect == "postgres"], words)
        bar.update(len(numbers))
    world.posts = [ids.at(n)[0] for n in (posts // 2, posts - 1)]
    last = posts - 1 - (posts - 1) % (REPLIES + 1)
    world.threads = [ids.at(last)[0]]


_WORDS_SQL = (
    "INSERT INTO post_words (rowid, words) VALUES (?1, ?2)",
    "INSERT INTO post_words (id, words) VALUES (?1, array_to_tsvector("
    "ARRAY(SELECT DISTINCT unnest(string_to_array(?2::text, ' ')))))",
)


def _author(world: World, number: int) -> int:
    if number % max(1, world.size // _OF_AUTHOR) == 0:
        return world.people[0]
    some = world.people if world.size > 10 * len(world.people) else world.people[::_FOLLOWED]
    return some[number * 7919 % len(some)]


def _thread(world: World, ids: _Ids, number: int, base: str) -> dict[str, Any]:
    one, at = ids.at(number)
    _, last = ids.at(number + REPLIES)
    nth = number // (REPLIES + 1)
    groups = max(1, min(CHANNELS, world.size // (REPLIES + 1) // _OF_CHANNEL))
    return {
        "id": one,
        "uri": f"{base}/t/{one}",
        "group_id": world.groups[nth % groups].id if nth % 7 else None,
        "author_id": _author(world, number),
        "title": f"A case of {_WORDS[number % len(_WORDS)]}",
        "replies_count": REPLIES,
        "created_at": at,
        "last_post_at": last,
    }


def _post(world: World, ids: _Ids, number: int, base: str) -> dict[str, Any]:
    one, at = ids.at(number)
    starter, _ = ids.at(number - number % (REPLIES + 1))
    content = f"<p>{_texts[number % len(_texts)]}</p>"
    to = ["https://www.w3.org/ns/activitystreams#Public"]
    is_reply = one != starter
    return {
        "id": one,
        "uri": f"{base}/o/{one}",
        "kind": PostKind.NOTE if is_reply else PostKind.ARTICLE,
        "author_id": _author(world, number),
        "thread_id": starter,
        "in_reply_to_uri": f"{base}/o/{starter}" if is_reply else None,
        "content": content,
        "document": {
            **{"id": f"{base}/o/{one}", "type": "Note", "content": content},
            **{"to": to, "cc": []},
        },
        "published_at": at,
    }


def _tagged(world: World, ids: _Ids, number: int) -> dict[str, Any]:
    tag = world.tags[min(TAGS - 1, int(_random.paretovariate(0.5)))]
    one, _ = ids.at(number)
    return {
        "id": ids.other(),
        "tag_id": tag.id,
        "post_id": one,
        "author_id": _author(world, number),
    }


def _reaction(world: World, ids: _Ids, number: int) -> dict[str, Any]:
    one, at = ids.at(number)
    who = _author(world, number + 1)
    return {
        "id": ids.other(),
        "uri": f"https://there.example/l/{number}",
        "kind": ReactionKind.BOOST if number % 10 == 0 else ReactionKind.LIKE,
        "actor_id": who,
        "post_id": one,
        "created_at": at,
    }


async def _consults(world: World, ids: _Ids, consults: int) -> None:
    base = world.actor.uri.partition("/u/")[0]
    every = [(ids.other(), ids.other(), n) for n in range(consults)]
    spread = _Ids(max(1, consults))
    now = datetime.now(UTC)
    with click.progressbar(length=consults, label=f"{consults:,} consults") as bar:
        for first in range(0, consults, 1_000):
            some = every[first : first + 1_000]
            await put(Actor, (_group(one, base, world, now) for _, one, _ in some))
            await put(Consult, (_consult(one, g, n, base, world, spread) for one, g, n in some))
            said = [(one, g, n, seq) for one, g, n in some for seq in range(1, ANSWERS + 1)]
            await put(Contribution, (_said(row, base, world, ids, spread) for row in said))
            await put(HistoryEntry, (_history(row, base, ids) for row in said))
            await put(
                Participant, (row for one, _, n in some for row in _readers(one, n, world, ids))
            )
            bar.update(len(some))


def _group(one: int, base: str, world: World, now: datetime) -> dict[str, Any]:
    row = _actor(one, f"{base}/k/{one}", f"consult-{one}", world.actor.host, now)
    return row | {"kind": ActorKind.CONSULT, "is_local": True, "discoverable": False}


def _consult(
    one: int, group: int, number: int, base: str, world: World, spread: _Ids
) -> dict[str, Any]:
    _, at = spread.at(number)
    mine = number % max(1, spread.many // _ASKED) == 0
    is_live = at > datetime.now(UTC) - _OPEN_FOR
    return {
        "id": one,
        "uri": f"{base}/k/{group}",
        "root_uri": f"{base}/o/{one}",
        "group_id": group,
        "asker_id": world.actor.id if mine else world.people[number % (MEMBERS - 1)],
        "is_local": True,
        "scope": Scope.TRUSTED,
        "addressed_to": [f"{base}/k/{group}"],
        "status": (Status.OPEN, Status.ANSWERED)[number % 2] if is_live else Status.CLOSED,
        "urgency": "routine",
        "question_type": "treatment",
        "target_hours": 72,
        "specialties": ["cardiology"],
        "facts": {"title": f"A question {number}", "question": _texts[number % len(_texts)]},
        "accepted": [],
        "last_seq": ANSWERS,
        "published_at": at,
        "changed_at": at + timedelta(hours=9),
    }


def _said(
    row: tuple[int, int, int, int], base: str, world: World, ids: _Ids, spread: _Ids
) -> dict[str, Any]:
    one, _, number, seq = row
    _, at = spread.at(number)
    return {
        "id": ids.other(),
        "uri": f"{base}/o/{one}-{seq}",
        "consult_id": one,
        "author_id": world.people[(number + seq * 31) % len(world.people)],
        "kind": "answer" if seq == 1 else "comment",
        "body": {"content": _texts[(number + seq) % len(_texts)]},
        "standing": {"cs:level": "L3"},
        "seq": seq,
        "published_at": at + timedelta(hours=seq),
    }


def _history(row: tuple[int, int, int, int], base: str, ids: _Ids) -> dict[str, Any]:
    one, _, number, seq = row
    return {
        "id": ids.other(),
        "consult_id": one,
        "seq": seq,
        "activity_uri": f"{base}/a/{one}-{seq}",
        "digest": "0" * 64,
        "document": {"content": _texts[(number + seq) % len(_texts)]},
    }


def _readers(one: int, number: int, world: World, ids: _Ids) -> Iterator[dict[str, Any]]:
    base = world.actor.uri.partition("/u/")[0]
    yield {
        "id": ids.other(),
        "consult_id": one,
        "actor_uri": f"{base}/actor",
        "host": world.actor.host,
        "is_institution": True,
    }
    host = f"h{number % HOSTS}.example"
    yield {
        "id": ids.other(),
        "consult_id": one,
        "actor_uri": f"https://{host}/actor",
        "host": host,
        "is_institution": True,
    }


async def _traffic(world: World, ids: _Ids, posts: int) -> None:
    """What is kept of a quarter (ids received, notifications) and of a week (deliveries)."""
    now, quarter, week = datetime.now(UTC), max(_TOLD, posts // 4), posts // 52
    await put(
        ReceivedActivity,
        (
            {
                "id": ids.other(),
                "uri": f"https://h{n % HOSTS}.example/a/{n}",
                "host": f"h{n % HOSTS}.example",
                "type": "Create",
                "received_at": now - timedelta(days=89) * n / max(1, quarter),
            }
            for n in range(quarter)
        ),
    )
    whom = [(world.reader.id, world.actor.id)]
    others = Actor.filter(member_id__not_isnull=True).exclude(id=world.actor.id)
    own = await others.values_list("member_id", "id")
    whom = [*whom, *((int(member), int(actor)) for member, actor in own)]
    whom = whom[: max(1, min(MEMBERS, quarter // _TOLD))]
    await put(Notification, (_told(n, whom, world, ids, posts, now) for n in range(quarter)))
    sent = [(ids.other(), n) for n in range(week)]
    await put(
        OutboxActivity,
        (
            {
                "id": one,
                "uri": f"{world.actor.uri}/a/{one}",
                "type": "Create",
                "actor_id": world.actor.id,
                "body": _texts[n % len(_texts)].encode(),
                "created_at": now - timedelta(days=6),
            }
            for one, n in sent
        ),
    )
    await put(Delivery, (row for one, n in sent for row in _deliveries(one, n, now)))


def _told(
    number: int, whom: list[tuple[int, int]], world: World, ids: _Ids, posts: int, now: datetime
) -> dict[str, Any]:
    member, identity = whom[number % len(whom)]
    post, _ = ids.at(posts - 1 - number)
    return {
        "id": ids.other(),
        "member_id": member,
        "identity_id": identity,
        "kind": NotificationKind.LIKE if number % 3 else NotificationKind.REPLY,
        "by_id": _author(world, number),
        "post_id": post,
        "created_at": now - timedelta(days=80) * number / max(1, posts // 4),
        "read_at": now if number // len(whom) % 10 else None,
    }


def _deliveries(one: int, number: int, now: datetime) -> Iterator[dict[str, Any]]:
    for place in range(5):
        host = f"h{(number + place) % HOSTS}.example"
        yield {
            "id": number * 5 + place + 1,
            "activity_id": one,
            "inbox": f"https://{host}/inbox",
            "host": host,
            "lane": number,
            "attempts": 1,
            "delivered_at": now - timedelta(days=6),
            "created_at": now - timedelta(days=6),
        }
