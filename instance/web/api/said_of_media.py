"""What an application says of a picture, before it is posted or with its post."""

import math

from instance.errors import FormRefused
from instance.services.pictures import Said
from instance.web.api.bodies import Sent


def said_of(typed: Sent) -> Said:
    """Raises FormRefused for a point that is none."""
    alt = typed.text("description") if typed.has("description") else None
    return Said(alt=alt, focus=_focus(typed.text("focus")))


def _focus(text: str) -> tuple[float, float] | None:
    """Two numbers from -1 to 1 with a comma between."""
    if not text:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (abs(x) <= 1 and abs(y) <= 1):
        raise FormRefused({"focus": "is not two numbers from -1 to 1 with a comma between"})
    return x, y
