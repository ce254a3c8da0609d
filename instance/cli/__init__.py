"""`curbside`: run a server, and what administrators and scripts do from a shell.

A command loads what it needs when it is asked for: a server, which is what starts most, no other.
"""

import gc
from importlib import import_module

import click

# The modules of each: the first has it in its `COMMANDS`, others put more below it.
_MODULES = {
    **{name: ("serving",) for name in ("serve", "worker")},
    **{name: ("joining",) for name in ("invite", "channel")},
    "member": ("joining", "portability"),
    "roster": ("rosters",),
    "keys": ("keys",),
    **{name: ("posting",) for name in ("post", "follow")},
    "trust": ("trusting", "health", "host_lists"),
    "audit": ("auditing",),
    "mails": ("mailing",),
    **{name: ("applications",) for name in ("app", "token")},
    "close": ("closing",),
    "doctor": ("doctor",),
    "registry": ("registries",),
    "retention": ("retention",),
    "sso": ("signing_on",),
    "phi": ("phi",),
    "example": ("examples",),
    "status": ("status",),
    "migrate": ("upgrading",),
    "move-database": ("moving",),
    **{name: ("backups",) for name in ("backup", "restore")},
    "demo": ("demonstrating",),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            for command in _load(_MODULES.get(cmd_name, ())):
                self.add_command(command)
        return super().get_command(ctx, cmd_name)


def _load(names: tuple[str, ...]) -> list[click.Command]:
    """To look through what is loaded for what may go takes a tenth of a start each time, and finds
    less than 1 MiB: all of it stays."""
    gc.disable()
    try:
        modules = [import_module(f"instance.cli.{name}") for name in names]
    finally:
        gc.freeze()
        gc.enable()
    return [command for module in modules for command in module.COMMANDS]


@click.group(cls=_Commands, context_settings={"max_content_width": 120})
@click.version_option(package_name="curbside")
def main() -> None:
    """A federated forum for physicians."""
