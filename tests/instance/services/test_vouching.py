"""Colleagues vouch for a colleague: 2 of them, apart from each other, and each answers for it."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    Level,
    Member,
    Method,
    Notification,
    NotificationKind,
    Role,
    Verification,
    Vouch,
)
from instance.services import verification, vouching
from tests.cast import new
from tests.houses import House, Person
from tests.rosters import joined, level

NOW = datetime.now(UTC)
HOW = "We have shared a ward for 3 years."


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await joined(mercy, "kim")


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))


async def verified(house: House, handle: str, **more: object) -> Person:
    return await house.person(new(handle, f"Dr {handle.title()}", **more))


async def current(person: Person) -> Member:
    return await person.home.at(lambda: Member.get(id=person.member.id))


async def asks(person: Person, voucher: Person) -> None:
    member = await current(person)
    await person.home.at(vouching.ask, member, voucher.actor.handle, NOW)


async def vouches(voucher: Person, person: Person, how: str = HOW) -> int:
    await asks(person, voucher)
    row = await voucher.home.at(
        lambda: Vouch.get(member_id=person.member.id, voucher_id=voucher.member.id)
    )
    await voucher.home.at(vouching.vouch, await current(voucher), row.id, how, NOW)
    return int(row.id)


async def told(person: Person) -> list[NotificationKind]:
    rows = await person.home.at(
        lambda: Notification.filter(member_id=person.member.id).order_by("created_at")
    )
    return [row.kind for row in rows]


async def test_two_verified_colleagues_make_checked_for_a_year(mercy: House, kim: Person) -> None:
    one, two = await verified(mercy, "one"), await verified(mercy, "two")
    await vouches(one, kim)
    assert await level(kim) == 1
    await vouches(two, kim)
    assert await level(kim) == 2
    assert (await told(one), await told(kim)) == (
        [NotificationKind.VOUCH_ASKED],
        [NotificationKind.VOUCHED] * 2,
    )
    await mercy.at(verification.expire, NOW + timedelta(days=364))
    assert await level(kim) == 2
    await mercy.at(verification.expire, NOW + timedelta(days=366))
    assert await level(kim) == 1


async def test_only_a_verified_colleague_under_their_own_name_is_asked(
    mercy: House, stlukes: House, kim: Person
) -> None:
    await joined(mercy, "student")
    elsewhere = await verified(stlukes, "elsewhere")
    await verified(mercy, "hidden", pseudonym="quiet_owl")
    suspended = await verified(mercy, "gone")
    await mercy.at(lambda: Member.filter(id=suspended.member.id).update(suspended_at=NOW))
    said = set()
    for handle in ("student", "elsewhere", elsewhere.address, "quiet_owl", "gone", "kim", "nobody"):
        with pytest.raises(FormRefused) as refused:
            await kim.does(vouching.ask, handle, NOW)
        said.add(refused.value.fields["handle"])
    assert len(said) == 1  # nobody learns why
    await kim.does(vouching.ask, "@HIDDEN", NOW)


async def test_so_many_questions_are_open_and_no_more(mercy: House, kim: Person) -> None:
    people = [await verified(mercy, f"v{n}") for n in range(vouching.OPEN_MOST + 1)]
    for person in people[:-1]:
        await asks(kim, person)
    with pytest.raises(FormRefused):
        await asks(kim, people[-1])
    [first, *_] = await kim.does(vouching.for_member, NOW)
    await kim.does(vouching.take_back, first.id, NOW)
    await asks(kim, people[-1])
    later = NOW + vouching.ASKED_FOR
    assert await kim.does(vouching.for_member, later) == []
    assert await people[-1].does(vouching.asked_of, later) == []


async def test_who_declines_is_not_asked_again_and_nobody_is_told(
    mercy: House, kim: Person
) -> None:
    one, silent = await verified(mercy, "one"), await verified(mercy, "silent")
    await asks(kim, one)
    await asks(kim, silent)
    [row] = await one.does(vouching.asked_of, NOW)
    await one.does(vouching.decline, row.id, NOW)
    await asks(kim, one)
    assert await one.does(vouching.asked_of, NOW) == []
    assert len(await kim.does(vouching.for_member, NOW)) == 2 and await told(kim) == []
    page = await (await mercy.sign_in("kim")).get("/account/verification/colleagues")
    assert page.text.count("No answer yet.") == 2
    with pytest.raises(NotFound):
        await one.does(vouching.vouch, row.id, HOW, NOW)


async def test_a_word_needs_a_sentence_and_somebody_who_may_give_it(
    mercy: House, kim: Person
) -> None:
    one, other = await verified(mercy, "one"), await verified(mercy, "other")
    await asks(kim, one)
    [row] = await one.does(vouching.asked_of, NOW)
    with pytest.raises(FormRefused):
        await one.does(vouching.vouch, row.id, "ok", NOW)
    with pytest.raises(NotFound):
        await other.does(vouching.vouch, row.id, HOW, NOW)
    await mercy.at(lambda: Member.filter(id=one.member.id).update(level=Level.CHECKED))
    with pytest.raises(NotAllowed):
        await one.does(vouching.vouch, row.id, HOW, NOW)


async def test_vouchers_who_vouch_for_each_other_do_not_count(mercy: House, kim: Person) -> None:
    one, two = await joined(mercy, "one"), await verified(mercy, "two")
    await vouches(two, one)  # of her the other one
    await mercy.at(lambda: Member.filter(id=one.member.id).update(level=Level.VERIFIED))
    await vouches(one, kim)
    await vouches(two, kim)
    assert await level(kim) == 1
    three = await verified(mercy, "three")
    await vouches(three, kim)
    assert await level(kim) == 2


async def test_a_voucher_for_whom_the_vouched_vouches_does_not_count(
    mercy: House, kim: Person
) -> None:
    one, two = await verified(mercy, "one"), await verified(mercy, "two")
    await vouches(one, kim)
    await vouches(two, kim)
    assert await level(kim) == 2
    # She becomes Verified otherwise, and vouches for one of those who vouch for her.
    lower = {"level": Level.ATTESTED}
    await mercy.at(lambda: Member.filter(id=one.member.id).update(**lower))
    await mercy.at(lambda: Member.filter(id=kim.member.id).update(level=Level.VERIFIED))
    await vouches(kim, one)
    assert await level(kim) == 1


async def test_a_word_can_be_taken_back(mercy: House, kim: Person) -> None:
    one, two = await verified(mercy, "one"), await verified(mercy, "two")
    await vouches(one, kim)
    given = await vouches(two, kim)
    with pytest.raises(NotFound):
        await one.does(vouching.revoke, given, NOW)
    await two.does(vouching.revoke, given, NOW)
    assert await level(kim) == 1
    assert (await told(kim))[-1] is NotificationKind.VOUCH_ENDED
    await vouches(two, kim)  # and be given again
    assert await level(kim) == 2


async def test_who_vouched_wrongly_vouches_no_more_and_nothing_they_said_counts(
    mercy: House, kim: Person, officer: Person
) -> None:
    bad, good = await verified(mercy, "bad"), await verified(mercy, "good")
    late = await joined(mercy, "late")
    wrong = await vouches(bad, kim)
    for voucher, person in ((good, kim), (bad, late), (good, late)):
        await vouches(voucher, person)
    assert (await level(kim), await level(late)) == (2, 2)
    with pytest.raises(NotAllowed):
        await good.does(vouching.find_abused, wrong, "They have never met.", NOW)
    with pytest.raises(FormRefused):
        await officer.does(vouching.find_abused, wrong, " ", NOW)
    await officer.does(vouching.find_abused, wrong, "They have never met.", NOW)
    assert (await level(kim), await level(late)) == (1, 1)
    for person in (kim, late):
        assert (await told(person))[-1] is NotificationKind.VOUCH_ENDED
    assert (await told(bad))[-1] is NotificationKind.VOUCH_LOST
    with pytest.raises(FormRefused):
        await asks(await joined(mercy, "third"), bad)
    page = await (await mercy.sign_in("bad")).get("/account/verification/colleagues")
    assert "They have never met." in page.text
    third = await verified(mercy, "third2")
    await vouches(third, kim)
    assert await level(kim) == 2


async def test_an_officer_does_not_decide_about_their_own_word(
    mercy: House, kim: Person, officer: Person
) -> None:
    given = await vouches(officer, kim)
    with pytest.raises(NotAllowed):
        await officer.does(vouching.find_abused, given, "I was wrong.", NOW)


async def test_the_pages_ask_vouch_and_end_it(mercy: House, kim: Person, officer: Person) -> None:
    one, two = await verified(mercy, "one"), await verified(mercy, "two")
    here = "/account/verification/colleagues"
    asker = await mercy.sign_in("kim")
    refused = await asker.post_form(here, {"handle": "nobody"})
    assert refused.status == 422 and 'value="nobody"' in refused.text
    for person in (one, two):
        assert (await asker.post_form(here, {"handle": person.actor.handle})).status == 302
        browser = await mercy.sign_in(person.actor.handle)
        [row] = await person.does(vouching.asked_of, NOW)
        short = await browser.post_form(f"{here}/{row.id}/vouch", {"how": "A friend."})
        assert short.status == 422 and "A friend.</textarea>" in short.text
        done = await browser.post_form(f"{here}/{row.id}/vouch", {"how": HOW})
        assert done.status == 302
    assert HOW in (await asker.get(here)).text and await level(kim) == 2
    assert (await asker.get("/admin/vouches")).status == 404
    staff = await mercy.sign_in("officer")
    listed = await staff.get("/admin/vouches")
    assert listed.text.count(HOW) == 2
    path = f"/admin/vouches/{row.id}/abused"
    assert (await staff.post_form(path, {"reason": ""})).status == 422
    done = await staff.post_form(path, {"reason": "Never met."})
    assert done.status == 302 and await level(kim) == 1
    living = await mercy.at(lambda: Verification.filter(ended_at=None, method="vouch").count())
    assert living == 0
    notice = await asker.get("/notifications")
    assert "What a colleague said about you counts no more" in notice.text
    assert await mercy.at(lambda: Actor.filter(member_id=kim.member.id).count()) == 1


async def test_what_an_officer_knows_in_person_does_not_hang_on_colleagues(
    mercy: House, kim: Person, officer: Person
) -> None:
    async def decide() -> None:
        async with in_transaction():
            await verification.give(kim.member, Method.VOUCH, NOW, by=officer.member)

    await mercy.at(decide)
    one = await verified(mercy, "one")
    given = await vouches(one, kim)
    assert await level(kim) == 2
    await one.does(vouching.revoke, given, NOW)
    assert await level(kim) == 2
