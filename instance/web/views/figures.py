"""How deliveries go, drawn: a sparkline and the numbers behind it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One slot of a sparkline, in its units (136 by 28). Failures stand on what arrived."""

    x: float
    width: float
    arrived_y: float
    arrived_height: float
    failed_y: float
    failed_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    at: datetime
    arrived: int
    failed: int
    gave_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFigures:
    """`failed`: tries without success. `half` and `most`: within what time 50 and 95 of 100
    arrived, keys of `words.DELIVERY_WITHIN`; "" where nothing did."""

    bars: tuple[Bar, ...]
    rows: tuple[SlotRow, ...]  # of slots in which anything happened, newest first
    arrived: int
    failed: int
    gave_up: int
    percent: str  # of tries that arrived; "" without any
    half: str
    most: str
