"""`curbside member role`: as the page does it, and nobody their own."""

from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]

OWNER = ("--email", "owner@hospital.example", "--name", "Dr O. Wner", "--role", "owner")


def test_an_owner_changes_a_role_and_nobody_else_does(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside("member", "add", "owner", *OWNER).exit_code == 0
    refused = curbside("member", "role", "owner", "member", "--as", "lee")
    assert refused.exit_code == 1 and "Only an owner" in refused.output
    own = curbside("member", "role", "owner", "member", "--as", "owner")
    assert own.exit_code == 1 and "Nobody changes their own role" in own.output
    given = curbside("member", "role", "@lee", "moderator", "--as", "@owner")
    assert given.exit_code == 0 and given.output == "@lee is moderator now.\n"
    assert "Nobody here" in curbside("member", "role", "x", "member", "--as", "owner").output
    assert "is no member" in curbside("member", "role", "lee", "member", "--as", "x").output
