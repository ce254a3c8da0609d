"""What administrators see of backups, and of what is missing since one was restored."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    made_at: datetime
    megabytes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRow:
    """`kind` is a key of `restore_words.KINDS`."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingWith:
    """`name` is "" for what is about nobody else; `facts`: keys of `restore_words.FACTS`."""

    name: str
    rows: tuple[MissingRow, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was so at `made_at` came back at `restored_at`. `awaited`: names of hospitals that have
    not told yet what happened between the two."""

    made_at: datetime
    restored_at: datetime
    awaited: tuple[str, ...] = ()
    missing: tuple[MissingWith, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsPage(PageView):
    TEMPLATE: ClassVar[str] = "admin/backups.html"
    backups: tuple[BackupRow, ...] = ()
    is_stale: bool = False
    restored: Restored | None = None
