"""The pages that say who runs this: what they say is so, and everybody finds them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from instance.models import Level, Profession, Session, Setting, Stage
from tests.cast import new
from tests.houses import House, Person
from tests.instance.web.reading import Drawn

PAGES = ("/about", "/about/privacy", "/help")
ONE = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


async def test_anybody_reads_who_runs_this_and_how_many_are_what(
    mercy: House, lee: Person, stlukes: House
) -> None:
    await mercy.person(new("moreau", "J. Moreau", profession=Profession.PHARMACIST))
    await mercy.person(new("osei", "Dr Y. Osei", stage=Stage.TRAINEE))
    await mercy.person(new("guest", "A Guest", level=Level.ATTESTED))
    text = (await mercy.visitor().get("/about")).text

    for said in (
        "Mercy General, a hospital",
        "1 verified physician, 1 other professional, 1 trainee",
        "1 hospital",
        "extension 4444",
        "Nothing that identifies a patient, anywhere.",
        "is not a substitute for examination or a formal consult",
    ):
        assert said in text, said


@ONE
async def test_whom_to_ask_is_on_the_pages_where_it_is_set(mercy: House) -> None:
    visitor = mercy.visitor()
    for path in PAGES:
        text = (await visitor.get(path)).text
        assert 'href="mailto:curbside@mercy.example"' in text, path
        assert "curbside@<wbr>mercy.example" in text, path


@ONE
async def test_whom_to_ask_is_no_link_where_it_is_no_address(mercy: House) -> None:
    await mercy.at(Setting.create, name="contact", value="extension 5, or @it")
    for path in PAGES:
        text = (await mercy.visitor().get(path)).text
        assert "extension 5, or @it" in text and "mailto:" not in text, path


@ONE
async def test_about_privacy_and_help_stand_in_the_same_order_under_every_page(
    mercy: House, lee: Person
) -> None:
    member, visitor = await mercy.sign_in("lee"), mercy.visitor()
    paths = (*PAGES, "/", "/channels", "/account", "/consults/new", "/nothing", "/sign-in")
    answers = [await browser.get(path) for path in paths for browser in (member, visitor)]
    for answer in answers:
        foot = answer.text.partition('<footer class="foot">')[2].partition("</footer>")[0]
        links = re.findall(r'href="([^"]*)"', foot)
        assert links in (list(PAGES), [*PAGES, "/help#keys"]) or answer.status == 302


@ONE
@pytest.mark.parametrize("path", PAGES)
async def test_the_pages_ask_nobody_else_for_anything(mercy: House, path: str) -> None:
    page = Drawn((await mercy.visitor().get(path)).text)
    fetched = [a.get("src") or a.get("href", "") for tag, a in page.elements if tag != "a"]

    assert all(address.startswith("/static/") for address in fetched if address)
    assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "video", "object")]


@ONE
async def test_the_visitors_cookie_is_one_and_goes_with_the_browser(mercy: House) -> None:
    answer = await mercy.visitor().get("/about/privacy")
    [cookie] = [value for name, value in answer.headers if name.lower() == "set-cookie"]

    assert "One cookie protects forms" in answer.text
    assert "max-age" not in cookie.lower() and "expires" not in cookie.lower()


@ONE
async def test_the_times_that_the_privacy_page_names_are_those_of_the_code(mercy: House) -> None:
    text = (await mercy.visitor().get("/about/privacy")).text

    assert Session.IDLE == timedelta(hours=12) and "12 hours without use" in text
    assert Session.IDLE_SHARED == timedelta(minutes=15) and "after 15 minutes" in text
    for said in ("At most 7 days.", "1 hour, as a code", "90 days after the last time"):
        assert said in text  # from the table: see `retention`
    assert "Copies for sending: 7 days for public posts" in text


@ONE
async def test_the_privacy_page_says_what_an_owner_decided(mercy: House) -> None:
    days = {"picture_days": "12", "elsewhere_days": "3650", "notification_days": "40"}
    for name, value in days.items():
        await mercy.at(Setting.create, name=name, value=value)
    text = (await mercy.visitor().get("/about/privacy")).text
    assert "12 days, so that your browser" in text and "10 years after the last reply" in text
    assert "40 days. They hold no word" in text


def test_nothing_we_serve_is_written_for_a_tracker() -> None:
    """No template of ours names another host, but in what a person reads."""
    for path in (Path(__file__).parents[3] / "templates").rglob("*.html"):
        assert not re.search(r'(src|href|action)="(https?:)?//', path.read_text()), path.name
