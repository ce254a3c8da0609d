"""An institution whose channel has followers on many hosts, and a member who writes there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from federation import keys
from instance import migrate, raw_sql
from instance.config import Config
from instance.ids import new_id
from instance.institution import Institution
from instance.models import Actor, ActorKey, Level, Role
from instance.services import channels, institutions, members, posting

HANDLE, LOGIN, PASSWORD = "wards", "member", "a long enough password"
_ROWS = 1_000  # inserted by one transaction
_ACTOR = """
INSERT INTO actor (id, uri, kind, is_local, host, handle, name, summary, inbox, shared_inbox,
    discoverable, is_pseudonym, created_at)
VALUES (?1, ?2, 'person', ?3, ?4, ?5, '', '', ?6, ?7, ?3, ?3, ?8)
"""
_FOLLOW = """
INSERT INTO follow (id, uri, follower_id, target_id, state, created_at)
VALUES (?1, ?2, ?3, ?4, 'accepted', ?5)
"""


async def found(
    environ: dict[str, str], hosts: Sequence[str], followers: int, role: Role = Role.MEMBER
) -> None:
    """Everything is there when it returns; `followers` are spread over the hosts in turn. `role`:
    of the one member."""
    config = Config.from_env(environ)
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    async with opened(environ):
        await institutions.ensure_institution()
        channel = await channels.create_channel(HANDLE, "Wards", "Rounds")
        new = members.NewMember(
            email="member@bench.example",
            password=PASSWORD,
            handle=LOGIN,
            name="A Member",
            role=role,
            level=Level.VERIFIED,
            specialties=["cardiology"],
            is_public=True,
        )
        await members.add_member(new)
        for first in range(0, followers, _ROWS):
            await _follow(channel, hosts, range(first, min(first + _ROWS, followers)))


@asynccontextmanager
async def opened(environ: dict[str, str]) -> AsyncIterator[None]:
    """Beside its server, as a command is."""
    institution = Institution(Config.from_env(environ))
    await institution.open()
    try:
        yield
    finally:
        await institution.close()


async def start_threads(count: int, about: str) -> None:
    """Two deliveries to each host a thread: for forums and for microblogs."""
    author = await Actor.get(local_handle=LOGIN)
    channel = await Actor.get(local_handle=HANDLE)
    for number in range(count):
        await posting.start_thread(author, channel, f"{about} {number}", "What was new?")


async def key() -> keys.PublicKey:
    """What the channel signs its deliveries with."""
    channel = await Actor.get(local_handle=HANDLE)
    row = await ActorKey.get(actor_id=channel.id, algorithm="rsa")
    return keys.PublicKey(row.uri, channel.uri, keys.public_from_pem(row.public))


async def _follow(channel: Actor, hosts: Sequence[str], numbers: range) -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        for number in numbers:
            host = hosts[number % len(hosts)]
            who, uri = new_id(random_time=True), f"http://{host}/u/{number}"
            values = [uri, False, host, f"u{number}", f"{uri}/inbox", f"http://{host}/inbox", now]
            await raw_sql.run(_ACTOR, [who, *values])
            await raw_sql.run(
                _FOLLOW, [new_id(random_time=True), f"{uri}/follow", who, channel.id, now]
            )
