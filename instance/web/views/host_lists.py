"""What administrators see of which servers we deal with, and of lists that they bring."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, PageView

Access = Literal["open", "blocked", "blocked_above", "allowed", "compared", "unlisted"]
Step = Literal["block", "unblock", "allow", "disallow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a block would cut, in numbers."""

    followers: int = 0
    followed: int = 0
    consults: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHost:
    """One server of our lists, with why. `access`: blocked or allowed."""

    host: str
    access: Access
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenImport:
    """A list that waits for somebody. `state` is a key of `list_words.STATES`."""

    url: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedList:
    """A list of another hospital; its `address` as people write it. `error` is a key of
    `list_words.FAILURES`."""

    url: str
    name: str
    address: str
    version: int
    changed_at: datetime
    added: int = 0
    retracted: int = 0
    waiting: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Our own list as others read it."""

    address: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """`state` is a key of `list_words.ITEMS`."""

    host: str
    state: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedListPage(PageView):
    """One list that we follow: `items` that need a look, and how many blocks are due to it."""

    TEMPLATE: ClassVar[str] = "admin/followed_list.html"
    followed: FollowedList
    items: tuple[ListItem, ...] = ()
    applied: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostListsPage(PageView):
    """`wanted`: part of a name that was looked for. `more`: how many are not shown."""

    TEMPLATE: ClassVar[str] = "admin/lists.html"
    allowlist: bool = False
    hosts: tuple[ListedHost, ...] = ()
    blocked: int = 0
    allowed: int = 0
    more: int = 0
    wanted: str = ""
    imports: tuple[OpenImport, ...] = ()
    followed: tuple[FollowedList, ...] = ()
    published: Published | None = None
    typed_host: str = ""
    typed_url: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAccessPage(PageView):
    """One server: how it stands, and what a block would cut. `access` is a key of
    `list_words.ACCESS`."""

    TEMPLATE: ClassVar[str] = "admin/access.html"
    host: str
    access: Access
    may: tuple[Step, ...] = ()
    reach: Reach = Reach()
    comment: str = ""
    typed_comment: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """`action` is a key of `list_words.ACTIONS`, `reason` of `list_words.REASONS`."""

    line: int
    name: str
    action: str
    comment: str = ""
    reason: str = ""
    reach: Reach = Reach()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostImportPage(PageView):
    """One list: how far the preview is, what it would do, what was done.

    `state` is a key of `list_words.STATES`, `problem` of `list_words.PROBLEMS`. `cut`, `harmless`
    and `refused` are the first of their rows; `reach` is what all of `cuts` would cut.
    """

    TEMPLATE: ClassVar[str] = "admin/import.html"
    url: str
    state: str
    problem: str = ""
    checked: int = 0
    total: int = 0
    blocks: int = 0
    allows: int = 0
    same: int = 0
    refused_count: int = 0
    cuts: int = 0
    reach: Reach = Reach()
    cut: tuple[ImportRow, ...] = ()
    harmless: tuple[ImportRow, ...] = ()
    refused: tuple[ImportRow, ...] = ()
    by: str = ""
    confirmed_by: str = ""
    mine: bool = False  # this administrator confirmed it: another one has to
    ended_at: datetime | None = None
    refusal: str = ""
    stream_url: str = ""
