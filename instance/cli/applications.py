"""app list, app approve; token create: for administrators and scripts."""

import click
import orjson

from instance.cli import running
from instance.errors import NotFound
from instance.models import Application
from instance.services import authorizing, clients, members, scopes
from instance.services.authorizing import Issued

_NOBODY = "Nobody here has this handle."
_NO_APP = "No application here has this client id. `curbside app list` shows those that wait."
_ASKED_NOT = "This application did not ask for the scope `consults`: there is nothing to approve."


@click.group()
def app() -> None:
    """Applications that members let act for them."""


@app.command("list")
def list_waiting() -> None:
    """Those that asked for consults, approved or not, one line of JSON each."""
    for row in running.run(clients.waiting):
        said = {
            "client_id": row.client_id,
            "name": row.name,
            "redirect_uris": row.redirect_uris,
            "approved": row.approved_at is not None,
        }
        click.echo(orjson.dumps(said).decode())


@app.command("approve")
@click.argument("client_id")
@click.option("--as", "handle", required=True, metavar="OWNER", help="Who decides.")
@click.option("--off", is_flag=True, help="Take the approval back.")
def approve(client_id: str, handle: str, off: bool) -> None:
    """Let the application with CLIENT_ID read consults where its user may."""

    async def work() -> Application:
        by = await members.by_login(handle.strip().lower().removeprefix("@"))
        if by is None:
            raise click.ClickException(_NOBODY)
        asks = await clients.known(client_id)
        if asks is None:
            raise click.ClickException(_NO_APP)
        if scopes.CONSULTS not in asks.scopes:
            raise click.ClickException(_ASKED_NOT)
        return await clients.approve(by, client_id, approved=not off)

    name = running.run(work).name
    now = "may hold consults no more" if off else "may ask its users for consults from now on"
    click.echo(f"{name} {now}.")


@click.group()
def token() -> None:
    """Tokens for scripts."""


@token.command("create")
@click.option("--as", "handle", required=True, metavar="HANDLE", help="Whom it acts for.")
@click.option("--scopes", "wanted", required=True, help='Such as "read write:statuses".')
def create(handle: str, wanted: str) -> None:
    """Print a token, once, as JSON. It ends under the member's Account, Security."""

    asked = scopes.read(wanted)
    if not asked or (unknown := scopes.unknown(asked)):
        wrong = f"These are no scopes: {' '.join(unknown)}." if asked else "Say which scopes."
        raise click.ClickException(
            f"{wrong} With blanks between, some of: {' '.join(scopes.SCOPES)}"
        )

    async def work() -> Issued:
        try:
            actor = await members.by_handle(handle)
        except NotFound as error:
            raise click.ClickException(_NOBODY) from error
        if actor.member_id is None:
            raise click.ClickException("A token acts for a person, and this is a channel.")
        return await authorizing.issue_directly(actor, wanted)

    issued = running.run(work)
    said = {"access_token": issued.text, "scope": " ".join(issued.row.scopes)}
    click.echo(orjson.dumps(said).decode())


COMMANDS = (app, token)
