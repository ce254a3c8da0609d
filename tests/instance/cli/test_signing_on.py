"""`curbside sso`: name the provider, try it and switch it on from a shell."""

from functools import partial
from pathlib import Path

import pytest

from instance.cli import running
from instance.institution import Institution as Opened
from tests.instance.cli.test_keys import curbside, environment
from tests.network import Network
from tests.providers import CLIENT, ISSUER, SECRET, Provider

__all__ = ["environment"]


@pytest.fixture
def provider(environment: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    network, found = Network(), Provider()
    network.servers["login.hospital.example"] = found
    monkeypatch.setattr(running, "Institution", partial(Opened, transport=network))
    return found


def test_a_provider_is_named_tried_and_switched_on(provider: Provider, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    named = ("--issuer", ISSUER, "--client-id", CLIENT, "--secret-file", str(secret))
    saved = curbside("sso", "set", *named, "--key-claim", "employee_number")
    assert saved.exit_code == 0 and SECRET not in saved.output, saved.output
    tried = curbside("sso", "check")
    assert tried.exit_code == 0 and "In order" in tried.output
    assert curbside("sso", "switch", "on").exit_code == 0
    more = ("--affiliation-claim", "groups", "--affiliation", "medical-staff")
    assert "in use" in curbside("sso", "set", *more).output


def test_what_is_wrong_is_said_with_its_cure(provider: Provider, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("another one")
    refused = curbside("sso", "set", "--issuer", "http://login.hospital.example")
    assert refused.exit_code == 1 and "secure address" in refused.output
    named = ("--issuer", ISSUER, "--client-id", CLIENT, "--secret-file", str(secret))
    assert curbside("sso", "set", *named).exit_code == 0

    for arguments in (("check",), ("switch", "on")):
        answer = curbside("sso", *arguments)
        assert answer.exit_code == 1 and "Copy both anew." in answer.output.replace("\n", " ")
