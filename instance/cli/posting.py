"""post, follow: what the web forms do, for scripts and bots. They print the id as JSON."""

import click
import orjson

from instance import html
from instance.cli import running
from instance.models import Follow, Post
from instance.services import channels, follows, members, posting

_TITLE = 120


@click.command()
@click.option("--as", "handle", required=True, metavar="HANDLE", help="Who posts.")
@click.option("--channel", "slug", metavar="NAME", help="A channel here, or name@host.")
@click.option("--title", help="Left out: the first line of TEXT.")
@click.argument("text")
def post(handle: str, slug: str | None, title: str | None, text: str) -> None:
    """Post TEXT (Markdown), to a channel or to those who follow HANDLE."""

    async def work() -> Post:
        author = await members.by_handle(handle)
        group = await channels.by_slug(slug) if slug else None
        first_line = text.strip().partition("\n")[0]
        heading = title or html.plain(html.from_markdown(first_line), _TITLE)
        return await posting.start_thread(author, group, heading, text)

    made = running.run(work)
    click.echo(orjson.dumps({"id": str(made.id), "uri": made.uri}).decode())


@click.command()
@click.option("--as", "handle", required=True, metavar="HANDLE", help="Who follows.")
@click.argument("target")
def follow(handle: str, target: str) -> None:
    """Follow TARGET: @name@host, @name, or a URL."""

    async def work() -> Follow:
        return await follows.follow_address(await members.by_handle(handle), target)

    made = running.run(work)
    state = made.state.value
    click.echo(orjson.dumps({"id": str(made.id), "uri": made.uri, "state": state}).decode())


COMMANDS = (post, follow)
