"""Imported before the first model.

Tortoise looks through the source of each model for comments on its fields (`#:`), and there are
none: a seventh of the time in which a process of ours starts.
"""

from tortoise import models


def _none(cls: type[models.Model]) -> dict[str, str]:
    return {}


models._get_comments = _none
