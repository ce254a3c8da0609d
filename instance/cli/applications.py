"""app list, app approve; token create: for administrators and scripts."""

import click
import orjson

from instance.cli import running
from instance.models import Application
from instance.services import authorizing, clients, members
from instance.services.authorizing import Issued


@click.group()
def app() -> None:
    """Applications that members let act for them."""


@app.command("list")
def list_waiting() -> None:
    """Those that asked for consults, one line of JSON each."""
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
            raise click.ClickException("Nobody here has this handle.")
        return await clients.approve(by, client_id, approved=not off)

    name = running.run(work).name
    click.echo(f"{name} may hold consults{' no more' if off else ''}.")


@click.group()
def token() -> None:
    """Tokens for scripts."""


@token.command("create")
@click.option("--as", "handle", required=True, metavar="HANDLE", help="Whom it acts for.")
@click.option("--scopes", "wanted", required=True, help='Such as "read write:statuses".')
def create(handle: str, wanted: str) -> None:
    """Print a token, once, as JSON. It ends under the member's Account, Security."""

    async def work() -> Issued:
        actor = await members.by_handle(handle)
        if actor.member_id is None:
            raise click.ClickException("A token acts for a person.")
        return await authorizing.issue_directly(actor, wanted)

    issued = running.run(work)
    said = {"access_token": issued.text, "scope": " ".join(issued.row.scopes)}
    click.echo(orjson.dumps(said).decode())


COMMANDS = (app, token)
