"""Where a post has got to, as its author sees it; and an offer to another hospital."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalPlace:
    """`reason` is a key of `delivery_reasons.REASONS`, or empty. `at`: in this state since then."""

    name: str
    state: Literal["arrived", "waiting", "gave_up"]
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How many hospitals and servers have it, and each of them; `more` are not listed."""

    arrived: int
    total: int
    places: tuple[ArrivalPlace, ...]
    more: int = 0
