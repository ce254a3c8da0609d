"""What is written once and shown again: T56, T67 (never of before, never another's)."""

from tests.removals.entry import Removal

_HOME = "tests/instance/web/test_api_home.py"
_NOW = f"{_HOME}::test_what_changes_in_the_database_by_whomever_shows_at_once"
_STREAM = "tests/instance/web/test_streams.py::test_a_stream_is_answered_as_of_now"
_POSTGRES = "instance/postgres_engine.py"
_ANSWERED = "tests/instance/test_postgres_engine.py"
_FEED = "instance/services/follow_feeds.py"

REMOVALS = (
    Removal(
        "T56",
        "what was written of a post is shown though the post was changed",
        "instance/web/remembered.py",
        "        if found is not None and found[0] == rows:\n",
        "        if found is not None:\n",
        _NOW,
    ),
    Removal(
        "T56",
        "what was written of a profile stays when its standing is withdrawn",
        "instance/services/account_rows.py",
        "s.level, s.stage, s.profession, s.specialties, s.is_withdrawn\n",
        "s.level, s.stage, s.profession, s.specialties, false\n",
        _NOW,
    ),
    Removal(
        "T56",
        "who is blocked here is at home in applications",
        _FEED,
        '_BY = "NOT a.is_blocked AND ',
        '_BY = "',
        _NOW,
    ),
    Removal(
        "T56",
        "whom a reader muted is at home in applications",
        _FEED,
        "AND (m.ends_at IS NULL OR m.ends_at > ?2))",
        "AND m.ends_at > ?2)",
        _NOW,
    ),
    Removal(
        "T67",
        "what stands around a page is another member's",
        "instance/web/views/drawn.py",
        "        return self._frames.setdefault(shown, {})\n",
        "        return self._frames.setdefault(replace(page, nav='', member=None), {})\n",
        "tests/instance/web/test_drawn.py"
        "::test_what_stands_around_a_page_is_of_its_member_and_of_now",
    ),
    Removal(
        "T56",
        "a card is shown as it was before its post was changed",
        "instance/web/presenting/forum.py",
        "kept.of(row.id, parts, partial",
        "kept.of(row.id, row.id, partial",
        "tests/instance/web/test_drawn.py::test_a_card_shows_at_once_what_changed_by_whomever",
    ),
    Removal(
        "T67",
        "what one reader did to a post stands in another's home",
        "instance/web/api/entities_statuses.py",
        "        key = place, made, is_muted, is_saved\n",
        "        key = place\n",
        f"{_HOME}::test_what_one_reader_did_stands_in_nobody_elses_copy",
    ),
    Removal(
        "T56",
        "what was looked up stands though something was stored since",
        "instance/answers.py",
        "        if not is_same:\n            self._clear()\n",
        "        if not is_same:\n",
        "tests/instance/test_sqlite_engine.py"
        "::test_what_was_looked_up_is_looked_up_again_once_anybody_stored_something",
    ),
    Removal(
        "T56",
        "what a request looked up is kept though somebody stored something meanwhile",
        _POSTGRES,
        "            if version == answers.version:\n",
        "            if True:\n",
        f"{_ANSWERED}::test_what_is_looked_up_while_somebody_stores_is_not_kept_as_of_before",
        "postgres",
    ),
    Removal(
        "T56",
        "who waits for news is answered what was looked up before these came",
        _POSTGRES,
        "        if task is not answers_request.get():\n",
        "        if answers_request.get() is None:\n",
        f"{_ANSWERED}::test_who_waits_for_news_sees_what_came_while_they_asked",
        "postgres",
    ),
    Removal(
        "T56",
        "a request goes on with what it knew before it waited",
        _POSTGRES,
        "        asyncio.get_running_loop().call_soon(self._forget_who_asked)\n",
        "",
        f"{_ANSWERED}::test_what_was_looked_up_is_looked_up_again_once_anybody_stored_something",
        "postgres",
    ),
    Removal(
        "T56",
        "nobody asks PostgreSQL whether anything was stored",
        _POSTGRES,
        "        self._answers.are_of(record[0])\n",
        "        self._answers.are_of(1)\n",
        f"{_ANSWERED}::test_what_was_looked_up_is_looked_up_again_once_anybody_stored_something",
        "postgres",
    ),
    Removal(
        "T25",
        "a mute ends at home only once somebody stores something",
        "instance/services/feed_sources.py",
        " if (at := raw_sql.time(one[0])) <= now), default=_LONG_AGO)",
        " if (at := raw_sql.time(one[0])) <= _LONG_AGO), default=_LONG_AGO)",
        _NOW,
    ),
    Removal(
        "T56",
        "a stream is answered as the request that opened it",
        "instance/app.py",
        "        answers_request.set(None)  # what is streamed goes on\n",
        "",
        _STREAM,
    ),
    Removal(
        "T78",
        "what strangers' posts name is kept at any length, and not counted",
        "instance/answers.py",
        "_size((*answer[1], values))",
        "_size(answer[1])",
        "tests/instance/test_sqlite_engine.py"
        "::test_of_what_was_looked_up_not_more_is_kept_than_so_much",
    ),
)
