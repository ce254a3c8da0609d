"""What a pseudonym says of specialty and stage: nothing that fewer than 5 members here share, who
also share what stands beside it (domain.md 8). Otherwise it would name its member.

Asked when a statement is issued or renewed, and at no other moment: what changes then says nothing
about who came or left.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import orjson

from instance import raw_sql
from instance.models import Member
from instance.specialties import PARENTS

LEAST = 5
_GROUPS = """
SELECT CAST(specialties AS TEXT) AS specialties, stage, count(*) AS number FROM member
WHERE suspended_at IS NULL AND level = ?1 AND profession = ?2 AND jurisdiction = ?3
GROUP BY CAST(specialties AS TEXT), stage
"""


@dataclass(frozen=True)
class Group:
    """So many members with exactly these specialties at this stage."""

    specialties: frozenset[str]
    stage: str
    number: int


async def beside(member: Member) -> list[Group]:
    """Those who show the same level, profession and jurisdiction: these are always told."""
    values = [int(member.level), member.profession.value, member.jurisdiction]
    return [
        Group(frozenset(orjson.loads(row["specialties"])), row["stage"], row["number"])
        for row in await raw_sql.run(_GROUPS, values)
    ]


def shown(groups: Iterable[Group], specialties: list[str], stage: str) -> tuple[list[str], str]:
    """The specialties that may be said, some as a larger one, and the stage or ""."""
    beside = list(groups)
    kept: dict[str, frozenset[str]] = {}
    for slug in specialties:
        name, alike = _widened(beside, slug)
        if name not in kept and _number(beside, [*kept.values(), alike]) >= LEAST:
            kept[name] = alike
    is_common = _number(beside, kept.values(), stage) >= LEAST
    return list(kept), stage if is_common else ""


def _widened(groups: list[Group], slug: str) -> tuple[str, frozenset[str]]:
    """The first of a specialty and the larger ones it is part of that is common; with all those
    that are said like it."""
    alike = _alike(groups, slug)
    while _number(groups, [alike]) < LEAST and slug in PARENTS:
        slug = PARENTS[slug]
        alike = _alike(groups, slug)
    return slug, alike


def _alike(groups: list[Group], slug: str) -> frozenset[str]:
    """This one, and those parts of it that are too small to be said by themselves."""
    parts = [_alike(groups, part) for part, whole in PARENTS.items() if whole == slug]
    return frozenset({slug}).union(*(p for p in parts if _number(groups, [p]) < LEAST))


def _number(groups: list[Group], wanted: Collection[frozenset[str]], stage: str = "") -> int:
    """How many have one of each of `wanted`; at this stage, where one is named."""
    return sum(
        group.number
        for group in groups
        if stage in ("", group.stage) and all(group.specialties & alike for alike in wanted)
    )
