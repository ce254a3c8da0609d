"""What the identifier check says about a text: a place in it, a kind, a weight, a mend."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Type(StrEnum):
    """The kinds of identifier, named as they are scored (domain.md, 6.5)."""

    NAME = "NAME"
    CLINICIAN = "CLINICIAN"
    LOCATION = "LOCATION"
    DATE = "DATE"
    AGE90 = "AGE90"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    NATIONAL_ID = "NATIONAL_ID"
    MRN = "MRN"
    PLAN = "PLAN"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    BIOMETRIC = "BIOMETRIC"
    OTHER = "OTHER"


class Severity(StrEnum):
    """BLOCK rests on a cue or a check digit; WARN is a look of it, and a person decides."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Finding:
    """One suspected identifier: `start` and `end` (exclusive) count code points.

    `fix` is what the one-click mend writes in its place, "" to remove it, None when only a
    person can reword it.
    """

    start: int
    end: int
    type: Type
    severity: Severity
    fix: str | None


def block(start: int, end: int, kind: Type, fix: str | None = "") -> Finding:
    return Finding(start, end, kind, Severity.BLOCK, fix)


def warn(start: int, end: int, kind: Type, fix: str | None = "") -> Finding:
    return Finding(start, end, kind, Severity.WARN, fix)


def settle(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per place, in reading order.

    What blocks goes before what warns; among equals, what was found first (the caller asks the
    surest rules first). Two of one kind that overlap become one over both.
    """
    ranked = sorted(found, key=lambda finding: finding.severity is Severity.WARN)
    starts: list[int] = []
    kept: list[Finding] = []
    for finding in ranked:
        place = bisect_left(starts, finding.start)
        before = kept[place - 1] if place else None
        after = kept[place] if place < len(kept) else None
        if before is not None and before.end > finding.start:
            if before.type is finding.type and finding.end > before.end:
                end = finding.end if after is None else min(finding.end, after.start)
                kept[place - 1] = replace(before, end=max(end, before.end))
        elif after is not None and after.start < finding.end:
            if after.type is finding.type:
                kept[place] = replace(after, start=finding.start, end=max(after.end, finding.end))
                starts[place] = finding.start
                following = kept[place + 1] if place + 1 < len(kept) else None
                if following is not None and following.start < kept[place].end:
                    kept[place] = replace(kept[place], end=following.start)
        else:
            kept.insert(place, finding)
            starts.insert(place, finding.start)
    return tuple(kept)
