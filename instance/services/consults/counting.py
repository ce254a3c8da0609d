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
    OF_SPECIALTY,
    UNANSWERED,
    VISIBLE,
    is_kept_out,
)

MOST = 100  # nobody counts further: so a page takes no longer however many there are
_NUMBER = """
(SELECT count(*) FROM (SELECT 1 FROM {consults}
    WHERE {which} AND NOT is_private AND {visible} LIMIT {most}) AS found)
"""
# By the index of states: nearly all consults are closed.
_IN_STATES = "({states}) AS s CROSS JOIN consult"
_WAITS = """
(({fits} OR EXISTS (SELECT 1 FROM answer_request r
    WHERE r.consult_id = consult.id AND r.member_id = ?1 AND r.declined_at IS NULL))
AND NOT EXISTS (SELECT 1 FROM answer_request r
    WHERE r.consult_id = consult.id AND r.member_id = ?1 AND r.declined_at IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM contribution s JOIN actor a ON a.id = s.author_id
    WHERE s.consult_id = consult.id AND a.member_id = ?1))
"""


@dataclass(frozen=True)
class Counts:
    """How many consults wait for a member, and are open: their own, and of others.

    MOST: so many, or more.
    """

    needs_you: int = 0
    mine: int = 0
    open: int = 0


async def of_boxes(member: Member) -> Counts:
    if is_kept_out(member):
        return Counts()
    slugs = member.specialties if standing.claims_of(member).may_answer else None
    fitting = [f'"{slug}"' for slug in slugs or ()]
    dialect = raw_sql.active().capabilities.dialect
    sql = _statement(dialect, len(fitting), slugs is not None)
    values = [member.id, config.current().uri("/actor"), *fitting]
    [found] = await raw_sql.look_up(sql, values)
    return Counts(**found)


@cache
def _statement(dialect: str, fitting: int, may_answer: bool) -> str:
    """`fitting`: so many specialties, from ?3 on."""
    fits = [OF_SPECIALTY[dialect].format(f"?{number}") for number in range(3, 3 + fitting)]
    waits = _WAITS.format(fits=" OR ".join(fits) or "false") if may_answer else "false"
    needing = (
        _number(f"{MINE} AND status IN ({_listed(ASKERS_TURN)})"),
        _number(f"NOT {MINE} AND {waits}", UNANSWERED),
        _number(CONSENTING),
    )
    mine = _number(f"{MINE} AND status IN ({_listed(LIVE)})")
    others = _number(f"NOT {MINE}", LIVE)
    return f"SELECT {' + '.join(needing)} AS needs_you, {mine} AS mine, {others} AS open"


def _number(which: str, states: Iterable[Status] = ()) -> str:
    some = " UNION ALL ".join(f"SELECT '{state.value}' AS state" for state in states)
    consults = "consult"
    if some:
        consults, which = _IN_STATES.format(states=some), f"status = s.state AND {which}"
    return _NUMBER.format(consults=consults, which=which, visible=VISIBLE, most=MOST)


def _listed(statuses: Iterable[Status]) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
