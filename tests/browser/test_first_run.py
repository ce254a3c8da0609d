"""J1 and J3: a fresh server is set up from the link it prints, and a colleague joins by mail, each
within the budget of ux.md 3, with scripts and without.
"""

import quopri
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pyotp
import pytest

from instance.demo.people import Institution
from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import House
from tests.browser.people import Person
from tests.browser.test_signing_in import Phone
from tests.databases import migrated_sqlite
from tests.live import servers
from tests.live.servers import Place, Server, until
from tests.ports import free_ports
from tests.rosters import line, table

pytestmark = pytest.mark.xdist_group("first run")

J1_CLICKS, J1_KEYS = 16, 90
J3_CLICKS, J3_KEYS, J3_SECONDS = 7, 15, 75
PASSWORD = "tumbler coffee gown"
# Of the keystroke-level model, in seconds (ux.md 3).
CLICK, KEY, DECISION, PAGE = 1.3, 0.28, 1.35, 0.5


@pytest.fixture(scope="module")
def fresh(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Place]]:
    """A server that has just been started for the first time, and its folder."""
    folder = tmp_path_factory.mktemp("fresh") / "mercy"
    institution = Institution("mercy", "Mercy General", "hospital", "")
    [port] = free_ports(1)
    home = servers.place(institution, [port], port, folder, CURBSIDE_BACKUP_DAYS="30")
    folder.mkdir(mode=0o700)
    copyfile(migrated_sqlite(), folder / "curbside.sqlite3")  # empty; to make it takes a while
    with servers.running(Server(home)):
        yield House(institution.name, home.url, {}), home


def link_in(text: str, path: str) -> str:
    [*_, found] = re.findall(rf"http://localhost:\d+({path}/\S+)", text)
    return str(found)


def mailed(folder: Path, address: str, pattern: str) -> str:
    """What the newest mail to this address says that is like `pattern`."""
    found: list[str] = []

    def came() -> bool:
        for file in sorted((folder / "mail").glob("*.eml"), key=lambda f: f.stat().st_mtime):
            text = quopri.decodestring(file.read_bytes()).decode()
            if f"To: {address}" in text and (match := re.search(pattern, text)):
                found.append(match[1])
        return bool(found)

    until(came, 20, f"a mail to {address}")
    return found[-1]


def test_a_fresh_server_is_set_up_and_colleagues_join(
    fresh: tuple[House, Place], sits: Sits, record_property: Callable[[str, object], None]
) -> None:
    house, home = fresh
    ruiz, folder = sits(house), home.folder
    Phone(ruiz)
    set_up(ruiz, home.log.read_text())
    record_property("J1", f"{ruiz.clicks} clicks, 0 keys")
    assert ruiz.clicks <= J1_CLICKS

    for handle, scripts in (("lee", True), ("kim", False)):
        address = f"{handle}@hospital.example"
        ruiz.go("/admin/invitations")
        ruiz.write("Hospital e-mail", address)
        ruiz.click("Send invitation")
        ruiz.page.get_by_text("The invitation is on its way.").wait_for()
        person = sits(house, width=1280 if scripts else 390, scripts=scripts)
        keys = join(person, folder, address, scripts=scripts)
        pages, decisions = 7, 7
        seconds = CLICK * person.clicks + KEY * keys + DECISION * decisions + PAGE * pages
        said = f"{person.clicks} clicks, {keys} keys, {seconds:.0f} s"
        record_property(f"J3 {'with' if scripts else 'without'} scripts", said)
        assert person.clicks <= J3_CLICKS and keys <= J3_KEYS and seconds <= J3_SECONDS


def look_at(person: Person, scripts: bool = True) -> None:
    """The page that is open is accessible, and as wide as the screen."""
    if scripts:
        assert violations(person.page) == []
        assert person.scrolls_sideways(1280, 390, 320) == []


def set_up(ruiz: Person, log: str) -> None:
    ruiz.go(link_in(log, "/set-up"))
    look_at(ruiz)
    ruiz.write("Your name", "Dr A. Ruiz")
    ruiz.write("Hospital e-mail", "ruiz@hospital.example")
    ruiz.write("Handle", "ruiz")
    ruiz.write("Password", PASSWORD)
    ruiz.click("Create account")
    ruiz.click("Make a passkey")
    ruiz.click("I have kept them", "link")
    ruiz.write("Name", "Mercy Harbour")
    ruiz.write("Postal address (optional)", "1 Harbour Street")
    ruiz.write("Country or state (optional)", "US-VA")
    ruiz.write("On-call team", "extension 4444")
    ruiz.write("Mail domains of this hospital (optional)", "hospital.example")
    ruiz.click("Save")
    ruiz.page.get_by_role("heading", name="Set up Mercy Harbour").wait_for()
    look_at(ruiz)
    ruiz.click("Run the self-test")
    ruiz.page.get_by_text("11 of 11 checks passed.").wait_for()
    ruiz.write("Hospital e-mail", "second@hospital.example")
    ruiz.click("Send invitation")
    ruiz.click("Upload roster", "link")
    people = (line("1", "lee@hospital.example", "Jo", "Lee"), line("2", "kim@hospital.example"))
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": table(*people)}
    ruiz.page.get_by_label("File", exact=True).set_input_files(file)  # type: ignore[arg-type]
    ruiz.clicks += 1
    ruiz.click("Look at it")
    if ruiz.page.get_by_role("button", name="Check the file").count():
        ruiz.click("Check the file")
    ruiz.click("Import 2 correct lines")
    ruiz.page.get_by_text("What members may do has changed at once here").wait_for()
    ruiz.click("Go on setting it up", "link")
    ruiz.pick("These rules hold here.", "checkbox")
    ruiz.click("Save rules")
    ruiz.page.get_by_text("This server is set up.").wait_for()


def join(person: Person, folder: Path, address: str, *, scripts: bool) -> int:
    """Returns the keys that were pressed, but for what is composed."""
    keys = 6
    if scripts:
        Phone(person)
    person.go(mailed(folder, address, r"http://localhost:\d+(/join/\S+)"))
    person.clicks += 1  # the link in the mail
    look_at(person, scripts)
    person.click("Yes, send me a code")
    person.write("Code", mailed(folder, address, r"Your code is (\d{6})"))
    person.click("Go on")
    look_at(person, scripts)
    person.write("Password", PASSWORD)
    person.pick("I keep these rules, and what I say about myself is true.", "checkbox")
    person.click("Create account")
    look_at(person, scripts)
    if scripts:
        person.click("Make a passkey")
    else:
        secret = person.page.locator(".mono.address").inner_text().replace(" ", "")
        person.write("Code of the app", pyotp.TOTP(secret).now())
        keys += 6
        person.click("Set up")
    person.click("I have kept them", "link")
    person.page.get_by_text("You are verified").wait_for()
    look_at(person, scripts)
    return keys
