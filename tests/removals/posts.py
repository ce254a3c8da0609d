"""What applications do with posts: whose it is (T69), what is deleted (T80), and once (T81)."""

from tests.removals.entry import Removal

_POSTS = "tests/instance/web/test_api_posts.py"
_FILTERS = "tests/instance/web/test_api_filters.py"
_SCHEDULED = "tests/instance/web/test_api_scheduled.py"
_OTHERS = f"{_FILTERS}::test_what_is_no_filter_is_refused_in_words_and_anybody_elses_is_not_there"
_OWN = f"{_SCHEDULED}::test_only_what_could_be_posted_is_scheduled_and_only_ones_own_is_there"

REMOVALS = (
    Removal(
        "T69",
        "a keyword of anybody's filter is read",
        "instance/services/filters.py",
        "FilterKeyword.filter(id=keyword_id, of_filter__actor_id=actor.id)",
        "FilterKeyword.filter(id=keyword_id)",
        _OTHERS,
    ),
    Removal(
        "T69",
        "a keyword of another filter is changed by way of one's own",
        "instance/services/filters.py",
        "            found = await mine.filter(id=one.id).first()\n",
        "            found = await FilterKeyword.filter(id=one.id).first()\n",
        _OTHERS,
    ),
    Removal(
        "T69",
        "anybody's scheduled post is read",
        "instance/services/scheduled.py",
        "    found = await _mine([actor]).get_or_none(id=scheduled_id)\n",
        "    found = await ScheduledPost.get_or_none(id=scheduled_id)\n",
        _OWN,
    ),
    Removal(
        "T69",
        "what somebody typed is told to others",
        "instance/web/api/statuses.py",
        "    sending.require_own(identity(caller), post)\n",
        "",
        f"{_POSTS}::test_a_changed_post_tells_what_it_said_before_until_it_is_deleted",
    ),
    Removal(
        "T80",
        "earlier versions of a post outlive it",
        "instance/services/tombstones.py",
        "PostTag, Revision, Bookmark, FilterPost)",
        "PostTag, Bookmark, FilterPost)",
        f"{_POSTS}::test_a_changed_post_tells_what_it_said_before_until_it_is_deleted",
    ),
    Removal(
        "T81",
        "a scheduled post is posted each time a worker looks",
        "instance/services/scheduled.py",
        "            await row.delete()\n",
        "",
        f"{_SCHEDULED}::test_a_scheduled_post_is_sealed_until_its_time_and_posted_once",
    ),
    Removal(
        "T81",
        "what could not be posted is tried for ever",
        "instance/services/scheduled.py",
        "update(due_at=None, refusal=why[:_REFUSAL_MOST])",
        "update(refusal=why[:_REFUSAL_MOST])",
        f"{_SCHEDULED}::test_what_cannot_be_posted_any_more_is_kept_and_its_author_told",
    ),
    Removal(
        "T69",
        "a suspended member's posts go out at their time",
        "instance/services/scheduled.py",
        "            await _require_active(actor)\n",
        "",
        f"{_SCHEDULED}::test_what_cannot_be_posted_any_more_is_kept_and_its_author_told",
    ),
)
