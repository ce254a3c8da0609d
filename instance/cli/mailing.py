"""mails: what did not get out, why, and to try it again; as the page does."""

import click
import orjson

from instance.alert_words import MAIL_ERRORS, error_key
from instance.cli import running, trusting
from instance.services import mails
from instance.services.mails import Unsent

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group("mails")
def group() -> None:
    """Mails to administrators."""


@group.command("list")
@_json
def list_unsent(as_json: bool) -> None:
    """Those that were tried and did not get out."""
    found = running.run(mails.unsent)
    if as_json:
        click.echo(orjson.dumps([_fields(row) for row in found]).decode())
        return
    for row in found:
        what = "given up" if row.gave_up else "tried again"
        click.echo(f"{row.count} {what}, since {row.since:%Y-%m-%d %H:%M}: {_said(row)}")
    if not found:
        click.echo("No mail waits that was tried, and none was given up.")


@group.command()
@click.option("--as", "handle", required=True, metavar="HANDLE", help="Who decides.")
@_json
def retry(handle: str, as_json: bool) -> None:
    """Send again what was given up."""

    async def work() -> int:
        return await mails.send_again(await trusting.acting(handle))

    count = running.run(work)
    if as_json:
        click.echo(orjson.dumps({"count": count}).decode())
    else:
        click.echo(f"{count} {'mail is' if count == 1 else 'mails are'} tried again.")


def _said(row: Unsent) -> str:
    key = error_key(row.error)
    return f"the mail server {MAIL_ERRORS[key]}" if key else "not said"


def _fields(row: Unsent) -> dict[str, object]:
    return {
        "gave_up": row.gave_up,
        "count": row.count,
        "since": row.since.isoformat(),
        "error": row.error,
        "said": _said(row),
    }


COMMANDS = (group,)
