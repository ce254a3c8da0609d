"""How a member may raise their standing, as their page lists it: the strongest way first."""

from collections.abc import Callable
from dataclasses import dataclass

from instance.models import Member


@dataclass(frozen=True)
class Way:
    """`is_open`: whether it is for this member, at this institution, now."""

    title: str
    text: str
    path: str
    is_open: Callable[[Member], bool]


WAYS: tuple[Way, ...] = ()
