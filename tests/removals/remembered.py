"""What is written once and shown again: T56, T67 (never of before, never another's)."""

from tests.removals.entry import Removal

_HOME = "tests/instance/web/test_api_home.py"
_NOW = f"{_HOME}::test_what_changes_in_the_database_by_whomever_shows_at_once"
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
        "        html = self._html.get((part, shown))\n",
        "        html = next((h for (p, _), h in self._html.items() if p == part), None)\n",
        "tests/instance/web/test_drawn.py"
        "::test_what_stands_around_a_page_is_of_its_member_and_of_now",
    ),
)
