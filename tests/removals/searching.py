"""Search: T50 (who may read), T63 (no word is kept)."""

from tests.removals.entry import Removal

_SEARCH = "tests/instance/web/test_search.py"
_INDEX = "instance/services/consults/word_index.py"
_FINDING = "instance/services/consults/searching.py"

REMOVALS = (
    Removal(
        "T63",
        "the words of what was deleted stay in memory",
        _INDEX,
        "                    self.forget(event.object_id)\n",
        "                    pass\n",
        f"{_SEARCH}::test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered",
    ),
    Removal(
        "T63",
        "a word that stood in one consult alone outlives it",
        _INDEX,
        "                del self._with[word]\n",
        "                pass\n",
        f"{_SEARCH}::test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered",
    ),
    Removal(
        "T63",
        "words are kept when nobody searches any more",
        _INDEX,
        "        self.clear()\n",
        "        pass\n",
        f"{_SEARCH}::test_what_nobody_looks_for_is_forgotten",
    ),
    Removal(
        "T50",
        "search finds what the member may not read",
        _FINDING,
        "(await reading.visible(member))",
        "Consult.all()",
        f"{_SEARCH}::test_who_may_not_read_finds_what_who_looks_for_nothing_finds",
    ),
)
