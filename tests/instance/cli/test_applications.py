"""`curbside token` and `curbside app`: what they make, and what they say where they cannot."""

import orjson

from tests.instance.cli.test_keys import MEMBER, curbside, environment
from tests.instance.cli.test_roles import OWNER

__all__ = ["environment"]


def _refused(*words: str) -> str:
    done = curbside(*words)
    assert done.exit_code == 1, done.output
    return done.output


def test_scripts_get_tokens_and_applications_are_approved(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside("member", "add", "ruiz", *OWNER).exit_code == 0
    create = ("token", "create", "--as")

    made = curbside(*create, "@lee", "--scopes", "read consults")
    assert orjson.loads(made.stdout.splitlines()[-1])["scope"] == "read consults"
    assert "read:statuses" in _refused(*create, "lee", "--scopes", "read,write")
    assert "These are no scopes: admin:read." in _refused(*create, "lee", "--scopes", "admin:read")
    assert "Say which scopes." in _refused(*create, "lee", "--scopes", " ")
    assert "Nobody here has this handle." in _refused(*create, "nobody", "--scopes", "read")

    [row] = [orjson.loads(line) for line in curbside("app", "list").stdout.splitlines()]
    assert row["approved"] is True
    approve = ("app", "approve", row["client_id"])
    assert "Only an owner" in _refused(*approve, "--as", "lee")
    assert "Nobody here" in _refused(*approve, "--as", "nobody")
    assert "no more" in curbside(*approve, "--as", "ruiz", "--off").output
    assert '"approved":false' in curbside("app", "list").output
    assert "from now on" in curbside(*approve, "--as", "ruiz").output
    assert "`curbside app list`" in _refused("app", "approve", "unknown", "--as", "ruiz")
