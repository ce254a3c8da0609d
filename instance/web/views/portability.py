"""What a member takes along."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """`of`: the name of the identity; "" for the person. Not `done`: it grows."""

    id: str
    name: str
    of: str = ""
    pseudonym: bool = False
    kilobytes: int = 0
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage(PageView):
    """`/account/export`. `total`: how many files it will be; `until`: when they are deleted."""

    TEMPLATE: ClassVar[str] = "account/export.html"
    state: Literal["", "making", "ready"] = ""
    files: tuple[ExportedFile, ...] = ()
    total: int = 0
    until: datetime | None = None
    several: bool = False  # the member has more than one name
    stream_url: str = ""  # while they are made
    errors: tuple[FieldError, ...] = ()  # field: password
