"""`curbside`: run a server, and what administrators and scripts do from a shell."""

import click

from instance.cli import (
    applications,
    auditing,
    closing,
    demonstrating,
    doctor,
    examples,
    health,
    host_lists,
    joining,
    keys,
    mailing,
    moving,
    phi,
    portability,
    posting,
    registries,
    retention,
    rosters,
    serving,
    signing_on,
    status,
    trusting,
    upgrading,
)


@click.group()
@click.version_option(package_name="curbside")
def main() -> None:
    """A federated forum for physicians."""


_OPERATING = (
    *(serving, joining, rosters, keys, posting, trusting, health, host_lists, auditing, mailing),
    *(applications, closing, doctor, portability, registries, retention, signing_on, phi),
    *(examples, status, upgrading, moving),
)
for module in (*_OPERATING, demonstrating):
    for command in module.COMMANDS:
        main.add_command(command)
