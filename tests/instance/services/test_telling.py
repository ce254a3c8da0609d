"""What administrators hear of, in the app and by mail: each event once, by however many workers."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from instance.models import (
    AlertKind,
    AuditCheck,
    CaseKind,
    CaseState,
    Delivery,
    Mail,
    Notification,
    NotificationKind,
    OutboxActivity,
    Peer,
    PeerLevel,
    Relationship,
    Role,
    ToldAlert,
    VerificationCase,
)
from instance.outbox import local
from instance.services import alerts, case_decisions, cases, mail_kinds, mails, pins, telling
from instance.services.case_decisions import Choice, Decision
from instance.services.retention import purging
from tests.cast import LEE, Houses, new
from tests.houses import House, Person
from tests.network import Network

ADMINS = (
    new("first", "Dr F. Irst", role=Role.FEDERATION),
    new("second", "Dr S. Econd", role=Role.OWNER),
)


@pytest.fixture
async def house(houses: Houses, stlukes: House) -> House:
    found = await houses.open(
        "Lakeside", "hospital", "lakeside.example", SMTP_HOST="mail.lakeside.example"
    )
    for one in (*ADMINS, LEE):
        await found.person(one)
    return found


async def told(house: House) -> list[str]:
    """What each of two administrators was told in the app; by mail it has to be the same."""
    rows = await house.at(lambda: Notification.all().order_by("id").select_related("alert"))
    mailed = await house.at(lambda: Mail.all().order_by("id"))
    first, second = (
        [f"{r.alert.kind} {r.alert.host}" for r in rows if r.member_id == member_id and r.alert]
        for member_id in sorted({row.member_id for row in rows} or {1, 2})
    )
    assert first == second
    assert sorted(first * 2) == sorted(f"{row.kind} {row.host}" for row in mailed)
    return first


async def look(house: House, after: timedelta = timedelta()) -> None:
    """Several workers look, again and again."""
    for _ in range(2):
        now = datetime.now(UTC) + after
        await asyncio.gather(*(house.at(telling.check, now) for _ in range(3)))


async def fails_since(house: House, minutes: int) -> None:
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    await house.at(lambda: Peer.all().update(failing_since=since))


async def ends_in(house: House, days: int) -> None:
    ends_at = datetime.now(UTC) + timedelta(days=days)
    await house.at(lambda: Relationship.all().update(ends_at=ends_at))


async def checked(house: House, problems: list[str]) -> None:
    now = datetime.now(UTC)
    await house.at(lambda: AuditCheck.create(finished_at=now, problems=problems))


async def test_a_partner_that_is_silent_is_told_once_and_once_more_when_it_is_back(
    house: House,
) -> None:
    await fails_since(house, 29)
    await look(house)
    assert await told(house) == []
    for _ in range(2):
        await fails_since(house, 31)
        await look(house)
    assert await told(house) == ["silent stlukes.example"]
    await house.at(lambda: Peer.all().update(failing_since=None))
    await look(house)
    assert await told(house) == ["silent stlukes.example", "back stlukes.example"]
    await fails_since(house, 31)
    await look(house)
    assert (await told(house))[2:] == ["silent stlukes.example"]


async def test_a_partner_that_took_a_message_since_is_not_silent(
    house: House, stlukes: House, network: Network
) -> None:
    """Its keys are looked at every now and then, and messages go out all the time."""
    network.down.add(stlukes.host)
    await house.at(pins.look_at_all)
    await house.at(lambda: Peer.all().update(delivered_at=datetime.now(UTC)))
    await look(house, timedelta(minutes=31))
    assert await told(house) == []


async def test_a_partner_that_nothing_is_sent_to_is_noticed_when_it_does_not_answer(
    house: House, stlukes: House, network: Network
) -> None:
    network.down.add(stlukes.host)
    for _ in range(2):
        await house.at(pins.look_at_all)
    await look(house)
    assert await told(house) == []
    await look(house, timedelta(minutes=31))
    assert await told(house) == ["silent stlukes.example"]
    network.down.clear()
    await house.at(pins.look_at_all)
    await look(house)
    assert (await told(house))[1:] == ["back stlukes.example"]


async def test_who_is_no_partner_any_more_is_neither_silent_nor_back(
    house: House, stlukes: House, network: Network
) -> None:
    network.down.add(stlukes.host)
    await house.at(pins.look_at_all)
    await look(house, timedelta(minutes=31))
    await house.at(lambda: Peer.all().update(level=PeerLevel.PUBLIC))
    await look(house, timedelta(minutes=31))
    assert await told(house) == ["silent stlukes.example"]
    await house.at(pins.look_at_all)
    assert (await house.at(Peer.get, host=stlukes.host)).silent_since is None


async def test_an_agreement_that_ends_soon_is_told_once_and_again_after_it_was_renewed(
    house: House,
) -> None:
    for days in (31, 29, 28, 300, 29):
        await ends_in(house, days)
        await look(house)
    assert await told(house) == 2 * ["ends_soon stlukes.example"]


async def test_a_failed_check_of_the_record_is_told_once_until_one_holds_again(
    house: House,
) -> None:
    for problems in (["A"], ["A"], ["A", "B"], [], ["A"]):
        await checked(house, problems)
        await look(house)
    assert await told(house) == ["audit ", "audit "]


async def given_up(house: House, error: str, number: int) -> None:
    async def work() -> None:
        ours = await local.institution()
        uri, now = f"https://lakeside.example/a/{number}", datetime.now(UTC)
        activity = await OutboxActivity.create(uri=uri, type="Create", actor_id=ours.id)
        await Delivery.create(
            activity=activity,
            inbox=f"https://stlukes.example/{number}",
            host="stlukes.example",
            lane=1,
            gave_up_at=now,
            last_error=error,
        )

    await house.at(work)


async def test_what_was_given_up_for_a_partner_is_told_once_and_what_we_ended_is_not(
    house: House,
) -> None:
    for number, error in enumerate(("dropped", "recalled", "F-CON-1: trust ended")):
        await given_up(house, error, number)
    await look(house)
    assert await told(house) == []
    for number in (7, 8):
        await given_up(house, "refused 400", number)
        await look(house)
    assert await told(house) == ["gave_up stlukes.example"]


async def test_mail_that_does_not_get_out_is_told_in_the_app_alone(house: House) -> None:
    first = await house.person(ADMINS[0])
    await first.does(mails.queue, AlertKind.KEYS, "stlukes.example")
    old = {"attempts": 4, "created_at": datetime.now(UTC) - timedelta(hours=2)}
    await house.at(lambda: Mail.all().update(**old))
    await look(house)
    rows = await house.at(lambda: Notification.all().select_related("alert"))
    assert [row.alert.kind for row in rows if row.alert] == 2 * [AlertKind.MAIL]
    assert await house.at(lambda: Mail.all().count()) == 1


async def test_who_wants_no_mail_still_finds_it_in_the_app(house: House) -> None:
    for one in ADMINS:
        await (await house.person(one)).does(mails.choose, {"audit"})
    await fails_since(house, 31)
    await look(house)
    assert await house.at(lambda: Notification.all().count()) == 2
    assert await house.at(lambda: Mail.all().count()) == 0


async def test_nothing_is_told_by_half(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies in the middle leaves it to the next one."""

    async def dying(*_: object) -> None:
        raise ConnectionError

    await fails_since(house, 31)
    with monkeypatch.context() as broken:
        broken.setattr(mails, "queue", dying)
        with pytest.raises(ConnectionError):
            await house.at(telling.check, datetime.now(UTC))
    assert await house.at(lambda: ToldAlert.all().count()) == 0
    await look(house)
    assert await told(house) == ["silent stlukes.example"]


async def test_of_an_institution_that_has_no_account_here_administrators_hear_too(
    house: House,
) -> None:
    await house.at(telling.of_trust, AlertKind.KEYS, None, "stlukes.example")
    assert await told(house) == ["keys stlukes.example"]


async def test_what_is_over_is_forgotten_after_months_and_what_stands_is_not(house: House) -> None:
    await fails_since(house, 31)
    await look(house)
    later = datetime.now(UTC) + telling.KEPT + timedelta(days=1)
    await house.at(purging.run, later)
    assert await house.at(lambda: ToldAlert.all().count()) == 1
    await house.at(lambda: Peer.all().update(failing_since=None))
    await look(house)
    await house.at(purging.run, later)
    assert await house.at(lambda: ToldAlert.all().count()) == 0


async def test_the_alerts_of_now_are_listed_oldest_first(house: House) -> None:
    await fails_since(house, 40)
    now = datetime.now(UTC)
    await ends_in(house, 20)
    await checked(house, ["A"])
    found = await house.at(alerts.current)
    assert [(one.kind, one.host) for one in found] == [
        (AlertKind.ENDS_SOON, "stlukes.example"),
        (AlertKind.SILENT, "stlukes.example"),
        (AlertKind.AUDIT, ""),
    ]
    await house.at(lambda: Peer.all().update(keys_changed_at=now))
    assert AlertKind.KEYS in {one.kind for one in await house.at(alerts.current)}


async def test_an_alert_stands_under_notifications_and_leads_to_its_page(house: House) -> None:
    await fails_since(house, 31)
    await look(house)
    browser = await house.sign_in("first")
    page = (await browser.get("/notifications")).text
    assert "St. Luke" in page and "has not answered for more than 30 minutes" in page
    row = await house.at(lambda: Notification.all().order_by("id").first())
    assert row is not None
    opened = await browser.get(f"/notifications/{row.id}")
    assert opened.header("location") == "/admin/hospitals/stlukes.example"
    assert "has not answered" not in (await (await house.sign_in("lee")).get("/notifications")).text


async def test_a_member_chooses_their_mails_on_a_page(house: House) -> None:
    browser = await house.sign_in("first")
    page = (await browser.get("/account/notifications")).text
    assert len(re.findall(r'name="mail" value="\w+" checked', page)) == len(
        mail_kinds.CHOICES
    ) - len({AlertKind.CASE_LATE, AlertKind.HELD})  # not of a duty that they do not hold
    answer = await browser.post_form("/account/notifications", {"mail": "keys"})
    assert answer.status == 302
    first: Person = await house.person(ADMINS[0])
    assert (await first.does(mails.choices)).wanted == {AlertKind.KEYS}
    lee = await house.sign_in("lee")
    assert 'name="mail"' not in (await lee.get("/account/notifications")).text
    assert (await house.visitor().get("/account/notifications")).status == 404


async def test_a_list_that_changed_is_told_anew_and_mailed_once_a_day(house: House) -> None:
    publisher = (await house.at(local.institution)).uri
    for _ in range(3):
        await house.at(telling.of_list, publisher, "society.example")
    kind = NotificationKind.LIST_CHANGED
    assert await house.at(lambda: Notification.filter(kind=kind, read_at=None).count()) == 2
    assert await house.at(lambda: Mail.all().count()) == 2


@pytest.fixture
async def officer(house: House) -> Person:
    return await house.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))


async def waits(house: House, person: Person, **ago: float) -> VerificationCase:
    since = datetime.now(UTC) - timedelta(**ago)
    return await person.does(cases.open_case, CaseKind.JOINED, since)


async def told_of_cases(house: House, person: Person) -> list[int | None]:
    mine = {"member_id": person.member.id, "alert__kind": AlertKind.CASE_LATE}
    found = await house.at(lambda: Notification.filter(**mine).select_related("alert"))
    return [row.alert.case_id for row in found if row.alert is not None]


async def test_who_waits_past_a_working_day_is_told_to_officers_once_until_it_is_decided(
    house: House, officer: Person
) -> None:
    lee, owner, admin = [await house.person(one) for one in (LEE, ADMINS[1], ADMINS[0])]
    in_time = await waits(house, owner, hours=23)
    late = await waits(house, lee, days=8)
    await look(house)
    assert await told_of_cases(house, officer) == await told_of_cases(house, owner) == [late.id]
    assert await told_of_cases(house, admin) == await told_of_cases(house, lee) == []
    page = (await (await house.sign_in("officer")).get("/notifications")).text
    assert "Somebody waits longer than 1 working day" in page and "Dr J. Lee" not in page
    asked = {"state": CaseState.ASKED}
    await house.at(lambda: VerificationCase.filter(id=late.id).update(**asked))
    await look(house)  # asked, and answered
    waiting = {"state": CaseState.WAITING}
    await house.at(lambda: VerificationCase.filter(id=late.id).update(**waiting))
    await look(house)
    assert await told_of_cases(house, officer) == [late.id]
    assert await house.at(lambda: ToldAlert.filter(key__not_isnull=True).count()) == 1

    seen = await house.at(cases.last_step, late)
    refused = Decision(Choice.REFUSE, "There was no answer.", seen)
    await officer.does(case_decisions.decide, late.id, refused, datetime.now(UTC))
    await look(house)
    assert await house.at(lambda: ToldAlert.filter(key__not_isnull=True).count()) == 0
    assert in_time.id not in await told_of_cases(house, officer)


async def test_an_officer_who_waits_is_told_to_the_others(house: House, officer: Person) -> None:
    owner = await house.person(ADMINS[1])
    own = await waits(house, officer, days=8)
    await look(house)
    assert await told_of_cases(house, officer) == []
    assert await told_of_cases(house, owner) == [own.id]
    browser = await house.sign_in("second")
    [row] = await house.at(lambda: Notification.filter(member_id=owner.member.id))
    opened = await browser.get(f"/notifications/{row.id}")
    assert opened.header("location") == f"/admin/verification/{own.id}"


async def test_many_who_wait_are_one_mail_a_day(house: House, officer: Person) -> None:
    for name in ("one", "two", "three"):
        await waits(house, await house.person(new(name, f"Dr {name}")), days=8)
    await look(house)
    mailed = await house.at(lambda: Mail.filter(member_id=officer.member.id))
    assert [row.kind for row in mailed] == [AlertKind.CASE_LATE]
    assert len(await told_of_cases(house, officer)) == 3
