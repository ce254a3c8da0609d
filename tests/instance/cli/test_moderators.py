"""`curbside channel moderator`: who keeps a channel."""

import pytest

from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]


@pytest.fixture
def rhythm(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside("channel", "add", "rhythm", "--title", "Rhythm").exit_code == 0


def test_a_member_becomes_moderator_and_is_one_no_more(rhythm: None) -> None:
    assert curbside("channel", "moderator", "rhythm", "lee").output == "lee moderates @rhythm.\n"
    removed = curbside("channel", "moderator", "rhythm", "@lee", "--remove")
    assert removed.output == "@lee moderates @rhythm no more.\n"


def test_who_is_no_person_or_nobody_is_refused(rhythm: None) -> None:
    assert (
        "people with a public profile"
        in curbside("channel", "moderator", "rhythm", "rhythm").output
    )
    assert "Nothing by that name" in curbside("channel", "moderator", "rhythm", "nobody").output
    assert "Nothing by that name" in curbside("channel", "moderator", "wards", "lee").output
