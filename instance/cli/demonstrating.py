"""demo."""

import asyncio
from pathlib import Path

import click

from instance import logs
from instance.config import is_loopback_pair
from instance.demo.supervisor import Demonstration
from instance.demo.world import DEFAULT_PORTS


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path.home() / ".curbside-demo",
    show_default=True,
    help="Where its data stays between runs.",
)
@click.option("--ports", default=",".join(map(str, DEFAULT_PORTS)), show_default=True)
@click.option("--fresh", is_flag=True, help="Forget the data of earlier runs.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="JSON, once all three answer.")
@click.option("--peer", "peers", multiple=True, metavar="HOST:PORT", help="Another server here.")
def demo(
    folder: Path, ports: str, fresh: bool, ready_file: Path | None, peers: tuple[str, ...]
) -> None:
    """Two hospitals and a society on this machine, with people who talk."""
    logs.set_up("warning")
    for peer in peers:
        if not is_loopback_pair(peer):
            raise click.BadParameter(f"{peer} is not on this machine, e.g. 127.0.0.1:9000")
    demonstration = Demonstration(folder.resolve(), _ports(ports), peers, ready_file)
    demonstration.require_free_ports()
    if fresh:
        demonstration.start_anew()
    else:
        demonstration.require_own_data()
    asyncio.run(demonstration.run())


def _ports(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    found = tuple(int(part) for part in parts if part.isdecimal())
    is_three = len(parts) == len(set(found)) == len(DEFAULT_PORTS)
    if not is_three or not all(0 < port < 65536 for port in found):
        raise click.BadParameter("give three different ports, e.g. 8101,8102,8103")
    return found


COMMANDS = (demo,)
