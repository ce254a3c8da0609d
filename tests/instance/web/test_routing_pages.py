"""What people press: when they can be asked, decline, pass on, invite, devices."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Availability, Consult, Member
from instance.services.consults import routing
from tests.browsing import Browser
from tests.cast import MOYO, OKAFOR, Houses
from tests.clinic import ask
from tests.houses import House, Person
from tests.instance.services.test_routing import asked, doctors
from tests.network import Network
from tests.push_service import PushService

HERE = "/account/availability"
FORM = {
    "away": "no",
    "quiet_from": "21:30",
    "quiet_to": "06:15",
    "zone": "Europe/London",
    "weekly_cap": "7",
}


@pytest.fixture
async def consult(mercy: House, lee: Person) -> Consult:
    """Okafor was asked, here."""
    await mercy.person(OKAFOR)
    consult = await ask(lee)
    await mercy.at(routing.see_to, datetime.now(UTC))
    return consult


async def test_a_member_says_when_they_can_be_asked(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    page = (await browser.get(HERE)).text
    assert 'value="22:00"' in page and 'value="07:00"' in page and 'value="3"' in page
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    away = FORM | {"away": "yes", "away_until": day}
    assert (await browser.post_form(HERE, away)).status == 302
    page = (await browser.get(HERE)).text
    for value in ("21:30", "06:15", "Europe/London", "7", day):
        assert f'value="{value}"' in page
    row = await mercy.at(Availability.get, member_id=lee.member.id)
    assert (row.quiet_from, row.quiet_to, row.weekly_cap) == (1290, 375, 7)
    assert (await mercy.at(Member.get, id=lee.member.id)).zone == "Europe/London"
    await browser.post_form(HERE, FORM)
    assert f'value="{day}"' not in (await browser.get(HERE)).text


async def test_times_are_marked_until_a_zone_is_chosen(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    home = (await browser.get("/")).text
    assert "UTC." in home and 'href="/account/availability#zone"' in home
    assert "zone." in (await browser.get(HERE)).text  # the script that offers that of the computer
    for zone in ("Europe/London", "UTC"):
        await browser.post_form(HERE, FORM | {"zone": zone})
        assert "UTC." not in (await browser.get("/")).text


async def test_what_cannot_be_is_named_and_kept(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    wrong = {"away": "yes", "away_until": "2020-01-01", "quiet_from": "25:00"}
    wrong |= {"quiet_to": "", "zone": "Mars/Base", "weekly_cap": "-1"}
    answer = await browser.post_form(HERE, wrong)
    assert answer.status == 422
    for name in wrong:
        assert name == "away" or f'href="#{name}"' in answer.text, name
    assert "Mars/Base" in answer.text and "2020-01-01" in answer.text
    assert await mercy.at(lambda: Availability.all().count()) == 0


async def test_the_ways_are_as_the_table_says_until_somebody_chooses(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/account/notifications")).text
    assert 'value="asked_today push" checked' in page
    assert 'value="asked_routine push">' in page and 'value="asked_routine mail" checked' in page
    only = {"way": ["answered push", "nonsense"]}
    assert (await browser.post_form("/account/notifications/ways", only)).status == 302
    page = (await browser.get("/account/notifications")).text
    assert page.count(" checked") == 1 and 'value="answered push" checked' in page


async def needs(browser: Browser, consult: Consult) -> str:
    return (await browser.get("/")).text.partition(f"/k/{consult.id}")[1]


async def test_one_click_declines_on_the_card_and_on_the_page(
    mercy: House, lee: Person, consult: Consult
) -> None:
    browser = await mercy.sign_in("okafor")
    assert f'action="/k/{consult.id}/decline"' in (await browser.get("/")).text
    assert f'action="/k/{consult.id}/decline"' in (await browser.get(f"/k/{consult.id}")).text
    for _ in range(2):
        answer = await browser.post_form(f"/k/{consult.id}/decline", {})
        assert answer.status == 302
    assert await needs(browser, consult) == "" and await asked(mercy, consult) == set()
    page = (await browser.get(f"/k/{consult.id}")).text
    assert "You are asked to answer this" not in page and 'id="answer"' in page


async def test_passing_it_on_keeps_what_was_typed_where_nobody_can_be_asked(
    mercy: House, lee: Person, consult: Consult
) -> None:
    browser = await mercy.sign_in("okafor")
    path = f"/k/{consult.id}/redirect"
    answer = await browser.post_form(path, {"colleague": "@nobody", "specialty": ""})
    assert answer.status == 422 and 'value="@nobody"' in answer.text
    await mercy.person(MOYO)
    assert (await browser.post_form(path, {"specialty": "gastroenterology"})).status == 302
    assert await asked(mercy, consult) == {"moyo"}


async def test_who_was_not_asked_finds_nothing_to_press(
    mercy: House, lee: Person, consult: Consult
) -> None:
    await mercy.person(MOYO)
    browser = await mercy.sign_in("moyo")
    assert "/decline" not in (await browser.get(f"/k/{consult.id}")).text
    missing = await browser.post_form("/k/77/decline", {})
    for form in ("decline", "redirect", "invite"):
        answer = await browser.post_form(f"/k/{consult.id}/{form}", {"specialty": "cardiology"})
        assert (answer.status, answer.body) == (404, missing.body)
    visitor = mercy.visitor()
    assert (await visitor.post_form(f"/k/{consult.id}/decline", {})).status == 404


async def test_the_asker_invites_and_reads_whom_and_how_far_it_has_got(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    await doctors(mercy, 5)
    await stlukes.person(OKAFOR)
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await mercy.at(routing.see_to, datetime.now(UTC))
    browser = await mercy.sign_in("lee")
    path = f"/k/{consult.id}"
    page = (await browser.get(path)).text
    for words in (
        "5 physicians in Cardiology at Mercy General were asked at",
        "Other hospitals ask theirs from",
        "Societies ask theirs from",
    ):
        assert words in page, words
    refused = await browser.post_form(f"{path}/invite", {"colleague": "@x@nowhere.example"})
    assert refused.status == 422 and 'value="@x@nowhere.example"' in refused.text
    address = "@okafor@stlukes.example"
    assert (await browser.post_form(f"{path}/invite", {"colleague": address})).status == 302
    page = (await browser.get(path)).text
    assert "You invited Dr A. Okafor, St. Luke" in page
    await houses.settle()
    there = await (await stlukes.sign_in("okafor")).get("/notifications")
    assert "Your answer to a consult is asked" in there.text


async def test_a_device_is_added_tried_and_removed(
    mercy: House, lee: Person, network: Network
) -> None:
    service = network.servers["push.example"] = PushService()
    phone = service.phone()
    browser = Browser(mercy.origin, mercy.request)
    await mercy.enter(browser, "lee", shared="")
    page = (await browser.get("/account/notifications")).text
    assert 'data-push="B' in page
    added = await browser.post_form("/account/notifications/devices", phone.subscription)
    assert added.status == 302
    page = (await browser.get("/account/notifications")).text
    assert "This one" in page and phone.endpoint not in page
    assert "Takes messages" in (await browser.get("/account/security")).text
    wrong = phone.subscription | {"endpoint": "https://10.0.0.1/x"}
    refused = await browser.post_form("/account/notifications/devices", wrong)
    assert refused.status == 422 and "did not say where" in refused.text


async def test_a_shared_computer_takes_no_messages(mercy: House, lee: Person) -> None:
    browser = Browser(mercy.origin, mercy.request)
    await mercy.enter(browser, "lee", shared="yes")
    page = (await browser.get("/account/notifications")).text
    assert "others use this computer" in page and "data-push=" not in page
    phone = PushService().phone()
    answer = await browser.post_form("/account/notifications/devices", phone.subscription)
    assert answer.status == 403


async def test_the_worker_of_the_browser_is_at_the_root_and_never_stale(mercy: House) -> None:
    answer = await mercy.visitor().get("/push-worker.js")
    assert answer.status == 200 and answer.header("cache-control") == "no-cache"
    assert answer.header("content-type").startswith("text/javascript")
    assert answer.header("content-security-policy").startswith("default-src 'self'")
