"""What a kind of thing is that goes when it had its time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

NOW = timedelta(0)
HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Kind:
    """Rows that go when they had their time.

    `since`: the column that `kept` counts from; with `kept` of nothing, the one that holds the end.
    `rows`: those of which that lies before a moment. `why`: a reason, or the rule it stands in.
    `also`: tables whose rows go with them. `setting`: the one by which owners decide how many days.
    `purge`: what deletes them, where a DELETE of the rows is not all; it is given the present
    moment and how long they are kept. `due`: how many there are, where `rows` cannot say. `lives`:
    how long something is there in all, where `since` holds the end.
    """

    name: str
    model: type[Model]
    since: str
    kept: timedelta
    why: str
    rows: Callable[[datetime], QuerySet[Any]]
    also: tuple[type[Model], ...] = ()
    setting: str = ""
    purge: Callable[[datetime, timedelta], Awaitable[object]] | None = None
    due: Callable[[datetime, timedelta], Awaitable[int]] | None = None
    every: timedelta = HOURLY
    lives: timedelta = NOW


def older(model: type[Model], since: str, *some: Q) -> Callable[[datetime], QuerySet[Any]]:
    """Rows of `model`, and of them `some`, of which `since` lies before a moment."""
    return lambda before: model.filter(*some, **{f"{since}__lt": before})
