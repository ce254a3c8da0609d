"""`curbside trust`: which servers, from a shell."""

from pathlib import Path
from typing import Any

import pytest

from instance.cli import running
from instance.models import Actor, ActorKind, Follow, FollowState
from instance.services import channels
from tests.instance.cli.test_keys import curbside, environment
from tests.instance.cli.test_trusting import ADMIN, json

__all__ = ["environment"]

AS = ("--as", "ruiz")


@pytest.fixture
def admins(environment: None) -> None:
    for handle in ("ruiz", "adeyemi"):
        mail = f"{handle}@hospital.example"
        made = curbside("member", "add", handle, "--email", mail, "--name", handle, *ADMIN)
        assert made.exit_code == 0, made.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "list.csv"
    found.write_text("#domain,#severity\nbad.example,suspend\n*.x.example,suspend\n")
    return found


def exported() -> Any:
    found = json(curbside("trust", "export"))
    return {kind: [entry["domain"] for entry in found[kind]] for kind in found}


def follow_from(host: str) -> None:
    async def work() -> None:
        channel = await channels.create_channel("wards", "Wards", "")
        uri = f"https://{host}/users/f"
        actor = await Actor.create(
            uri=uri, kind=ActorKind.PERSON, host=host, handle="f", name="F", inbox=uri
        )
        await Follow.create(uri=uri, follower=actor, target=channel, state=FollowState.ACCEPTED)

    running.run(work)


def test_one_server_is_blocked_and_allowed(admins: None) -> None:
    assert curbside("trust", "block", "BAD.example", *AS).output == "Blocked: bad.example\n"
    assert curbside("trust", "allow", "good.example", *AS).exit_code == 0
    assert exported() == {"blocks": ["bad.example"], "allows": ["good.example"]}
    assert "Remove the block first" in curbside("trust", "allow", "bad.example", *AS).output
    assert curbside("trust", "unblock", "bad.example", *AS).exit_code == 0
    assert curbside("trust", "disallow", "good.example", *AS).exit_code == 0
    assert exported() == {"blocks": [], "allows": []}
    assert curbside("trust", "export", "blocks.csv").output.startswith("#domain,#severity")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(admins: None, file: Path) -> None:
    told = curbside("trust", "import", str(file), *AS, "--dry-run")
    assert told.exit_code == 0
    assert "2: bad.example: block" in told.output
    assert "3: *.x.example: Names with * are not taken." in told.output
    found = json(curbside("trust", "import", str(file), *AS, "--dry-run", "--json"))
    assert found["done"] is None and [row["verdict"] for row in found["rows"]] == [
        "change",
        "refused",
    ]
    assert exported() == {"blocks": [], "allows": []}


def test_nothing_is_done_before_somebody_saw_what_it_is(admins: None, file: Path) -> None:
    told = curbside("trust", "import", str(file), *AS)  # nobody answers
    assert told.exit_code == 1
    assert told.output.index("2: bad.example: block") < told.output.index("Do this?")
    assert curbside("trust", "import", str(file), *AS, "--json").exit_code == 2
    assert exported() == {"blocks": [], "allows": []}


def test_a_list_that_cuts_nobody_off_is_taken_over(admins: None, file: Path) -> None:
    told = curbside("trust", "import", str(file), *AS, "--yes")
    assert "Done: 1 blocked, 0 allowed." in told.output
    assert exported()["blocks"] == ["bad.example"]
    file.write_text("good.example\n")
    assert curbside("trust", "import", str(file), *AS, "--allow", "--yes").exit_code == 0
    assert exported()["allows"] == ["good.example"]


def test_a_list_that_cuts_somebody_off_waits_for_another(admins: None, file: Path) -> None:
    follow_from("bad.example")
    told = json(curbside("trust", "import", str(file), *AS, "--json", "--yes"))
    assert (told["done"]["state"], told["done"]["cuts"]) == ("waiting", 1)
    number = told["done"]["number"]
    own = curbside("trust", "confirm-import", number, *AS)
    assert own.exit_code == 1 and "Another administrator has to." in own.output
    assert exported()["blocks"] == []
    done = curbside("trust", "confirm-import", number, "--as", "adeyemi")
    assert "Done: 1 blocked" in done.output
    assert exported()["blocks"] == ["bad.example"]


def test_what_cannot_be_read_and_who_may_not_are_told(admins: None, file: Path) -> None:
    made = curbside("member", "add", "lee", "--email", "l@hospital.example", "--name", "Dr J. Lee")
    assert made.exit_code == 0
    for arguments in (("import", str(file)), ("block", "bad.example")):
        refused = curbside("trust", *arguments, "--as", "lee")
        assert refused.exit_code == 1 and "Only administrators" in refused.output
    assert "our own server" in curbside("trust", "block", "mercy.example", *AS).output
    file.write_bytes(b"\xff\xfe")
    assert "no list that we can read" in curbside("trust", "import", str(file), *AS).output
    file.write_text("#severity\nsuspend\n")
    assert "No column is named domain" in curbside("trust", "import", str(file), *AS).output
    assert exported()["blocks"] == []
