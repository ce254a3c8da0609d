"""`curbside member reset`: for who lost password and phone."""

import re

from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]


def test_a_member_gets_a_new_password_that_is_shown_once(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    given = curbside("member", "reset", "@lee")
    assert given.exit_code == 0
    assert re.search(r"^Password, shown only now: \S{16}$", given.output, re.MULTILINE)
    assert "Gave somebody a new password" in curbside("audit", "list").output
    assert "Nobody here" in curbside("member", "reset", "nobody").output


def test_a_password_that_many_people_have_is_not_taken(environment: None) -> None:
    refused = curbside("member", "add", "lee", *MEMBER, "--password", "Password2024!!")

    assert refused.exit_code == 1 and "Many people use a password like this." in refused.output
