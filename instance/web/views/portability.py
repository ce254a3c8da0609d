"""What a member takes along."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from markupsafe import Markup

from instance.web.views.page import FieldError, Identity, PageView
from instance.web.views.pictures import Picture


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file that was brought: `source` is the account it is of, `into` the name it is for."""

    url: str
    source: str
    into: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BringPage(PageView):
    """`/account/import`."""

    TEMPLATE: ClassVar[str] = "account/bring.html"
    identities: tuple[Identity, ...] = ()
    before: tuple[Brought, ...] = ()
    chosen: str = ""
    errors: tuple[FieldError, ...] = ()  # field: file


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage(PageView):
    """`/account/import/<id>`: what would be taken, what is being taken, or what was."""

    TEMPLATE: ClassVar[str] = "account/import.html"
    brought: Brought
    state: Literal["checked", "taking", "done"] = "checked"
    follows: int = 0
    blocks: int = 0
    fields: int = 0
    posts: int = 0
    unproven: int = 0
    consults: int = 0
    images: int = 0
    total: int = 0
    position: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A post or consult that was brought."""

    url: str
    title: str
    source: str
    at: datetime
    consult: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage(PageView):
    """`/account/archive/<handle>`: what was brought for one name, which its member alone reads."""

    TEMPLATE: ClassVar[str] = "account/archive.html"
    name: str
    others: tuple[Identity, ...] = ()
    rows: tuple[KeptRow, ...] = ()
    older_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSaid:
    """One thing that was said: `text` is plain, `html` sanitised; one of both is empty."""

    name: str
    at: datetime
    text: str = ""
    html: Markup = field(default_factory=Markup)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage(PageView):
    """`/account/archive/item/<id>`."""

    TEMPLATE: ClassVar[str] = "account/kept.html"
    row: KeptRow
    said: tuple[KeptSaid, ...] = ()
    pictures: tuple[Picture, ...] = ()
