"""Let time pass for institutions in a test: everything they remember is so much older."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tortoise import Model

from instance.models import Actor, Peer, RemoteStatusList, Standing, StatusList
from tests.houses import House

_TIMES: dict[type[Model], tuple[str, ...]] = {
    Actor: ("fetched_at",),
    Peer: ("lists_due_at", "lists_failing_since", "silent_since", "pinned_at"),
    RemoteStatusList: ("fetched_at", "valid_from", "valid_until"),
    Standing: ("due_at",),
    StatusList: ("signed_at",),
}


async def minutes_pass(minutes: int, *houses: House) -> None:
    """What concerns standing, and how old what was fetched is; signatures and consults stay."""
    for house in houses:
        await house.at(_age, timedelta(minutes=minutes))
        fetched = house.institution.directory._fetched
        for uri, one in fetched.items():
            fetched[uri] = replace(one, at=one.at - timedelta(minutes=minutes))


async def _age(by: timedelta) -> None:
    for model, names in _TIMES.items():
        for row in await model.all():
            old: dict[str, Any] = {name: getattr(row, name) for name in names}
            aged = {name: at - by for name, at in old.items() if at is not None}
            if aged:
                await model.filter(pk=row.pk).update(**aged)
