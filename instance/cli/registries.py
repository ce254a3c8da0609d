"""registry: public registers of physicians, against which members' numbers are looked up."""

from pathlib import Path

import click

from instance.cli import running
from instance.models import RegistryImport
from instance.services.registry import importing
from instance.services.registry.importing import NPPES, Source, Wanted


@click.group()
def registry() -> None:
    """Registers of physicians: import one each month, and see which there are."""


@registry.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source",
    type=click.Choice([one.value for one in Source]),
    required=True,
    help="nppes: the file of the United States. list: number, name, jurisdiction, status.",
)
@click.option("--name", default="", help="What a list is called here, such as gmc.")
@click.option("--jurisdiction", default="", help="Of a list without that column: GB, IE, CA-ON.")
@click.option("--anyway", is_flag=True, help="Also where it is older, or many are missing.")
def bring(file: Path, source: str, name: str, jurisdiction: str, anyway: bool) -> None:
    """Import FILE: a table with headings as .csv, .csv.gz, or the .zip as NPPES ships it.

    The former file counts until all of FILE is read. If this ends early, the same command goes on
    from there. Whoever gave a number is then looked up again: a number that is out of use, or under
    another name now, confirms nobody any more.
    """
    kind = Source(source)
    if kind is Source.LIST and not name:
        raise click.UsageError("Say what this list is called: --name gmc.")
    register = NPPES if kind is Source.NPPES else name
    if kind is Source.LIST and register == NPPES:
        raise click.UsageError("Call the list otherwise: nppes is the file of the United States.")
    wanted = Wanted(kind, register, jurisdiction.upper(), anyway)
    with click.progressbar(length=max(1, file.stat().st_size), label="Reading") as bar:

        def told(done: int, whole: int) -> None:
            bar.update(min(done, whole) - bar.pos)

        found = running.run(lambda: importing.bring(file, wanted, told))
    click.echo(_said(found))


@registry.command()
def status() -> None:
    """Which registers there are, since when, and what was begun."""

    async def look() -> tuple[list[RegistryImport], list[RegistryImport]]:
        return await importing.current(), await importing.begun()

    found, begun = running.run(look)
    for one in found:
        click.echo(_said(one))
    for one in begun:
        click.echo(
            f"{one.register}: {one.file} is half read, {one.position:,} rows. "
            "Give the same command again."
        )
    if not found and not begun:
        click.echo("No register is imported yet.")


def _said(found: RegistryImport) -> str:
    since = f", since {found.loaded_at:%Y-%m-%d}" if found.loaded_at else ""
    newest = f", newest change {found.newest}" if found.newest else ""
    refused = f", {found.refused:,} rows that cannot be read" if found.refused else ""
    return (
        f"{found.register}: {found.file}, {found.people:,} people, {found.numbers:,} numbers"
        f"{refused}{newest}{since}"
    )


COMMANDS = (registry,)
