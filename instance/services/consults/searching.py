"""Finding consults by their words: of those that the member may read, and of nothing else (T50)."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from instance import config, raw_sql
from instance.models import Actor, Consult, Member
from instance.services.consults import reading, word_index
from instance.services.consults.wanted import Wanted
from instance.services.queries import Query, fits, marked
from instance.words import words

PAGE = 20
PAGES_MAX = 50
_AROUND = 90
# Few are looked up, each of them; of many the last changed of all consults are looked at, until
# there are enough that have the words.
_FEW = 200
_THOSE = {
    "sqlite": "SELECT value AS id FROM json_each(?3)",
    "postgres": "SELECT unnest(?3::bigint[]) AS id",
}
_OF_FEW = "({those}) AS w CROSS JOIN consult WHERE consult.id = w.id"
_OF_MANY = "consult WHERE +consult.id IN ({those})"
# ?1 is the member, ?2 our institution. Conversations with somebody whom they blocked are on no list
# of theirs.
_FOUND = f"""
SELECT consult.id FROM {{those}} AND {reading.VISIBLE}
    AND purged_at IS NULL AND status NOT IN ({word_index.HIDDEN}) AND NOT (is_private AND EXISTS (
        SELECT 1 FROM participant p JOIN actor t ON t.uri = p.actor_uri
        JOIN block b ON b.target_id = t.id JOIN actor own ON own.id = b.actor_id
        WHERE p.consult_id = consult.id AND NOT p.is_institution AND own.member_id = ?1))
    {{narrowed}}
ORDER BY consult.changed_at DESC, consult.id DESC LIMIT {{most}}
"""  # noqa: S608
Snippet = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Hit:
    """`snippet`: a piece of what was written, and which parts of it were looked for."""

    consult: Consult
    snippet: Snippet


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
    ids, is_complete = index.matching(query, wanted.age_band), index.is_complete
    if reading.is_kept_out(member):
        return Found(is_complete=is_complete)
    first = page * PAGE
    found = (await _readable(member, ids, wanted, question_type, first + PAGE + 1))[first:]
    hits = await _read_again(await _loaded(found[:PAGE]), query)
    return Found(hits, len(found) > PAGE and page < PAGES_MAX, is_complete)


async def _readable(
    member: Member, ids: Sequence[int], wanted: Wanted, question_type: str, most: int
) -> list[int]:
    dialect = raw_sql.active().capabilities.dialect
    listed = orjson.dumps(ids).decode() if dialect == "sqlite" else list(ids)
    values: list[object] = [member.id, config.current().uri("/actor"), listed]
    narrowed = []
    for condition, value in (
        ("status = {}", wanted.state),
        ("question_type = {}", question_type),
        (reading.OF_SPECIALTY[dialect], wanted.specialty and f'"{wanted.specialty}"'),
    ):
        if value:
            values.append(value)
            narrowed.append("AND " + condition.format(f"?{len(values)}"))
    if narrowed or wanted.age_band:
        narrowed.append("AND NOT is_private")
    is_many = dialect == "sqlite" and len(ids) > _FEW
    those = (_OF_MANY if is_many else _OF_FEW).format(those=_THOSE[dialect])
    sql = _FOUND.format(those=those, narrowed=" ".join(narrowed), most=most)
    return [int(consult_id) for [consult_id] in await raw_sql.planned(sql, values)]


async def _loaded(ids: list[int]) -> list[Consult]:
    rows = {row.id: row for row in await raw_sql.some(Consult, "id", ids)}
    askers = await raw_sql.some(Actor, "id", list({row.asker_id for row in rows.values()}))
    by_id = {actor.id: actor for actor in askers}
    for row in rows.values():
        row.asker = by_id[row.asker_id]
    return [rows[one] for one in ids if one in rows]


async def _read_again(consults: list[Consult], query: Query) -> tuple[Hit, ...]:
    """From the database as it is now: what fits no more is no hit."""
    now = await word_index.stored([consult.id for consult in consults]) if consults else {}
    hits = []
    for consult in consults:
        _, texts = now.get(consult.id, ([], []))
        there = {word for text in texts for word in words(text)}
        if fits(query, lambda phrase, there=there: there.issuperset(phrase)):  # type: ignore[misc]
            hits.append(Hit(consult, _snippet(texts, query)))
    return tuple(hits)


def _snippet(texts: list[str], query: Query) -> Snippet:
    """Of the body rather than of the title, which stands above it."""
    for text in (*texts[1:], *texts[:1]):
        if parts := marked(" ".join(text.split()), query, _AROUND):
            return tuple(parts)
    return ()
