"""One name of a member that comes from, or goes to, another server."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, Identity, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An account elsewhere that can move here. `uri` brings it back with the form."""

    uri: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingPage(PageView):
    """`/account/moving/<handle>`. `others`: the member's other names, with pages of their own.

    `moved_to`: where it went, as an address; `again_at`: before that it moves nowhere.
    """

    TEMPLATE: ClassVar[str] = "account/moving.html"
    handle: str
    name: str
    address: str
    pseudonym: bool = False
    is_public: bool = False
    others: tuple[Identity, ...] = ()
    aliases: tuple[Alias, ...] = ()
    moved_to: str = ""
    again_at: datetime | None = None
    typed: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: alias, address, password
