"""`curbside`: run a server, and what administrators and scripts do from a shell."""

import click

from instance.cli import demonstrating, joining, keys, posting, serving


@click.group()
@click.version_option(package_name="curbside")
def main() -> None:
    """A federated forum for physicians."""


for command in (
    *serving.COMMANDS,
    *joining.COMMANDS,
    *keys.COMMANDS,
    *posting.COMMANDS,
    *demonstrating.COMMANDS,
):
    main.add_command(command)
