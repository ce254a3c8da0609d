"""Who has which role: changed by owners, told, written down, and nobody changes their own (T72)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from instance.errors import FormRefused, NotAllowed
from instance.models import (
    AuditEntry,
    Level,
    Member,
    Notification,
    NotificationKind,
    Role,
    Session,
)
from instance.services import channels, deliveries, duties, key_checks, moderation, roles, treaties
from instance.services.duties import DUTIES, Duty
from instance.services.key_checks import Tails
from tests.cast import LEE, new
from tests.houses import House, Person
from tests.treaties import WANTED

OWNERS = [new(f"owner{n}", f"Dr O. Wner{n}", role=Role.OWNER, pseudonym=f"owl{n}") for n in (1, 2)]


@pytest.fixture
async def owners(mercy: House) -> list[Person]:
    return [await mercy.person(owner) for owner in OWNERS]


async def role_of(person: Person) -> Role:
    return (await person.home.at(Member.get, id=person.member.id)).role


async def test_an_owner_gives_and_takes_a_role(owners: list[Person], lee: Person) -> None:
    for name, role in (("@lee", Role.STEWARD), ("LEE", Role.OWNER), (LEE.email, Role.MEMBER)):
        await owners[0].does(roles.change, name, role)
        assert await role_of(lee) is role


async def test_a_change_is_written_down_and_told_each_time(
    mercy: House, owners: list[Person], lee: Person
) -> None:
    for role in (Role.MODERATOR, Role.MODERATOR, Role.OFFICER):
        await owners[0].does(roles.change, "lee", role)
        [told] = await mercy.at(lambda: Notification.filter(member_id=lee.member.id))
        assert told.kind is NotificationKind.ROLE_CHANGED and told.by_id == owners[0].actor.id
        assert told.read_at is None
        await mercy.at(lambda: Notification.all().update(read_at=datetime.now(UTC)))
        if role is Role.MODERATOR:  # the same again is no change
            await mercy.at(lambda: Notification.all().update(read_at=None))
    rows = await mercy.at(lambda: AuditEntry.filter(action="role.changed").order_by("id"))
    assert [row.detail for row in rows] == [
        {"before": "member", "now": "moderator"},
        {"before": "moderator", "now": "officer"},
    ]
    assert {(row.actor_uri, row.subject) for row in rows} == {(owners[0].uri, lee.uri)}


async def test_sessions_end_with_the_role(mercy: House, owners: list[Person], lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    await owners[0].does(roles.change, "lee", Role.MODERATOR)
    assert await mercy.at(lambda: Session.filter(member_id=lee.member.id).count()) == 0
    assert (await browser.get("/account")).status == 404


async def test_nobody_changes_their_own_role(owners: list[Person]) -> None:
    for name in ("owner1", "@owner1", OWNERS[0].email):
        with pytest.raises(NotAllowed, match="not_allowed"):
            await owners[0].does(roles.change, name, Role.MEMBER)
    assert await role_of(owners[0]) is Role.OWNER


async def test_a_pseudonym_is_nobody_here(mercy: House, owners: list[Person]) -> None:
    """T87: an owner learns from no answer whose it is."""
    for name in ("owl2", "owl1", "nobody", ""):
        with pytest.raises(FormRefused) as refused:
            await owners[0].does(roles.change, name, Role.MEMBER)
        assert refused.value.fields == {"handle": "Nobody here has this handle or e-mail."}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_only_an_owner_changes_roles(
    mercy: House, owners: list[Person], lee: Person, role: Role
) -> None:
    lee.member.role = role
    await mercy.at(lee.member.save)
    for changed in Role:
        with pytest.raises(NotAllowed):
            await lee.does(roles.change, "owner1", changed)
    with pytest.raises(NotAllowed):
        await lee.does(roles.holders)
    assert await role_of(owners[0]) is Role.OWNER


async def test_a_suspended_owner_changes_nothing(
    mercy: House, owners: list[Person], lee: Person
) -> None:
    at = datetime.now(UTC)
    await mercy.at(lambda: Member.filter(id=owners[0].member.id).update(suspended_at=at))
    with pytest.raises(NotAllowed):  # also with what was read before
        await owners[0].does(roles.change, "lee", Role.OWNER)
    assert await role_of(lee) is Role.MEMBER


async def test_two_owners_who_take_it_from_each_other_leave_one(
    mercy: House, owners: list[Person]
) -> None:
    one, other = owners
    found = await asyncio.gather(
        one.does(roles.change, "owner2", Role.MEMBER),
        other.does(roles.change, "owner1", Role.MEMBER),
        return_exceptions=True,
    )
    assert [type(one) for one in found if isinstance(one, Exception)] == [NotAllowed]
    assert sorted([await role_of(one), await role_of(other)]) == [Role.MEMBER, Role.OWNER]


async def test_only_those_with_another_role_than_member_are_listed(
    owners: list[Person], lee: Person
) -> None:
    found = await owners[0].does(roles.holders)
    assert [one.actor.handle for one in found] == ["owner1", "owner2"]


SERVICES: dict[Duty, tuple[Callable[[Person], Awaitable[object]], ...]] = {
    Duty.HOSPITALS: (
        lambda by: by.does(key_checks.pin, "x.example", Tails("", ""), "Dr X"),
        lambda by: by.does(key_checks.confirm, "x.example", Tails("", "")),
        lambda by: by.does(key_checks.discard, "x.example"),
        lambda by: by.does(treaties.offer, "x.example", WANTED),
        lambda by: by.does(treaties.accept, "x.example", WANTED),
        lambda by: by.does(treaties.reject, "x.example"),
        lambda by: by.does(treaties.revoke, "x.example"),
        lambda by: by.does(deliveries.pause, "x.example"),
        lambda by: by.does(deliveries.resume, "x.example"),
        lambda by: by.does(deliveries.try_now, "x.example"),
        lambda by: by.does(deliveries.retry_given_up, "x.example"),
        lambda by: by.does(deliveries.drop, "x.example"),
    ),
    Duty.PEOPLE: (
        lambda by: by.does(roles.holders),
        lambda by: by.does(roles.change, "owner1", Role.MEMBER),
    ),
}


@pytest.mark.parametrize("role", Role)
async def test_a_service_asks_for_the_duty_whatever_door_it_is_called_through(
    mercy: House, owners: list[Person], lee: Person, role: Role
) -> None:
    lee.member.role = role
    await mercy.at(lee.member.save)
    for duty, calls in SERVICES.items():
        for number, call in enumerate(calls):
            try:
                await call(lee)
                is_refused = False
            except NotAllowed:
                is_refused = True
            except Exception:  # it was let in, and found nothing of that name
                is_refused = False
            assert is_refused is (role not in DUTIES[duty]), (duty, number)


async def test_a_moderator_keeps_channels_by_the_same_table(mercy: House, lee: Person) -> None:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "")
    for role in Role:
        lee.member.role = role
        await mercy.at(lee.member.save)
        allowed = await mercy.at(moderation.may_moderate, lee.actor, group)
        assert allowed is (role in DUTIES[Duty.CHANNELS]), role


def test_what_is_not_in_the_table_is_nobodys() -> None:
    assert DUTIES.keys() == set(Duty)
    for role in Role:
        member = Member(role=role, level=Level.INSTITUTIONAL)
        assert duties.of(member) == {duty for duty, who in DUTIES.items() if role in who}
        member.suspended_at = datetime.now(UTC)
        assert duties.of(member) == frozenset()
    assert not [duty for duty, who in DUTIES.items() if Role.MEMBER in who]
