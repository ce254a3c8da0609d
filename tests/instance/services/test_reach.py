"""Whom a block would cut off: of one host the database is asked for it and those below it."""

import pytest

from instance.models import Consult
from instance.outbox import trust
from instance.services import channels, reach
from tests.cast import Houses
from tests.clinic import ask
from tests.houses import House, Person
from tests.instance.services.test_host_imports import follower

COVERED = {
    "a_b.example": {"a_b.example", "x.a_b.example", "a_b.example:8001", "x.a_b.example:8001"},
    "x.a_b.example": {"x.a_b.example", "x.a_b.example:8001"},
    "a_b.example:8001": {"a_b.example:8001", "x.a_b.example:8001"},
    "example": {
        *("a_b.example", "x.a_b.example", "a_b.example:8001", "x.a_b.example:8001"),
        *("axb.example", "not-a_b.example"),
    },
    "b.example": set(),
    "%": set(),
}
HOSTS = COVERED["example"] | {"a_b.example.org"}


@pytest.fixture
async def followers(mercy: House) -> None:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "")
    for host in sorted(HOSTS):
        await follower(mercy, host, group)


@pytest.mark.parametrize("name", COVERED)
async def test_of_one_host_only_what_it_covers_is_read(
    mercy: House, followers: None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    covers, read = trust.names_of, set()

    def seen(host: str) -> tuple[str, ...]:
        read.add(host)
        return covers(host)

    monkeypatch.setattr(trust, "names_of", seen)
    found = await mercy.at(reach.of_host, name)
    assert read == COVERED[name]
    assert found == (await mercy.at(reach.of, [name])).get(name, reach.NOTHING)
    assert found.followers == len(COVERED[name])


async def test_running_consults_count_where_the_host_takes_part(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    for readers in ((stlukes,), (heart,), (stlukes, heart)):
        await ask(lee, *readers)
    await houses.settle()
    assert (await mercy.at(reach.of_host, stlukes.host)).consults == 2
    assert (await stlukes.at(reach.of_host, mercy.host)).consults == 2
    assert await mercy.at(lambda: Consult.all().count()) == 3
