"""What a member's applications made for them to see less of."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietThread:
    """`name`: for whom, "" where the member has one name."""

    url: str
    title: str
    end_url: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietFilter:
    """`contexts` and `action`: keys of `words.FILTER_CONTEXTS` and `FILTER_ACTIONS`."""

    title: str
    keywords: tuple[str, ...]
    posts: int
    contexts: tuple[str, ...]
    action: str
    end_url: str
    until: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPage(PageView):
    """`/account/quiet`."""

    TEMPLATE: ClassVar[str] = "account/quiet.html"
    threads: tuple[QuietThread, ...] = ()
    filters: tuple[QuietFilter, ...] = ()
