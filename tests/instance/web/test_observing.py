"""What is around every request: its number, what is counted of it, its line in the log."""

import logging
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from instance import logs, metrics
from instance.inbox import receive
from instance.metrics import Metrics
from instance.services import tag_feeds
from instance.web import observing
from instance.workers import upkeep
from tests.houses import House
from tests.network import Sent
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
PROXY, GIVEN = "10.20.0.1", "0a1b2c3d4e5f-from_the-proxy"


@pytest.fixture(autouse=True)
def nothing_is_counted_yet() -> Iterator[None]:
    receive.counters.clear()
    yield
    receive.counters.clear()


def series(house: House) -> list[str]:
    """Without their values."""
    text = house.institution.metrics.text().decode()
    return [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]


def value(house: House, name: str) -> float:
    text = house.institution.metrics.text().decode()
    return float(text.partition(f"\n{name} ")[2].partition("\n")[0])


async def test_the_number_of_a_request_is_in_its_answer_its_page_and_its_lines(
    mercy: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("no")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(tag_feeds, "timeline", fail)
    lines: list[str] = []
    monkeypatch.setattr(caplog.handler, "emit", lambda r: lines.append(logs.Formatter().format(r)))
    answer = await mercy.visitor().get("/tags/sepsis")
    number = answer.number
    assert answer.status == 500 and f"reference {number}." in answer.text
    about = [line for line in lines if f"[{number}]" in line]
    assert len(about) == 2 and f"failed {number}" in about[0] and "answered GET" in about[1]
    other = await mercy.visitor().get("/about")
    assert other.number not in ("", number)


async def asked(settings: Any, client: str, *given: str) -> str:
    """The number of a request that came with these."""
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [(observing.HEADER, one.encode()) for one in given]
    scope = {"type": "http", "method": "GET", "client": (client, 1), "headers": headers}
    await observing.around(application, settings, Metrics())(scope, send, send)  # type: ignore[arg-type]
    return str(dict(sent[0]["headers"])[observing.HEADER].decode())


async def test_a_number_is_taken_from_a_trusted_proxy_alone_and_only_if_it_is_one(
    mercy: House,
) -> None:
    settings = replace(mercy.institution.config, trusted_proxies=(ip_network("10.20.0.0/16"),))
    assert await asked(settings, PROXY, GIVEN) == GIVEN
    assert await asked(settings, f"::ffff:{PROXY}", GIVEN) == GIVEN
    for client, *given in (
        ("192.0.2.7", GIVEN),
        ("", GIVEN),
        (PROXY, GIVEN, GIVEN),
        *(
            (PROXY, bad)
            for bad in ("", "short", "x" * 65, "a b c d e f", "a\nb12345", "<b>12345678")
        ),
    ):
        made = await asked(settings, client, *given)
        assert made not in given and len(made) == 8, (client, given)
    assert await asked(mercy.institution.config, PROXY, GIVEN) != GIVEN


async def test_whatever_strangers_ask_for_makes_no_series_and_tells_of_nobody(
    mercy: House, stranger: Outsider
) -> None:
    async def ask(name: str) -> None:
        visitor = mercy.visitor()
        for path in (f"/{name}", f"/tags/{name}", f"/@{name}", f"/?q={name}"):
            await visitor.get(path)
        for method in (name.upper(), "PROPFIND"):
            await mercy.request(Sent(method, f"{mercy.origin}/about", {}))
        await mercy.request(Sent("GET", f"{mercy.origin}/about", {"Host": f"{name}.example"}))
        await stranger.sends(mercy, stranger.activity(name, stranger.note(content=name)))
        await stranger.sends(mercy, {"type": name})
        await mercy.at(upkeep.write_counts)

    await ask("zebrafinch")
    known = series(mercy)
    for number in range(5):
        await ask(f"zebrafinch{number}")
    assert series(mercy) == known
    text = "\n".join(known).lower()
    for word in ("zebrafinch", "propfind", ".example", "sepsis", "cardiology", "host="):
        assert word not in text
    assert all('route="' in one for one in known if one.startswith("curbside_request"))


async def test_what_comes_to_an_inbox_is_counted_by_what_became_of_it(
    mercy: House, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Create", stranger.note()))
    await stranger.sends(mercy, stranger.activity("Zebra", stranger.note()))
    await mercy.request(Sent("POST", f"{mercy.origin}/inbox", {}, b"{}"))
    receive.counters["refused Zebrafinch"] += 3  # no error of ours
    await mercy.at(upkeep.write_counts)
    counted = 'curbside_inbox_total{outcome="%s",reason="%s"}'
    assert value(mercy, counted % ("accepted", "")) == 2
    assert value(mercy, counted % ("ignored", "")) == 1
    assert value(mercy, counted % ("refused", "UnsupportedMedia")) == 1
    assert value(mercy, counted % ("refused", metrics.OTHER)) == 3
    assert value(mercy, 'curbside_requests_total{method="POST",route="inbox",status="4xx"}') == 1
    assert value(mercy, "curbside_commit_pieces_count") >= 1


async def test_metrics_are_no_page_of_ours(mercy: House) -> None:
    """They have a listener of their own: here they are as any address that nobody has."""
    for method in ("GET", "HEAD", "POST"):
        answers = [
            await mercy.request(Sent(method, f"{mercy.origin}{path}", {}))
            for path in ("/metrics", "/nothing")
        ]
        (one, body), (other, none) = ((answer.status, answer.body) for answer in answers)
        assert one == other == 404 and body == none
