"""`curbside example`: what it prints fits this server, and what is printed is what the programs
take that it is for."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from instance.cli import examples, main
from instance.web import requests, uploads

SETTINGS = {
    "CURBSIDE_ORIGIN": "https://curbside.hospital.example",
    "CURBSIDE_MEDIA_ORIGIN": "https://media.hospital.example",
    "CURBSIDE_NAME": 'Mercy\'s "General"',
    "CURBSIDE_DATA": "/var/lib/curbside",
    "CURBSIDE_LISTEN": "127.0.0.1:8123",
    "CURBSIDE_DATABASE": "postgres://curbside:a%20secret@db.example/curbside",
    "CURBSIDE_SMTP_HOST": "mail.hospital.example",
    "CURBSIDE_SMTP_USER": "curbside",
    "CURBSIDE_SMTP_PASSWORD": "another secret",
}
PLACES = {name: file for name, (file, _) in examples.EXAMPLES.items()}


def printed(*arguments: str, **settings: str) -> Result:
    return CliRunner(env={**SETTINGS, **settings}).invoke(main, ["example", *arguments])


def test_each_example_says_where_it_goes_and_holds_the_names_of_this_server() -> None:
    assert list(PLACES) == [line.split()[0] for line in printed().output.splitlines()]
    for name in PLACES:
        found = printed(name)
        assert found.exit_code == 0, found.output
        assert found.output.startswith("# /etc/") and "[[" not in found.output, name
        assert "curbside.hospital.example" in found.output or name == "alerts"
        assert "secret" not in found.output.replace("secret.key", "")
    for name in ("caddy", "nginx"):
        output = printed(name).output
        assert "127.0.0.1:8123" in output and "media.hospital.example" in output
        assert "media" not in printed(name, CURBSIDE_MEDIA_ORIGIN="").output.replace("medium", "")
        several = printed(name, "--upstream", "10.0.0.1:8000", "--upstream", "10.0.0.2:8000").output
        assert "10.0.0.1:8000" in several and "10.0.0.2:8000" in several


def test_what_does_not_fit_a_file_is_refused_in_words() -> None:
    for wrong in (
        ["nginx", "--upstream", "a b;"],
        ["systemd", "--user", "root\nUser=x"],
        ["apache"],
    ):
        found = printed(*wrong)
        assert found.exit_code == 2 and "Traceback" not in found.output
    assert "CURBSIDE_ORIGIN" in printed("systemd", CURBSIDE_ORIGIN="").output


def test_the_file_of_settings_is_read_as_they_are_set(tmp_path: Path) -> None:
    """By a shell, whose quotes systemd takes; but for passwords."""
    file = tmp_path / "curbside.env"
    file.write_text(printed("env").output)
    read = subprocess.run(
        ["sh", "-c", f"set -a; . {file}; env"], env={}, capture_output=True, text=True
    ).stdout
    for name, value in SETTINGS.items():
        shown = value.replace("a%20secret", "PASSWORD").replace("another secret", "PASSWORD")
        assert f"{name}={shown}\n" in read
    assert {row["name"] for row in examples.rows()} == {
        line.lstrip("#").partition("=")[0]
        for line in file.read_text().splitlines()
        if line.lstrip("#").startswith("CURBSIDE_")
    }


def test_a_proxy_lets_through_what_the_server_takes() -> None:
    assert max(uploads.PLACES.values()) < examples.BODY_MOST_MIB * 1024**2
    assert requests.BODY_MAX == examples.INBOX_MOST_KIB * 1024


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units_and_finds_them_closed(tmp_path: Path) -> None:
    """Not as a service of this machine: it only reads them."""
    for name, file in PLACES.items():
        if name.startswith("systemd"):
            unit = printed(name, "--user", "daemon").output
            (tmp_path / file).write_text(unit.replace("postgresql.service", ""))
    names = ["curbside.service", "curbside-web@8001.service", "curbside-worker.service"]
    files = [str(tmp_path / name) for name in [*names, "curbside.socket"]]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True
    )
    assert checked.returncode == 0 and not checked.stderr, checked.stderr
    for name in names:
        file = str(tmp_path / name.replace("8001", ""))
        rated = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", file],
            capture_output=True,
            text=True,
        )
        assert rated.returncode == 0, rated.stdout[-300:]
