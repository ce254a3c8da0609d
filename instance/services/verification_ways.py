"""How a member may raise their standing, as their page lists it: the strongest way first."""

from collections.abc import Callable
from dataclasses import dataclass

from instance.models import Level, Member


def N_(text: str) -> str:
    """Mark for extraction; the translation happens when a page is drawn."""
    return text


@dataclass(frozen=True)
class Way:
    """`is_open`: whether it is for this member, at this institution, now."""

    title: str
    text: str
    path: str
    is_open: Callable[[Member], bool]


WAYS: tuple[Way, ...] = (
    Way(
        N_("Send your licence and a photo ID"),
        N_("Two officers look at them. They are deleted with the decision."),
        "/account/verification/document",
        lambda member: member.level < Level.INSTITUTIONAL,
    ),
    Way(
        N_("A number in a register"),
        N_("Your licence number or NPI, looked up in a public register: good for Checked."),
        "/account/verification/number",
        lambda member: member.level < Level.VERIFIED,
    ),
    Way(
        N_("Colleagues who know you"),
        N_("2 Verified colleagues here say how they know you: good for Checked."),
        "/account/verification/colleagues",
        lambda member: member.level < Level.CHECKED,
    ),
    Way(
        N_("Sign a statement"),
        N_("Your own word, for a year. It opens channels, and no consults."),
        "/account/verification/statement",
        lambda member: member.level <= Level.ATTESTED,
    ),
)


def open_to(member: Member) -> list[Way]:
    return [way for way in WAYS if way.is_open(member)]
