"""Whom the throttle counts: the client, as the nearest of our proxies saw it."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from instance import config
from instance.config import Config
from instance.web.requests import network

PROXIES = ("10.0.0.1", "10.0.0.2", "10.0.0.3")


@dataclass
class Incoming:
    """As much of a request as the question needs."""

    remote_addr: str | None
    headers: Headers


def seen(remote: str | None, *forwarded: str) -> str:
    headers = Headers([("X-Forwarded-For", value) for value in forwarded])
    return network(Incoming(remote, headers))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def behind_proxies(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Config.from_env(
        {
            "CURBSIDE_ORIGIN": "https://mercy.example",
            "CURBSIDE_NAME": "Mercy General",
            "CURBSIDE_DATA": str(tmp_path_factory.mktemp("data")),
        }
    )
    ranges = (ip_network("10.0.0.0/29"), ip_network("fd00::/8"))
    config.use(replace(settings, trusted_proxies=ranges))


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", ["6.6.6.6"], "203.0.113.9"),  # no proxy of ours: its word is nothing
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.9"], "203.0.113.9"),  # two headers
        ("10.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.9", "10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.9, 10.0.0.2,10.0.0.3"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.9, unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("fe80::1%eth0", [], "fe80::/64"),
        (None, ["6.6.6.6"], "unknown"),
        ("<local>", ["6.6.6.6"], "unknown"),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy(
    remote: str | None, forwarded: list[str], expected: str
) -> None:
    assert seen(remote, *forwarded) == expected


addresses = st.ip_addresses().map(str)
invented = st.lists(addresses | st.sampled_from([*PROXIES, "", "unknown", "%", "1.2.3.4:5"]))
strangers = st.ip_addresses(v=4).filter(lambda ip: ip not in ip_network("10.0.0.0/29"))


@given(
    invented=st.lists(invented.map(", ".join), max_size=3),
    client=strangers,
    through=st.lists(st.sampled_from(PROXIES), min_size=1, max_size=4),
    joined=st.booleans(),
)
def test_nothing_a_client_invents_changes_whom_the_throttle_counts(
    invented: list[str], client: IPv4Address, through: list[str], joined: bool
) -> None:
    """`through`: the proxies in order, each of which adds whom it saw, on the right."""
    hops = [str(client), *through[:-1]]
    headers = [*invented, ", ".join(hops)] if joined else [*invented, *hops]

    assert seen(through[-1], *headers) == str(client)


@given(remote=st.none() | st.text(), forwarded=st.lists(st.text(), max_size=3))
def test_no_header_breaks_it(remote: str | None, forwarded: list[str]) -> None:
    clean = [value.replace("\r", "").replace("\n", "") for value in forwarded]
    assert seen(remote, *clean)
