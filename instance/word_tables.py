"""Tables of words that the database itself searches: FTS5 on SQLite, `tsvector` on PostgreSQL.

Both get words that were made here (`instance.words`) and cut nothing up themselves, so they find
the same. They keep no order of words: a phrase is found where all of its words are. Never a word
of a consult (T63).

No model describes them: nothing but this module and the migration that makes them knows how they
look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from instance import raw_sql
from instance.words import distinct, words

Phrase = Sequence[str]
_LONGEST, _MOST = 40, 5_000  # letters of a word; different words of one text
_STARTS_MOST = 8  # words of which the first letters are typed
_ADD = {
    "sqlite": "INSERT INTO {name} (rowid, words) VALUES (?1, ?2)",
    "postgres": """
INSERT INTO {name} (id, words) VALUES (?1, array_to_tsvector(string_to_array(?2::text, ' ')))""",
}
_PUT = {
    "sqlite": _ADD["sqlite"].replace("INSERT", "INSERT OR REPLACE"),
    "postgres": _ADD["postgres"] + "\nON CONFLICT (id) DO UPDATE SET words = EXCLUDED.words",
}
_DROP = {
    "sqlite": "DELETE FROM {name} WHERE rowid IN ({ids})",
    "postgres": "DELETE FROM {name} WHERE id IN ({ids})",
}
_MATCHING = {
    "sqlite": """
SELECT rowid AS id FROM {name} WHERE {name} MATCH {asked} {some} {before}
ORDER BY rowid DESC LIMIT {most}""",
    "postgres": """
SELECT id FROM {name} WHERE words @@ {asked}::text::tsquery {some} {before}
ORDER BY id DESC LIMIT {most}""",
}
# With a plus FTS5 reads its own list and looks there; without one it would search once for each.
_AMONG = {"sqlite": "AND +rowid IN ({among})", "postgres": "AND id IN ({among})"}
_BELOW = {"sqlite": "AND rowid < {below}", "postgres": "AND id < {below}"}
_TAKEN_OUT = """
INSERT INTO remains (name, taken_out, merged) VALUES (?1, 1, 0)
ON CONFLICT (name) DO UPDATE SET taken_out = remains.taken_out + 1
"""
# Of FTS5: with a negative number all pieces of the index are merged into one, so many pages at a
# time; with positive ones it goes on.
_MERGE = "INSERT INTO {name} ({name}, rank) VALUES ('merge', ?1)"
_MERGED_AT_ONCE = 200
_AND, _OR = {"sqlite": " AND ", "postgres": " & "}, {"sqlite": " OR ", "postgres": " | "}
_WORD = {"sqlite": '"{word}"', "postgres": "'{word}'"}
# For whoever moves them from one kind of database to the other, as they were made.
_PUT_MOVED = _PUT["postgres"].replace("?", "$")
_MOVED = "SELECT id, tsvector_to_array(words) FROM {name} WHERE id = ANY ($1)"
_START = {"sqlite": '"{word}"*', "postgres": "'{word}':*"}


@dataclass(frozen=True)
class WordTable:
    """The words of each object of one kind, by its id."""

    name: str

    async def put(self, object_id: int, text: str, *, marks: Iterable[str] = ()) -> None:
        """In place of what it had, in the caller's transaction. `marks`: see `mark`."""
        sql = _PUT[_dialect()].format(name=self.name)
        await raw_sql.run(sql, [object_id, _said(text, marks)])

    def adding(self, object_id: int, text: str, *, marks: Iterable[str] = ()) -> raw_sql.Question:
        """The statement that does so for an object that is new and had none."""
        return _added(self.name, _dialect()), (object_id, _said(text, marks))

    async def drop(self, ids: Sequence[int]) -> None:
        if ids:
            sql = _DROP[_dialect()].format(name=self.name, ids=raw_sql.marks(len(ids)))
            await raw_sql.run(sql, ids)
            await self.note_taken_out()

    async def note_taken_out(self) -> None:
        """Words left: what is left of them in the file is to go (`merge`)."""
        if _dialect() == "sqlite":
            await raw_sql.run(_TAKEN_OUT, [self.name])

    async def merge(self, *, is_begun: bool) -> bool:
        """Some of the work after which no trace of what was taken out is left in the file of an
        SQLite database; False when it is done."""
        pages = _MERGED_AT_ONCE if is_begun else -_MERGED_AT_ONCE
        count, _ = await raw_sql.active().execute_query(_MERGE.format(name=self.name), [pages])
        return bool(count > 1)

    @property
    def put_sql(self) -> str:
        """On PostgreSQL, by its own marks: an id, and what SQLite keeps as `words`."""
        return _PUT_MOVED.format(name=self.name)

    @property
    def words_sql(self) -> str:
        """On PostgreSQL: the ids among those asked for, each with a list of its words."""
        return _MOVED.format(name=self.name)

    def matching(self, asked: str, most: int, *, among: str = "", below: str = "") -> str:
        """A SELECT of the ids, the highest first, that fit what stands at the mark `asked`.
        `among`: a SELECT of those that count; `below`: the mark of what they are lower than."""
        dialect = _dialect()
        some = _AMONG[dialect].format(among=among) if among else ""
        before = _BELOW[dialect].format(below=below) if below else ""
        return _MATCHING[dialect].format(
            name=self.name, asked=asked, most=most, some=some, before=before
        )


@cache
def _added(name: str, dialect: str) -> str:
    return _ADD[dialect].format(name=name)


def _said(text: str, marks: Iterable[str]) -> str:
    """What is kept of a text."""
    found = distinct(text)
    is_plain = text.isascii() or "".join(found).isalnum()
    if not is_plain or max(map(len, found), default=0) > _LONGEST:  # nearly none
        found = set(map(_plain, found))
    if len(found) > _MOST:  # the first ones
        found = set(islice(dict.fromkeys(map(_plain, words(text))), _MOST))
    found.discard("")  # of a mark alone nothing is left when it is folded
    return " ".join([*marks, *found])


def mark(name: str, number: int) -> str:
    """A word that nobody can write or type."""
    return f"§{name}{number}"


def asked(terms: Iterable[Iterable[Phrase]], *, marks: Iterable[str] = ()) -> str:
    """Each of these terms, as one of its phrases, and each mark."""
    dialect = _dialect()
    found = [_WORD[dialect].format(word=one) for one in marks]
    for term in terms:
        phrases = [
            _AND[dialect].join(_WORD[dialect].format(word=_plain(word)) for word in phrase)
            for phrase in term
        ]
        found.append("(" + _OR[dialect].join(f"({one})" for one in phrases) + ")")
    return _AND[dialect].join(found)


def beginning(text: str) -> str:
    """Words that begin with each of those typed; "" where that is too little to look for."""
    dialect = _dialect()
    typed = [plain for word in words(text) if (plain := _plain(word))][:_STARTS_MOST]
    return _AND[dialect].join(_START[dialect].format(word=word) for word in typed)


def _plain(word: str) -> str:
    """Letters and digits alone: "½" is folded into what has a stroke between them."""
    if not word.isalnum():
        word = "".join(character for character in word if character.isalnum())
    return word[:_LONGEST]


def _dialect() -> str:
    return "postgres" if raw_sql.active().capabilities.dialect == "postgres" else "sqlite"


POSTS = WordTable("post_words")
ACTORS = WordTable("actor_words")
