"""Settings: every wrong one is named at once, and development never mixes with production."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from instance.config import Config, is_loopback_pair
from instance.errors import BadSettings

PRODUCTION = {
    "CURBSIDE_ORIGIN": "https://curbside.mercy.example",
    "CURBSIDE_NAME": "Mercy General",
    "CURBSIDE_DATA": "/srv/curbside",
}
DEVELOPMENT = {
    **PRODUCTION,
    "CURBSIDE_ORIGIN": "http://localhost:8101",
    "CURBSIDE_LOOPBACK_PEERS": "localhost:8101,localhost:8102",
}


def problems(**changes: str) -> Sequence[str]:
    with pytest.raises(BadSettings) as refused:
        Config.from_env(changes)
    for line in refused.value.problems:
        assert line in refused.value.shown  # what an operator reads
    return refused.value.problems


def test_three_settings_are_enough_and_nothing_of_development_is_on() -> None:
    config = Config.from_env(PRODUCTION)
    assert not config.is_development
    assert (config.host, config.kind, config.log_level) == (
        "curbside.mercy.example",
        "hospital",
        "info",
    )
    assert config.database_url == "sqlite:///srv/curbside/curbside.sqlite3"
    assert (config.listen_host, config.listen_port) == ("127.0.0.1", 8000)
    assert config.trusted_proxies == config.private_networks == ()


@pytest.mark.parametrize(
    "written", ["https://Mercy.Example/", " https://mercy.example:443", "HTTPS://mercy.example"]
)
def test_an_address_is_kept_as_ids_are_compared(written: str) -> None:
    config = Config.from_env({**PRODUCTION, "CURBSIDE_ORIGIN": written})
    assert (config.origin, config.authority) == ("https://mercy.example", "mercy.example")


def test_development_is_on_with_loopback_peers_and_http() -> None:
    config = Config.from_env(DEVELOPMENT)
    assert config.is_development
    assert (config.host, config.authority) == ("localhost:8101", "localhost:8101")


@pytest.mark.parametrize(
    ("base", "name", "value", "why"),
    [
        # Production never starts with what is for development, nor the other way round.
        (PRODUCTION, "CURBSIDE_LOOPBACK_PEERS", "localhost:8102", "cannot go with an https origin"),
        (DEVELOPMENT, "CURBSIDE_ORIGIN", "https://localhost:8101", "LOOPBACK_PEERS: is for dev"),
        (DEVELOPMENT, "CURBSIDE_LOOPBACK_PEERS", "", "ORIGIN: must be https://"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "http://curbside.mercy.example", "must be https://"),
        (DEVELOPMENT, "CURBSIDE_LOOPBACK_PEERS", "localhost:8102", "must list our own origin"),
        (
            DEVELOPMENT,
            "CURBSIDE_LOOPBACK_PEERS",
            "localhost:8101,192.0.2.7:80",
            "'192.0.2.7:80' is not a loopback host:port",
        ),
        # One wrong value each.
        (PRODUCTION, "CURBSIDE_ORIGIN", "", "set it to this server's address"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "curbside.example", "set it to this server's address"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://a.example/path", "set it to this server's"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://a.example?x=1", "set it to this server's"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://a.example#x", "set it to this server's"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://me:pw@a.example", "set it to this server's"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://a.example:port", "set it to this server's"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://[::1", "set it to this server's address"),
        (PRODUCTION, "CURBSIDE_ORIGIN", "https://", "set it to this server's address"),
        (PRODUCTION, "CURBSIDE_NAME", "  ", "set it to the name of the hospital or society"),
        (PRODUCTION, "CURBSIDE_KIND", "clinic", "must be one of hospital, society"),
        (PRODUCTION, "CURBSIDE_DATA", "", "set it to the folder"),
        (PRODUCTION, "CURBSIDE_DATABASE", "mysql://x", "must start with sqlite:// or postgres://"),
        (PRODUCTION, "CURBSIDE_LISTEN", "8000", "must be host:port"),
        (PRODUCTION, "CURBSIDE_LISTEN", "127.0.0.1:0", "must be host:port"),
        (PRODUCTION, "CURBSIDE_LISTEN", "127.0.0.1:70000", "must be host:port"),
        (PRODUCTION, "CURBSIDE_LISTEN", "127.0.0.1:²", "must be host:port"),
        (PRODUCTION, "CURBSIDE_PRIVATE_NETWORKS", "10.0.0.1/8", "must be address ranges"),
        (PRODUCTION, "CURBSIDE_TRUSTED_PROXIES", "proxy", "must be address ranges"),
        (PRODUCTION, "CURBSIDE_JURISDICTION", "Minnesota", "must be a country or state"),
        (PRODUCTION, "CURBSIDE_CONSULTS", "nowhere", "must be one of across-borders, within"),
        (PRODUCTION, "CURBSIDE_CONSULTS", "within-border", "JURISDICTION: set it too"),
        (PRODUCTION, "CURBSIDE_LOG_LEVEL", "loud", "must be one of debug, info"),
        (PRODUCTION, "CURBSIDE_BACKUP_DAYS", "0", "must be a number of days from 1 to 3650"),
        (PRODUCTION, "CURBSIDE_WEB_PROCESSES", "0", "must be a number from 1 to 64, or left out"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(
    base: dict[str, str], name: str, value: str, why: str
) -> None:
    [line] = problems(**{**base, name: value})
    assert why in line


MAIL = {**PRODUCTION, "CURBSIDE_SMTP_HOST": "mail.mercy.example"}
SIGNED = {**MAIL, "CURBSIDE_SMTP_USER": "curbside", "CURBSIDE_SMTP_PASSWORD": "hunter2"}


def test_without_a_mail_server_nothing_is_mailed_but_to_files_in_development() -> None:
    config = Config.from_env(PRODUCTION)
    assert config.smtp is None and not config.sends_mail
    assert Config.from_env(DEVELOPMENT).sends_mail


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_mail_server_is_enough(tls: str, port: int) -> None:
    config = Config.from_env({**MAIL, "CURBSIDE_SMTP_TLS": tls})
    assert config.smtp is not None and config.sends_mail
    assert (config.smtp.port, config.smtp.tls) == (port, tls)
    assert config.smtp.sender == "curbside@curbside.mercy.example"


def test_the_password_of_the_mail_server_is_not_shown() -> None:
    config = Config.from_env(SIGNED)
    assert config.smtp is not None and config.smtp.password == "hunter2"
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("base", "name", "value", "why"),
    [
        (MAIL, "CURBSIDE_SMTP_HOST", "smtp://mail.mercy.example", "must be a name"),
        (MAIL, "CURBSIDE_SMTP_HOST", "mail\r\nx", "must be a name"),
        (MAIL, "CURBSIDE_SMTP_PORT", "0", "must be a name; the port is CURBSIDE_SMTP_PORT"),
        (MAIL, "CURBSIDE_SMTP_TLS", "ssl", "must be one of starttls, tls, none"),
        (MAIL, "CURBSIDE_SMTP_FROM", "Mercy <a@b.example>", "must be an address"),
        (MAIL, "CURBSIDE_SMTP_FROM", "a@b.example\nBcc: c@d.example", "must be an address"),
        (MAIL, "CURBSIDE_SMTP_USER", "curbside", "goes with CURBSIDE_SMTP_PASSWORD"),
        (SIGNED, "CURBSIDE_SMTP_TLS", "none", "a password is sent over starttls or tls only"),
    ],
)
def test_a_wrong_setting_of_mail_is_named(
    base: dict[str, str], name: str, value: str, why: str
) -> None:
    [line] = problems(**{**base, name: value})
    assert why in line and "hunter2" not in line


def test_all_wrong_settings_are_named_at_once() -> None:
    found = problems(CURBSIDE_KIND="clinic", CURBSIDE_LISTEN="x")
    names = [line.partition(":")[0] for line in found]
    assert names == [
        *("CURBSIDE_DATA", "CURBSIDE_KIND", "CURBSIDE_LISTEN"),
        *("CURBSIDE_NAME", "CURBSIDE_ORIGIN"),
    ]


def test_what_is_said_of_a_wrong_database_holds_no_password() -> None:
    [line] = problems(**PRODUCTION, CURBSIDE_DATABASE="postgresql+x://u:hunter2@host/db")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("pair", "is_one"),
    [
        ("localhost:8101", True),
        ("mercy.localhost:8101", True),
        ("127.0.0.1:8101", True),
        ("127.3.2.1:8101", True),
        ("[::1]:8101", True),
        ("localhost", False),
        ("localhost:0", False),
        ("localhost:65536", False),
        ("localhost:http", False),
        ("localhost:²", False),
        ("localhost.evil.example:8101", False),
        ("evillocalhost:8101", False),
        ("0.0.0.0:8101", False),
        ("10.0.0.1:8101", False),
        ("[::ffff:10.0.0.1]:8101", False),
        ("2130706433:8101", False),
        ("", False),
    ],
)
def test_only_this_machine_is_a_loopback_peer(pair: str, is_one: bool) -> None:
    assert is_loopback_pair(pair) is is_one


def test_a_relative_folder_is_told_from_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Config.from_env({**PRODUCTION, "CURBSIDE_DATA": "data"}).data == tmp_path / "data"
