"""Set up the three institutions before they start: members, channels, pins and trust."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from federation.origin import host_of
from federation.relationships import SCOPES
from instance import config, migrate
from instance.demo import people, rosters
from instance.demo.world import PASSWORD, Home
from instance.institution import Institution
from instance.models import (
    Actor,
    Level,
    Member,
    Profession,
    Relationship,
    Role,
    RosterState,
    Setting,
    Stage,
)
from instance.outbox import actors
from instance.services import channels, institutions, members, peers, profiles
from instance.services.roster import applying, checking, importing

T = TypeVar("T")
Say = Callable[[str], None]

_TERMS: dict[str, Any] = {"jurisdiction": "US-MN", "maxLevel": 4, "retentionDays": 3650}


class Opened:
    """An institution opened beside its server, as a command does."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.institution = Institution(home.config)

    async def open(self) -> None:
        self.home.folder.mkdir(parents=True, exist_ok=True)
        await migrate.migrate(self.home.config.database_url)
        await self.at(self.institution.open)

    async def at(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` in a task of its own, where this institution is the current one."""

        async def run() -> T:
            if work != self.institution.open:
                self.institution.activate()
            return await work()

        return await asyncio.create_task(run())

    async def close(self) -> None:
        await self.at(self.institution.close)


async def open_all(opened: Sequence[Opened]) -> None:
    """New databases are copies of one that is migrated once, which takes seconds."""
    with TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.sqlite3"
        for one in opened:
            if not one.home.database.exists():
                await migrate.migrate(f"sqlite://{empty}")  # there is nothing to do the second time
                one.home.folder.mkdir(parents=True, exist_ok=True)
                copied = one.home.database.with_suffix(".new")
                copyfile(empty, copied)
                copied.rename(one.home.database)
            await one.open()


async def found(opened: Sequence[Opened], say: Say) -> None:
    """Create what is not there yet; run again, it changes nothing."""
    for one in opened:
        await one.at(institutions.ensure_institution)
        await one.at(_take_pictures)
        missing = [p for p in one.home.members if not await one.at(_knows(p.handle))]
        for number, person in enumerate(missing, start=1):
            say(f"{one.home.institution.name}: member {number} of {len(missing)}")
            await one.at(_join(person))
        if missing:
            await one.at(_import_roster(one.home.members))
        for channel in people.CHANNELS:
            if channel.institution == one.home.institution.key:
                await one.at(_open_channel(channel))
    say("Pinning keys and setting trust, each with each")
    documents = {one.home.institution.key: await one.at(_institution_document) for one in opened}
    for one in opened:
        for other in opened:
            if other is not one:
                document = documents[other.home.institution.key]
                await one.at(_trust(document, other.home.institution.name))


async def _take_pictures() -> None:
    """From applications too: nobody in the demonstration has a patient."""
    await Setting.get_or_create(defaults={"value": "applications"}, name="pictures")


def _knows(handle: str) -> Callable[[], Awaitable[bool]]:
    return lambda: Actor.filter(local_handle=handle).exists()


def _join(person: people.Person) -> Callable[[], Awaitable[Any]]:
    new = members.NewMember(
        email=f"{person.handle}@{person.institution}.example",
        password=PASSWORD,
        handle=person.handle,
        name=person.name,
        role=Role(person.role),
        level=Level(int(person.level[1:])),
        profession=Profession(person.profession),
        stage=Stage(person.stage),
        specialties=list(person.specialties),
        jurisdiction="US-MN",
        is_public=True,
        pseudonym=person.pseudonym or None,
        has_mailbox=person.level != "L2",
    )

    async def work() -> None:
        member = await members.add_member(new)
        texts = {kind: text for kind, text, _ in person.says}
        readers = {kind: reader for kind, _, reader in person.says}
        await profiles.change(member, await members.speaking_as(member), texts, readers)

    return work


def _import_roster(there: list[people.Person]) -> Callable[[], Awaitable[None]]:
    """As the owner would import it, where there is one."""
    owners = [person.handle for person in there if person.role == "owner"]

    async def work() -> None:
        if not owners:
            return
        actor = await members.by_handle(owners[0])
        by = await Member.get(id=actor.member_id)
        content = rosters.table(there).encode()
        found = await importing.start(by, rosters.FILE, [content])
        if found.state is RosterState.MATCHING:
            await importing.match(by, found.id, found.mapping, found.profession)
        await checking.work_out(found.id)
        await importing.confirm(by, found.id, have_left=True)
        await applying.work_on(found.id)

    return work


def _open_channel(channel: people.Channel) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        if not await Actor.filter(local_handle=channel.handle).exists():
            moderator = await members.by_handle(channel.moderator)
            await channels.create_channel(channel.handle, channel.title, channel.summary, moderator)

    return work


async def _institution_document() -> dict[str, Any]:
    actor = await institutions.ensure_institution()
    return await actors.document(actor, trusted=False, now=datetime.now(UTC))


def _trust(document: dict[str, Any], name: str) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        host = host_of(document["id"], config.current().development)
        if await Relationship.filter(peer__host=host).exists():
            return  # what administrators made of it since holds
        peer = await peers.pin(document, name=name)
        await peers.set_active(peer, scopes=list(SCOPES), terms=_TERMS)

    return work
