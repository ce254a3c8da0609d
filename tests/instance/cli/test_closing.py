"""`curbside close`: as under Administration, for who has a shell."""

from datetime import UTC, datetime, timedelta

from tests.instance.cli.test_keys import curbside, environment

__all__ = ["environment"]

PASSWORD = "tumbler coffee gown"


def owner(name: str, role: str = "owner") -> None:
    more = ("--email", f"{name}@hospital.example", "--name", name.title(), "--role", role)
    assert curbside("member", "add", name, *more, "--password", PASSWORD).exit_code == 0


def day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def says(*arguments: str, by: str, password: str = PASSWORD) -> str:
    typed = ("--password", password) if arguments[0] != "call-off" else ()
    return curbside("close", *arguments, "--as", by, *typed).output


def test_two_owners_close_a_server_and_one_calls_it_off(environment: None) -> None:
    owner("ada")
    owner("ben")
    assert curbside("close", "show").output == "This server is not to close.\n"
    named = day(60)
    waits = f"Proposed for {named}. Another owner has to agree.\n"
    assert says("propose", named, by="ada") == waits
    assert "You proposed this yourself" in says("agree", by="ada")
    assert curbside("close", "show").output == waits
    stands = f"Closes on {named}. Members and partner hospitals are told.\n"
    assert says("agree", by="ben") == stands == curbside("close", "show").output
    assert says("call-off", by="ada") == "This server is not to close.\n"
    record = curbside("audit", "list").output
    assert record.count("clos") >= 3


def test_what_cannot_be_is_said_and_changes_nothing(environment: None) -> None:
    owner("ada")
    owner("officer", "officer")
    for said in (
        says("propose", day(60), by="officer"),
        says("propose", day(60), by="ada", password="a guess"),
        says("propose", day(3), by="ada"),
        says("propose", "next year", by="ada"),
        says("propose", day(60), by="nobody"),
        says("call-off", by="ada"),
    ):
        assert "Error" in said and "Traceback" not in said
    assert curbside("close", "show").output == "This server is not to close.\n"
