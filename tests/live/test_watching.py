"""A server as those see it who watch over it: metrics, its log as JSON, `curbside status`."""

import http.client
import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.live import pairs, servers
from tests.live.servers import Place, Server, command
from tests.ports import free_ports


@pytest.fixture
def hospital(tmp_path: Path) -> Place:
    [port] = free_ports(1)
    settings = {"CURBSIDE_METRICS_LISTEN": f"127.0.0.1:{port}", "CURBSIDE_LOG_FORMAT": "json"}
    return pairs.hospital(tmp_path, [], **settings)


def get(port: int, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, text, and the number of the request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Host": f"localhost:{port}", **headers})
        with connection.getresponse() as answer:
            text = answer.read().decode()
            return answer.status, text, answer.getheader("X-Request-ID", "")


def metrics_port(home: Place) -> int:
    return int(home.environ["CURBSIDE_METRICS_LISTEN"].rpartition(":")[2])


def test_who_watches_over_a_server_sees_how_it_does(hospital: Place) -> None:
    with servers.running(Server(hospital)):
        given = "a-number-of-somebody-else"
        status, _, number = get(hospital.port, "/about?q=canary", **{"X-Request-ID": given})
        assert (status, len(number)) == (200, 8)
        assert get(hospital.port, "/metrics")[0] == 404
        assert get(hospital.port, "/health/ready")[:2] == (200, "OK")
        servers.until(lambda: "\ncurbside_workers 1.0" in metrics(hospital), 20, "a worker is seen")
        well = command(hospital, "status", "--json")
        said = json.loads(well.stdout)
        left = [one["code"] for one in said["problems"] if not one["code"].startswith("disk")]
        assert (left, said["server"]) == ([], {"answers": True, "ready": True}), said
    lines = [json.loads(one) for one in hospital.log.read_text().splitlines() if one[:1] == "{"]
    [line] = [one for one in lines if one.get("request") == number]
    assert (line["route"], line["method"], line["status"]) == ("about.show_about", "GET", 200)
    assert "canary" not in hospital.log.read_text() and given not in hospital.log.read_text()


def metrics(home: Place) -> str:
    return get(metrics_port(home), "/metrics")[1]
