"""Conversations of two, in the list of consults."""

from dataclasses import dataclass
from datetime import datetime

from instance.web.views.page import Author


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCard:
    """One conversation in the list: with whom, and when something was last said."""

    url: str  # "/k/123"
    other: Author | None
    state: str
    at: datetime
    unread: bool = False
    identity: str = ""  # under which of the reader's names, where they have several
