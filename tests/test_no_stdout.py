"""Nothing is written past the log: standard output belongs to the commands.

What a server prints ends in somebody's journal, and no rule about ids and hosts guards it there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    str(file.relative_to(ROOT))
    for package in ("federation", "instance")
    for file in (ROOT / package).rglob("*.py")
)
MAY_ECHO = ("instance/cli", "instance/demo/")
CALLS = {"print", "pprint", "pp", "breakpoint", "input"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


def written(source: str, *, echo: bool) -> list[str]:
    """`line: what` for each way to a standard stream; `echo` lets click.echo pass."""
    return [
        f"{getattr(node, 'lineno', 0)}: {name}"
        for node in ast.walk(ast.parse(source))
        for name in _ways(node)
        if not (echo and name in {"click.echo", "click.secho"})
    ]


def _ways(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in CALLS | {"echo", "secho"}:
            yield name
        case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in STREAMS:
            yield f"sys.{name}"
        case ast.Attribute(value=ast.Name(id="click"), attr=("echo" | "secho") as name):
            yield f"click.{name}"
        case ast.Attribute(value=ast.Name(id="traceback"), attr=name) if name.startswith("print"):
            yield f"traceback.{name}"
        case ast.ImportFrom(module="sys", names=names):
            yield from (f"sys.{alias.name}" for alias in names if alias.name in STREAMS)


def test_no_module_writes_to_a_standard_stream() -> None:
    found = {
        file: written((ROOT / file).read_text(), echo=file.startswith(MAY_ECHO)) for file in FILES
    }
    assert FILES and {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "import sys\nsys.stdout.write('x')",
        "import sys\nout = sys.stderr",
        "from sys import stdout",
        "from pprint import pprint\npprint({})",
        "import traceback\ntraceback.print_exc()",
        "from click import echo\necho('x')",
    ],
)
def test_a_write_is_found_everywhere(source: str) -> None:
    assert written(source, echo=True)


def test_click_echo_is_for_the_commands() -> None:
    source = "import click\nclick.echo('ready')"

    assert written(source, echo=True) == []
    assert written(source, echo=False) == ["2: click.echo"]
