"""One running institution: its settings, database, sealing key, events and way out.

The server, the worker and every command open one and make it current for their task.
"""

from importlib.metadata import version

from federation.client import Client, Transport
from instance import config, sealed
from instance.commits import Commits
from instance.config import Config
from instance.database import Database
from instance.events import Bus
from instance.outbox import limits, remote, trust

_VERSION = version("curbside")


class Institution:
    """Owns what must exist once per institution and process."""

    def __init__(self, settings: Config, transport: Transport | None = None) -> None:
        """`transport` replaces the network, in tests that join two institutions."""
        self.config = settings
        self.database = Database(settings.database_url)
        self.bus = Bus()
        self.commits = Commits()
        self.client = Client(
            user_agent=f"Curbside/{_VERSION} (+{settings.origin})",
            development=settings.development,
            private_networks=settings.private_networks,
            trust=trust.DatabaseTrust(),
            transport=transport,
        )
        self.directory = remote.Directory(self.client)
        self.limits = limits.Limits()
        self.box = sealed.load_box(settings.data)

    async def open(self) -> None:
        """Connect, and make it current for the calling task. The tables must be there."""
        await self.database.open()
        self.activate()
        await self.bus.open()
        self.commits.open()

    def activate(self) -> None:
        """Make this institution the current one of the running task; never undone."""
        self.database.activate()
        config.use(self.config)
        sealed.use(self.box)
        self.bus.activate()
        self.commits.activate()
        remote.use(self.directory)
        limits.use(self.limits)

    async def close(self) -> None:
        await self.commits.close()
        await self.bus.close()
        await self.client.close()
        await self.database.close()
