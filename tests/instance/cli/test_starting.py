"""The command starts by itself: what it imports first is not what the server imports first."""

import pkgutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from quart import Quart

from instance import cli
from instance.cli import main
from instance.web.rules import MatchedRule


def test_the_command_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "instance", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


def test_each_command_is_found_by_its_name_and_none_is_left_out() -> None:
    modules = [
        import_module(f"instance.cli.{one.name}") for one in pkgutil.iter_modules(cli.__path__)
    ]
    written = {each.name for module in modules for each in getattr(module, "COMMANDS", ())}
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}

    assert {name: command.name for name, command in found.items() if command} == {
        name: name for name in written
    }
    assert main.get_command(context, "nonsense") is None


@cache
def loaded_by_a_server() -> frozenset[str]:
    """The modules there are before anybody asks it for anything."""
    script = (
        "import click, sys; from instance.cli import main\n"
        "main.get_command(click.Context(main), 'serve')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return frozenset(done.stdout.split())


def test_a_server_loads_no_other_command() -> None:
    beside = {"instance.cli.connections", "instance.cli.metrics_listener", "instance.cli.running"}
    found = {name for name in loaded_by_a_server() if name.startswith("instance.cli.")}
    assert found == {"instance.cli.serving", *beside}
    assert "instance.demo" not in loaded_by_a_server()


_FOR_FEW = ("PIL", "joserfc", "segno", "webauthn", "instance.phi.names")
_FOR_UPGRADES = ("instance.migrate", "tortoise.migrations", "instance.backups.restoring")


@pytest.mark.parametrize("package", [*_FOR_FEW, *_FOR_UPGRADES])
def test_a_server_starts_without_what_few_requests_need(package: str) -> None:
    assert package not in loaded_by_a_server()


async def test_an_address_is_made_of_a_rule_when_one_is_asked_for() -> None:
    app = Quart(__name__)
    app.url_rule_class = MatchedRule

    @app.get("/wards/<int:number>")
    async def ward(number: int) -> str:
        return str(number)

    async with app.test_request_context("/"):
        assert app.url_for("ward", number=7, bed=3) == "/wards/7?bed=3"
    assert await (await app.test_client().get("/wards/7")).get_data() == b"7"


def test_a_folder_that_is_not_there_is_named_by_each_command_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a name that was written wrongly, or a disk that is not mounted."""
    wrong = tmp_path / "not" / "mounted"
    settings = {"ORIGIN": "https://mercy.example", "NAME": "Mercy", "DATA": str(wrong)}
    for name, value in settings.items():
        monkeypatch.setenv(f"CURBSIDE_{name}", value)
    monkeypatch.delenv("CURBSIDE_DATABASE", raising=False)
    for command in (["retention"], ["doctor"], ["backup", "difference"], ["trust", "list"]):
        ended = CliRunner().invoke(main, command)
        assert ended.exit_code == 1 and "is CURBSIDE_DATA right?" in ended.output, command
        assert isinstance(ended.exception, SystemExit)
    assert not wrong.exists()
