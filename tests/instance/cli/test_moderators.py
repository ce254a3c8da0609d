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


def test_a_channel_is_opened_with_its_moderator(environment: None) -> None:
    wanted = ("channel", "add", "wards", "--title", "Wards", "--moderator", "lee")
    assert "Nothing by that name" in curbside(*wanted).output
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside(*wanted).output == "Opened @wards.\n"
    assert curbside("channel", "moderator", "wards", "lee", "--remove").exit_code == 0


def test_nobody_hidden_is_made_its_moderator(environment: None) -> None:
    hidden = [option for option in MEMBER if option != "--public"]
    assert curbside("member", "add", "lee", *hidden).exit_code == 0
    opened = curbside("channel", "add", "wards", "--title", "Wards", "--moderator", "lee")
    assert "people with a public profile" in opened.output
    assert curbside("channel", "add", "wards", "--title", "Wards").exit_code == 0


@pytest.mark.parametrize("handle", ["bad/name", "Wards", "w", "ward-round", "a" * 31])
def test_a_channel_that_no_address_could_name_is_not_opened(environment: None, handle: str) -> None:
    answer = curbside("channel", "add", handle, "--title", "Wards")
    assert answer.exit_code == 1 and "Use 2 to 30 letters a-z, digits and _." in answer.output
