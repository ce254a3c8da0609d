import re
from pathlib import Path

import pytest
from tortoise.exceptions import FieldError
from tortoise.filters import get_filters_for_field

from instance.models import Actor
from instance.models.unasked import COMPARISONS
from tests.houses import House
from tests.test_layers import ROOT, modules

_KNOWN = {key.partition("__")[2] for key in get_filters_for_field("a", None, "a")} - {""}


def _compared(files: list[Path]) -> set[str]:
    """`name__in=`, `"{name}__lt"`."""
    pattern = re.compile(rf"\w__({'|'.join(_KNOWN)})\b|}}__({'|'.join(_KNOWN)})\b")
    return {
        one or other for file in files for one, other in pattern.findall(file.read_text("utf-8"))
    }


def test_every_comparison_that_a_query_makes_is_known() -> None:
    used = _compared(list(modules().values()))

    assert used and used <= COMPARISONS
    assert COMPARISONS <= used | _compared(list((ROOT / "tests").rglob("*.py")))


async def test_a_comparison_that_nobody_makes_is_refused_like_an_unknown_field(
    mercy: House,
) -> None:
    async def ask() -> None:
        await Actor.filter(created_at__year=2026)

    with pytest.raises(FieldError, match="created_at__year"):
        await mercy.at(ask)
