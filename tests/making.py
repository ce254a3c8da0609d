"""Rows of any table, with whatever it asks for."""

from datetime import UTC, datetime
from enum import Enum
from itertools import count
from typing import Any

from tortoise import fields
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

_numbers = count(1)


async def make(model: type[Model], **given: Any) -> Any:
    """A row of `model`: `given`, and something that fits in every other column that needs it.

    What it hangs on is made as well.
    """
    values = dict(given)
    for name, field in model._meta.fields_map.items():
        if isinstance(field, ForeignKeyFieldInstance):
            source = field.source_field or f"{name}_id"
            if not field.null and name not in given and source not in given:
                values[source] = (await make(field.related_model)).pk
        elif name in given or name in _sources(model) or not _is_needed(field):
            continue
        else:
            values[name] = _something(field)
    row = model(**values)
    await row.save(force_create=True)
    times = {name: at for name, at in given.items() if isinstance(at, datetime)}
    if times:  # what fills itself in
        await model.filter(pk=row.pk).update(**times)
    return row


def _sources(model: type[Model]) -> set[str]:
    found = model._meta.fields_map.values()
    return {str(one.source_field) for one in found if isinstance(one, ForeignKeyFieldInstance)}


def _is_needed(field: Any) -> bool:
    if getattr(field, "has_db_field", True) is False or getattr(field, "generated", False):
        return False
    if getattr(field, "auto_now_add", False) or field.null:
        return False
    return field.default is None


def _something(field: Any) -> Any:
    enum = getattr(field, "enum_type", None)
    if enum is not None:
        return next(iter(enum)) if issubclass(enum, Enum) else enum
    if isinstance(field, fields.DatetimeField):
        return datetime.now(UTC)
    if isinstance(field, fields.DateField):
        return datetime.now(UTC).date()
    if isinstance(field, fields.BooleanField):
        return False
    if isinstance(field, fields.CharField):
        return f"{next(_numbers):06}x"[: field.max_length]
    if isinstance(field, fields.IntField | fields.BigIntField | fields.SmallIntField):
        return next(_numbers)
    if isinstance(field, fields.BinaryField) or "Bytes" in type(field).__name__:
        return b"some bytes"
    if "JSON" in type(field).__name__:
        return {}
    return f"text {next(_numbers)}"
