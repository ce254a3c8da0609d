"""Mails that wait: for whom, with which words, how often they are tried, and when no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.alert_words import (
    EVERYBODY_FOOTER,
    FOOTER,
    INVITING_FOOTER,
    OWN_FOOTER,
    SENTENCES,
    STANDING_FOOTER,
    SUBJECTS,
)
from instance.errors import NotAllowed
from instance.models import AlertKind, AuditEntry, Mail, Member, MutedMail, Role
from instance.services import mail_kinds, mails
from instance.services.retention import purging
from instance.workers import claims
from tests.cast import LEE, Houses, new
from tests.houses import House, Person

OF_OTHERS = {AlertKind.CASE_LATE, AlertKind.HELD}  # whose duty they do not hold
ADMIN = new("admin", "Dr A. Dmin", role=Role.FEDERATION)
SMTP = {"SMTP_HOST": "mail.hospital.example"}


@pytest.fixture
async def house(houses: Houses) -> House:
    return await houses.open("Mercy General", "hospital", "mercy.example", trusted=False, **SMTP)


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.person(ADMIN)


async def waiting(house: House) -> list[tuple[str, str]]:
    rows = await house.at(lambda: Mail.all().order_by("id"))
    return [(row.kind.value, row.host) for row in rows]


async def one(house: House, admin: Person, **values: Any) -> Mail:
    now = datetime.now(UTC)
    known = {"member_id": admin.member.id, "kind": AlertKind.AUDIT, "host": "", "due_at": now}
    return await house.at(lambda: Mail.create(**known | values))


async def test_who_does_not_look_after_it_gets_no_mail(house: House, admin: Person) -> None:
    lee = await house.person(LEE)
    for person in (lee, admin):
        await person.does(mails.queue, AlertKind.SILENT, "stlukes.example")
    [row] = await house.at(lambda: Mail.all())
    assert row.member_id == admin.member.id
    now = datetime.now(UTC)
    await house.at(lambda: Member.all().update(suspended_at=now))
    gone = await house.at(lambda: Member.get(id=admin.member.id))
    assert not await house.at(mails.is_wanted, gone, AlertKind.SILENT)


async def test_without_a_mail_server_nothing_is_queued(mercy: House) -> None:
    person = await mercy.person(ADMIN)
    await person.does(mails.queue, AlertKind.SILENT, "stlukes.example")
    assert await waiting(mercy) == []


async def test_a_kind_that_is_switched_off_is_not_mailed_nor_what_belongs_to_it(
    house: House, admin: Person
) -> None:
    every = {kind.value for kind in mail_kinds.CHOICES}
    for _ in range(2):
        await admin.does(mails.choose, every - {"silent", "audit"} | {"nonsense"})
    assert await house.at(lambda: MutedMail.all().count()) == 2
    for kind in (AlertKind.SILENT, AlertKind.BACK, AlertKind.AUDIT, AlertKind.KEYS):
        await admin.does(mails.queue, kind, "stlukes.example")
    assert await waiting(house) == [("keys", "stlukes.example")]
    await admin.does(mails.choose, every)
    found = await admin.does(mails.choices)
    assert found.wanted == frozenset(found.offered) == set(mail_kinds.CHOICES) - OF_OTHERS


async def test_what_others_bring_about_is_one_mail_a_day(house: House, admin: Person) -> None:
    for kind in (AlertKind.TRUST, AlertKind.OFFERED, AlertKind.LIST):
        for host in ("a.example", "a.example", "b.example"):
            await admin.does(mails.queue, kind, host)
    assert len(await waiting(house)) == 6
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    await house.at(lambda: Mail.all().update(created_at=yesterday))
    await admin.does(mails.queue, AlertKind.TRUST, "a.example")
    assert len(await waiting(house)) == 7


@pytest.mark.parametrize("kind", sorted(set(AlertKind) - {AlertKind.MAIL}))
async def test_a_mail_is_a_fixed_sentence_the_host_and_a_link(
    house: House, kind: AlertKind
) -> None:
    """T54, UX-7."""

    async def words() -> mail_kinds.Words:
        return mail_kinds.words(kind, "stlukes.example")

    said = await house.at(words)
    sentence, link, footer = said.text.split("\n\n")
    assert sentence == SENTENCES[kind] % {"hospital": "stlukes.example", "code": ""}
    elsewhere = (*mail_kinds.INVITING, AlertKind.STAYS, AlertKind.DIGEST, AlertKind.WEEKLY)
    path = "/" if kind in elsewhere else "/a"
    assert link.startswith(f"https://mercy.example{path}") and said.subject == SUBJECTS[kind]
    own = OWN_FOOTER if kind in mail_kinds.OWN else FOOTER
    own = INVITING_FOOTER if kind in mail_kinds.INVITING else own
    own = STANDING_FOOTER if kind in mail_kinds.OF_STANDING else own
    own = EVERYBODY_FOOTER if kind in mail_kinds.OF_THIS_SERVER else own
    assert footer == f"{own}\n" and "%" not in said.text + said.subject


async def test_a_mail_is_claimed_by_one_worker_and_by_the_next_when_that_one_is_gone(
    house: House, admin: Person
) -> None:
    for _ in range(3):
        await one(house, admin)
    now = datetime.now(UTC)
    first = await house.at(claims.claim_messages, "mail", now, 2)
    second = await house.at(claims.claim_messages, "mail", now, 5)
    assert (len(first), len(second)) == (2, 1) and not {*first} & {*second}
    assert await house.at(claims.claim_messages, "mail", now, 5) == []
    later = now + claims.LEASE + timedelta(seconds=1)
    assert (
        len(await house.at(claims.claim_messages, "mail", later, 5)) == 3
    )  # killed: the lease ran out
    await house.at(claims.give_back, "mail", first)
    assert {*await house.at(claims.claim_messages, "mail", later, 5)} == {*first}


async def test_what_is_not_taken_is_tried_less_and_less_and_given_up_after_days(
    house: House, admin: Person
) -> None:
    row, now, waits = await one(house, admin), datetime.now(UTC), []
    while row.due_at is not None:
        at = row.due_at
        await house.at(mails.note_failed, row, "unreachable", at, is_final=False)
        row = await house.at(Mail.get)
        waits.append((row.due_at - at) if row.due_at else timedelta())
    assert timedelta(seconds=40) < waits[0] < timedelta(minutes=2) and 15 < len(waits) < 30
    assert row.gave_up_at is not None and row.last_error == "unreachable"
    assert timedelta(days=3) < row.gave_up_at - now < mails.GIVE_UP_AFTER
    assert await house.at(mails.stuck_since, datetime.now(UTC)) is not None


async def test_a_worker_that_starts_tries_what_waits(house: House, admin: Person) -> None:
    """Its settings may have been mended."""
    row = await one(house, admin)
    await house.at(mails.note_failed, row, "sign_in 535", datetime.now(UTC), is_final=False)
    assert await house.at(claims.claim_messages, "mail", datetime.now(UTC), 5) == []
    await house.at(mails.wake)
    assert await house.at(claims.claim_messages, "mail", datetime.now(UTC), 5) == [row.id]


async def test_a_mail_that_is_refused_for_good_is_given_up_at_once(
    house: House, admin: Person
) -> None:
    row = await one(house, admin)
    await house.at(mails.note_failed, row, "refused 550", datetime.now(UTC), is_final=True)
    row = await house.at(lambda: Mail.get(id=row.id))
    assert row.due_at is None and row.gave_up_at is not None and row.last_error == "refused 550"
    assert await house.at(mails.stuck_since, datetime.now(UTC)) is None  # of one mail alone
    newer = await one(house, admin)
    await house.at(mails.note_sent, newer, datetime.now(UTC))
    last = await admin.does(mails.last)
    assert last is not None and last.id == newer.id


async def test_what_waits_is_never_purged(house: House, admin: Person) -> None:
    old = datetime.now(UTC) - timedelta(days=31)
    kept = await one(house, admin)
    await one(house, admin, due_at=None, sent_at=old)
    await house.at(lambda: Mail.all().update(created_at=old))
    await house.at(purging.run, datetime.now(UTC))
    assert [row.id for row in await house.at(lambda: Mail.all())] == [kept.id]


async def test_whoever_looks_after_something_can_see_that_mails_arrive(
    house: House, admin: Person
) -> None:
    browser = await house.sign_in("admin")
    for _ in range(3):
        assert (await browser.post_form("/account/notifications/test", {})).status == 302
    assert await waiting(house) == [("test", "")]
    assert "is on its way" in (await browser.get("/account/notifications")).text
    row, now = await house.at(Mail.get), datetime.now(UTC)
    await house.at(mails.note_failed, row, "sign_in 535", now, is_final=False)
    assert "does not accept our name" in (await browser.get("/account/notifications")).text
    assert await house.at(claims.claim_messages, "mail", datetime.now(UTC), 5) == []
    await browser.post_form("/account/notifications/test", {})
    assert await house.at(claims.claim_messages, "mail", datetime.now(UTC), 5) == [row.id]
    await house.at(mails.note_sent, row, now)
    assert "was sent" in (await browser.get("/account/notifications")).text
    await house.person(LEE)
    await (await house.sign_in("lee")).post_form("/account/notifications/test", {})
    assert len(await waiting(house)) == 1


async def gives_up(house: House, admin: Person, reason: str, **values: Any) -> Mail:
    row = await one(house, admin, **values)
    await house.at(mails.note_failed, row, reason, datetime.now(UTC), is_final=True)
    return row


async def test_what_was_given_up_stands_with_its_reason_where_it_is_sent_again(
    house: House, admin: Person
) -> None:
    first = await gives_up(house, admin, "sign_in 535")
    second = await gives_up(house, admin, "address 550")
    await house.at(mails.note_sent, await one(house, admin), datetime.now(UTC))
    browser = await house.sign_in("admin")
    page = (await browser.get("/admin/deliveries")).text
    for said in ("does not accept our name and password", "cannot send to this address"):
        assert f"The mail server {said}" in page
    assert page.count("Dr A. Dmin") >= 2 and admin.member.email not in page
    assert (await browser.post_form("/admin/deliveries/mails", {})).status == 302
    due = await house.at(claims.claim_messages, "mail", datetime.now(UTC), 5)
    assert sorted(due) == sorted([first.id, second.id])
    [entry] = await house.at(lambda: AuditEntry.filter(action="mail.retried"))
    assert entry.detail == {"count": 2}
    assert "Mails to administrators" not in (await browser.get("/admin/deliveries")).text


async def test_what_is_sent_again_has_all_of_its_days(house: House, admin: Person) -> None:
    old = datetime.now(UTC) - timedelta(days=5)
    row = await gives_up(house, admin, "unreachable")
    await house.at(lambda: Mail.all().update(created_at=old, attempts=20))
    assert await admin.does(mails.send_again) == 1
    again = await house.at(lambda: Mail.get(id=row.id))
    await house.at(mails.note_failed, again, "unreachable", datetime.now(UTC), is_final=False)
    assert (await house.at(lambda: Mail.get(id=row.id))).due_at is not None


async def test_a_mail_that_is_tried_again_is_listed_and_one_that_waits_is_not(
    house: House, admin: Person
) -> None:
    row = await one(house, admin)
    assert await house.at(mails.unsent) == []
    await house.at(mails.note_failed, row, "busy 421", datetime.now(UTC), is_final=False)
    [found] = await house.at(mails.unsent)
    assert (found.gave_up, found.error, found.count) == (False, "busy", 1)
    assert await admin.does(mails.send_again) == 0
    assert not await house.at(lambda: AuditEntry.filter(action="mail.retried").exists())


async def test_nobody_else_sends_mails_again(house: House, admin: Person) -> None:
    await gives_up(house, admin, "busy 421")
    lee = await house.person(LEE)
    with pytest.raises(NotAllowed):
        await lee.does(mails.send_again)
    assert (
        await (await house.sign_in("lee")).post_form("/admin/deliveries/mails", {})
    ).status == 404
