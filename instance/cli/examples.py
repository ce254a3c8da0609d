"""example: files for whoever runs a server, filled in with its own settings."""

import os
import re
import shlex
import sys
import textwrap
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from jinja2 import Environment, FunctionLoader, StrictUndefined

from instance.cli import running
from instance.config import Config

_FOLDER = files("instance") / "operating"
_SETTINGS = "settings.md"
_ROW = re.compile(r"\| `(?P<name>CURBSIDE_[A-Z_]+)` \| (?P<default>.*?) \| (?P<meaning>.*) \|")
_MAY_BE_SECRET = ("CURBSIDE_DATABASE", "CURBSIDE_SMTP_PASSWORD")
_HOMES = (("/", "home"), ("/", "root"))
# What proxies let through: the largest upload of all, and what an inbox takes.
BODY_MOST_MIB, INBOX_MOST_KIB = 42, 512
_OF_A_LISTEN = re.compile(r"[A-Za-z0-9.:\[\]-]+:\d{1,5}")

# Name -> file and what it is, in the order in which somebody needs them.
EXAMPLES = {
    "env": (_SETTINGS, "all settings, for /etc/curbside/curbside.env"),
    "systemd": ("curbside.service", "the server, with its worker inside"),
    "systemd-socket": ("curbside.socket", "where it listens: no request fails at a restart"),
    "systemd-web": ("curbside-web@.service", "one of several servers on PostgreSQL, by port"),
    "systemd-web-socket": ("curbside-web@.socket", "where each of them listens"),
    "systemd-worker": ("curbside-worker.service", "a worker beside them"),
    "systemd-backup": ("curbside-backup.service", "a backup, looked at when it is made"),
    "systemd-backup-timer": ("curbside-backup.timer", "that backup every night"),
    "caddy": ("Caddyfile", "TLS in front of it, with Caddy"),
    "nginx": ("nginx.conf", "TLS in front of it, with nginx"),
    "alerts": ("alerts.yml", "what is worth waking somebody for, for Prometheus"),
}


@click.command()
@click.argument("name", required=False, type=click.Choice(tuple(EXAMPLES)))
@click.option("--user", default="curbside", show_default=True, help="Whom the server runs as.")
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="HOST:PORT",
    help="For a proxy: where a server listens, as often as there are. Else CURBSIDE_LISTEN.",
)
def example(name: str | None, user: str, upstreams: Sequence[str]) -> None:
    """Print an example for running a server: a systemd unit, a proxy, all settings.

    It is filled in with the settings of this server (CURBSIDE_...), and its first line says where
    it goes. Without NAME: which there are.
    """
    if name is None:
        for one, (_, what) in EXAMPLES.items():
            click.echo(f"{one:20} {what}")
        return
    for one in upstreams:
        if not _OF_A_LISTEN.fullmatch(one):
            raise click.BadParameter(f"{one}: write it as HOST:PORT, e.g. 127.0.0.1:8001")
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user):
        raise click.BadParameter("give the name of a user of this machine", param_hint="--user")
    config = running.settings()
    if name == "env":
        click.echo(environment(), nl=False)
    else:
        click.echo(filled_in(EXAMPLES[name][0], config, user, upstreams), nl=False)


def filled_in(file: str, config: Config, user: str, upstreams: Sequence[str]) -> str:
    """Square brackets, because every one of these files has its own use for braces."""
    environment = Environment(
        loader=FunctionLoader(lambda name: (_FOLDER / name).read_text()),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (no HTML)
    )
    return environment.get_template(file).render(_values(config, user, upstreams))


def _values(config: Config, user: str, upstreams: Sequence[str]) -> dict[str, Any]:
    data, program = config.data, Path(sys.executable).with_name("curbside")
    listen = f"{config.listen_host}:{config.listen_port}"
    if ":" in config.listen_host:
        listen = f"[{config.listen_host}]:{config.listen_port}"
    return {
        "host": config.host,
        "host_name": urlsplit(config.origin).hostname,
        "origin": config.origin,
        "media_host": urlsplit(config.media_origin).hostname or "",
        "listen": listen,
        "upstreams": list(upstreams) or [listen],
        "user": user,
        "program": _of_unit(program),
        "data": _of_unit(data),
        "state": data.name if data.parent == Path("/var/lib") else "",
        "in_home": any(place.parts[:2] in _HOMES for place in (data, program)),
        "body_most": BODY_MOST_MIB,
        "inbox_most": INBOX_MOST_KIB,
    }


def _of_unit(path: Path) -> str:
    """As a unit of systemd has it."""
    text = str(path).replace("%", "%%")
    return f'"{text}"' if " " in text else text


def environment() -> str:
    """A file as systemd reads it: what is set here, and all else with its default. Passwords are
    not printed: where one belongs stands PASSWORD."""
    lines = ["# /etc/curbside/curbside.env: root's, mode 0600. One setting a line."]
    for row in rows():
        lines += ["", *textwrap.wrap(row["meaning"].replace("`", ""), 96, **_COMMENT)]
        default = row["default"].replace("`", "")
        value = os.environ.get(row["name"], "")
        if value:
            lines.append(f"{row['name']}={_quoted(_without_password(row['name'], value))}")
        else:
            lines.append(f"#{row['name']}=" + ("" if " " in default or "(" in default else default))
    return "\n".join(lines) + "\n"


_COMMENT: dict[str, Any] = {"initial_indent": "# ", "subsequent_indent": "# "}


def rows() -> list[dict[str, str]]:
    """`name`, `default` and `meaning` of each setting, as the table in README.md has them."""
    text = (_FOLDER / _SETTINGS).read_text()
    return [match.groupdict() for match in _ROW.finditer(text)]


def _without_password(name: str, value: str) -> str:
    if name == "CURBSIDE_DATABASE":
        return re.sub(r"(?<=://)([^:/@]*):[^@]*@", r"\1:PASSWORD@", value)
    return "PASSWORD" if name in _MAY_BE_SECRET else value


def _quoted(value: str) -> str:
    """systemd takes quotes of a shell, and backslashes in double ones."""
    return (
        shlex.quote(value) if "'" not in value else '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'
    )


COMMANDS = (example,)
