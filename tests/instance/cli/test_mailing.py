"""`curbside mails`: what did not get out, why, and sending it again."""

from datetime import UTC, datetime
from typing import Any

import orjson

from instance.cli import running
from instance.models import AlertKind, Mail, Member
from tests.instance.cli.test_keys import curbside, environment

__all__ = ["environment"]

ADMIN = ("--email", "a@hospital.example", "--name", "Dr A. Dmin", "--role", "federation")


async def give_one_up() -> None:
    now, member = datetime.now(UTC), await Member.get()
    row: dict[str, Any] = {"member": member, "kind": AlertKind.AUDIT, "host": "", "attempts": 1}
    await Mail.create(**row, gave_up_at=now, last_error="sign_in 535")


def test_mails_that_were_given_up_are_listed_with_the_reason_and_sent_again(
    environment: None,
) -> None:
    assert "none was given up" in curbside("mails", "list").output
    assert curbside("member", "add", "admin", *ADMIN).exit_code == 0
    running.run(give_one_up)
    listed = curbside("mails", "list").output
    assert listed.startswith("1 given up, since ")
    assert "the mail server does not accept our name and password" in listed
    [row] = orjson.loads(curbside("mails", "list", "--json").output)
    assert (row["gave_up"], row["count"], row["error"]) == (True, 1, "sign_in")
    assert curbside("mails", "retry", "--as", "@admin").output == "1 mail is tried again.\n"
    assert orjson.loads(curbside("mails", "retry", "--as", "admin", "--json").output) == {
        "count": 0
    }


def test_who_does_not_look_after_it_sends_nothing_again(environment: None) -> None:
    assert curbside("member", "add", "lee", *ADMIN[:4]).exit_code == 0
    running.run(give_one_up)
    answer = curbside("mails", "retry", "--as", "lee")
    assert answer.exit_code == 1 and "Only administrators" in answer.output
