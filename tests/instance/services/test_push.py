"""Messages to devices: when, to whom, with what words; and what a push service answers to it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from instance import push_words
from instance.errors import FormRefused, NotAllowed
from instance.models import (
    AlertKind,
    Consult,
    Notification,
    PushKey,
    PushMessage,
    Role,
    Session,
    Status,
)
from instance.services import availability, push, signing_in, telling
from instance.services.consults import routing
from instance.services.consults.states import Event
from instance.services.retention import purging
from instance.workers import pushing
from tests.cast import OKAFOR, new
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.network import Network
from tests.push_service import Phone, PushService

NO_QUIET = {"quiet_from": "00:00", "quiet_to": "00:00", "weekly_cap": "9"}


@pytest.fixture
def service(network: Network) -> PushService:
    found = PushService()
    network.servers["push.example"] = found
    return found


@pytest.fixture
async def phone(mercy: House, lee: Person, service: PushService) -> Phone:
    """Lee's; no quiet hours, so that the clock of the machine has no part in it."""
    return await allowed(lee, service.phone())


async def allowed(person: Person, phone: Phone, *, shared: bool = False) -> Phone:
    now = datetime.now(UTC)
    session = await person.home.at(
        lambda: Session.create(
            token_hash=phone.endpoint[-40:],
            member=person.member,
            device="Firefox on Android",
            is_shared_computer=shared,
            seen_at=now,
            expires_at=now + timedelta(days=7),
        )
    )
    await person.home.at(push.subscribe, session, phone.subscription)
    await person.does(availability.change, NO_QUIET)
    return phone


async def sent(house: House, at: datetime | None = None) -> None:
    """Everything that is due by then."""
    if at is not None:
        await house.at(lambda: PushMessage.filter(due_at__lte=at).update(due_at=datetime.now(UTC)))
    while await house.at(pushing.step, datetime.now(UTC)):
        continue


async def waiting(house: House) -> list[PushMessage]:
    return await house.at(lambda: PushMessage.all().order_by("due_at"))


async def told(house: House, event: Event, lee: Person) -> Consult:
    """A colleague answers, or asks something."""
    consult = await ask(lee)
    await write(await house.person(OKAFOR), consult, event)
    return consult


async def test_the_asker_hears_of_an_answer_in_one_sentence(
    mercy: House, lee: Person, phone: Phone, service: PushService
) -> None:
    consult = await told(mercy, Event.ANSWER, lee)
    await sent(mercy)
    said = {"text": "A consult you asked has an answer. Open Curbside."}
    said |= {"page": "/consults?box=mine", "kind": "answered"}
    assert phone.shown == [said]
    assert str(consult.id) not in str(service.taken[0].headers)
    assert await waiting(mercy) == []


async def test_every_message_is_equally_long(
    mercy: House, lee: Person, phone: Phone, service: PushService
) -> None:
    await told(mercy, Event.ANSWER, lee)
    await told(mercy, Event.ASK_INFO, lee)
    await sent(mercy)
    assert len(service.sizes) == 2 and len(set(service.sizes)) == 1


async def test_further_answers_are_one_message_in_ten_minutes(
    mercy: House, lee: Person, phone: Phone
) -> None:
    consult = await told(mercy, Event.ANSWER, lee)
    await sent(mercy)
    for _ in range(3):
        await write(await mercy.person(OKAFOR), consult, Event.ANSWER)
    [row] = await waiting(mercy)
    left = row.due_at - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    await sent(mercy, row.due_at)
    assert [said["kind"] for said in phone.shown] == ["answered", "answered_more"]


async def test_what_was_read_meanwhile_is_not_sent(mercy: House, lee: Person, phone: Phone) -> None:
    await told(mercy, Event.ANSWER, lee)
    await mercy.at(lambda: Notification.all().update(read_at=datetime.now(UTC)))
    await sent(mercy)
    assert phone.shown == [] == await waiting(mercy)


async def test_a_request_is_not_sent_once_somebody_answered(
    mercy: House, lee: Person, phone: Phone, service: PushService
) -> None:
    okafor = await mercy.person(OKAFOR)
    theirs = await allowed(okafor, service.phone("theirs"))
    await okafor.does(availability.choose, ["asked_routine push"])
    consult = await ask(lee)
    await mercy.at(routing.see_to, datetime.now(UTC))
    assert len(await waiting(mercy)) == 1
    await mercy.at(lambda: Consult.filter(id=consult.id).update(status=Status.ANSWERED))
    await sent(mercy)
    assert theirs.shown == []


async def test_in_quiet_hours_it_waits_for_the_morning_of_their_zone(
    mercy: House, lee: Person, phone: Phone
) -> None:
    """But for what is on for quiet hours too."""
    now = datetime.now(UTC)
    quiet = {
        "quiet_from": f"{now - timedelta(hours=1):%H:%M}",
        "quiet_to": f"{now + timedelta(hours=2):%H:%M}",
    }
    await lee.does(availability.change, NO_QUIET | quiet)
    await told(mercy, Event.ANSWER, lee)
    [row] = await waiting(mercy)
    assert f"{row.due_at:%H:%M}" == quiet["quiet_to"] and row.due_at > now
    await lee.does(availability.choose, ["info_asked push", "info_asked off_hours"])
    await told(mercy, Event.ASK_INFO, lee)
    assert (await waiting(mercy))[0].due_at <= datetime.now(UTC)


async def test_who_switched_it_off_gets_none(mercy: House, lee: Person, phone: Phone) -> None:
    await lee.does(availability.choose, [])
    await told(mercy, Event.ANSWER, lee)
    assert await waiting(mercy) == []
    assert await mercy.at(lambda: Notification.filter(kind="answered").count()) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_forgotten(
    mercy: House, lee: Person, phone: Phone, service: PushService, status: int
) -> None:
    service.answers.append((status, {}))
    await told(mercy, Event.ANSWER, lee)
    await sent(mercy)
    assert await lee.does(push.of) == [] == await waiting(mercy)


async def test_what_a_push_service_does_not_take_now_is_tried_again_as_it_says(
    mercy: House, lee: Person, phone: Phone, service: PushService
) -> None:
    service.answers.extend([(429, {"retry-after": "900"}), (503, {})])
    await told(mercy, Event.ANSWER, lee)
    await sent(mercy)
    [row] = await waiting(mercy)
    left = row.due_at - datetime.now(UTC)
    assert timedelta(seconds=890) < left < timedelta(seconds=1100) and row.attempts == 1
    await sent(mercy, row.due_at)
    [row] = await waiting(mercy)
    assert row.attempts == 2 and row.claimed_until is None
    await sent(mercy, row.due_at)
    assert len(phone.shown) == 1


async def test_what_a_push_service_refuses_is_not_tried_again(
    mercy: House, lee: Person, phone: Phone, service: PushService, network: Network
) -> None:
    service.answers.append((400, {}))
    await told(mercy, Event.ANSWER, lee)
    await sent(mercy)
    assert await waiting(mercy) == [] and len(await lee.does(push.of)) == 1
    network.down.add("push.example")
    await told(mercy, Event.ASK_INFO, lee)
    await sent(mercy)
    assert [row.attempts for row in await waiting(mercy)] == [1]


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example/x", "https://127.0.0.1/x", "https://10.0.0.8/x", "https://[::1]/", "x"],
)
async def test_only_public_addresses_with_https_are_written_to(
    mercy: House, lee: Person, endpoint: str
) -> None:
    with pytest.raises(FormRefused):
        await allowed(lee, Phone(endpoint))
    assert await lee.does(push.of) == []


async def test_no_key_that_is_none_is_taken_and_no_shared_computer(
    mercy: House, lee: Person, service: PushService
) -> None:
    phone = service.phone()
    with pytest.raises(NotAllowed):
        await allowed(lee, phone, shared=True)
    session = await mercy.at(lambda: Session.get(member_id=lee.member.id))
    session.is_shared_computer = False
    for wrong in ({"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": "!"}, {"endpoint": ""}):
        with pytest.raises(FormRefused):
            await mercy.at(push.subscribe, session, phone.subscription | wrong)


async def test_who_signs_out_a_device_ends_its_messages(
    mercy: House, lee: Person, phone: Phone, service: PushService
) -> None:
    """Ended by hand, or by a change of password; a session that just grew old ends nothing."""
    [row] = await lee.does(push.of)
    await lee.does(signing_in.end_session, row.session_id)
    assert await lee.does(push.of) == []
    await allowed(lee, service.phone("two"))
    await mercy.at(lambda: Session.all().update(expires_at=datetime.now(UTC)))
    await mercy.at(purging.run, datetime.now(UTC) + timedelta(seconds=1))
    assert len(await lee.does(push.of)) == 1
    await lee.does(signing_in.end_all)
    assert await lee.does(push.of) == []


async def test_who_looks_after_hospitals_hears_at_once_that_one_shows_other_keys(
    mercy: House, service: PushService
) -> None:
    keeper = await mercy.person(new("keeper", "Dr K. Eeper", role=Role.FEDERATION))
    phone = await allowed(keeper, service.phone())
    await mercy.at(telling.of_trust, AlertKind.KEYS, None, "stlukes.example")
    await mercy.at(telling.of_trust, AlertKind.TRUST, None, "stlukes.example")
    await sent(mercy)
    assert [said["page"] for said in phone.shown] == ["/admin/hospitals"]


async def test_there_is_one_key_and_it_is_sealed(mercy: House, lee: Person) -> None:
    keys = {(await mercy.at(push.key)).public for _ in range(3)}
    assert len(keys) == 1 and await mercy.at(lambda: PushKey.all().count()) == 1


def test_every_occasion_has_a_sentence_and_a_page_of_ours() -> None:
    kinds: Iterable[str] = {*push_words.FOLDERS, push.TEST}
    for kind in kinds:
        assert push_words.SENTENCES[kind].endswith(("Curbside.", "do."))
        assert push_words.page_of(kind).startswith("/")
        assert len(push.payload_of(kind)) < 400
