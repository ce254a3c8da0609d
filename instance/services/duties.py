"""Who may do what here (T72): one table from duty to roles. What is not in it is nobody's.

A role says what a member may administer and nothing about medicine: none opens a consult.
"""

from collections.abc import Mapping
from enum import StrEnum

from tortoise.queryset import QuerySet

from instance.errors import NotAllowed
from instance.models import Member, Role


class Duty(StrEnum):
    HOSPITALS = "hospitals"  # dealings with other institutions: trust, blocks, deliveries
    RECORD = "record"  # read the audit record and have it verified
    CHANNELS = "channels"  # every channel of ours, and the reports about it
    PEOPLE = "people"  # who has which role
    SETTINGS = "settings"  # what is decided while the server runs
    VERIFICATION = "verification"  # the roster, and who has which standing
    FIGURES = "figures"  # see how consults go, in numbers
    SAFETY = "safety"  # ask to read a consult one takes no part in, and decide what others ask


DUTIES: Mapping[Duty, frozenset[Role]] = {
    Duty.HOSPITALS: frozenset({Role.FEDERATION, Role.OWNER}),
    Duty.RECORD: frozenset({Role.FEDERATION, Role.OWNER}),
    Duty.CHANNELS: frozenset({Role.MODERATOR, Role.OWNER}),
    Duty.PEOPLE: frozenset({Role.OWNER}),
    Duty.SETTINGS: frozenset({Role.OWNER}),
    Duty.VERIFICATION: frozenset({Role.OFFICER, Role.OWNER}),
    Duty.SAFETY: frozenset({Role.STEWARD, Role.OWNER}),
    Duty.FIGURES: frozenset(Role) - {Role.MEMBER},
}
_REFUSED = {
    Duty.HOSPITALS: "Only administrators of dealings with other hospitals may do this.",
    Duty.RECORD: "Only administrators may read the record.",
    Duty.CHANNELS: "Only moderators may do this.",
    Duty.PEOPLE: "Only an owner decides who has which role.",
    Duty.SETTINGS: "Only an owner changes settings.",
    Duty.VERIFICATION: "Only verification officers and owners may do this.",
    Duty.SAFETY: "Only stewards and owners may do this.",
    Duty.FIGURES: "Only administrators may see figures.",
}


def may(member: Member, duty: Duty) -> bool:
    return member.role in DUTIES[duty] and member.suspended_at is None


def require(member: Member, duty: Duty) -> None:
    """Whichever door they came through. Raises NotAllowed."""
    if not may(member, duty):
        raise NotAllowed(_REFUSED[duty])


def of(member: Member) -> frozenset[Duty]:
    return frozenset(duty for duty in Duty if may(member, duty))


def holders(duty: Duty) -> QuerySet[Member]:
    """The members who may, and are not suspended."""
    return Member.filter(role__in=list(DUTIES[duty]), suspended_at=None)
