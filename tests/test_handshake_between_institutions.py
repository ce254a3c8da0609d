"""Two hospitals come to trust each other, and stop (federation.md 11.1): production, both ways."""

from datetime import timedelta

import pytest

from federation.authentication import Level
from federation.relationships import Terms
from instance.errors import TrustRefused
from instance.models import (
    AuditEntry,
    Delivery,
    Direction,
    Notification,
    NotificationKind,
    Offer,
    Participant,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import trust
from instance.services import agreements, treaties, treaty_answers
from instance.services.consults import reading
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, audited, is_known, seen_at, write
from tests.houses import House, Person
from tests.network import Network
from tests.treaties import (
    FIRST,
    WANTED,
    accept,
    agree,
    does,
    is_trusted,
    last_offer,
    offer,
    offered,
    pin,
    relationships,
    state,
)


@pytest.fixture
def are_trusted() -> bool:
    return False


async def test_the_whole_handshake_state_by_state(
    houses: Houses, network: Network, mercy: House, stlukes: House
) -> None:
    await pin(mercy, stlukes)
    assert await state(mercy, stlukes) is TrustState.PINNED
    await offer(mercy, stlukes)
    assert await state(mercy, stlukes) is TrustState.OFFERED
    await houses.settle()
    assert await state(stlukes, mercy) is TrustState.PENDING
    await pin(stlukes, mercy)
    await accept(stlukes, mercy)
    assert await state(stlukes, mercy) is TrustState.PENDING  # until Mercy has taken it
    assert not await is_trusted(mercy, stlukes)
    await houses.settle()
    for one, other in ((mercy, stlukes), (stlukes, mercy)):
        assert await state(one, other) is TrustState.ACTIVE
        assert await one.at(trust.level, other.host) is Level.TRUSTED
    [sent] = network.posts(stlukes.host, "Offer")
    assert sent.url == "https://stlukes.example/actor/inbox"
    assert 'tag="curbside-v1"' in str(sent.headers)
    assert [row for row in await audited(mercy) if row.startswith("trust.")] == [
        "trust.key_compared",
        "trust.pinned",
        "trust.offer_sent",
        "trust.active",
    ]


async def test_what_each_side_said_is_what_both_keep(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await agree(houses, mercy, stlukes)
    here, there = await relationships(mercy), await relationships(stlukes)
    assert here[Direction.OURS].uri == there[Direction.THEIRS].uri
    assert here[Direction.THEIRS].uri == there[Direction.OURS].uri
    assert here[Direction.OURS].activity_uri == there[Direction.THEIRS].activity_uri
    assert here[Direction.THEIRS].activity_uri == there[Direction.OURS].activity_uri


async def test_afterwards_a_consult_travels_both_ways(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await agree(houses, mercy, stlukes)
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert (await seen_at(mercy, consult)).first_answer_at is not None
    back = await ask(okafor, mercy)
    await houses.settle()
    assert await is_known(mercy, back)


async def test_a_pending_offer_gives_nothing(
    houses: Houses, mercy: House, stlukes: House, okafor: Person
) -> None:
    await pin(mercy, stlukes)
    await offer(mercy, stlukes)
    await houses.settle()
    assert await stlukes.at(trust.level, mercy.host) is Level.PUBLIC
    assert await mercy.at(trust.level, stlukes.host) is Level.PUBLIC
    assert await stlukes.at(trust.trusted_peers) == []
    key = await mercy.institution_key()
    assert (await stlukes.asked("/s/1", key)).status == 404
    answer = await stlukes.asked(okafor.uri.removeprefix(stlukes.origin), key)
    assert "cs:standing" not in answer.text


async def test_scopes_and_terms_are_the_stricter_of_both(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await offered(houses, mercy, stlukes)
    theirs = Terms("DE", 2, 30, "Dr Okafor, 555 0200")
    await accept(stlukes, mercy, treaties.Wanted(["consult", "directory"], 90, theirs))
    await houses.settle()
    for house, other, contact in (
        (mercy, stlukes, "Dr Okafor, 555 0200"),
        (stlukes, mercy, WANTED.terms.contact),
    ):
        assert await house.at(trust.scopes, other.host) == {"consult", "directory"}
        assert await house.at(trust.ceiling, other.host) == 2
        found = await house.at(agreements.of_host, other.host)
        assert found.terms is not None and found.ends_at is not None
        assert (found.terms.retention_days, found.terms.contact) == (30, contact)
        assert found.ends_at < (await relationships(mercy))[Direction.OURS].ends_at


async def test_an_answer_that_does_not_arrive_makes_nobody_trusted(
    houses: Houses, network: Network, mercy: House, stlukes: House
) -> None:
    await offered(houses, mercy, stlukes)
    network.answer_once(mercy.host, 403)
    await accept(stlukes, mercy)
    await houses.settle()
    assert await state(stlukes, mercy) is TrustState.PENDING
    assert (await stlukes.at(agreements.of_host, mercy.host)).answer == "gave_up"
    await accept(stlukes, mercy)
    await houses.settle()
    assert await is_trusted(mercy, stlukes) and await is_trusted(stlukes, mercy)


@pytest.mark.parametrize("first_is_later", [False, True])
async def test_of_crossing_offers_the_host_that_sorts_first_stands(
    houses: Houses, mercy: House, stlukes: House, first_is_later: bool
) -> None:
    await pin(mercy, stlukes)
    await pin(stlukes, mercy)
    await offer(mercy, stlukes)
    await offer(stlukes, mercy)
    for house in (stlukes, mercy) if first_is_later else (mercy, stlukes):
        await house.deliver()
    await houses.settle()
    assert await state(mercy, stlukes) is TrustState.OFFERED
    assert await state(stlukes, mercy) is TrustState.PENDING
    assert (await last_offer(mercy, Direction.OURS)).state is TrustState.OFFERED
    await accept(stlukes, mercy)
    await houses.settle()
    assert await is_trusted(mercy, stlukes) and await is_trusted(stlukes, mercy)


async def test_a_no_ends_it_and_the_next_offer_waits_a_week(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await pin(mercy, stlukes)
    await offer(mercy, stlukes)
    await houses.settle()
    await does(stlukes, treaties.reject, mercy, "Not this year.")
    await houses.settle()
    for one, other in ((mercy, stlukes), (stlukes, mercy)):
        assert await state(one, other) is TrustState.REJECTED
    with pytest.raises(TrustRefused):
        await offer(mercy, stlukes)
    past = (await last_offer(mercy, Direction.OURS)).created_at - timedelta(days=8)
    await mercy.at(lambda: Offer.all().update(created_at=past, closed_at=past))
    await offer(mercy, stlukes)
    await houses.settle()
    assert await state(stlukes, mercy) is TrustState.REJECTED  # there it is too early


@pytest.mark.parametrize("by_offerer", [True, False])
async def test_revoking_cuts_at_once_on_both_sides(
    houses: Houses,
    network: Network,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    by_offerer: bool,
) -> None:
    """T56: level, who takes part, what waits; and nothing of it comes through afterwards."""
    await agree(houses, mercy, stlukes)
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)  # still on its way
    one, other = (mercy, stlukes) if by_offerer else (stlukes, mercy)
    network.sent.clear()
    await does(one, treaties.revoke, other)
    assert not await is_trusted(one, other)
    assert await one.at(lambda: Participant.filter(host=stlukes.host).count()) == 0
    of_consults = {"activity__consult_id__not_isnull": True, "due_at__not_isnull": True}
    if by_offerer:
        assert await mercy.at(lambda: Delivery.filter(**of_consults).count()) == 0
    await houses.settle()
    assert not await is_trusted(other, one)
    for house in (mercy, stlukes):
        assert await state(house, stlukes if house is mercy else mercy) is TrustState.REVOKED
        assert await house.at(lambda: Participant.filter(host=stlukes.host).count()) == 0
        assert "trust.revoked" in await audited(house)
        [peer] = await house.at(lambda: Peer.all())
        assert peer.level is PeerLevel.PUBLIC
    kinds = [sent.document["type"] for sent in network.posts(other.host)]
    # Of the consult nothing but that it has to go, or went, comes after the end.
    assert kinds[0] == "Undo" and set(kinds[1:]) == {"Delete" if by_offerer else "Accept"}
    seen = await seen_at(stlukes, consult)
    assert seen.last_seq == 1
    assert await okafor.does(reading.in_box, "open") == []
    key = await stlukes.institution_key()
    assert (await mercy.asked(f"/k/{consult.id}", key)).status == 404


async def test_nothing_of_before_counts_after_the_end(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await agree(houses, mercy, stlukes)
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)  # on its way while Mercy ends it
    await does(mercy, treaties.revoke, stlukes)
    await stlukes.deliver()
    assert (await seen_at(mercy, consult)).first_answer_at is None
    assert await mercy.at(trust.level, stlukes.host) is Level.PUBLIC


async def test_an_offer_that_is_taken_back_cannot_be_accepted(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await offered(houses, mercy, stlukes)
    await accept(stlukes, mercy)
    await does(mercy, treaties.revoke, stlukes)
    await stlukes.deliver()  # the answer comes too late
    assert not await is_trusted(mercy, stlukes)
    assert not await is_trusted(stlukes, mercy)
    await houses.settle()
    assert await state(stlukes, mercy) is not TrustState.ACTIVE


async def test_an_agreement_ends_with_its_last_day_and_can_be_renewed_before(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await agree(houses, mercy, stlukes)
    with pytest.raises(TrustRefused):
        await offer(mercy, stlukes)
    rows = await relationships(mercy)
    soon = rows[Direction.OURS].starts_at + timedelta(days=20)
    long_ago = soon - timedelta(days=300)
    for house in (mercy, stlukes):
        await house.at(lambda: Relationship.all().update(ends_at=soon))
        await house.at(lambda: Offer.all().update(created_at=long_ago, starts_at=long_ago))
    await offer(mercy, stlukes)
    await houses.settle()
    assert await state(stlukes, mercy) is TrustState.ACTIVE  # meanwhile it holds
    await accept(stlukes, mercy)
    await houses.settle()
    for house in (mercy, stlukes):
        assert all(row.ends_at > soon for row in (await relationships(house)).values())


async def test_at_its_end_an_agreement_is_suspended(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await agree(houses, mercy, stlukes)
    ends_at = (await relationships(mercy))[Direction.OURS].ends_at
    await mercy.at(treaty_answers.expire, ends_at)
    assert await state(mercy, stlukes) is TrustState.SUSPENDED
    peer = (await mercy.at(agreements.of_host, stlukes.host)).peer
    assert peer is not None and peer.level is PeerLevel.PUBLIC
    assert "trust.expired" in await audited(mercy)
    assert await stlukes.at(trust.level, mercy.host) is Level.TRUSTED  # their clock decides there


async def test_administrators_hear_of_an_offer_once_and_of_its_end(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    admin = await stlukes.person(FIRST)
    await agree(houses, mercy, stlukes)

    async def told(house: House) -> list[NotificationKind]:
        rows = await house.at(lambda: Notification.all())
        return [row.kind for row in rows if house is mercy or row.member_id == admin.member.id]

    assert await told(stlukes) == []  # it was decided
    assert set(await told(mercy)) == {NotificationKind.TRUST_CHANGED}
    await does(mercy, treaties.revoke, stlukes)
    await houses.settle()
    assert await told(stlukes) == [NotificationKind.TRUST_CHANGED]


async def test_every_step_leaves_its_row(houses: Houses, mercy: House, stlukes: House) -> None:
    await agree(houses, mercy, stlukes)
    await does(stlukes, treaties.revoke, mercy)
    await houses.settle()
    rows = await stlukes.at(lambda: AuditEntry.filter(action__startswith="trust.").order_by("id"))
    admin = (await stlukes.person(FIRST)).uri
    assert [(row.action, row.actor_uri == admin) for row in rows] == [
        ("trust.offer_received", False),
        ("trust.key_compared", True),
        ("trust.pinned", False),  # by the second administrator
        ("trust.accept_sent", True),
        ("trust.active", False),
        ("trust.revoked", True),
    ]
