"""How results are printed: what, against what, the ratio, and floor and goal of the table."""

from collections.abc import Sequence
from statistics import median


def spread(values: Sequence[float], unit: str = "") -> str:
    """Median, and from which to which of the rounds."""
    return f"{_short(median(values))}{unit} (rounds {_short(min(values))} to {_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def line(label: str, value: str) -> None:
    print(f"  {label:<58}{value}")


def ratio(name: str, what: str, values: Sequence[float], floor: str, goal: str) -> None:
    """`values`: one ratio per round, each of two figures taken right after each other."""
    print(f"{name}  {what}: {spread(values)}   floor {floor}, goal {goal}")
