"""sso set, sso check, sso switch."""

from pathlib import Path

import click

from instance.cli import running
from instance.oidc import OidcRefused, Provider
from instance.services.single_sign_on import providers
from instance.sign_on_words import PROBLEMS


@click.group()
def sso() -> None:
    """The hospital's own sign-in (OpenID Connect)."""


@sso.command("set")
@click.option("--issuer", help="The address that the provider calls its issuer, to the letter.")
@click.option("--client-id")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the client secret alone: on the command line others could read it.",
)
@click.option("--scopes", help="Further ones, with blanks between them.")
@click.option("--key-claim", help="The claim with the staff number of the roster.")
@click.option("--email-claim", help="The claim with the e-mail, where no number is named.")
@click.option("--affiliation-claim", help="The claim with the affiliation or groups.")
@click.option("--affiliation", "affiliations", multiple=True, help="One of these must be said.")
@click.option("--factor", "factors", multiple=True, help="A value of amr or acr: a second step.")
def set_provider(
    secret_file: Path | None,
    affiliations: tuple[str, ...],
    factors: tuple[str, ...],
    **lines: str | None,
) -> None:
    """Name the provider. What is left out stays as it is; lists are replaced as a whole."""
    typed = {name: value for name, value in lines.items() if value is not None}
    typed |= {"client_secret": secret_file.read_text().strip()} if secret_file else {}
    typed |= {"affiliations": "\n".join(affiliations)} if affiliations else {}
    typed |= {"factors": "\n".join(factors)} if factors else {}

    async def work() -> bool:
        before = providers.as_typed(await providers.named())
        return (await providers.change(None, {**before, **typed})).is_on

    is_on = running.run(work)
    click.echo("Saved. It is in use." if is_on else "Saved. Next: curbside sso check")


@sso.command("check")
def check() -> None:
    """Ask the provider for all that a sign-in needs, and say what is wrong."""
    found = running.run(_tried)
    click.echo(f"In order: {found.issuer} answers, shows its keys and knows this server.")


@sso.command("switch")
@click.argument("state", type=click.Choice(["on", "off"]))
def switch(state: str) -> None:
    """Let people sign in through it, once it is in order; or no longer."""

    async def work() -> None:
        try:
            await providers.switch(None, is_on=state == "on")
        except OidcRefused as refused:
            raise click.ClickException(PROBLEMS[refused.code]) from refused

    running.run(work)
    click.echo(f"The hospital's own sign-in is {state}.")


async def _tried() -> Provider:
    try:
        return await providers.check()
    except OidcRefused as refused:
        raise click.ClickException(PROBLEMS[refused.code]) from refused


COMMANDS = (sso,)
