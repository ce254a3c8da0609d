"""How many consults are in a member's folders: asked for every page, so by one statement, and
nothing is unsealed. What a folder holds, `reading` says."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from instance import config, raw_sql
from instance.models import Member, Status
from instance.outbox import standing
from instance.services.consults.reading import (
    ASKERS_TURN,
    CONSENTING,
    LIVE,
    MINE,
    UNANSWERED,
    VISIBLE,
    is_kept_out,
)

_COUNTS = """
SELECT count(*) FILTER (WHERE is_mine AND status IN ({askers_turn}) OR waits)
        + (SELECT count(*) FROM consult WHERE {consenting} AND NOT is_private AND {visible})
        AS needs_you,
    count(*) FILTER (WHERE is_mine AND status IN ({live})) AS mine,
    count(*) FILTER (WHERE NOT is_mine AND status IN ({live})) AS open
FROM (SELECT status, {mine} AS is_mine,
        NOT {mine} AND status IN ({unanswered}) AND {waits} AS waits
    FROM consult WHERE status IN ({live}, {askers_turn}) AND NOT is_private AND {visible}) AS found
"""
_WAITS = """
(({fits} OR EXISTS (SELECT 1 FROM answer_request r
    WHERE r.consult_id = consult.id AND r.member_id = ?1 AND r.declined_at IS NULL))
AND NOT EXISTS (SELECT 1 FROM answer_request r
    WHERE r.consult_id = consult.id AND r.member_id = ?1 AND r.declined_at IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM contribution s JOIN actor a ON a.id = s.author_id
    WHERE s.consult_id = consult.id AND a.member_id = ?1))
"""
_FITS = "CAST(consult.specialties AS text) LIKE ?{number} ESCAPE '!'"


@dataclass(frozen=True)
class Counts:
    """How many consults wait for a member, and are open: their own, and of others."""

    needs_you: int = 0
    mine: int = 0
    open: int = 0


async def of_boxes(member: Member) -> Counts:
    if is_kept_out(member):
        return Counts()
    slugs = member.specialties if standing.claims_of(member).may_answer else None
    fitting = [f'%"{slug.replace("_", "!_")}"%' for slug in slugs or ()]
    sql = _statement(len(fitting), slugs is not None)
    values = [member.id, config.current().uri("/actor"), *fitting]
    [found] = await raw_sql.look_up(sql, values)
    return Counts(**found)


@cache
def _statement(fitting: int, may_answer: bool) -> str:
    """`fitting`: so many specialties, from ?3 on."""
    fits = [_FITS.format(number=number) for number in range(3, 3 + fitting)]
    return _COUNTS.format(
        askers_turn=_listed(ASKERS_TURN),
        live=_listed(LIVE),
        unanswered=_listed(UNANSWERED),
        mine=MINE,
        consenting=CONSENTING,
        visible=VISIBLE,
        waits=_WAITS.format(fits=" OR ".join(fits) or "false") if may_answer else "false",
    )


def _listed(statuses: Iterable[Status]) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
