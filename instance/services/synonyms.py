"""Clinical terms that mean the same: the list that comes with this program (`synonyms.txt`), and
what an owner adds to it on the Settings page, in the same form. It counts in the next search."""

from functools import cache, lru_cache
from pathlib import Path

from instance import raw_sql
from instance.words import words

SETTING = "synonyms"
TEXT_MAX, NAME_MAX, NAMES_MOST, LONGEST_PHRASE = 10_000, 80, 12, 7
STOP = frozenset(
    "a an and are as at be but by do does for from had has have how i if in is it its no not of "
    "on or our she he so than that the their then there they this to was we were what when "
    "which who why will with would you your".split()
)
_LIST = Path(__file__).parent.parent / "synonyms.txt"
_ADDED = "SELECT value FROM setting WHERE name = ?1"

Phrase = tuple[str, ...]
Table = dict[Phrase, dict[Phrase, str]]


async def added() -> str:
    rows = await raw_sql.look_up(_ADDED, [SETTING])
    return str(rows[0]["value"]) if rows else ""


def problem(text: str) -> str:
    """What is wrong with the first line that cannot be; "" where all can."""
    if len(text) > TEXT_MAX:
        return f"Shorten it to {TEXT_MAX:,} characters."
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and (wrong := _problem_of(_names(line))):
            return f"Line {number}: {wrong}"
    return ""


@lru_cache(maxsize=16)
def table(text: str) -> Table:
    """For each term what means the same, in words for people. `text`: what was added."""
    if not text:
        return _base()
    found = {phrase: dict(others) for phrase, others in _base().items()}
    for line in text.splitlines():
        _add(found, _names(line))
    return found


@cache
def _base() -> Table:
    found: Table = {}
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            _add(found, _names(line))
    return found


def _names(line: str) -> list[str]:
    return [" ".join(name.split()) for name in line.split("=")]


def _add(found: Table, names: list[str]) -> None:
    phrases = {tuple(words(name)): name for name in names}
    for phrase in phrases:
        if not phrase or (phrase[0] in STOP and len(phrase) == 1):
            continue  # "as" is a word before it is aortic stenosis
        others = {p: name for p, name in phrases.items() if p and p != phrase}
        found.setdefault(phrase, {}).update(others)


def _problem_of(names: list[str]) -> str:
    if len(names) < 2:
        return "write two terms or more with = between, such as PE = pulmonary embolism."
    if len(names) > NAMES_MOST:
        return f"write up to {NAMES_MOST} terms, or two lines."
    for name in names:
        number = len(words(name))
        if not number:
            return "each term needs a letter or a figure."
        if len(name) > NAME_MAX or number > LONGEST_PHRASE:
            return f"a term may have up to {LONGEST_PHRASE} words and {NAME_MAX} characters."
    if len({tuple(words(name)) for name in names}) < len(names):
        return "a term stands there twice."
    return ""
