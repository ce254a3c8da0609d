"""Our channels as those see them who look after all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """One of a channel's moderators, here or elsewhere."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChannel:
    """One channel. `url` is where it is looked after, `board_url` where it is read."""

    name: str
    address: str
    url: str
    board_url: str
    keepers: tuple[Keeper, ...] = ()
    closed: bool = False
    only_moderators_post: bool = False
    approves_followers: bool = False
    followers: int = 0
    threads: int = 0
    last_at: datetime | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChannelsPage(PageView):
    """`/admin/channels`: all of them, and a form for one more."""

    TEMPLATE: ClassVar[str] = "admin/channels.html"
    rows: tuple[KeptChannel, ...] = ()
    may_open: bool = False
    handle: str = ""
    title: str = ""
    summary: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: handle, title, summary


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChannelPage(PageView):
    """`/admin/channels/<slug>`: its words, its keepers, whether it is open."""

    TEMPLATE: ClassVar[str] = "admin/channel.html"
    channel: KeptChannel
    may_close: bool = False
    title: str = ""
    summary: str = ""
    address: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: title, summary, address
