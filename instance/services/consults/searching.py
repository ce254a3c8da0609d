"""Finding consults by their words: of those that the member may read, and of nothing else (T50)."""

from dataclasses import dataclass
from typing import Literal

from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet, ValuesQuery

from instance.models import Block, Consult, Contribution, Member, Participant
from instance.services import members
from instance.services.consults import reading, word_index
from instance.services.consults.wanted import Wanted
from instance.services.queries import Query, fits, marked
from instance.words import words

PAGE = 20
PAGES_MAX = 50
_AROUND = 90
_AS_PARAMETERS = 200
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
    narrowed = wanted.narrowed((await reading.visible(member)).select_related("asker"))
    if question_type:
        narrowed = narrowed.filter(question_type=question_type)
    if question_type or wanted != Wanted():
        narrowed = narrowed.filter(is_private=False)
    else:
        narrowed = narrowed.exclude(id__in=Subquery(await _with_blocked(member)))
    narrowed = narrowed.filter(purged_at=None).exclude(status__in=word_index.NOT_FOUND)
    rows = _only(narrowed, ids).order_by("-changed_at", "-id")
    found = await rows.offset(page * PAGE).limit(PAGE + 1)
    hits = await _read_again(found[:PAGE], query)
    return Found(hits, len(found) > PAGE and page < PAGES_MAX, is_complete)


async def _with_blocked(member: Member) -> ValuesQuery[Literal[False]]:
    """Conversations with somebody whom they blocked are on no list of theirs."""
    own = [actor.id for actor in await members.identities(member)]
    blocked = Block.filter(actor_id__in=own).values("target__uri")
    named = Participant.filter(is_institution=False, consult__is_private=True)
    return named.filter(actor_uri__in=Subquery(blocked)).values("consult_id")


async def _read_again(consults: list[Consult], query: Query) -> tuple[Hit, ...]:
    """From the database as it is now: what fits no more is no hit."""
    if not consults:
        return ()
    said: dict[int, list[Contribution]] = {}
    rows = Contribution.filter(
        consult_id__in=[consult.id for consult in consults],
        deleted_at=None,
        refused_at=None,
        seq__not_isnull=True,
    )
    for row in await rows.order_by("seq"):
        said.setdefault(row.consult_id, []).append(row)
    hits = []
    for consult in consults:
        bodies = [row.body for row in said.get(consult.id, [])]
        texts = word_index.texts_of(consult.facts, bodies)
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


def _only(query: QuerySet[Consult], ids: list[int]) -> QuerySet[Consult]:
    if len(ids) <= _AS_PARAMETERS:
        return query.filter(id__in=ids or [0])
    # Our own numbers, which nobody typed: as parameters so many take longer than the search.
    listed = RawSQL(f'CASE WHEN "consult"."id" IN ({",".join(map(str, ids))}) THEN 1 ELSE 0 END')
    return query.annotate(listed=listed).filter(listed=1)
