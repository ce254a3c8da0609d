"""Account > People around you: who may follow one name, and of whom it wants nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import Identity, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAway:
    """Somebody in a list. `id`: what a form names them by. `until`: of a mute that ends."""

    id: str
    name: str
    address: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundPage(PageView):
    """`/account/people/<handle>`. `approves`: the name decides who follows; `requests` wait."""

    TEMPLATE: ClassVar[str] = "account/around.html"
    handle: str
    name: str
    pseudonym: bool = False
    others: tuple[Identity, ...] = ()
    approves: bool = False
    requests: tuple[KeptAway, ...] = ()
    blocked: tuple[KeptAway, ...] = ()
    muted: tuple[KeptAway, ...] = ()
    hosts: tuple[str, ...] = ()
