"""J9: two hospitals that know nothing of each other become partners, by keyboard alone, one side
wide with scripts and the other narrow without, and within the budget (ux.md 3).
"""

import re
from collections.abc import Callable, Iterator
from shutil import copyfile

import pytest

from instance.demo.people import Institution
from instance.demo.people import Person as Administrator
from instance.demo.world import PASSWORD
from instance.models import Role
from instance.services import institutions, members
from tests.browser.conftest import Sits
from tests.browser.demo import House
from tests.browser.keyboard import Keyboard
from tests.browser.people import Person
from tests.databases import migrated_sqlite
from tests.live import pairs, servers
from tests.live.servers import Place, Server
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("trusting")

FIRST_CLICKS, SECOND_CLICKS = 3, 2
FIRST, SECOND = "ruiz", "whitlock"
NAMES = {"north": "Mercy General", "south": "St. Luke's"}
Tails = tuple[str, str]


@pytest.fixture(scope="module")
def strangers(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, House]]:
    """Running, with two administrators each. Founded before a browser starts: both have a loop."""
    folder, ports = tmp_path_factory.mktemp("strangers"), free_ports(2)
    homes = []
    for (key, name), port in zip(NAMES.items(), ports, strict=True):
        people = [
            Administrator(key, handle, f"Dr {handle.title()}", ()) for handle in (FIRST, SECOND)
        ]
        institution = Institution(key, name, "hospital", "extension 4444")
        homes.append(servers.place(institution, ports, port, folder / key, *people))
        found(homes[-1])
    passwords = dict.fromkeys((FIRST, SECOND), PASSWORD)
    mercy, stlukes = (House(home.institution.name, home.url, passwords) for home in homes)
    with servers.running(*(Server(home) for home in homes)):
        yield mercy, stlukes


def found(home: Place) -> None:
    home.folder.mkdir(mode=0o700)
    copyfile(migrated_sqlite(), home.folder / "curbside.sqlite3")

    async def join() -> None:
        await institutions.ensure_institution()
        for person in home.members:
            email = f"{person.handle}@{home.institution.key}.example"
            new = members.NewMember(email, PASSWORD, person.handle, person.name, role=Role.OWNER)
            await members.add_member(new)

    pairs.at(home, join)


def test_two_hospitals_become_partners_within_the_budget_of_each_administrator(
    strangers: tuple[House, House],
    sits: Sits,
    record_property: Callable[[str, object], None],
) -> None:
    mercy, stlukes = strangers
    here = [sits(mercy, handle) for handle in (FIRST, SECOND)]
    there = [sits(stlukes, handle, width=390, scripts=False) for handle in (FIRST, SECOND)]
    acts = {person: Keyboard(person.page) for person in (*here, *there)}
    look_up(here[0], acts, stlukes)
    look_up(there[0], acts, mercy)
    heard_here, heard_there = read_out(there[0]), read_out(here[0])

    check_keys(here, acts, stlukes, heard_here)
    here[0].go(f"/admin/hospitals/{stlukes.host}")
    acts[here[0]].press_on("Send offer")
    here[0].page.get_by_text("have your offer").wait_for()
    comes(here[0], stlukes, "They have your offer")
    check_keys(there, acts, mercy, heard_there)
    comes(there[0], mercy, "They offer")
    acts[there[0]].press_on("Accept")
    for person, other in ((here[1], stlukes), (there[1], mercy)):
        comes(person, other, "Consults pass between the two hospitals as agreed below.")
        assert person.scrolls_sideways(1280, 390, 320) == []

    for width, (first, second) in ((1280, here), (390, there)):
        for who, person, pages in (("first", first, 4), ("second", second, 3)):
            keys = acts[person]
            told = f"{keys.acts} acts, {keys.keys} keys, {keys.seconds(pages):.0f} s"
            record_property(f"J9 at {width} px, {who}", told)
        assert (acts[first].acts, acts[second].acts) == (FIRST_CLICKS, SECOND_CLICKS)


def look_up(person: Person, acts: dict[Person, Keyboard], other: House) -> None:
    person.go("/admin/hospitals")
    acts[person].write("Name of their server", other.host)
    acts[person].press_on("Look it up")
    person.page.get_by_role("heading", name="Theirs, as this server sees them").wait_for()


def read_out(person: Person) -> Tails:
    """The ends of the own keys, as said on the telephone; those of the other are hidden."""
    shown = person.page.locator("section[aria-labelledby=keys] .mono").all_inner_texts()
    theirs, ours = shown[:2], shown[2:]
    assert all(key.endswith("···· ····") for key in theirs) and len(ours) == 2
    first, second = (re.sub(r"\s", "", key)[-8:] for key in ours)
    return first, second


def check_keys(
    pair: list[Person], acts: dict[Person, Keyboard], other: House, heard: Tails
) -> None:
    """One administrator types what was read out, then another one, who called as well."""
    first, second = pair
    type_tails(acts[first], heard)
    acts[first].write("Whom did you speak to", "The switchboard")
    acts[first].press_on("Check keys")
    first.page.get_by_text("A second administrator compares the keys as well").wait_for()
    second.go("/admin/hospitals")
    link = second.page.locator(f'main a[href="/admin/hospitals/{other.host}"]')
    acts[second].press_on(link.first.inner_text())
    second.page.get_by_role("heading", name="Theirs, as this server sees them").wait_for()
    type_tails(acts[second], heard)
    acts[second].press_on("Check keys and confirm")
    second.page.get_by_text("Key check done").or_(
        second.page.get_by_text("They offer to work together")
    ).first.wait_for()


def type_tails(keys: Keyboard, heard: Tails) -> None:
    keys.write("Key A, last 8 characters", heard[0])
    keys.write("Key B, last 8 characters", heard[1])


def comes(person: Person, other: House, words: str) -> None:
    """The page of the other hospital says this before long."""
    for _ in range(100):
        person.go(f"/admin/hospitals/{other.host}")
        if person.page.get_by_text(words).count():
            return
        person.page.wait_for_timeout(200)
    raise AssertionError(f"the page never says: {words}")
