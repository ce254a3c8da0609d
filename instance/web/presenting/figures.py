"""From counts of deliveries to a sparkline and its table."""

from instance.services.delivery_figures import Figures, Slot, Tally
from instance.web.views.figures import Bar, DeliveryFigures, SlotRow

WIDTH, HEIGHT = 136.0, 28.0
_GAP = 0.2  # of a slot
_LEAST = 3.0  # what happened once is seen


def of(figures: Figures) -> DeliveryFigures:
    total = figures.total
    return DeliveryFigures(
        bars=_bars(figures.slots),
        rows=tuple(_row(slot) for slot in reversed(figures.slots) if slot.tally.tries),
        arrived=total.arrived,
        failed=total.failed,
        gave_up=total.gave_up,
        percent=_percent(total),
        half=_limit(total, 0.5),
        most=_limit(total, 0.95),
    )


def _row(slot: Slot) -> SlotRow:
    tally = slot.tally
    return SlotRow(at=slot.at, arrived=tally.arrived, failed=tally.failed, gave_up=tally.gave_up)


def _bars(slots: tuple[Slot, ...]) -> tuple[Bar, ...]:
    step = WIDTH / len(slots)
    highest = max(slot.tally.tries for slot in slots) or 1
    return tuple(_bar(slot.tally, place * step, step, highest) for place, slot in enumerate(slots))


def _bar(tally: Tally, x: float, step: float, highest: int) -> Bar:
    failed = _height(tally.failed + tally.gave_up, highest)
    arrived = min(_height(tally.arrived, highest), HEIGHT - failed)
    return Bar(
        x=round(x, 2),
        width=round(step * (1 - _GAP), 2),
        arrived_y=round(HEIGHT - arrived, 2),
        arrived_height=round(arrived, 2),
        failed_y=round(HEIGHT - arrived - failed, 2),
        failed_height=round(failed, 2),
    )


def _height(count: int, highest: int) -> float:
    return max(_LEAST, HEIGHT * count / highest) if count else 0.0


def _percent(total: Tally) -> str:
    """Never 100 where anything failed, never 0 where anything arrived."""
    if not total.tries:
        return ""
    share = 100 * total.arrived / total.tries
    if 99.9 < share < 100:
        return "99.9"
    if 0 < share < 0.1:
        return "0.1"
    return f"{share:.1f}".removesuffix(".0")


def _limit(total: Tally, share: float) -> str:
    within = total.within(share)
    return "" if within is None else f"{within:g}"
