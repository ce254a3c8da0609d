"""How a member may raise their standing, as their page lists it: the strongest way first."""

from collections.abc import Callable
from dataclasses import dataclass

from instance.models import Level, Member


@dataclass(frozen=True)
class Way:
    """`kind` is a key of `words.WAYS`; `is_open`: whether it is for this member now."""

    kind: str
    path: str
    is_open: Callable[[Member], bool]


WAYS: tuple[Way, ...] = (
    Way(
        "document",
        "/account/verification/document",
        lambda member: member.level < Level.INSTITUTIONAL,
    ),
    Way("number", "/account/verification/number", lambda member: member.level < Level.VERIFIED),
    Way(
        "colleagues",
        "/account/verification/colleagues",
        lambda member: member.level < Level.CHECKED,
    ),
    Way(
        "statement",
        "/account/verification/statement",
        lambda member: member.level <= Level.ATTESTED,
    ),
)


def open_to(member: Member) -> list[Way]:
    return [way for way in WAYS if way.is_open(member)]
