"""A hospital becomes a partner by forms alone, and stops being one (ux.md J9)."""

import re

import pytest

from federation.authentication import Level
from instance.models import AuditEntry, Offer, Peer, TrustState
from instance.outbox import trust
from instance.services import deliveries
from tests.browsing import Answer, Browser
from tests.cast import LEE, Houses
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Network
from tests.treaties import FIRST, SECOND, heard, state

AGREEMENT = {
    "scopes": ["consult", "images"],
    "days": "365",
    "ceiling": "4",
    "retention_days": "3650",
    "jurisdiction": "us-mn",
    "contact": "Dr Ruiz, 555 0100",
}
STEPS = ("compare", "confirm", "differ", "offer", "accept", "reject", "revoke")


@pytest.fixture
def are_trusted() -> bool:
    return False


async def admins(house: House) -> tuple[Browser, Browser]:
    for new in (FIRST, SECOND):
        await house.person(new)
    return await house.sign_in(FIRST.handle), await house.sign_in(SECOND.handle)


async def tails(house: House) -> dict[str, str]:
    """As somebody types what is read out."""
    found = await heard(house)
    return {
        "rsa_tail": found.rsa.upper(),
        "ed25519_tail": f"{found.ed25519[:4]} {found.ed25519[4:]}",
    }


async def step(browser: Browser, other: House, name: str, **form: object) -> Answer:
    return await browser.post_form(f"/admin/hospitals/{other.host}/{name}", form)


async def shown(browser: Browser, other: House) -> str:
    answer = await browser.get(f"/admin/hospitals/{other.host}")
    assert answer.status == 200
    return re.sub(r"\s+", " ", answer.text)


async def check_keys(house: House, other: House) -> tuple[Browser, Browser]:
    first, second = await admins(house)
    typed = await tails(other)
    assert (await step(first, other, "compare", **typed, spoke_to="Dr Quill")).status == 302
    assert (await step(second, other, "confirm", **typed)).status == 302
    return first, second


async def test_the_whole_way_by_forms(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    first, second = await admins(mercy)
    added = await first.post_form("/admin/hospitals", {"host": " StLukes.example "})
    assert added.header("location") == "/admin/hospitals/stlukes.example"
    page = await shown(first, stlukes)
    assert "Not begun" in page and "···· ····" in page
    digits = await heard(stlukes)
    assert digits.rsa[4:] not in page and digits.ed25519[4:] not in page
    typed = await tails(stlukes)
    assert (await step(first, stlukes, "compare", **typed, spoke_to="Dr Quill")).status == 302
    waits = await shown(first, stlukes)
    assert "Key check: one of two" in waits and "Now another administrator calls them" in waits
    assert "Check keys and confirm" not in waits
    assert "Check keys and confirm" in await shown(second, stlukes)
    own = await step(first, stlukes, "confirm", **typed)
    assert own.status == 409 and "Another administrator confirms them." in own.text
    assert (await step(second, stlukes, "confirm", **typed)).status == 302
    assert (await step(second, stlukes, "offer", **AGREEMENT)).status == 302
    assert "Offer on its way" in await shown(first, stlukes)
    await houses.settle()
    assert "They have your offer" in await shown(first, stlukes)
    theirs, _ = await admins(stlukes)
    waiting = await shown(theirs, mercy)
    assert "They offer to work together" in waiting and "Images in consults" in waiting
    assert "/accept" not in waiting
    await check_keys(stlukes, mercy)
    assert (await step(theirs, mercy, "accept", **AGREEMENT)).status == 302
    assert "Your answer is on its way" in await shown(theirs, mercy)
    await houses.settle()
    for browser, other in ((first, stlukes), (theirs, mercy)):
        page = await shown(browser, other)
        assert "Agreed" in page and "Dr Ruiz, 555 0100" in page and "US-MN" in page
        assert "Last that arrived" in page
        assert "3,650 days" in page
        assert "not sent any more" not in page
    await ask(lee, stlukes)
    page = await shown(first, stlukes)
    assert "1 running consult of yours is closed to them." in page
    assert "1 message about consults is not sent any more." in page
    assert (await step(first, stlukes, "revoke")).status == 302
    assert "Ended" in await shown(first, stlukes)
    assert await mercy.at(trust.level, stlukes.host) is Level.PUBLIC


async def test_a_closed_border_is_said_where_the_agreement_is(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    browsers = {}
    for house, other in ((mercy, stlukes), (stlukes, mercy)):
        browsers[house.host], _ = await check_keys(house, other)
    here, there = browsers[mercy.host], browsers[stlukes.host]
    await step(here, stlukes, "offer", **AGREEMENT, border="closed")
    await houses.settle()
    await step(there, mercy, "accept", **{**AGREEMENT, "jurisdiction": "us-wi"})
    await houses.settle()
    for browser, other in ((here, stlukes), (there, mercy)):
        page = await shown(browser, other)
        assert "No consults: another law holds there" in page
        assert "Nothing that both allow" in page


async def test_they_have_an_offer_only_once_it_has_arrived(
    houses: Houses, network: Network, mercy: House, stlukes: House
) -> None:
    first, _ = await check_keys(mercy, stlukes)
    network.down.add(stlukes.host)
    await step(first, stlukes, "offer", **AGREEMENT)
    page = await shown(first, stlukes)
    assert "They do not have your offer yet." in page and "waiting since" in page
    await houses.settle()
    page = await shown(first, stlukes)
    assert "They have your offer" not in page and "it does not answer" in page

    network.down.clear()
    await (await mercy.person(FIRST)).does(deliveries.try_now, stlukes.host)
    await houses.settle()
    page = await shown(first, stlukes)
    assert "They have your offer" in page and " arrived " in page and "/revoke" in page


async def test_an_offer_that_was_given_up_is_said_to_be_so(mercy: House, stlukes: House) -> None:
    first, _ = await check_keys(mercy, stlukes)
    await step(first, stlukes, "offer", **AGREEMENT)
    administrator = await mercy.person(FIRST)
    await administrator.does(deliveries.drop, stlukes.host)
    page = await shown(first, stlukes)
    assert "Offer did not arrive" in page and "an administrator dropped it" in page
    assert (await first.get("/admin/deliveries")).status == 200

    await administrator.does(deliveries.retry_given_up, stlukes.host)
    assert "Offer on its way" in await shown(first, stlukes)


async def test_for_everybody_else_there_is_nothing(mercy: House, stlukes: House) -> None:
    await mercy.person(LEE)
    for browser in (await mercy.sign_in("lee"), mercy.visitor()):
        assert (await browser.get(f"/admin/hospitals/{stlukes.host}")).status == 404
        for name in STEPS:
            assert (await step(browser, stlukes, name, **AGREEMENT)).status == 404
        added = await browser.post_form("/admin/hospitals", {"host": stlukes.host})
        assert added.status == 404
    assert await mercy.at(lambda: Peer.all().count()) == 0


async def test_characters_that_differ_stop_it_in_words(mercy: House, stlukes: House) -> None:
    first, second = await admins(mercy)
    wrong = {"rsa_tail": "0000 0000", "ed25519_tail": "0000 0000"}
    stopped = await step(first, stlukes, "compare", **wrong, spoke_to="Dr Quill")
    assert stopped.status == 422 and "Stop, and do not approve." in stopped.text
    assert "Dr Quill" in stopped.text  # nothing typed is lost
    await step(first, stlukes, "compare", **await tails(stlukes), spoke_to="Dr Quill")
    assert (await step(second, stlukes, "confirm", **wrong)).status == 422
    assert await state(mercy, stlukes) is TrustState.NONE
    assert (await step(second, stlukes, "differ")).status == 302
    assert "Not begun" in await shown(first, stlukes)
    rows = await mercy.at(lambda: AuditEntry.filter(action="trust.keys_differ").count())
    assert rows == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "not the name of a server"),
        ("heart example", "not the name of a server"),
        ("mercy.example", "our own server"),
        ("nobody.example", "Nobody answered"),
    ],
)
async def test_a_hospital_that_cannot_be_added_is_explained(
    mercy: House, typed: str, said: str
) -> None:
    first, _ = await admins(mercy)
    answer = await first.post_form("/admin/hospitals", {"host": typed})
    assert answer.status == 422 and said in answer.text


async def test_a_hospital_that_is_here_already_is_opened_and_nobody_is_asked(
    mercy: House, stlukes: House, network: Network
) -> None:
    first, _ = await check_keys(mercy, stlukes)
    network.down.add(stlukes.host)
    answer = await first.post_form("/admin/hospitals", {"host": stlukes.host})
    page = (await first.get(answer.header("location"))).text
    assert "is here already, so nobody was asked." in page and "Key check done" in page


async def test_a_server_that_is_silent_still_has_a_page(
    mercy: House, stlukes: House, network: Network
) -> None:
    first, _ = await admins(mercy)
    network.down.add(stlukes.host)
    assert "Nobody answered" in await shown(first, stlukes)


async def test_what_is_no_name_has_no_page(mercy: House) -> None:
    first, _ = await admins(mercy)
    for host in ("mercy.example", "x..y", "%20"):
        assert (await first.get(f"/admin/hospitals/{host}")).status == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scopes": []}, "Choose what may pass"),
        ({"days": "401"}, "Enter a number of days"),
        ({"days": "many"}, "Enter days as numbers"),
        ({"jurisdiction": "Minnesota"}, "Enter a country or state"),
        ({"ceiling": "9"}, "numbers in range"),
        ({"border": "closed", "jurisdiction": ""}, "Say whose law holds here"),
    ],
)
async def test_what_cannot_be_offered_is_explained_and_kept(
    mercy: House, stlukes: House, change: dict[str, object], said: str
) -> None:
    first, _ = await check_keys(mercy, stlukes)
    answer = await step(first, stlukes, "offer", **{**AGREEMENT, **change})
    assert answer.status == 422 and said in answer.text
    assert "Dr Ruiz, 555 0100" in answer.text
    assert await mercy.at(lambda: Offer.all().count()) == 0


async def test_the_list_shows_how_far_each_has_come_and_the_bell_leads_there(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    first, _ = await check_keys(mercy, stlukes)
    theirs, _ = await admins(stlukes)
    await step(first, stlukes, "offer", **AGREEMENT)
    await houses.settle()
    listed = (await theirs.get("/admin/hospitals")).text
    assert "They offer to work together" in listed
    assert 'href="/admin/hospitals/mercy.example"' in listed
    bell = (await theirs.get("/notifications")).text
    assert "Mercy General offers to work with your hospital" in bell
    [link] = re.findall(r'href="(/notifications/\d+)"', bell)
    assert (await theirs.get(link)).header("location") == "/admin/hospitals/mercy.example"
    assert (await step(theirs, mercy, "reject", why="Not now.")).status == 302
    await houses.settle()
    assert await state(mercy, stlukes) is TrustState.REJECTED
