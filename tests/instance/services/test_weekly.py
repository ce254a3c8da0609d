"""The weekly mail about channels: to who asked for it, in numbers, once, ended with one click."""

import asyncio
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from instance import smtp
from instance.models import Actor, AlertKind, Mail, Member, Post, WeeklyMail
from instance.services import follows, posting, weekly
from instance.services.consults import privately
from instance.workers import mailing
from tests.cast import SANTOS, Houses
from tests.houses import House, Person
from tests.network import Sent

LONG = "a-hospital-with-a-rather-long-name.mercy-general.example"
sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture
async def mercy(houses: Houses) -> House:
    """With a mail server, so that mails are queued."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="mail.example")


@pytest.fixture
async def santos(mercy: House) -> Person:
    return await mercy.person(SANTOS)


@pytest.fixture
async def due(mercy: House, lee: Person, santos: Person, wards: Actor) -> datetime:
    """When Dr Lee's is due, who follows a channel with two threads and wrote a third."""
    await lee.speaks(follows.follow, wards)
    await lee.does(weekly.choose, datetime.now(UTC), wanted=True)
    first: Post = await santos.speaks(posting.start_thread, wards, "A zebra", "Of a quokka.")
    await santos.speaks(posting.reply, first, "And more.")
    await santos.speaks(posting.start_thread, wards, "Another", "Some words.")
    await lee.speaks(posting.start_thread, wards, "Mine", "Some words.")
    row = await mercy.at(WeeklyMail.get, member_id=lee.member.id)
    return row.due_at


async def mails(house: House) -> list[Mail]:
    return await house.at(lambda: Mail.filter(kind=AlertKind.WEEKLY).order_by("id"))


async def letter(house: House) -> EmailMessage:
    async def write() -> bytes:
        [row] = await Mail.filter(kind=AlertKind.WEEKLY).select_related("member")
        return smtp.written(await mailing._letter(row)).as_bytes(policy=policy.SMTP)

    return message_from_bytes(await house.at(write), policy=policy.default)


async def test_who_asked_for_it_has_one_mail_a_week_in_numbers_however_many_look_for_it(
    mercy: House, lee: Person, santos: Person, due: datetime
) -> None:
    await mercy.at(weekly.queue_due, due - timedelta(seconds=1))
    assert await mails(mercy) == []
    workers = (mercy.at(weekly.queue_due, due) for _ in range(2))
    await asyncio.gather(*workers)
    await mercy.at(weekly.queue_due, due + timedelta(hours=1))  # and again, as after a crash
    [row] = await mails(mercy)
    text = (await letter(mercy)).get_content()
    assert row.member_id == lee.member.id
    assert "2 threads in 1 of your channels have something new." in text
    assert not [one for one in ("zebra", "quokka", "Santos", "wards") if one in text]  # T54
    again = await mercy.at(WeeklyMail.get, member_id=lee.member.id)
    assert timedelta(days=6) < again.due_at - due <= timedelta(days=7)
    await mercy.at(weekly.queue_due, again.due_at)
    assert len(await mails(mercy)) == 1  # nothing is new: no mail


@sqlite
async def test_what_was_read_and_what_is_private_is_in_no_weekly_mail(
    mercy: House, lee: Person, santos: Person, wards: Actor, due: datetime
) -> None:
    browser = await mercy.sign_in("lee")
    threads = await mercy.at(
        lambda: Post.filter(author_id=santos.actor.id).values_list("thread_id")
    )
    for (thread,) in set(threads):
        await browser.get(f"/t/{thread}")
    await santos.does(privately.begin, lee.actor, "Could we speak?")
    await mercy.at(weekly.queue_due, due)
    assert await mails(mercy) == []


@sqlite
async def test_one_click_ends_it_also_for_one_that_waits_and_without_signing_in(
    mercy: House, lee: Person, due: datetime
) -> None:
    await mercy.at(weekly.queue_due, due)
    said = await letter(mercy)
    url = said["List-Unsubscribe"].strip("<>")
    assert said["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url.startswith("https://mercy.example/unsubscribe/") and url in said.get_content()
    path = url.removeprefix("https://mercy.example")
    visitor = mercy.visitor()
    for _ in range(2):  # whoever only looks at it, as mail servers do
        assert "End the weekly mail?" in (await visitor.get(path)).text
    assert await mercy.at(weekly.is_chosen, lee.member)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = Sent("POST", url, form, b"List-Unsubscribe=One-Click")  # no cookie, no origin
    answers = [await mercy.request(sent) for _ in range(2)]
    assert [one.status for one in answers] == [200, 200]
    assert answers[0].body == answers[1].body  # who guesses learns nothing
    assert not await mercy.at(weekly.is_chosen, lee.member)
    await mercy.at(mailing.step, datetime.now(UTC))
    assert await mails(mercy) == []


@sqlite
async def test_nobody_has_it_who_did_not_ask_and_it_is_chosen_and_ended_on_a_page(
    mercy: House, lee: Person
) -> None:
    browser, page = await mercy.sign_in("lee"), "/account/notifications"
    assert await mercy.at(WeeklyMail.all) == []
    assert "Have the weekly mail" in (await browser.get(page)).text
    for _ in range(2):
        await browser.post_form(f"{page}/weekly", {"wanted": "yes"})
    [row] = await mercy.at(WeeklyMail.all)
    assert "End the weekly mail" in (await browser.get(page)).text
    await browser.post_form(f"{page}/weekly", {"wanted": "no"})
    assert await mercy.at(WeeklyMail.all) == []
    await browser.post_form(f"{page}/weekly", {"wanted": "yes"})
    assert (await mercy.at(WeeklyMail.get)).token != row.token
    await mercy.at(lambda: Member.all().update(suspended_at=datetime.now(UTC)))
    await mercy.at(weekly.queue_due, row.due_at + timedelta(days=7))
    assert await mails(mercy) == []


def test_an_address_that_is_long_stands_whole_in_the_header() -> None:
    url = f"https://{LONG}/unsubscribe/{'x' * 32}"
    sent = smtp.Letter(
        "1@x.example", "c@x.example", "l@x.example", "A week", "Words", datetime.now(UTC), url
    )
    raw = smtp.written(sent).as_bytes(policy=policy.SMTP)
    assert f"<{url}>".encode() in raw and b"=?" not in raw
