"""Who was asked, stayed silent, declined or passed it on: nobody reads it but they (domain.md 3.4).

And T54: of a consult no word leaves it by mail, push, notification, log, title or address.
"""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from instance.models import AuditEntry, Consult, Mail, Notification, PushMessage, Role, Scope
from instance.services import availability, digests, mail_kinds
from instance.services.consults import asking, inviting, opening, routing
from instance.services.consults.opening import Audience, Question
from instance.services.consults.states import Event
from instance.services.occasions import Occasion
from tests.cast import OKAFOR, RUIZ, Houses, new
from tests.clinic import FACTS, accept, ask, write
from tests.houses import House, Person
from tests.instance.services.test_push import allowed, sent
from tests.instance.services.test_routing import asked, doctors
from tests.leaks import Get, paths, signed, walk
from tests.network import Network
from tests.push_service import PushService
from tests.test_canary import ANSWER, CANARY, LAB, TEXTS, logged

REALLY = "Dr Zebulon Quagga"


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
async def mercy(houses: Houses) -> House:
    smtp = "mail.hospital.example"
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST=smtp)


async def test_nobody_but_who_was_asked_sees_that_they_were(
    caplog: pytest.LogCaptureFixture,
    houses: Houses,
    network: Network,
    mercy: House,
    stlukes: House,
    lee: Person,
) -> None:
    """One stays silent, one declines, one passes it on: every page, document and record of every
    other reader is as if they were not there."""
    people = [
        await mercy.person(new(f"quagga{n}", f"{REALLY} {n}", "cardiology", is_public=False))
        for n in range(3)
    ]
    okafor = await mercy.person(OKAFOR)
    colleague = await mercy.person(new("plain", "Dr P. Lain", "gastroenterology"))
    owner = await mercy.person(new("owner", "Dr O. Wner", "radiology", role=Role.OWNER))
    consult = await ask(lee, stlukes)
    await mercy.at(routing.see_to, datetime.now(UTC))
    assert len(await asked(mercy, consult)) == 4
    await people[1].does(asking.decline, consult.id)
    await people[2].does(asking.redirect, consult.id, colleague="plain")
    await write(okafor, consult, Event.COMMENT)
    await houses.settle()
    profiles = ("/people", "/@", "/u/")  # where everybody is, asked or not
    wanted = [path for path in await paths(mercy) if not path.startswith(profiles)]
    browsers = {one: await mercy.sign_in(one) for one in ("lee", "plain", "owner", "okafor")}
    readers: dict[str, Get] = {name: browser.get for name, browser in browsers.items()}
    readers["stlukes"] = signed(mercy, await stlukes.person(RUIZ))
    for reader, get in readers.items():
        async for read in walk(reader, get, wanted):
            if not read.path.startswith("/admin"):  # where owners look after all members
                assert "quagga" not in read.text, (reader, read.path)
            if read.path.startswith(("/k/", "/consults", "/notifications", "/admin/consults")):
                assert "quagga" not in read.text and "declined" not in read.text, read.path
    lines = [line for line in logged(caplog) if "quagga" in line.lower()]
    assert lines == []
    assert not [row for row in await _audit(mercy) if "request" in row or "declin" in row]
    assert not [sent for sent in network.sent if b"quagga" in sent.body.lower()]
    assert colleague.member.id != owner.member.id


async def test_the_page_of_the_asker_is_the_same_whether_somebody_declined_or_is_silent(
    mercy: House, lee: Person
) -> None:
    people = await doctors(mercy, 8)
    consult = await ask(lee)
    await mercy.at(routing.see_to, datetime.now(UTC))
    browser = await mercy.sign_in("lee")
    before = _shown((await browser.get(f"/k/{consult.id}")).text)
    assert "5 physicians in" in before and "Mercy General were asked at" in before
    first = await asked(mercy, consult)
    quiet = [person for person in people if person.actor.handle in first]
    await quiet[0].does(asking.decline, consult.id)
    await quiet[1].does(asking.redirect, consult.id, specialty="cardiology")
    assert _shown((await browser.get(f"/k/{consult.id}")).text) == before


async def test_of_fewer_than_five_the_number_is_not_told(mercy: House, lee: Person) -> None:
    await doctors(mercy, 2)
    consult = await ask(lee)
    await mercy.at(routing.see_to, datetime.now(UTC))
    page = _shown((await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).text)
    assert "Fewer than 5 physicians in" in page and "2 physicians" not in page


async def test_no_word_of_a_consult_is_in_a_mail_a_push_a_notification_a_log_or_a_title(
    caplog: pytest.LogCaptureFixture,
    network: Network,
    mercy: House,
    lee: Person,
) -> None:
    """T54: the word stands in every field; the specialty and every name stay inside as well."""
    service = network.servers["push.example"] = PushService()
    okafor = await mercy.person(OKAFOR)
    phones = [await allowed(one, service.phone(one.actor.handle)) for one in (lee, okafor)]
    every = [f"{occasion} {way}" for occasion in _occasions() for way in ("push", "mail")]
    for one in (lee, okafor):
        await one.does(availability.choose, every)
    consult = await _everywhere(mercy, lee, okafor)
    later = datetime.now(UTC) + timedelta(days=2)
    await mercy.at(digests.queue_due, later)
    await sent(mercy, later)
    shown = str([phone.shown for phone in phones])
    kinds = {said["kind"] for phone in phones for said in phone.shown}
    assert kinds >= {"info_asked", "answered", "answered_more"}
    letters = await mercy.at(_mails)
    rows = str(await mercy.at(lambda: Notification.all().values()))
    assert letters and "box=mine" in shown
    secrets = (CANARY, "cardiology", "okafor", "lee", str(consult.id))
    for text in (shown, *letters):
        assert not [word for word in secrets if word in text.lower()], text
    assert CANARY not in rows.lower()
    browser = await mercy.sign_in("okafor")
    page = (await browser.get(f"/k/{consult.id}")).text
    title = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)[0]
    links = re.findall(r'(?:href|action)="(/[^"]*)"', page)
    assert CANARY not in title.lower() and CANARY not in str(links).lower()
    assert not [line for line in logged(caplog) if CANARY in line.lower()]
    assert await mercy.at(lambda: PushMessage.all().count()) == 0


async def _everywhere(mercy: House, lee: Person, okafor: Person) -> Consult:
    facts = FACTS | dict.fromkeys(TEXTS, CANARY) | {"labs": [LAB], "urgency": "today"}
    audience = Audience(Scope.INSTANCES, only_ours=True)
    consult = await lee.does(opening.open_consult, Question(facts, audience, attested=True))
    await mercy.at(routing.see_to, datetime.now(UTC))
    await lee.does(inviting.invite, consult.id, "@okafor")
    await write(okafor, consult, Event.ASK_INFO, text=CANARY)
    await write(lee, consult, Event.PROVIDE_INFO, text=CANARY)
    answer = await write(okafor, consult, Event.ANSWER, **ANSWER)
    await write(okafor, consult, Event.ANSWER, **ANSWER)
    await accept(lee, consult, answer)
    return consult


async def _mails() -> list[str]:
    rows = await Mail.all()
    words = [mail_kinds.words(row.kind, row.host, (row.code or b"").decode()) for row in rows]
    return [f"{one.subject}\n{one.text}" for one in words]


async def _audit(house: House) -> list[str]:
    rows = await house.at(lambda: AuditEntry.all())
    return [row.action for row in rows]


def _occasions() -> list[str]:
    return [occasion.value for occasion in Occasion]


def _shown(page: str) -> str:
    """What the page says of who was asked."""
    found = re.search(r'<section class="panel" id="hops".*?</section>', page, re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", found.group(0)) if found else ""
    return " ".join(text.split())
