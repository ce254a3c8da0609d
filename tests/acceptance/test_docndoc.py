"""DocnDoc: a doctor writes to a doctor, at another hospital too, and nobody else finds it."""

from dataclasses import replace

import pytest

from instance.models import Participant
from tests.cast import Houses
from tests.matrix import readers, walking, world
from tests.matrix.asking import Reader
from tests.network import Network
from tests.test_canary import CANARY

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
ASKED = ("signed out", "not in the audience", "administrator", "application", "server of heart")


async def test_third_parties_find_nothing_of_a_thread_of_two_doctors_by_any_path(
    houses: Houses, network: Network
) -> None:
    """404, as for an id that never was: at both hospitals, for people, applications, servers."""
    scene = await world.opened(houses)
    await world.write_privately(scene, houses)
    mercy, stlukes = scene.mercy, scene.stlukes
    rows = await stlukes.at(
        lambda: Participant.filter(consult_id=scene.ids["private, there"]["consult"])
    )
    assert {row.actor_uri for row in rows} == {scene.lee.uri, scene.okafor.uri}
    findings, others = walking.Findings(), []
    for reader in [*await readers.people(scene), *await readers.servers(scene, network)]:
        if reader.name in ASKED:
            others.append(replace(reader, hidden=("private",), variants=reader.variants[:1]))
    browser = await stlukes.sign_in("colleague")
    colleague = Reader("colleague, there", stlukes, ("private, there",), browser=browser)
    colleague.token = await browser.form_token()
    for reader in (*others, colleague):
        await walking.compare(reader, scene.ids, findings)
    assert not str(findings), str(findings)
    for house, handle, name in ((mercy, "lee", "private"), (stlukes, "okafor", "private, there")):
        page = await (await house.sign_in(handle)).get(f"/k/{scene.ids[name]['consult']}")
        assert page.status == 200 and CANARY in page.text
