"""T78: one server leaves so much here and no more; the others are not kept out by it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from instance import raw_sql
from instance.errors import TooMany
from instance.models import Actor, AlertKind, AuditEntry, HistoryEntry, HostTotal, Left, Role
from instance.outbox import host_counts
from instance.outbox.host_counts import Limit
from instance.services import alerts, quotas
from instance.workers import upkeep
from tests.browsing import Answer
from tests.cast import Houses, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

_numbers = count(100)
KEEPER = new("keeper", "Dr K. Eeper", role=Role.FEDERATION)
FEW = {kind: Limit(2, 4) for kind in Left} | {Left.BYTES: Limit(10**6, 10**7)}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_counts, "USUAL", FEW)


@pytest.fixture
async def follower(mercy: House, lee: Person, stranger: Outsider) -> Outsider:
    """Known here; and its first of two reactions today."""
    assert (await stranger.sends(mercy, stranger.activity("Follow", lee.uri))).status == 202
    return stranger


async def _posts(mercy: House, who: Outsider) -> int:
    return (await _post(mercy, who)).status


async def _post(mercy: House, who: Outsider) -> Answer:
    number = next(_numbers)
    return await who.sends(mercy, who.activity("Create", who.note(number), number))


async def test_what_is_more_than_a_days_part_is_refused_until_tomorrow_or_somebody_decides(
    mercy: House, lee: Person, follower: Outsider, network: Network
) -> None:
    assert [await _posts(mercy, follower) for _ in range(3)] == [202, 202, 429]
    headers = {name.lower(): value for name, value in (await _post(mercy, follower)).headers}
    assert 0 < int(headers["retry-after"]) <= 3600
    # Taking back costs nothing, a repeat neither, and other servers are not kept out.
    undo = follower.activity("Undo", follower.activity("Follow", lee.uri), 9)
    assert (await follower.sends(mercy, undo)).status == 202
    assert await _posts(mercy, Outsider("other.example", "ola", network)) == 202

    await mercy.at(upkeep.write_counts)
    used = {one.kind: one for one in await mercy.at(quotas.of_host, follower.host, _now())}
    assert (used[Left.POSTS].today, used[Left.POSTS].total) == (2, 2)
    assert used[Left.BYTES].today > 200 and used[Left.PEOPLE].today == 1
    told = await mercy.at(alerts.current)
    assert [(one.kind, one.host) for one in told if one.kind is AlertKind.QUOTA] == [
        (AlertKind.QUOTA, follower.host)
    ]
    keeper = await mercy.person(KEEPER)
    await keeper.does(quotas.change, follower.host, {Left.POSTS: Limit(100, 1_000)})
    assert await _posts(mercy, follower) == 202
    entry = await mercy.at(lambda: AuditEntry.get(action="host.limited"))
    assert (entry.host, entry.detail) == (follower.host, {"posts": "100 1000"})


async def test_what_is_here_in_all_has_a_bound_which_deleting_widens(
    mercy: House, follower: Outsider
) -> None:
    for _ in range(2):
        assert await _posts(mercy, follower) == 202
    await mercy.at(upkeep.write_counts)
    await mercy.at(lambda: HostTotal.filter(kind=Left.POSTS).update(count=4))
    tomorrow = _now() + timedelta(days=1)
    counts, one = mercy.institution.limits.left_here, Counter({Left.POSTS: 1})

    async def asks(now: datetime) -> str:
        try:
            await counts.require_room(follower.host, one, now, is_partner=False)
        except Exception as error:
            return type(error).__name__
        return "room"

    assert await mercy.at(asks, tomorrow) == "TooMany"
    assert await mercy.at(quotas.full, tomorrow) == []  # it wrote nothing that day
    await mercy.at(quotas.count_anew, tomorrow)  # nothing of it is stored any more
    assert await mercy.at(asks, tomorrow + timedelta(minutes=2)) == "room"


async def test_what_is_kept_is_counted_anew_of_every_kind(
    houses: Houses, mercy: House, follower: Outsider, lee: Person, okafor: Person
) -> None:
    """Else a server that goes on for years has no room any more one day, for nothing."""
    assert quotas._COUNT.keys() == set(Left)
    await ask(okafor, mercy)
    await houses.settle()
    hosts = (follower.host, okafor.home.host)

    async def count_anew() -> list[dict[Left, int]]:
        for host in hosts:
            for kind in Left:
                await HostTotal.update_or_create({"count": 999}, host=host, kind=kind)
        await quotas.count_anew(_now())
        rows = [await HostTotal.filter(host=host) for host in hosts]
        return [{row.kind: row.count for row in some} for some in rows]

    of_stranger, of_partner = await mercy.at(count_anew)
    assert (of_stranger[Left.REACTIONS], of_stranger[Left.CONSULTS]) == (1, 0)
    entries = await mercy.at(lambda: HistoryEntry.all().count())
    assert of_partner[Left.CONSULTS] == entries > 0 == of_partner[Left.REPORTS]


async def test_a_server_makes_up_only_so_many_people(
    mercy: House, network: Network, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FEW, Left.REACTIONS, Limit(100, 100))  # so that people alone are too many
    crowd = [Outsider("many.example", f"p{number}", network) for number in range(3)]
    found = [
        (await one.sends(mercy, one.activity("Follow", lee.uri, number))).status
        for number, one in enumerate(crowd)
    ]
    assert found[-1] == 429
    assert await mercy.at(lambda: Actor.filter(host="many.example").count()) == 2


async def test_partners_may_leave_more(mercy: House, stlukes: House, okafor: Person) -> None:
    counts = mercy.institution.limits.left_here
    many = Counter({Left.POSTS: 3})
    await mercy.at(counts.require_room, stlukes.host, many, _now(), is_partner=True)
    used = {one.kind: one for one in await mercy.at(quotas.of_host, stlukes.host, _now())}
    assert used[Left.POSTS].limit == Limit(20, 40) and used[Left.POSTS].is_usual


async def test_an_administrator_says_on_its_page_how_much_a_server_may_leave(
    mercy: House, follower: Outsider
) -> None:
    """Which fits beside what is decided in a shell: a second click changes and records nothing."""
    assert [await _posts(mercy, follower) for _ in range(3)] == [202, 202, 429]
    await mercy.at(upkeep.write_counts)
    await mercy.person(KEEPER)
    browser = await mercy.sign_in("keeper")
    place = f"/admin/hospitals/{follower.host}"
    assert "Usually 2." in (await browser.get(place)).text
    wrong = await browser.post_form(f"{place}/limits", {"posts": "many", "posts_in_all": "9"})
    assert wrong.status == 422 and "Enter whole numbers in both fields" in wrong.text
    assert 'value="many"' in wrong.text and "<details open>" in wrong.text
    for _ in range(2):
        typed = {"posts": "1,000", "posts_in_all": "9000"}
        assert (await browser.post_form(f"{place}/limits", typed)).status == 302
    assert await _posts(mercy, follower) == 202
    assert 'value="1000"' in (await browser.get(place)).text
    assert (await browser.post_form(f"{place}/limits", {})).status == 302
    assert await _posts(mercy, follower) == 429
    entries = await mercy.at(lambda: AuditEntry.filter(action="host.limited").order_by("id"))
    assert [one.detail for one in entries] == [{"posts": "1000 9000"}, {"posts": "usual"}]


async def test_an_activity_looks_nothing_up_and_processes_come_to_the_same(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a minute the counts of a server are read; what two processes count meets there."""
    asked: list[str] = []
    look_up = raw_sql.look_up

    async def counted(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        asked.append(sql)
        return await look_up(sql, values)

    monkeypatch.setattr(raw_sql, "look_up", counted)
    here, there = mercy.institution.limits.left_here, host_counts.HostCounts()
    one, host, now = Counter({Left.REPORTS: 1}), "there.example", _now()
    for counts in (here, there):
        for _ in range(2):
            await mercy.at(counts.require_room, host, Counter(), now, is_partner=False)
    assert len(asked) == 2  # one each
    for counts in (here, there):
        await mercy.at(counts.require_room, host, one, now, is_partner=False)
        counts.add(host, one, now)
        monkeypatch.setattr(mercy.institution.limits, "left_here", counts)
        await mercy.at(quotas.write, now)
    assert len(asked) == 2
    for counts in (here, there):
        with pytest.raises(TooMany):
            later = now + host_counts.READ_AGAIN_AFTER
            await mercy.at(counts.require_room, host, one, later, is_partner=False)


def _now() -> datetime:
    return datetime.now(UTC)
