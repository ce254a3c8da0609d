"""Imported before the first model: what Tortoise makes of every field and none of ours asks for.

It looks through the source of each model for comments on its fields (`#:`), and there are none: a
seventh of the time in which a process of ours starts. And it knows thirty ways to compare a field,
of which a dozen are used: the others, of a thousand fields, would take 7 MiB. One that is not
among `COMPARISONS` is refused like a field that is not there.
"""

from typing import Any

from tortoise import models
from tortoise.fields.base import Field
from tortoise.filters import FilterInfoDict, get_filters_for_field

_LESS_OR_MORE = ("lt", "lte", "gt", "gte")
_TEXTS = ("contains", "startswith", "iexact")
COMPARISONS = {"not", "in", "not_in", "isnull", "not_isnull", *_LESS_OR_MORE, *_TEXTS}


def _no_comments(cls: type[models.Model]) -> dict[str, str]:
    return {}


def _those_asked_for(
    field_name: str, field: Field[Any] | None, source_field: str
) -> dict[str, FilterInfoDict]:
    return {
        key: known
        for key, known in get_filters_for_field(field_name, field, source_field).items()
        if key == field_name or key.removeprefix(f"{field_name}__") in COMPARISONS
    }


models._get_comments = _no_comments
models.get_filters_for_field = _those_asked_for  # type: ignore[attr-defined]
