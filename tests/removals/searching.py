"""Search: T50 (who may read), T63 (no word is kept)."""

from tests.removals.entry import Removal

_SEARCH = "tests/instance/web/test_search.py"
_INDEX = "instance/services/consults/word_index.py"
_POSTS = "instance/services/public_search.py"
_PUBLIC = "tests/instance/services/test_public_search.py"
_API = "tests/instance/web/test_api_search.py"
_FINDING = "instance/services/consults/searching.py"

_SCRUBBING = (
    "tests/instance/services/retention/test_scrubbing.py"
    "::test_a_deleted_text_and_its_words_are_nowhere_in_the_files"
)
REMOVALS = (
    Removal(
        "T63",
        "words of deleted posts stay in old pieces of the index",
        "instance/services/retention/scrubbing.py",
        "        is_more = await self._merge()\n",
        "        is_more = False\n",
        _SCRUBBING,
    ),
    Removal(
        "T63",
        "what was deleted stays in the log of the database",
        "instance/services/retention/scrubbing.py",
        '        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()\n',
        "",
        _SCRUBBING,
    ),
    Removal(
        "T63",
        "what was deleted stays in the file of the database",
        "instance/sqlite_engine.py",
        '    "secure_delete": "ON",\n',
        '    "secure_delete": "OFF",\n',
        _SCRUBBING,
    ),
    Removal(
        "T63",
        "the words of what was deleted stay in memory",
        _INDEX,
        "                self.look_again(event.object_id)\n",
        "                pass\n",
        f"{_SEARCH}::test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered",
    ),
    Removal(
        "T63",
        "words that a consult had stay in memory when it says others",
        _INDEX,
        "seals.get(one) != self._seals.get(one)]",
        "one not in self._seals]",
        f"{_SEARCH}::test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered",
    ),
    Removal(
        "T63",
        "what is found again after it was withdrawn is not read again",
        _INDEX,
        "            self._seals.pop(one, None)\n",
        "",
        f"{_SEARCH}::test_what_happens_to_a_consult_opens_its_words_only_where_they_changed",
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
        "what a search showed of what was deleted stays in memory",
        _INDEX,
        "            self._shown.pop(one, None)\n",
        "",
        f"{_SEARCH}::test_what_was_deleted_is_found_before_and_not_after_and_is_not_remembered",
    ),
    Removal(
        "T63",
        "a search shows what it showed before, whatever is stored now",
        _FINDING,
        ".get(query.terms, ((),))[0] != row]",
        ".get(query.terms) is None]",
        f"{_SEARCH}::test_what_was_found_and_has_changed_is_shown_as_it_is_now",
    ),
    Removal(
        "T63",
        "a search shows an answer that was written anew as it was",
        _INDEX,
        "{{joined}}(substr(body, 1, 16), ' ')",
        "{{joined}}('-', ' ')",
        f"{_SEARCH}::test_what_was_found_and_has_changed_is_shown_as_it_is_now",
    ),
    Removal(
        "T63",
        "a search shows its asker by the name they had",
        "instance/web/presenting/consult_cards.py",
        " or hit.presented.card.author is not asker:",
        ":",
        f"{_SEARCH}::test_what_was_found_and_has_changed_is_shown_as_it_is_now",
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
        "AND {reading.VISIBLE}",
        "AND ?2 = ?2",
        f"{_SEARCH}::test_who_may_not_read_finds_what_who_looks_for_nothing_finds",
    ),
    Removal(
        "T50",
        "the number of statements tells that others' consults have a word",
        _FINDING,
        "        if len(found) <= PAGE:\n",
        "        if len(found) <= PAGE and not (first in _NONE and behind in _NONE):\n",
        f"{_SEARCH}::test_who_may_not_read_finds_what_who_looks_for_nothing_finds",
    ),
    Removal(
        "T63",
        "a consult's group is found by its name",
        "instance/outbox/finding.py",
        '    return ""\n',
        "    return actor.handle\n",
        f"{_PUBLIC}::test_no_word_of_a_consult_is_in_a_table_of_words",
    ),
    Removal(
        "T80",
        "the words of a post outlive it in the index",
        "instance/services/tombstones.py",
        "    await word_tables.POSTS.drop(ids)\n",
        "",
        f"{_PUBLIC}::test_what_is_said_anew_or_taken_back_is_found_so_at_once",
    ),
    Removal(
        "T84",
        "search finds posts of who did not want that",
        _POSTS,
        "(a.is_local OR a.indexable\n",
        "(TRUE\n",
        f"{_PUBLIC}::test_posts_of_elsewhere_are_found_while_their_author_and_we_allow_it",
    ),
    Removal(
        "T87",
        "a hidden pseudonym is found by a part of its handle",
        "instance/services/account_search.py",
        "AND (a.discoverable OR NOT a.is_pseudonym) AND",
        "AND",
        f"{_API}::test_people_and_channels_are_completed_while_they_are_typed",
    ),
    Removal(
        "T39",
        "visitors make us ask other servers",
        "instance/web/api/search.py",
        "    if not by_user and (resolves or offset):\n",
        "    if False:\n",
        f"{_API}::test_what_is_found_is_three_lists_whatever_is_asked",
    ),
    Removal(
        "T40",
        "one member makes us ask other servers without end",
        "instance/web/api/search.py",
        '    count_call(f"member {caller.token.member_id}", rates.LOOK_UPS, "look-ups")\n',
        "",
        f"{_API}::test_too_many_look_ups_are_refused_and_cost_nothing",
    ),
    Removal(
        "T50",
        "who is known from a consult alone is found by applications",
        "instance/services/account_search.py",
        '"TRUE" if is_followed else _BY_MEMBERS',
        '"TRUE"',
        f"{_API}::test_who_is_known_from_a_consult_alone_takes_nobodys_place",
    ),
)
