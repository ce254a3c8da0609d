"""trust health: how messages to another hospital arrive; what its page shows."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
import orjson

from instance.cli import running
from instance.cli.status import bars
from instance.cli.trusting import json_option, trust
from instance.delivery_reasons import REASONS, WITHIN, key_of
from instance.services import agreements, deliveries, delivery_figures, key_checks
from instance.services.delivery_figures import Figures
from instance.treaty_words import STEPS


@trust.command()
@click.argument("host")
@json_option
def health(host: str, as_json: bool) -> None:
    """How messages to HOST arrive: what waits and what failed, and the last 30 days."""
    found = running.run(lambda: _of(host))
    if as_json:
        click.echo(orjson.dumps(found).decode())
        return
    for line in _lines(found):
        click.echo(line)


async def _of(host: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    treaty = await agreements.of_host(key_checks.host_named(host))
    state = await deliveries.of_host(treaty.host)
    figures = await delivery_figures.last_days(treaty.host, now, UTC)
    return {
        **asdict(state),
        "name": treaty.name,
        "said": STEPS[treaty.step],
        "compared_at": treaty.peer.pinned_at if treaty.peer is not None else None,
        "reason": REASONS[key_of(state.last_error)] if state.failing_since else "",
        **_figures(figures),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    """`days`: oldest first, the present one last. Times are in seconds; None where nothing was
    tried, or nothing arrived."""
    total = figures.total
    return {
        "days": [
            {
                "day": slot.at.date(),
                "arrived": slot.tally.arrived,
                "failed": slot.tally.failed + slot.tally.gave_up,
            }
            for slot in figures.slots
        ],
        "tries": total.tries,
        "success_rate": round(total.arrived / total.tries, 4) if total.tries else None,
        "p50_seconds": total.within(0.5),
        "p95_seconds": total.within(0.95),
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['name']} ({found['host']}): {found['said']}."]
    if found["compared_at"]:
        lines.append(f"Keys compared: {found['compared_at']:%d %b %Y}.")
    waiting = f"{found['waiting']} wait"
    if found["waiting_since"]:
        waiting += f", since {_moment(found['waiting_since'])}"
    lines.append(f"Messages: {waiting}; {found['gave_up']} given up.")
    if found["delivered_at"]:
        lines.append(f"Last that arrived: {_moment(found['delivered_at'])}.")
    if found["reason"]:
        lines.append(f"It {found['reason']}, since {_moment(found['failing_since'])}.")
    if found["paused_at"]:
        lines.append(f"Paused since {_moment(found['paused_at'])}: nothing is sent.")
    return [*lines, *_month(found)]


def _month(found: dict[str, Any]) -> list[str]:
    if not found["tries"]:
        return ["Nothing was sent in 30 days."]
    arrived = [day["arrived"] for day in found["days"]]
    rate = f"{found['success_rate']:.1%} of the tries"
    lines = [f"30 days  {bars(arrived)}  {sum(arrived)} arrived, {rate}"]
    if found["p50_seconds"] is not None:
        half, most = (WITHIN[f"{found[name]:g}"] for name in ("p50_seconds", "p95_seconds"))
        lines.append(f"Half arrived within {half}, 95 of 100 within {most}.")
    return lines


def _moment(at: datetime) -> str:
    return f"{at:%d %b %Y %H:%M} UTC"


COMMANDS = ()  # it stands below `trust`
