"""Who may read `/metrics`, and what stands there."""

from collections.abc import MutableMapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from instance.cli import metrics_listener
from instance.config import Config
from instance.errors import BadSettings
from tests.houses import House

SETTINGS = {
    "CURBSIDE_ORIGIN": "https://mercy.example",
    "CURBSIDE_NAME": "Mercy General",
    "CURBSIDE_DATA": "/tmp",
}


async def asked(house: House, client: str, path: str = "/metrics", method: str = "GET") -> Any:
    """Status and body; every header says that it came from this machine."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    names = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"host")
    headers = [(name, b"127.0.0.1") for name in names]
    scope: dict[str, Any] = {"client": (client, 4711), "path": path, "method": method}
    application = metrics_listener.application(house.institution)
    await house.at(application, scope | {"type": "http", "headers": headers}, _nothing, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_only_who_comes_from_a_network_that_may_reads_metrics(mercy: House) -> None:
    for client in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert (await asked(mercy, client))[0] == 200
    for client in ("192.0.2.7", "10.20.0.7", "::ffff:192.0.2.7", "", "localhost"):
        assert await asked(mercy, client) == (404, "")
    for path, method in (("/", "GET"), ("/metrics/", "GET"), ("/metrics", "POST")):
        assert await asked(mercy, "127.0.0.1", path, method) == (404, "")
    mercy.institution.config = replace(
        mercy.institution.config, metrics_from=(ip_network("10.20.0.7/32"),)
    )
    assert (await asked(mercy, "10.20.0.7"))[0] == 200
    for client in ("10.20.0.8", "127.0.0.1", "192.0.2.7"):
        assert await asked(mercy, client) == (404, "")


async def test_metrics_say_how_the_server_does_on_both_databases(mercy: House) -> None:
    _, text = await asked(mercy, "127.0.0.1")
    for line in (
        "curbside_up_database 1.0",
        'curbside_problem{code="database"} 0.0',
        "curbside_migrations_missing 0.0",
        "curbside_sealed_key_present 1.0",
        'curbside_queue_size{queue="deliveries"} 0.0',
        "curbside_late 0.0",
        'curbside_deliveries_total{outcome="delivered"} 0.0',
    ):
        assert f"\n{line}\n" in text


def settings(**more: str) -> Config:
    return Config.from_env(SETTINGS | more)


def test_a_listener_that_others_can_reach_says_who_may() -> None:
    assert settings().metrics_at is None
    assert settings(CURBSIDE_METRICS_LISTEN="[::1]:9464").metrics_at == ("::1", 9464)
    for address in ("0.0.0.0:9464", "10.20.0.5:9464", "[::]:9464", "curbside.example:9464"):
        assert "CURBSIDE_METRICS_FROM: set it" in refused(CURBSIDE_METRICS_LISTEN=address)
    found = settings(CURBSIDE_METRICS_LISTEN="0.0.0.0:9464", CURBSIDE_METRICS_FROM="10.20.0.7/32")
    assert found.metrics_from == (ip_network("10.20.0.7/32"),)
    assert "must be host:port, e.g. 127.0.0.1:9464" in refused(CURBSIDE_METRICS_LISTEN="9464")


def refused(**more: str) -> str:
    with pytest.raises(BadSettings) as raised:
        settings(**more)
    return " ".join(raised.value.problems)


async def _nothing() -> MutableMapping[str, Any]:
    return {}
