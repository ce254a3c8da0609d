"""What one identity wishes of others stays its own: T25, T50, T72 and T87."""

from tests.removals.entry import Removal

_SOCIAL = "tests/instance/web/test_api_social.py"
_PROFILE = "tests/instance/web/test_api_profile.py"
_BLOCKING = f"{_SOCIAL}::test_blocking_parts_two_people_and_nothing_says_so"

REMOVALS = (
    Removal(
        "T25",
        "who is blocked is seen all the same",
        "instance/services/feed_sources.py",
        "SELECT target_id AS id FROM block WHERE actor_id = ?1\nUNION SELECT target_id FROM mute",
        "SELECT target_id AS id FROM mute",
        _BLOCKING,
    ),
    Removal(
        "T25",
        "who is blocked is heard of all the same",
        "instance/services/notifications.py",
        "SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2\nUNION ALL SELECT 1 FROM mute",
        "SELECT 1 FROM mute",
        _BLOCKING,
    ),
    Removal(
        "T25",
        "who follows again after a block is among the followers",
        "instance/services/followers.py",
        "    rows = rows.exclude(follower_id__in=await feed_sources.unwanted(of))\n",
        "",
        _BLOCKING,
    ),
    Removal(
        "T25",
        "a hidden server's people follow again",
        "instance/services/follows.py",
        "    return await wishes.keeps_away(target, follower)\n",
        "    return False\n",
        f"{_SOCIAL}::test_a_hidden_server_is_gone_for_one_identity_alone",
    ),
    Removal(
        "T50",
        "who follows somebody is told to others",
        "instance/web/api/circles.py",
        "    if not await _is_own(caller, actor_id):\n        return answer([])\n"
        "    assert caller is not None  # noqa: S101  (nobody's own without one)\n"
        "    rows = await followers.followers(caller.acting,",
        "    assert caller is not None\n"
        "    rows = await followers.followers(await accounts.by_id(actor_id, None),",
        f"{_SOCIAL}::test_a_channel_or_person_who_decides_is_asked_and_whoever_keeps_it_answers",
    ),
    Removal(
        "T50",
        "another's list is read",
        "instance/services/lists.py",
        "List.get_or_none(id=list_id, actor_id=actor.id)",
        "List.get_or_none(id=list_id)",
        f"{_PROFILE}::test_a_list_holds_whom_one_follows_and_has_a_timeline_of_its_own",
    ),
    Removal(
        "T72",
        "a report of one channel reaches who keeps another",
        "instance/services/keeping.py",
        "        about_channel = Q(target_id__in=self.groups)\n",
        '        about_channel = Q(target__kind="person")\n',
        f"{_PROFILE}::test_reports_go_to_whoever_decides_here_and_elsewhere",
    ),
    Removal(
        "T87",
        "a pseudonym is opened by an application",
        "instance/services/amending.py",
        "        if actor.is_pseudonym and value not in (None, is_now):\n",
        "        if False:\n",
        f"{_PROFILE}::test_a_profile_changes_as_far_as_its_page_lets_it",
    ),
)
