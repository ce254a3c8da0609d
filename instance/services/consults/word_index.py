"""Which consult has which words, in memory alone and only while somebody searches (T63).

A consult that changes is looked at again as soon as the change is told, beside what goes on: a
search itself reads nothing for it, so that its statements tell nothing of what others wrote (T50).
Most of what happens to a consult changes no word of it, and its seals say so without opening them.
What is said here shows nothing: `searching` asks the database for every hit.
"""

import asyncio
import html
import logging
import re
from array import array
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import chain, islice
from sys import intern
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson

from instance import events, raw_sql, sealed
from instance.events import Bus, Subscription
from instance.models import Status
from instance.services.consults import facts
from instance.services.queries import Query
from instance.services.synonyms import Phrase
from instance.words import distinct

IDLE_SECONDS = 600.0
_WAIT_SECONDS = 0.3  # a page waits no longer than that, then says that there is more
_AT_ONCE = 10  # other requests come between
_FEW = 200  # that are looked up, each of them
_ASKED_MOST = 20  # queries of which is known what has their words
_SHOWN_MOST, _LOOKS_MOST = 400, 8  # consults that were shown, and for how many queries each
_TAG = re.compile(r"<[^>]*>")
NOT_FOUND = (Status.HELD, Status.WITHDRAWN)
HIDDEN = ", ".join(f"'{status.value}'" for status in NOT_FOUND)
_ALL = f"""
SELECT id FROM consult WHERE purged_at IS NULL AND status NOT IN ({HIDDEN})
"""  # noqa: S608
_IN_ORDER = f"{_ALL} ORDER BY changed_at, id"
_FACTS = f"{_ALL} AND id IN ({{ids}})".replace("SELECT id", "SELECT id, facts")
# Text is left where nobody deleted or refused it, and its owner has spread it.
_LEFT = "deleted_at IS NULL AND refused_at IS NULL AND seq IS NOT NULL"
_SAID = f"""
SELECT consult_id, body FROM contribution WHERE consult_id IN ({{ids}}) AND {_LEFT}
"""  # noqa: S608
# Of the words of a consult the seals: each version has others.
_SEALS = f"""
substr(consult.facts, 1, 16), (SELECT {{joined}}(substr(body, 1, 16), ' ') FROM contribution
    WHERE consult_id = consult.id AND {_LEFT})
"""  # noqa: S608
_SEALED = _ALL.replace("SELECT id", "SELECT id, {seals}") + "AND id IN ({ids})"

Texts = list[str]
Seals = tuple[str | None, ...]


class Matching:
    """Ids of consults that have the words, the last changed first: the first few, and those behind.
    A common word has thousands, so they are written down once."""

    def __init__(self, ids: list[int]) -> None:
        self.first, self.behind = ids[:_FEW], ids[_FEW:]

    @cached_property
    def as_json(self) -> tuple[str, str]:
        return orjson.dumps(self.first).decode(), orjson.dumps(self.behind).decode()


class Stored(NamedTuple):
    """Of one consult: codes that stand for words, and everything written in it."""

    codes: list[str]
    title: str
    texts: Texts

    @property
    def words(self) -> set[str]:
        return {*self.codes, *chain.from_iterable(map(distinct, self.texts))}


_log = logging.getLogger(__name__)


class WordIndex:
    """Kept up to date from the first `prepare` until nobody asks for a while."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[str, ...]] = {}
        self._with: dict[str, array[int]] = {}
        self._seals: dict[int, Seals] = {}  # under which they were read
        self._told: dict[int, None] = {}  # that something happened to them
        self._unread: dict[int, None] = {}
        self._order: dict[int, None] = {}  # as they changed, the last at the end
        self._matching: dict[Hashable, Matching] = {}
        self._shown: dict[int, dict[Hashable, Any]] = {}
        self._complete, self._changed = asyncio.Event(), asyncio.Event()
        self._asked_at = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_complete(self) -> bool:
        return self._complete.is_set()

    async def prepare(self) -> None:
        """Wait a moment for what is still being read."""
        self._asked_at = asyncio.get_running_loop().time()
        if self.is_complete:
            return
        if self._task is None:
            # First the changes, then what there is: none is missed between.
            subscription = events.current().subscribe(kinds={"consult"})
            self._task = asyncio.create_task(self._keep(subscription), name="curbside words")
        with suppress(TimeoutError):
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._complete.wait()

    def matching(self, query: Query, age_band: str = "") -> Matching:
        """Those that have every term; words of a phrase may be apart."""
        asked = query.terms, age_band
        found = self._matching.get(asked)
        if found is None:
            if len(self._matching) >= _ASKED_MOST:
                self._matching.clear()
            having = self._having_all(query, age_band)
            ids = [one for one in reversed(self._order) if one in having] if having else []
            found = self._matching[asked] = Matching(ids)
        return found

    def shown(self, consult_id: int) -> dict[Hashable, Any]:
        """What pages show of a consult that was found: under a query, and gone with its words."""
        kept = self._shown.get(consult_id)
        if kept is None or len(kept) >= _LOOKS_MOST:
            if len(self._shown) >= _SHOWN_MOST:
                self._shown.clear()
            kept = {}
            if self._task is not None:  # else nobody would hear that it changed
                self._shown[consult_id] = kept
        return kept

    def look_again(self, consult_id: int) -> None:
        """Something happened to it. Its words stay until it is known whether they have changed."""
        self._unread.pop(consult_id, None)
        self._told[consult_id] = None
        self._order.pop(consult_id, None)
        self._order[consult_id] = None
        self._complete.clear()
        self._changed.set()

    def clear(self) -> None:
        self._of, self._with, self._seals, self._task = {}, {}, {}, None
        self._told, self._unread, self._order = {}, {}, {}
        self._matching, self._shown = {}, {}
        self._complete.clear()

    async def ended(self) -> None:
        """After the institution's bus was closed: until nothing is read any more."""
        if self._task is not None:
            await self._task

    def _having_all(self, query: Query, age_band: str) -> set[int]:
        terms = [set().union(*(self._having(p) for p in term)) for term in query.terms]
        if age_band:
            terms.append(self._having((_age(age_band),)))
        terms.sort(key=len)
        return set.intersection(*terms) if terms else set()

    def _having(self, phrase: Phrase) -> set[int]:
        lists = [self._with.get(word, ()) for word in set(phrase)]
        return set.intersection(*map(set, lists))

    async def _keep(self, subscription: Subscription) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read_on())
                await self._follow(subscription)
                reading.cancel()
        except* Exception as errors:
            kinds = {type(error).__name__ for error in errors.exceptions}
            _log.error("words of consults cannot be read: %s", ", ".join(sorted(kinds)))
        finally:
            self.clear()

    async def _read_on(self) -> None:
        """What was not read yet, the last changed first, and then whatever changes."""
        there = dict.fromkeys([int(row["id"]) for row in await raw_sql.run(_IN_ORDER, [])])
        for changed in self._order:  # meanwhile
            there.pop(changed, None)
        self._order = there | self._order
        self._unread |= dict.fromkeys(reversed(there))
        while True:
            while waiting := self._told or self._unread:  # what is deleted shall not stay in memory
                ids = list(islice(waiting, _AT_ONCE))
                for one in ids:
                    del waiting[one]
                await self._read(ids)
                await asyncio.sleep(0)
            self._complete.set()
            self._changed.clear()
            await self._changed.wait()

    async def _read(self, ids: list[int]) -> None:
        """What is under the same seals has the same words. They are read first, so the words are
        not older than them: of what changes meanwhile they are others when it is told."""
        seals = await seals_of(ids)
        changed = [one for one in ids if seals.get(one) != self._seals.get(one)]
        found = await stored(changed) if changed else {}
        for one in changed:
            self._shown.pop(one, None)
            self._seals.pop(one, None)
            self._put(one, found[one].words if one in found else set())
        self._seals |= {one: seals[one] for one in found if one in seals}
        self._matching.clear()

    def _put(self, consult_id: int, found: set[str]) -> None:
        """In place of those that it had. Of a word that no other consult has nothing is left."""
        had = set(self._of.pop(consult_id, ()))
        for word in had - found:
            having = self._with[word]
            having.remove(consult_id)
            if not having:
                del self._with[word]
        if found:
            self._of[consult_id] = one_of_each = tuple(map(intern, found))
            for word in one_of_each:
                if word not in had:
                    self._with.setdefault(word, array("q")).append(consult_id)

    async def _follow(self, subscription: Subscription) -> None:
        loop = asyncio.get_running_loop()
        with subscription:
            while (left := self._asked_at + IDLE_SECONDS - loop.time()) > 0:
                try:
                    async with asyncio.timeout(left):
                        event = await anext(subscription)
                except TimeoutError:
                    continue
                except StopAsyncIteration:
                    break
                self.look_again(event.object_id)


_indexes: WeakKeyDictionary[Bus, WordIndex] = WeakKeyDictionary()


def current() -> WordIndex:
    """The one of this institution in this process."""
    return of(events.current())


def of(bus: Bus) -> WordIndex:
    return _indexes.setdefault(bus, WordIndex())


def texts_of(said: Mapping[str, Any], bodies: Iterable[Mapping[str, Any]]) -> Texts:
    """Everything written in a consult, the question first."""
    found = list(facts.texts(said).values())
    return found + [text for body in bodies if (text := plain(body))]


def plain(body: Mapping[str, Any]) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", str(body.get("content", "")))).split())


async def seals_of(ids: list[int]) -> dict[int, Seals]:
    """Of each that may be found, as it is now."""
    sql = _SEALED.format(seals=sql_of_seals(), ids=raw_sql.marks(len(ids)))
    return {int(row[0]): tuple(row[1:]) for row in await raw_sql.tuples(sql, ids)}


def sql_of_seals() -> str:
    """Two columns of a consult."""
    return _SEALS.format(joined="string_agg" if raw_sql.is_postgres() else "group_concat")


async def stored(ids: list[int]) -> dict[int, Stored]:
    """Of each that may be found, as it is now."""
    marks, open_ = raw_sql.marks(len(ids)), sealed.current().open
    said: dict[int, list[Any]] = {}
    for row in await raw_sql.run(_SAID.format(ids=marks), ids):
        said.setdefault(int(row["consult_id"]), []).append(orjson.loads(open_(row["body"])))
    found = {}
    for row in await raw_sql.run(_FACTS.format(ids=marks), ids):
        consult_id, stated = int(row["id"]), orjson.loads(open_(row["facts"]))
        found[consult_id] = Stored(
            [_age(str(stated.get("age_band", "")))],
            str(stated.get("title", "")),
            texts_of(stated, said.get(consult_id, [])),
        )
    return found


def _age(band: str) -> str:
    """As a word that nobody can write."""
    return f"age {band}"
