"""The checks that can be taken out are there; `python -m tests.removals` takes them out."""

import ast
from functools import cache
from pathlib import Path

from tests.removals import CATALOGUE

ROOT = Path(__file__).parent.parent
NUMBERS = (*range(1, 74), *range(75, 88))
ATTACKS = {f"T{number:02}" for number in NUMBERS}


@cache
def text(file: str) -> str:
    return (ROOT / file).read_text()


@cache
def functions_in(file: str) -> set[str]:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in ast.parse(text(file)).body if isinstance(node, functions)}


def test_every_attack_has_a_check_that_can_be_taken_out() -> None:
    assert {entry.threat for entry in CATALOGUE} == ATTACKS


def test_no_check_is_listed_twice() -> None:
    assert len(CATALOGUE) == len({(entry.threat, entry.what) for entry in CATALOGUE})


def test_every_check_that_can_be_taken_out_is_there_once() -> None:
    for entry in CATALOGUE:
        assert text(entry.file).count(entry.taken_out) == 1, f"{entry.threat}: {entry.what}"
        file, _, name = entry.noticed_by.partition("::")
        assert name.partition("[")[0] in functions_in(file), f"{entry.threat}: {entry.what}"
