"""What a member is told of a consult, by which way, and the mail that counts what waits."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Consult, Mail, Notification, NotificationKind, Status
from instance.services import availability, digests, mail_kinds
from instance.services.consults import asking, news, routing
from instance.services.consults.states import Event
from tests.cast import OKAFOR, Houses
from tests.clinic import ask, write
from tests.houses import House, Person

QUIET = {"quiet_from": "22:00", "quiet_to": "07:00", "weekly_cap": "3", "zone": "UTC"}


@pytest.fixture
async def mercy(houses: Houses) -> House:
    """With a mail server, so that mails are queued."""
    smtp = "mail.hospital.example"
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST=smtp)


async def told(house: House) -> list[tuple[str, str]]:
    rows = await house.at(lambda: Notification.all().order_by("id").select_related("identity"))
    return [(row.kind.value, row.identity.handle) for row in rows]


async def digest(house: House, at: datetime) -> list[str]:
    """The words of the mails that are queued by then, in turn."""
    await house.at(digests.queue_due, at)

    async def read() -> list[str]:
        rows = await Mail.filter(kind="digest").order_by("id")
        return [mail_kinds.words(row.kind, "", (row.code or b"").decode()).text for row in rows]

    return await house.at(read)


async def test_an_asker_is_told_of_each_kind_of_news_once_until_it_is_read(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    """Also of what comes from elsewhere; nobody of what they did themselves."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO)
    await houses.settle()
    await write(lee, consult, Event.PROVIDE_INFO)
    for _ in range(3):
        await write(okafor, consult, Event.ANSWER)
        await houses.settle()
    assert await told(mercy) == [
        ("info_asked", "lee"),
        ("answered", "lee"),
        ("answered_more", "lee"),
    ]
    await mercy.at(lambda: Notification.all().update(read_at=datetime.now(UTC)))
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    unread = await mercy.at(lambda: Notification.filter(read_at=None))
    assert [row.kind for row in unread] == [NotificationKind.ANSWERED_MORE]


async def test_who_is_asked_finds_it_in_the_app_and_declining_takes_it_away(
    mercy: House, lee: Person
) -> None:
    okafor = await mercy.person(OKAFOR)
    consult = await ask(lee)
    await mercy.at(routing.see_to, datetime.now(UTC))
    assert await told(mercy) == [("asked", "okafor")]
    await okafor.does(asking.decline, consult.id)
    row = await mercy.at(Notification.get, kind="asked")
    assert row.read_at is not None and row.mail_at is None


async def test_what_was_not_read_for_four_hours_is_mailed_in_numbers(
    mercy: House, lee: Person
) -> None:
    okafor = await mercy.person(OKAFOR)
    await lee.does(availability.change, QUIET | {"quiet_to": "22:00"})
    await write(okafor, await ask(lee), Event.ANSWER)
    await write(okafor, await ask(lee), Event.ASK_INFO)
    now = datetime.now(UTC)
    assert await digest(mercy, now + timedelta(hours=3, minutes=59)) == []
    [text] = await digest(mercy, now + timedelta(hours=4, minutes=1))
    assert "2 consults of yours have news:\nhttps://mercy.example/consults?box=mine" in text
    assert len(await digest(mercy, now + timedelta(hours=9))) == 1


async def test_what_was_read_is_not_mailed(mercy: House, lee: Person) -> None:
    okafor = await mercy.person(OKAFOR)
    await write(okafor, await ask(lee), Event.ANSWER)
    await mercy.at(lambda: Notification.all().update(read_at=datetime.now(UTC)))
    assert await digest(mercy, datetime.now(UTC) + timedelta(days=2)) == []
    assert await mercy.at(digests.next_due) is None


async def test_routine_requests_come_in_the_morning_and_only_those_that_still_wait(
    mercy: House, lee: Person
) -> None:
    okafor = await mercy.person(OKAFOR)
    await okafor.does(availability.change, QUIET)
    consults = [await ask(lee) for _ in range(3)]
    await mercy.at(routing.see_to, datetime.now(UTC))
    due_at = await mercy.at(digests.next_due)
    assert due_at is not None and f"{due_at:%H:%M}" == "07:00" and due_at > datetime.now(UTC)
    await mercy.at(lambda: Consult.filter(id=consults[0].id).update(status=Status.CLOSED))
    [text] = await digest(mercy, due_at)
    assert "2 consults wait for your answer:\nhttps://mercy.example/consults?box=needs-you" in text


async def test_the_asker_is_reminded_of_an_outcome_and_before_it_ends_unanswered(
    mercy: House, lee: Person
) -> None:
    due, ending, fresh = [await ask(lee) for _ in range(3)]
    now = datetime.now(UTC)
    resolved = {"status": Status.RESOLVED, "lapses_at": now + timedelta(days=15, hours=23)}
    await mercy.at(lambda: Consult.filter(id=due.id).update(**resolved))
    almost = {"lapses_at": now + timedelta(days=1, hours=23)}
    await mercy.at(lambda: Consult.filter(id=ending.id).update(**almost))
    for _ in range(2):
        await mercy.at(news.remind, now)
    assert sorted(await told(mercy)) == [("expires", "lee"), ("outcome_due", "lee")]
    assert fresh.id not in {due.id, ending.id}


async def test_quiet_hours_end_in_the_zone_of_the_member_also_when_clocks_change(
    mercy: House, lee: Person
) -> None:
    row = await lee.does(availability.of)
    zone = "America/New_York"  # clocks went back at 06:00 UTC on 1 Nov 2026
    night = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
    assert availability.when_open(row, zone, night) == datetime(2026, 11, 1, 12, tzinfo=UTC)
    before = datetime(2026, 10, 31, 3, 30, tzinfo=UTC)
    assert availability.when_open(row, zone, before) == datetime(2026, 10, 31, 11, tzinfo=UTC)
    noon = datetime(2026, 11, 1, 17, tzinfo=UTC)
    assert availability.when_open(row, zone, noon) == noon
