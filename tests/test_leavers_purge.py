"""A hospital leaves: what it has goes and it says so; those who stay see it (6.2.6, T56, T61)."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import orjson
import pytest

from federation import proofs, receipts
from instance.models import (
    AlertKind,
    AuditEntry,
    Consult,
    Contribution,
    Delivery,
    Departure,
    HistoryEntry,
    OutboxActivity,
    Participant,
    Receipt,
    Setting,
    ToldAlert,
)
from instance.services import deliveries, hosts, telling, treaties
from instance.services.consults import purging, references
from instance.services.consults.states import Event
from instance.workers import departures
from tests.cast import MOYO, Houses
from tests.clinic import ask, audited, group_key, is_known, seen_at, write, written
from tests.houses import House, Person
from tests.instance.queries import queries
from tests.network import Network
from tests.treaties import FIRST, SECOND, does, queued

NOW = datetime.now(UTC)


@pytest.fixture
async def consult(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> Consult:
    """Mercy's, with an answer of St. Luke's; the society reads along."""
    asked = await ask(lee, stlukes, heart)
    await houses.settle()
    await write(okafor, asked, Event.ANSWER)
    await houses.settle()
    return asked


async def words_left(house: House, consult: Consult) -> int:
    async def count() -> int:
        there = await Consult.get(uri=consult.uri)
        said = await Contribution.filter(consult_id=there.id)
        sent = OutboxActivity.filter(consult_id=there.id, body__not_isnull=True)
        entries = HistoryEntry.filter(consult_id=there.id)
        words = bool(there.facts) + sum(bool(row.body) for row in said)
        return words + await entries.count() + await sent.count()

    return await house.at(count)


async def receipt(house: House, consult: Consult) -> Receipt:
    return await house.at(lambda: Receipt.get(consult__uri=consult.uri))


async def end(house: House, other: House) -> None:
    await does(house, treaties.revoke, other)


async def shown(house: House, consult: Consult, handle: str = "lee") -> str:
    there = await seen_at(house, consult)
    answer = await (await house.sign_in(handle)).get(f"/k/{there.id}")
    assert answer.status == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize("by_owner", [True, False])
async def test_whoever_ends_it_the_leaver_deletes_and_proves_it(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, by_owner: bool
) -> None:
    assert await words_left(stlukes, consult)
    await (end(mercy, stlukes) if by_owner else end(stlukes, mercy))
    await houses.settle()
    assert await words_left(stlukes, consult) == 0
    row = await receipt(mercy, consult)
    assert (row.host, row.reason, row.asked) == (stlukes.host, "left", [consult.uri])
    assert row.remaining == 0 and row.purged_at is not None
    assert "consult.receipt" in await audited(mercy)
    assert "consult.purged" in await audited(stlukes)
    assert await words_left(mercy, consult)


async def test_of_what_was_deleted_the_ids_stay(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    """Nobody can use one of them for something else afterwards (T51, T60)."""
    ids = {row.uri for row in await written(stlukes, consult)}
    await end(mercy, stlukes)
    await houses.settle()
    assert {row.uri for row in await written(stlukes, consult)} == ids
    for uri in (consult.uri, *ids):
        assert await stlukes.at(references.any_consult, [uri])


async def test_the_leavers_people_find_nothing_and_no_request_gets_it(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    there = await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("okafor")
    assert (await browser.get(f"/k/{there.id}")).status == 200
    await end(mercy, stlukes)
    assert (await mercy.asked(f"/k/{consult.id}", await stlukes.institution_key())).status == 404
    await houses.settle()
    assert (await browser.get(f"/k/{there.id}")).status == 404


async def test_those_who_stay_see_who_left_and_the_consult_goes_on_without_it(
    houses: Houses, mercy: House, stlukes: House, heart: House, consult: Consult, lee: Person
) -> None:
    await end(mercy, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    await heart.person(MOYO)
    for house, handle in ((mercy, "lee"), (heart, "moyo")):
        page = await shown(house, consult, handle)
        assert "St. Luke's can no longer read this" in page
        assert "2 hospitals can read this:" in page
        there = await seen_at(house, consult)
        [left] = await house.at(lambda: Departure.all())
        assert (left.host, there.last_seq) == (stlukes.host, 5)
        assert not await house.at(
            lambda: Participant.filter(host=stlukes.host, consult__uri=consult.uri).exists()
        )
    assert "Deleted there" in await shown(mercy, consult)
    assert "Deleted there" not in await shown(heart, consult, "moyo")


async def test_what_waits_to_be_sent_goes_too(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, consult: Consult, network: Network
) -> None:
    network.down.add(mercy.host)
    await write(okafor, consult, Event.COMMENT)
    # Its owner did not end trust: it let St. Luke's go from this consult.
    gone = Participant.filter
    await stlukes.at(lambda: gone(consult__uri=consult.uri).delete())
    await stlukes.at(departures.see_to, datetime.now(UTC))
    assert await words_left(stlukes, consult) == 0


async def test_a_receipt_tells_what_was_found_left(
    houses: Houses,
    mercy: House,
    stlukes: House,
    consult: Consult,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def untouched(_: object) -> int:
        return 2

    monkeypatch.setattr(purging, "left", untouched)
    await end(mercy, stlukes)
    await houses.settle()
    row = await receipt(mercy, consult)
    assert (row.remaining, row.purged_at) == (2, None)


async def test_a_named_guest_leaves_too(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    asked = await ask(lee, people=(okafor.address,))
    await houses.settle()
    await end(stlukes, mercy)
    await houses.settle()
    assert await words_left(stlukes, asked) == 0
    assert (await receipt(mercy, asked)).purged_at is not None
    assert "St. Luke's can no longer read this" in await shown(mercy, asked)


async def _asked_at(at: datetime) -> None:
    await Receipt.all().update(asked_at=at)


async def test_a_leaver_that_is_down_is_late_and_then_overdue_until_it_is_back(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, network: Network
) -> None:
    network.down.add(stlukes.host)
    await end(mercy, stlukes)
    await houses.settle()
    for passed, said in (
        (timedelta(0), "Asked to delete it"),
        (timedelta(minutes=16), "has not said yet that it deleted it"),
        (timedelta(hours=25), "It should have deleted this by"),
    ):
        await mercy.at(_asked_at, datetime.now(UTC) - passed)
        assert said in await shown(mercy, consult)
    assert await words_left(stlukes, consult)
    network.down.clear()
    await does(mercy, deliveries.try_now, stlukes)
    await houses.settle()
    assert await words_left(stlukes, consult) == 0
    assert "Deleted there" in await shown(mercy, consult)


async def test_a_leaver_deletes_though_nobody_can_ask_it(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, network: Network
) -> None:
    """Unasked, within what the worker does next; its word follows the end it tells of."""
    network.down.add(mercy.host)
    await end(stlukes, mercy)
    await houses.settle()
    assert await words_left(stlukes, consult) == 0
    network.down.clear()
    rows = await stlukes.at(
        lambda: Delivery.filter(due_at__not_isnull=True).order_by("id").select_related("activity")
    )
    assert [row.activity.type for row in rows] == ["Undo", "Accept"]
    assert len({row.lane for row in rows}) == 1
    await does(stlukes, deliveries.try_now, mercy)
    await houses.settle()
    assert (await receipt(mercy, consult)).purged_at is not None


async def test_who_never_had_it_says_that_it_has_nothing(
    houses: Houses, mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    asked = await ask(lee, stlukes)
    await end(mercy, stlukes)
    await houses.settle()
    assert not await is_known(stlukes, asked)
    assert (await receipt(mercy, asked)).purged_at is not None


async def test_of_a_blocked_leaver_no_word_is_taken_and_that_is_said(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    owner = await mercy.person(SECOND)
    await owner.does(hosts.block, stlukes.host)
    await houses.settle()
    assert (await receipt(mercy, consult)).purged_at is None
    assert "It is blocked here, so no word of it is taken." in await shown(mercy, consult)


Forge = Callable[[dict[str, Any]], Any]


@pytest.fixture
async def waiting(houses: Houses, mercy: House, stlukes: House, consult: Consult) -> dict[str, Any]:
    """The receipt of St. Luke's, which it has not sent."""
    await end(mercy, stlukes)
    await mercy.deliver()
    await stlukes.at(departures.see_to, datetime.now(UTC))
    return await queued(stlukes, "Accept")


async def is_refused(mercy: House, document: dict[str, Any], sender: House, rule: str) -> None:
    answer = await mercy.receives(document, await sender.institution_key())
    assert answer.status == 403
    assert (await audited(mercy))[-1] == rule
    assert await mercy.at(lambda: Receipt.filter(purged_at=None).count()) == 1


async def proven(house: House, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    bare = {name: value for name, value in document.items() if name != "proof"} | changes
    return proofs.add_proof(bare, await house.institution_key(), datetime.now(UTC))


async def test_the_receipt_itself_is_taken_once(
    mercy: House, stlukes: House, waiting: dict[str, Any]
) -> None:
    key = await stlukes.institution_key()
    again = await proven(stlukes, waiting, id=f"{stlukes.origin}/a/77")
    for document in (waiting, waiting, again):
        assert (await mercy.receives(document, key)).status == 202
    entries = await mercy.at(lambda: AuditEntry.filter(action="consult.receipt").count())
    assert entries == 1


async def test_a_receipt_with_a_proof_that_does_not_hold_is_refused(
    mercy: House, stlukes: House, waiting: dict[str, Any]
) -> None:
    result = waiting["result"] | {"cs:purgedAt": "2026-01-01T00:00:00Z"}
    forged, key = waiting | {"result": result}, await stlukes.institution_key()
    assert (await mercy.receives(forged, key)).status == 401
    bare = {name: value for name, value in waiting.items() if name != "proof"}
    await is_refused(mercy, bare, stlukes, "6.4 proof")


async def test_a_receipt_of_somebody_else_is_refused(
    mercy: House, stlukes: House, heart: House, waiting: dict[str, Any]
) -> None:
    document = await proven(heart, waiting, actor=f"{heart.origin}/actor", id=f"{heart.origin}/a/7")
    await is_refused(mercy, document, heart, "6.4 receipt")


async def test_a_receipt_in_the_form_of_strangers_is_refused(
    mercy: House, stlukes: House, waiting: dict[str, Any]
) -> None:
    """F-SIG-8 holds for it at any level, though its proof would do."""
    key = await stlukes.institution_key("rsa")
    assert (await mercy.receives(waiting, key, "cavage")).status == 403
    assert (await audited(mercy))[-1] == "6.4 pin"


async def test_a_receipt_by_a_member_is_refused(
    mercy: House, stlukes: House, okafor: Person, waiting: dict[str, Any]
) -> None:
    bare = {name: value for name, value in waiting.items() if name != "proof"}
    key = await okafor.key()
    document = proofs.add_proof(bare | {"actor": okafor.uri}, key, datetime.now(UTC))
    assert (await mercy.receives(document, key)).status in (401, 403)
    assert await mercy.at(lambda: Receipt.filter(purged_at=None).count()) == 1


@pytest.mark.parametrize("purged", [["https://mercy.example/k/1"], ["and"], []])
async def test_a_receipt_for_what_was_not_asked_is_refused(
    mercy: House, stlukes: House, consult: Consult, waiting: dict[str, Any], purged: list[str]
) -> None:
    ids = [consult.uri, "https://mercy.example/o/1"] if purged == ["and"] else purged
    document = await proven(stlukes, waiting, result=waiting["result"] | {"cs:purged": ids})
    if ids:
        await is_refused(mercy, document, stlukes, "6.4 ids")
    else:
        key = await stlukes.institution_key()
        assert (await mercy.receives(document, key)).status == 400


async def test_a_receipt_that_comes_too_late_is_refused(
    mercy: House, stlukes: House, waiting: dict[str, Any]
) -> None:
    old = {"asked_at": NOW - timedelta(days=31)}
    await mercy.at(lambda: Receipt.all().update(**old))
    await is_refused(mercy, waiting, stlukes, "6.4 late")


async def test_a_receipt_that_says_something_is_left_does_not_end_it(
    mercy: House, stlukes: House, consult: Consult, waiting: dict[str, Any]
) -> None:
    result, uri = waiting["result"] | {"cs:remaining": 3}, f"{stlukes.origin}/a/77"
    document = await proven(stlukes, waiting, result=result, id=uri)
    key = await stlukes.institution_key()
    assert (await mercy.receives(document, key)).status == 202
    assert "3 texts are still there" in await shown(mercy, consult)
    assert (await mercy.receives(waiting, key)).status == 202
    assert (await receipt(mercy, consult)).purged_at is not None


@pytest.mark.parametrize("key_of", ["owner", "society", "member", "group"])
async def test_only_its_own_hospital_deletes_a_consult_elsewhere(
    mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult, key_of: str
) -> None:
    keys = {
        "owner": await mercy.institution_key(),
        "society": await heart.institution_key(),
        "member": await lee.key(),
        "group": await group_key(consult, mercy),
    }
    key = keys[key_of]
    document = receipts.deletion(
        f"{key.owner.rsplit('/', 1)[0].removesuffix('/u').removesuffix('/g')}/a/9",
        *(consult.uri, "left"),
        to=f"{stlukes.origin}/actor",
        key=key,
        now=datetime.now(UTC),
    )
    answer = await stlukes.receives(document, key)
    is_owner = key_of == "owner"
    assert answer.status == (202 if is_owner else 403)
    assert (await words_left(stlukes, consult) == 0) is is_owner


async def test_a_remove_counts_by_the_group_alone(
    houses: Houses, mercy: House, stlukes: House, heart: House, consult: Consult, okafor: Person
) -> None:
    """T60: whoever else wants somebody out of a consult has no way to say it."""
    await end(mercy, stlukes)
    await mercy.at(departures.see_to, datetime.now(UTC))
    row = await mercy.at(lambda: OutboxActivity.filter(type="Add").order_by("-id").first())
    assert row is not None
    inner = orjson.loads(row.body)["object"]
    key = await okafor.key()
    bare = {n: v for n, v in inner.items() if n != "proof"}
    forged = proofs.add_proof(
        bare | {"actor": okafor.uri, "id": f"{stlukes.origin}/a/5"}, key, datetime.now(UTC)
    )
    assert (await heart.receives(forged, key)).status == 403
    assert await heart.at(lambda: Departure.all().count()) == 0
    assert await heart.at(lambda: Participant.filter(host=stlukes.host).exists())


async def test_the_hospitals_page_says_what_became_of_what_it_had(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, network: Network
) -> None:
    network.down.add(stlukes.host)
    await end(mercy, stlukes)
    await houses.settle()
    await mercy.person(FIRST)
    browser = await mercy.sign_in(FIRST.handle)
    late = {"asked_at": NOW - timedelta(hours=25)}
    await mercy.at(lambda: Receipt.all().update(**late))
    page = (await browser.get(f"/admin/hospitals/{stlukes.host}")).text
    assert "0 of 1 consult deleted there." in page and "1 is overdue." in page
    await mercy.at(lambda: Receipt.all().update(purged_at=NOW))
    page = (await browser.get(f"/admin/hospitals/{stlukes.host}")).text
    assert "1 of 1 consult deleted there." in page and "overdue" not in page


async def test_a_receipt_says_how_long_backups_are_kept_where_that_was_decided(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    await stlukes.at(lambda: Setting.create(name="backup_days", value="35"))
    await end(mercy, stlukes)
    await houses.settle()
    row = await receipt(mercy, consult)
    assert row.purged_at is not None
    assert row.backups_until == row.purged_at + timedelta(days=35)
    said = "A backup there may hold it until"
    assert said in await shown(mercy, consult)
    await mercy.person(FIRST)
    browser = await mercy.sign_in(FIRST.handle)
    assert said in (await browser.get(f"/admin/hospitals/{stlukes.host}")).text


async def test_a_receipt_says_nothing_of_backups_where_nobody_decided_it(
    waiting: dict[str, Any], mercy: House, stlukes: House, consult: Consult
) -> None:
    assert set(waiting["result"]) == {"type", "cs:purged", "cs:remaining", "cs:purgedAt"}
    assert (await mercy.receives(waiting, await stlukes.institution_key())).status == 202
    assert "A backup there may hold it" not in await shown(mercy, consult)


async def test_a_consult_costs_the_same_however_many_left_it(
    houses: Houses, mercy: House, stlukes: House, heart: House, consult: Consult
) -> None:
    browser = await mercy.sign_in("lee")
    costs = []
    for other in (stlukes, heart):
        await end(mercy, other)
        await houses.settle()
        with queries() as made:
            assert (await browser.get(f"/k/{consult.id}")).status == 200
        costs.append(len(made))
    assert costs[1] <= costs[0]


async def told_overdue(house: House) -> list[tuple[str, bool]]:
    """Of whom administrators were told, as often as workers look; and whether it still stands."""
    for _ in range(2):
        now = datetime.now(UTC)
        await asyncio.gather(*(house.at(telling.check, now) for _ in range(2)))
    rows = await house.at(lambda: ToldAlert.filter(kind=AlertKind.OVERDUE).order_by("id"))
    return [(row.host, row.key is not None) for row in rows]


async def test_administrators_hear_once_of_a_leaver_that_does_not_prove_it(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, network: Network
) -> None:
    await ask(lee, stlukes)
    await houses.settle()
    network.down.add(stlukes.host)
    await end(mercy, stlukes)
    await houses.settle()
    await mercy.at(_asked_at, datetime.now(UTC) - timedelta(hours=23))
    assert await told_overdue(mercy) == []
    await mercy.at(_asked_at, datetime.now(UTC) - timedelta(hours=25))
    assert await told_overdue(mercy) == [(stlukes.host, True)]
    browser = await mercy.sign_in(FIRST.handle)
    line = "St. Luke&#39;s has not said that it deleted your consults."
    assert line in (await browser.get("/admin")).text
    network.down.clear()
    await does(mercy, deliveries.try_now, stlukes)
    await houses.settle()
    assert await told_overdue(mercy) == [(stlukes.host, False)]
    assert line not in (await browser.get("/admin")).text


async def test_of_a_blocked_leaver_nobody_waits_for_word(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    await (await mercy.person(SECOND)).does(hosts.block, stlukes.host)
    await mercy.at(_asked_at, datetime.now(UTC) - timedelta(hours=25))
    assert await told_overdue(mercy) == []
