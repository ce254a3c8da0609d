"""Finding consults by their words: of those that the member may read, and of nothing else (T50)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from instance import config, raw_sql
from instance.models import Member, Status
from instance.services.consults import reading, word_index
from instance.services.consults.wanted import Wanted
from instance.services.consults.word_index import Matching, Stored, Texts, WordIndex
from instance.services.queries import Query, fits, marked
from instance.words import words

PAGE = 20
PAGES_MAX = 50
_AROUND = 90
# The last changed first. SQLite takes them as they come, and ends with the page; of what is behind
# the first few it reads nothing before it gets there.
_THOSE = {
    "sqlite": "SELECT value AS id FROM json_each(?3) UNION ALL SELECT value FROM json_each(?4)",
    "postgres": "SELECT unnest(?3::bigint[]) AS id UNION ALL SELECT unnest(?4::bigint[])",
}
_NONE: tuple[object, ...] = ("[]", [])
_ORDER = {"sqlite": "", "postgres": "ORDER BY consult.changed_at DESC, consult.id DESC"}
# ?1 is the member, ?2 our institution. Conversations with somebody whom they blocked are on no list
# of theirs.
_FOUND = f"""
SELECT consult.id, consult.is_private, consult.status, consult.asker_id, consult.specialties,
    consult.target_hours, consult.due_at, consult.published_at, {{seals}}
FROM ({{those}}) AS w CROSS JOIN consult WHERE consult.id = w.id AND {reading.VISIBLE}
    AND purged_at IS NULL AND status NOT IN ({word_index.HIDDEN}) AND NOT (is_private AND EXISTS (
        SELECT 1 FROM participant p JOIN actor t ON t.uri = p.actor_uri
        JOIN block b ON b.target_id = t.id JOIN actor own ON own.id = b.actor_id
        WHERE p.consult_id = consult.id AND NOT p.is_institution AND own.member_id = ?1))
    {{narrowed}}
{{order}} LIMIT {{most}} OFFSET {{start}}
"""  # noqa: S608
Snippet = tuple[tuple[str, bool], ...]
Row = tuple[Any, ...]


@dataclass
class Hit:
    """What is shown of a consult that was found. `snippet`: a piece of what was written, and which
    parts of it were looked for; `presented`: how it was shown last, forgotten when it changes
    (T63)."""

    id: int
    is_private: bool
    status: Status
    asker_id: int
    specialties: tuple[str, ...]
    target_hours: int
    due_at: datetime | None
    published_at: datetime
    title: str
    snippet: Snippet
    presented: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Found:
    """`more` follow on the next page. Not `is_complete`: some are not looked through yet."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    is_complete: bool = True


async def find(
    member: Member, query: Query, wanted: Wanted, question_type: str = "", page: int = 0
) -> Found:
    """A page of consults that have all terms, the last changed first; and of what the member and
    one other wrote each other, where nothing narrows it that such has not, nor they blocked them.

    So many statements for words of somebody else's consults as for words that stand nowhere.
    """
    index = word_index.current()
    await index.prepare()
    those, is_complete = index.matching(query, wanted.age_band), index.is_complete
    if reading.is_kept_out(member):
        return Found(is_complete=is_complete)
    found = await _readable(member, those, wanted, question_type, page)
    hits = await _hits(found[:PAGE], query, index)
    return Found(hits, len(found) > PAGE and page < PAGES_MAX, is_complete)


async def _readable(
    member: Member, those: Matching, wanted: Wanted, question_type: str, page: int
) -> Sequence[Row]:
    """Those of a page, and one more where there are more."""
    dialect = raw_sql.active().capabilities.dialect
    narrowed, values = _narrowed(wanted, question_type, dialect)
    sql = _FOUND.format(
        seals=word_index.sql_of_seals(),
        those=_THOSE[dialect],
        narrowed=narrowed,
        order=_ORDER[dialect],
        most=PAGE + 1,
        start=page * PAGE,
    )
    found: list[Row] = []
    for first, behind in _parts(those, dialect, page):
        if len(found) <= PAGE:
            ask = raw_sql.look_up_tuples if behind in _NONE else raw_sql.planned
            asked = [member.id, config.current().uri("/actor"), first, behind, *values]
            found += map(tuple, await ask(sql, asked))
    return found[: PAGE + 1]


def _narrowed(wanted: Wanted, question_type: str, dialect: str) -> tuple[str, list[object]]:
    """Conditions, and the values in them."""
    parts, values = list[str](), list[object]()
    for condition, value in (
        ("status = {}", wanted.state),
        ("question_type = {}", question_type),
        (reading.OF_SPECIALTY[dialect], wanted.specialty and f'"{wanted.specialty}"'),
    ):
        if value:
            values.append(value)
            parts.append("AND " + condition.format(f"?{len(values) + 4}"))
    if parts or wanted.age_band:
        parts.append("AND NOT is_private")
    return " ".join(parts), values


def _parts(those: Matching, dialect: str, page: int) -> Sequence[tuple[object, object]]:
    """What is asked about together, as ?3 and ?4. SQLite looks up the first few, which fill most
    pages, and goes on with those behind only where that is needed; be there any or not, because
    that is not for everybody to know."""
    if dialect != "sqlite":
        return [(those.first, those.behind)]
    first, behind = those.as_json
    return [(first, behind)] if page else [(first, "[]"), ("[]", behind)]


async def _hits(found: Sequence[Row], query: Query, index: WordIndex) -> tuple[Hit, ...]:
    """What fits no more, as it is in the database now, is no hit."""
    kept = {row[0]: index.shown(row[0]) for row in found}
    unread = [row for row in found if kept[row[0]].get(query.terms, ((),))[0] != row]
    now = await word_index.stored([row[0] for row in unread]) if unread else {}
    for row in unread:
        kept[row[0]][query.terms] = row, _hit(row, now.get(row[0]), query)
    made = [kept[row[0]][query.terms][1] for row in found]
    return tuple([hit for hit in made if hit is not None])


def _hit(row: Row, now: Stored | None, query: Query) -> Hit | None:
    if now is None:
        return None
    there = {word for text in now.texts for word in words(text)}
    if not fits(query, there.issuperset):
        return None
    number, is_private, status, asker_id, specialties, hours, due_at, published_at, *_ = row
    return Hit(
        id=number,
        is_private=bool(is_private),
        status=Status(status),
        asker_id=asker_id,
        specialties=tuple(orjson.loads(specialties)),
        target_hours=hours,
        due_at=raw_sql.time(due_at) if due_at else None,
        published_at=raw_sql.time(published_at),
        title=now.title,
        snippet=_snippet(now.texts, query),
    )


def _snippet(texts: Texts, query: Query) -> Snippet:
    """Of the body rather than of the title, which stands above it."""
    for text in (*texts[1:], *texts[:1]):
        if parts := marked(" ".join(text.split()), query, _AROUND):
            return tuple(parts)
    return ()
