"""P1 to P3: the inbox of a real server, against a null Quart POST and a plain group commit.

Remote people whose keys come from servers on loopback send signed Creates of 2 kB, each new;
members here follow them, so that every one is stored and shown. Answered 202 after the commit.
`--kind`: what they send us instead, to a channel here and to the posts in it.
The first activity of everybody, with the fetch of the key, is sent before and not counted.
P1: CPU per accepted to that of the plain ASGI function.
P2: accepted/s to null POST/s.
Both of 64 senders at a time that sign each activity when they send it, as those did with which the
limits were set (1,253 null POST/s of 450 us, a group commit of 64: the senders took the rest of the
time). The same of requests that were all made before, from 16 connections, is printed under each.
P3: CPU per activity with a wrong signature to that per accepted one.
"""

import argparse
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from instance import migrate
from instance.config import Config
from instance.institution import Institution
from instance.models import Actor, ActorKind, Follow, FollowState
from instance.outbox import local
from instance.services import institutions, posting
from tests.bench import correspondents, report, servers, yardsticks
from tests.bench.correspondents import Person
from tests.bench.load import post_all
from tests.bench.servers import Server
from tests.bench.yardsticks import Cost
from tests.ports import free_ports

Activity = dict[str, Any]

_PEERS, _PEOPLE_EACH = 4, 8  # no more than ten keys a minute are fetched from one server
_POSTS = 64  # in the channel; everybody likes each of them once


@dataclass(frozen=True)
class Board:
    """A channel here, and the posts in it, by their ids."""

    channel: str
    posts: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=320, help="per round and server")
    parser.add_argument("--kind", choices=("create", "reply", "like", "follow"), default="create")


async def run(chosen: argparse.Namespace) -> None:
    port, *peers = free_ports(1 + _PEERS)
    cast = correspondents.people(peers, _PEOPLE_EACH)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, peers)
        activities = sent(chosen.kind, cast, await prepare(environ))
        command = ["-m", "instance", "serve"]
        async with correspondents.served(cast, peers):
            with (
                yardsticks.limits(folder, cast) as (null, plain),
                servers.running(command, port, folder / "inbox.log", environ) as inbox,
            ):
                await introduce(cast, inbox, environ)
                await _compare(cast, (null, plain, inbox), chosen, activities)


async def _compare(
    cast: Sequence[Person],
    places: tuple[Server, Server, Server],
    chosen: argparse.Namespace,
    sent: Iterator[tuple[Person, Activity]],
) -> None:
    costs: list[tuple[Cost, ...]] = []
    for _ in range(chosen.rounds + 1):
        null, plain, inbox = places
        url = f"http://localhost:{inbox.port}/inbox"
        signed = [who.signed(what, url) for who, what in itertools.islice(sent, chosen.requests)]
        costs.append(
            (
                await yardsticks.measured(null, yardsticks.fresh(cast, null, chosen.requests)),
                await yardsticks.measured(plain, yardsticks.fresh(cast, plain, chosen.requests)),
                await yardsticks.measured(inbox, signed),
                await yardsticks.measured(inbox, _forged(cast, inbox, chosen.requests), 401),
                await yardsticks.delivered(null, itertools.islice(sent, chosen.requests)),
                await yardsticks.delivered(plain, itertools.islice(sent, chosen.requests)),
                await yardsticks.delivered(inbox, itertools.islice(sent, chosen.requests)),
            )
        )
    _print(costs[1:])  # the first round warmed up


def _print(costs: Sequence[tuple[Cost, ...]]) -> None:
    titles = (
        "null Quart POST",
        "plain ASGI, group commit",
        "Curbside's inbox",
        "it refusing",
        "null Quart POST, from senders that sign",
        "plain ASGI, group commit, from senders that sign",
        "Curbside's inbox, from senders that sign",
    )
    for place, title in enumerate(titles):
        print(title)
        report.line("answers/s", report.spread([each[place].per_second for each in costs]))
        report.line("CPU us each", report.spread([each[place].cpu_us for each in costs]))
    work = [inbox.cpu_us / plain.cpu_us for *_, plain, inbox in costs]
    report.ratio(
        "P1", "CPU per accepted to plain group commit, signed when sent", work, "5x", "2.5x"
    )
    work = [inbox.cpu_us / plain.cpu_us for _, plain, inbox, *_ in costs]
    report.line("    of requests made before", report.spread(work))
    speed = [inbox.per_second / null.per_second for *_, null, _, inbox in costs]
    report.ratio("P2", "accepted/s to null POST/s, signed when sent", speed, "0.5", "0.8")
    speed = [inbox.per_second / null.per_second for null, _, inbox, *_ in costs]
    report.line("    of requests made before", report.spread(speed))
    refusals = [refused.cpu_us / inbox.cpu_us for _, _, inbox, refused, *_ in costs]
    report.ratio("P3", "CPU per wrong signature to per accepted", refusals, "0.6x", "0.4x")


def _forged(cast: Sequence[Person], inbox: Server, count: int) -> list[bytes]:
    """Signed for this inbox by the right person, with other bytes in the signature."""
    marks = b'signature="'
    found = []
    for request in yardsticks.fresh(cast, inbox, count):
        before, _, rest = request.rpartition(marks)
        found.append(before + marks + rest[:40][::-1] + rest[40:])
    return found


def sent(kind: str, cast: Sequence[Person], board: Board) -> Iterator[tuple[Person, Activity]]:
    """By everybody in turn, to a post after the other."""
    posts = itertools.cycle(board.posts)
    while True:
        post = next(posts)
        for who in cast:
            if kind == "create":
                yield who, who.create()
            elif kind == "reply":
                yield who, who.reply(post, board.channel)
            elif kind == "like":
                yield who, who.like(post)
            else:
                yield who, who.follow(board.channel)


async def prepare(environ: dict[str, str]) -> Board:
    """A migrated institution with one member, who wrote in its one channel."""
    config = Config.from_env(environ)
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    institution = Institution(config)
    await institution.open()
    await institutions.ensure_institution()
    channel = await local.draft_actor(ActorKind.CHANNEL, "ward", name="Ward", public=True)
    await channel.save()
    reader = await local.draft_actor(ActorKind.PERSON, "reader", name="Reader", public=True)
    await reader.save()
    posts = [
        await posting.start_thread(reader.actor, channel.actor, f"Case {number}", "Any ideas?")
        for number in range(_POSTS)
    ]
    await institution.close()
    return Board(channel.actor.uri, tuple(post.uri for post in posts))


async def introduce(cast: Sequence[Person], inbox: Server, environ: dict[str, str]) -> None:
    """Everybody writes once, so that they are known; then the member follows them all."""
    await inbox.first_200("/actor")
    url = f"{environ['CURBSIDE_ORIGIN']}/inbox"
    first = [who.signed(who.create(), url) for who in cast]
    (await post_all(inbox.port, first, connections=4)).require(202)
    institution = Institution(Config.from_env(environ))
    await institution.open()
    reader = await Actor.get(local_handle="reader")
    now = datetime.now(UTC).timestamp()
    for number, author in enumerate(await Actor.filter(is_local=False)):
        await Follow.create(
            follower=reader,
            target=author,
            uri=f"{reader.uri}/f/{now}-{number}",
            state=FollowState.ACCEPTED,
        )
    await institution.close()
