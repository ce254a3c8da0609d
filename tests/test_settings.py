"""What can be set is in the README's table, and nothing else is."""

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from instance.config import Config
from instance.errors import BadSettings

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\|\s*`(CURBSIDE_[A-Z_]+)`", re.MULTILINE)
ENVIRONMENT = {"environ", "environb", "getenv"}
# Config.from_env takes a mapping; somebody has to hand it the real one. The demonstration gives
# its three servers an environment each.
READS_THE_ENVIRONMENT = (
    *("instance/config.py", "instance/cli", "instance/demo"),
    "instance/backups/postgres_dump.py",  # hands it on to the programs of PostgreSQL
)


class Asked(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def settings() -> set[str]:
    asked = Asked()
    with suppress(BadSettings):
        Config.from_env(asked)
    return asked.names


def documented(readme: str) -> list[str]:
    """The first cells of the table."""
    return ROW.findall(readme)


def uses_environment(source: str) -> bool:
    return any(_reads(node) for node in ast.walk(ast.parse(source)))


def _reads(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr=name):
            return name in ENVIRONMENT
        case ast.ImportFrom(module="os", names=names):
            return any(alias.name in ENVIRONMENT for alias in names)
    return False


def test_the_readme_lists_every_setting_once_and_no_other() -> None:
    rows = documented((ROOT / "README.md").read_text())

    assert settings() >= {"CURBSIDE_ORIGIN", "CURBSIDE_DATA", "CURBSIDE_LOOPBACK_PEERS"}
    assert sorted(rows) == sorted(settings())


def test_the_readme_and_the_command_say_the_same_of_each_setting() -> None:
    table = (ROOT / "instance/operating/settings.md").read_text()

    assert table in (ROOT / "README.md").read_text()


def test_every_setting_has_our_prefix() -> None:
    assert all(name.startswith("CURBSIDE_") for name in settings())


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        name
        for package in ("federation", "instance")
        for file in sorted((ROOT / package).rglob("*.py"))
        if uses_environment(file.read_text())
        and not (name := str(file.relative_to(ROOT))).startswith(READS_THE_ENVIRONMENT)
    ]

    assert readers == []


def test_a_reader_of_the_environment_is_found() -> None:
    assert uses_environment("import os\nx = os.environ.get('A')")
    assert uses_environment("import os\nx = os.getenv('A')")
    assert uses_environment("from os import environ")
    assert not uses_environment("def f(environ): return environ['A']")
