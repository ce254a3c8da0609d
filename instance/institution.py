"""One running institution: its settings, database, sealing key, events and way out.

The server, the worker and every command open one and make it current for their task.
"""

from contextvars import ContextVar
from importlib.metadata import version

from federation.client import Client
from federation.connections import Transport
from federation.errors import FederationError
from instance import config, metrics, sealed
from instance.commits import Commits
from instance.config import Config
from instance.database import Database
from instance.errors import CurbsideError
from instance.events import Bus
from instance.outbox import limits, remote, trust

_VERSION = version("curbside")

_current: ContextVar["Institution"] = ContextVar("curbside_institution")


class Institution:
    """Owns what must exist once per institution and process."""

    def __init__(self, settings: Config, transport: Transport | None = None) -> None:
        """`transport` replaces the network, in tests that join two institutions."""
        self.config = settings
        self.database = Database(settings.database_url)
        self.bus = Bus()
        self.commits = Commits()
        self.metrics = metrics.Metrics(_names_of(FederationError) | _names_of(CurbsideError))
        self._is_leaving = False
        self.client = Client(
            user_agent=f"Curbside/{_VERSION} (+{settings.origin})",
            development=settings.development,
            private_networks=settings.private_networks,
            trust=trust.DatabaseTrust(),
            transport=transport,
        )
        self.directory = remote.Directory(self.client)
        self.limits = limits.Limits(settings.web_processes)
        self.box = sealed.load_box(settings.data)

    async def open(self) -> None:
        """Connect, and make it current for the calling task. The tables must be there."""
        await self.database.open()
        self.activate()
        await self.bus.open()
        self.commits.open()

    def activate(self) -> None:
        """Make this institution the current one of the running task; never undone."""
        self.database.activate()  # each time: of a task that was started in a transaction it raises
        if _current.get(None) is self:
            return  # as of each request, whose task has it from the server's
        _current.set(self)
        config.use(self.config)
        sealed.use(self.box)
        self.bus.activate()
        self.commits.activate()
        self.metrics.activate()
        remote.use(self.directory)
        limits.use(self.limits)

    def leave(self) -> None:
        """From now on nobody new is to be sent here."""
        self._is_leaving = True

    def is_leaving(self) -> bool:
        return self._is_leaving or self.bus.closed

    async def close(self) -> None:
        await self.commits.close()
        await self.bus.close()
        await self.client.close()
        await self.database.close()


def _names_of(kind: type[Exception]) -> set[str]:
    return {kind.__name__}.union(*(_names_of(below) for below in kind.__subclasses__()))
