"""`curbside invite`: the same link by mail as the page sends."""

from pathlib import Path

import pytest

from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]


def test_an_invitation_is_mailed_and_its_code_is_not_shown(
    environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "does not send mails" in curbside("invite", "lee@hospital.example").output
    monkeypatch.setenv("CURBSIDE_SMTP_HOST", "127.0.0.1")
    sent = curbside("invite", "lee@hospital.example")
    assert sent.exit_code == 0
    assert sent.output == "The invitation to lee@hospital.example is on its way.\n"
    assert "Invited somebody to join" in curbside("audit", "list").output
    assert "less than 5 minutes ago" in curbside("invite", "LEE@hospital.example").output
    assert "Write an address" in curbside("invite", "lee").output


def test_whether_somebody_has_the_address_is_not_said(
    environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    monkeypatch.setenv("CURBSIDE_SMTP_HOST", "127.0.0.1")
    address = next(word for word in MEMBER if "@" in word)
    assert curbside("invite", address).output == f"The invitation to {address} is on its way.\n"
