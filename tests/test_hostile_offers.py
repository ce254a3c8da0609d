"""A hostile peer that offers without end, repeats what is over, or swaps its keys: it gets nothing,
and administrators hear of it once (T57, T58)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.authentication import Level
from federation.keys import PrivateKey
from instance.models import (
    Direction,
    Mail,
    Notification,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import trust
from instance.services import alerts, key_checks, pins, strangers, telling, treaties
from tests.cast import Houses
from tests.houses import House
from tests.network import Network
from tests.treaties import (
    FIRST,
    SECOND,
    WANTED,
    Institution,
    accept,
    agree,
    does,
    is_trusted,
    offer,
    pin,
    queued,
    relationships,
    reproven,
    state,
)

MANY = 1_000


@pytest.fixture
def are_trusted() -> bool:
    return False


@pytest.fixture
async def mercy(houses: Houses) -> House:
    """With one administrator, who gets mails."""
    found = await houses.open(
        "Mercy General",
        "hospital",
        "mercy.example",
        trusted=False,
        SMTP_HOST="mail.mercy.example",
    )
    await found.person(FIRST)
    return found


async def heard(house: House) -> tuple[int, int]:
    """How many notifications there are, and how many mails there ever were."""
    await house.at(telling.check, datetime.now(UTC))
    notifications = await house.at(lambda: Notification.all().count())
    return notifications, await house.at(lambda: Mail.all().count())


async def gets_nothing(house: House, host: str) -> None:
    assert await house.at(trust.level, host) is Level.PUBLIC
    peers = await house.at(lambda: Peer.exclude(level=PeerLevel.PUBLIC).count())
    rows = await house.at(lambda: Relationship.filter(state=TrustState.ACTIVE).count())
    assert (peers, rows) == (0, 0)


def listed(document: dict[str, Any], shady: Institution) -> dict[str, Any]:
    """The same offer, with every address that a careless reader would fetch."""
    bait = f"{shady.origin}/bait"
    more = {"image": bait, "instrument": bait, "attachment": [{"type": "Link", "href": bait}]}

    def change(made: dict[str, Any]) -> None:
        made.update(more)
        made["object"].update(more)

    return reproven(document, shady.ed25519, change)


async def test_a_thousand_offers_of_one_server_are_one(mercy: House, network: Network) -> None:
    """T57: a thousand ids, each newer than the last, with addresses to fetch."""
    shady, now, statuses = Institution("shady.example", network), datetime.now(UTC), []
    for number in range(1, MANY + 1):
        document = shady.offer(mercy.origin, number, starts_at=now + timedelta(seconds=number))
        statuses.append((await shady.sends(mercy, listed(document, shady), "trusted")).status)
    assert statuses[0] == 202 and {*statuses[1:]} == {429, 403}  # 403: begins too far ahead
    assert await heard(mercy) == (1, 1)
    await gets_nothing(mercy, shady.host)
    rows = await mercy.rows()
    assert (rows["Offer"], rows["Peer"], rows["Relationship"], rows["Fetch"]) == (1, 1, 0, 0)
    assert rows["Refusal"] < 10 and rows["AuditEntry"] < 200
    asked = {sent.url for sent in network.sent if sent.host == shady.host}
    assert asked <= {shady.uri, shady.rsa.id, shady.ed25519.id}
    assert len([sent for sent in network.sent if sent.host == shady.host]) < 10


async def test_many_names_below_one_domain_are_one_that_keeps_nobody_else_out(
    mercy: House, network: Network
) -> None:
    """T57, T78: each takes its offer back as well, so that the next one might be news."""
    for number in range(200):
        one = Institution(f"h{number}.shady.example", network)
        await one.sends(mercy, one.offer(mercy.origin), "trusted")
        if number % 2:
            undo = one.activity("Undo", f"{one.origin}/offers/1")
            await one.sends(mercy, reproven(undo, one.ed25519, lambda _: None), "trusted")
    assert await mercy.at(lambda: Offer.all().count()) == strangers.OF_DOMAIN_MOST
    [alert] = await mercy.at(alerts.current)
    assert (alert.kind, alert.host) == ("flood", "shady.example")
    assert (await heard(mercy))[1] == 1
    assert await mercy.at(lambda: Peer.all().count()) <= strangers.OF_DOMAIN_MOST
    other = Institution("honest.other.example", network)
    assert (await other.sends(mercy, other.offer(mercy.origin), "trusted")).status == 202
    assert (await heard(mercy))[1] == 2


async def test_many_unrelated_servers_are_a_flood_that_is_told_once(
    mercy: House, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "TOLD_MOST", 3)
    for number in range(8):
        one = Institution(f"h.shady{number}.example", network)
        assert (await one.sends(mercy, one.offer(mercy.origin), "trusted")).status == 202
        for _ in range(2):
            await mercy.at(telling.check, datetime.now(UTC))
    assert await heard(mercy) == (4, 4)  # three by name, then that there are many
    kinds = [row.kind for row in await mercy.at(lambda: Mail.all().order_by("id"))]
    assert kinds == ["offered", "offered", "offered", "flood"]


@pytest.mark.parametrize("host", ["aaa.example", "zzz.example"])
async def test_offers_that_cross_ours_without_end_are_one(
    mercy: House, network: Network, host: str
) -> None:
    """Whichever of the two stands (11.1.4)."""
    shady = Institution(host, network)
    shady.webfinger()
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    await first.does(key_checks.pin, shady.host, shady.tails(), "Dr Quill")
    await second.does(key_checks.confirm, shady.host, shady.tails())
    await first.does(treaties.offer, shady.host, WANTED)
    now = datetime.now(UTC)
    for number in range(1, 101):
        document = shady.offer(mercy.origin, number, starts_at=now + timedelta(seconds=number))
        await shady.sends(mercy, document, "trusted")
    await gets_nothing(mercy, shady.host)
    offers = await mercy.at(lambda: Offer.all())
    assert len(offers) <= 2
    assert (
        len([row for row in offers if row.state in (TrustState.OFFERED, TrustState.PENDING)]) == 1
    )
    told, mailed = await heard(mercy)
    assert told == mailed == (2 if host < mercy.host else 0)  # each administrator once, or nobody


def renamed(document: dict[str, Any], uri: str, key: PrivateKey) -> dict[str, Any]:
    return reproven(document, key, lambda made: made.update(id=uri))


async def test_an_old_offer_and_an_old_accept_bring_nothing_back(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    """T57: replayed after the end as they were, and under new ids and times of their own."""
    await pin(mercy, stlukes)
    await offer(mercy, stlukes)
    await mercy.deliver()
    await pin(stlukes, mercy)
    await accept(stlukes, mercy)
    said = await queued(stlukes, "Accept")
    key = await stlukes.institution_key()
    await mercy.receives(said, key)
    assert await is_trusted(mercy, stlukes)
    await does(mercy, treaties.revoke, stlukes)
    before, rows = await heard(mercy), await mercy.rows()
    past = datetime.now(UTC) - timedelta(days=3)
    await mercy.at(lambda: Offer.all().update(created_at=past))
    await mercy.receives(said, key)
    for number in range(50):
        again = renamed(said, f"{stlukes.origin}/a/{number}", key)
        await mercy.receives(again, key)
    await gets_nothing(mercy, stlukes.host)
    assert await state(mercy, stlukes) is TrustState.REVOKED
    assert await heard(mercy) == before
    after = await mercy.rows()
    grown = {name for name in after if after[name] > rows[name]}
    assert grown <= {"ReceivedActivity", "SeenSignature", "Refusal", "AuditEntry", "Event"}


async def test_an_old_offer_of_theirs_brings_nothing_back(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    await agree(houses, stlukes, mercy)
    offered = (await mercy.at(lambda: Offer.get(direction=Direction.THEIRS))).document
    await does(mercy, treaties.revoke, stlukes)
    before = await heard(mercy)
    past = datetime.now(UTC) - timedelta(days=3)
    await mercy.at(lambda: Offer.all().update(created_at=past))
    key = await stlukes.institution_key()
    await mercy.receives(offered, key)
    for number in range(50):
        again = renamed(offered, f"{stlukes.origin}/a/{number}", key)
        await mercy.receives(again, key)
    await gets_nothing(mercy, stlukes.host)
    assert await mercy.at(lambda: Offer.filter(state=TrustState.PENDING).count()) == 0
    assert await state(mercy, stlukes) is TrustState.REVOKED
    assert await heard(mercy) == before


async def test_a_partner_that_swaps_its_keys_gets_nothing_and_is_told_once(
    houses: Houses, mercy: House, stlukes: House, network: Network
) -> None:
    """T58: seen again and again, and whatever the thief sends then."""
    await agree(houses, mercy, stlukes)
    _, mailed = await heard(mercy)
    thief = Institution(stlukes.host, network)
    thief.webfinger()
    for number in range(1, 51):
        await mercy.at(pins.look_at_all)
        await thief.sends(mercy, thief.offer(mercy.origin, number), "trusted")
        update = thief.activity("Update", thief.actor(), number)
        await thief.sends(mercy, reproven(update, thief.ed25519, lambda _: None), "trusted")
        undo = thief.activity("Undo", (await relationships(mercy))[Direction.THEIRS].activity_uri)
        await thief.sends(mercy, reproven(undo, thief.ed25519, lambda _: None), "trusted")
    assert await state(mercy, stlukes) is TrustState.SUSPENDED
    await gets_nothing(mercy, stlukes.host)
    peer = await mercy.at(Peer.get, host=stlukes.host)
    assert peer.pinned_ed25519_uri == (await stlukes.institution_key()).id
    administrators = 2  # who compared the keys
    told_now, mailed_now = await heard(mercy)
    assert (told_now, mailed_now - mailed) == (administrators, administrators)
    kinds = [row.kind for row in await mercy.at(lambda: Mail.all().order_by("id"))]
    assert kinds[mailed:] == ["keys", "keys"]
    page = (await (await mercy.sign_in(FIRST.handle)).get("/notifications")).text
    assert page.count("shows other keys than the ones you compared") == 1
