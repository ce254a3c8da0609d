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
    WHERE is_private = false AND {which} AND {visible} LIMIT {most}) AS found)
"""
# Of others in these states, by their index: by way of the askers between a member's own names, so
# that however many consults of theirs cost nothing. Nearly all of others are closed.
_OF_OTHERS = """
(SELECT own.id AS low, coalesce((SELECT min(next.id) FROM actor AS next
    WHERE next.member_id = ?1 AND next.id > own.id), 9223372036854775807) AS high
    FROM (SELECT 0 AS id UNION ALL SELECT id FROM actor WHERE member_id = ?1) AS own) AS o
CROSS JOIN ({states}) AS s CROSS JOIN consult
"""
_IS_OF_OTHERS = "status = s.state AND asker_id > o.low AND asker_id < o.high AND {which}"
# By the proposals to publish that wait for their word: with one that stands there are few.
_ASKED_TO_PUBLISH = """
(SELECT DISTINCT p.consult_id FROM publication p
    JOIN publication_answer a ON a.publication_id = p.id
    WHERE p.ended_at IS NULL AND a.said IS NULL AND NOT a.is_institution
    AND a.actor_uri IN (SELECT uri FROM actor WHERE member_id = ?1)) AS asked CROSS JOIN consult
"""
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
        _of_others(waits, UNANSWERED),
        _number("consult.id = asked.consult_id AND status = 'closed'", _ASKED_TO_PUBLISH),
    )
    mine = _number(f"{MINE} AND status IN ({_listed(LIVE)})")
    others = _of_others("true", LIVE)
    return f"SELECT {' + '.join(needing)} AS needs_you, {mine} AS mine, {others} AS open"


def _of_others(which: str, states: Iterable[Status]) -> str:
    some = " UNION ALL ".join(f"SELECT '{state.value}' AS state" for state in states)
    return _number(_IS_OF_OTHERS.format(which=which), _OF_OTHERS.format(states=some))


def _number(which: str, consults: str = "consult") -> str:
    return _NUMBER.format(consults=consults, which=which, visible=VISIBLE, most=MOST)


def _listed(statuses: Iterable[Status]) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
