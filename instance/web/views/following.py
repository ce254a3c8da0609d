"""Following across servers, both ways."""

from dataclasses import dataclass, field
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowForm:
    """Follow by address: what was typed, and why it did not work. `offered` False: no form."""

    offered: bool = True
    address: str = ""
    errors: tuple[FieldError, ...] = ()  # field: address


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerForm:
    """A visitor's own server, as typed, and why it was not taken."""

    server: str = ""
    errors: tuple[FieldError, ...] = ()  # field: server


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingPage(PageView):
    """Before a visitor goes to their own server to follow `channel`: it is named (T42)."""

    TEMPLATE: ClassVar[str] = "forum/leaving.html"
    channel: str
    channel_url: str
    address: str
    host: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowPage(PageView):
    """`/follow?address=`: asked before it is done; visitors sign in first, at `sign_in_url`."""

    TEMPLATE: ClassVar[str] = "forum/follow.html"
    follow: FollowForm = field(default_factory=FollowForm)
    sign_in_url: str = "/sign-in"
