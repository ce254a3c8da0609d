"""What every command needs: the settings, the institution, and errors in words."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from instance import logs, migrated, outages
from instance.backups import BackupRefused, unfinished
from instance.config import Config
from instance.errors import BadSettings, CurbsideError, FormRefused, NotFound
from instance.institution import Institution
from instance.moving import mark
from instance.outages import Outage
from instance.services import institutions

T = TypeVar("T")

log = logging.getLogger(__name__)


def settings() -> Config:
    """From the environment; a wrong one ends the command with one line per setting."""
    try:
        config = Config.from_env(os.environ)
    except BadSettings as error:
        raise click.ClickException(error.shown) from error
    logs.set_up(config.log_level, config.log_format)
    return config


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` beside a server or without one, its institution being the current one."""
    config = settings()
    scheme, _, file = config.database_url.partition("://")
    if scheme == "sqlite" and not Path(file).parent.is_dir():
        raise click.ClickException(
            f"{Path(file).parent} is not there, or no folder: is CURBSIDE_DATA right? A new server"
            " is made by: curbside serve"
        )

    async def with_institution() -> T:
        await require_migrated(config)
        institution = Institution(config)
        await institution.open()
        try:
            await institutions.ensure_institution()
            return await work()
        finally:
            await institution.close()

    try:
        return asyncio.run(with_institution())
    except NotFound as error:
        raise click.ClickException(
            "Nothing by that name is here. Check the handle and the channel."
        ) from error
    except FormRefused as error:
        raise click.ClickException(" ".join(error.fields.values())) from error
    except CurbsideError as error:
        raise click.ClickException(error.shown) from error


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Again each second where the database is away: it may start later than we do."""
    while True:
        try:
            return await work()
        except Exception as error:
            if outages.of(error) is not Outage.GONE:
                raise
            log.error("not started", exc_info=error)
        await asyncio.sleep(1)


def open_new(file: str) -> BinaryIO:
    """For what nobody else may read; a file that is there is never written over."""
    try:
        descriptor = os.open(Path(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    return os.fdopen(descriptor, "wb")


async def require_migrated(config: Config) -> None:
    """SQLite is brought up to date here, after a copy; PostgreSQL waits for its operator. Of a
    backup that is half restored nothing is served."""
    try:
        unfinished.require_ended(config)
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error
    require_not_moved(config)
    with refusals():
        if await migrated.is_of_this_version(config.database_url):
            return
        migrate = import_module("instance.migrate")
        names = await migrate.pending(config.database_url)
        if not config.database_url.startswith("sqlite:"):
            raise click.ClickException(
                f"The database is older than this version ({len(names)} migrations). See what"
                " would be done: curbside migrate --plan. Then run: curbside migrate"
            )
        await migrate.migrate(config.database_url)


def require_not_moved(config: Config) -> None:
    """Whoever served from a file that was moved would write what PostgreSQL never sees."""
    scheme, _, file = config.database_url.partition("://")
    if scheme == "sqlite" and (said := mark.read(Path(file))):
        raise click.ClickException(said.rstrip())


@contextmanager
def refusals() -> Iterator[None]:
    """Of a database that cannot be migrated: in words."""
    try:
        yield
    except migrated.MigrationRefused as error:
        text = str(error)
        raise click.ClickException(f"{text[0].upper()}{text[1:]}.") from error
