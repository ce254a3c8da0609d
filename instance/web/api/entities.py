"""How every entity says a time, a number, an address (mastodon-api.md 2)."""

from datetime import UTC, datetime

from quart import current_app

from instance import config


def moment(at: datetime) -> str:
    """UTC, three decimals, Z."""
    told = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{told}Z"


def first_of_month(at: datetime) -> str:
    """When an account began, no more exactly than that (federation.md 4)."""
    begun = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return moment(begun)


def picture(name: str) -> str:
    """The absolute address of one of our static files."""
    address: str = current_app.config["STATIC"].url(name)
    return config.current().uri(address)
