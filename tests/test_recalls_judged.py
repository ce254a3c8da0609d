"""Who may recall, release and prove, and who may not: peers, stewards, strangers (T60, T86)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import recalls, statements
from federation.recalls import Asked
from instance.errors import NotFound
from instance.models import Consult, Receipt, Status
from instance.services.consults import recalling, releasing, requesting
from instance.services.consults.states import Event
from tests.cast import MOYO, RUIZ, Houses
from tests.clinic import FACTS, ask, audited, seen_at, write, written
from tests.forging import Writer, proven, said
from tests.houses import House, Person
from tests.network import Network
from tests.recalls import STEWARD, bodies, page, receipts_of
from tests.treaties import queued


@pytest.fixture
async def consult(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> Consult:
    """Mercy's, with an answer of St. Luke's."""
    asked = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, asked, Event.ANSWER)
    await houses.settle()
    return asked


@pytest.fixture
async def steward(mercy: House) -> Person:
    return await mercy.person(STEWARD)


async def request(consult: Consult, house: House, *named: str, number: int = 71) -> dict[str, Any]:
    asked = Asked(named or (consult.uri,), "phi")
    key = await house.institution_key()
    uri = f"{house.origin}/a/{number}"
    group = f"{consult.uri.rpartition('/k/')[0]}/g/{consult.group_id}"
    return recalls.request(uri, asked, to=group, key=key, now=datetime.now(UTC))


async def test_a_partners_steward_asks_and_is_obeyed_at_once(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, steward: Person
) -> None:
    await stlukes.person(STEWARD)
    browser, there = await stlukes.sign_in("steward"), await seen_at(stlukes, consult)
    assert "Ask Mercy General to recall" in await page(stlukes, consult, "/recall", "steward")
    form = {"post": "all", "reason": "phi"}
    for _ in range(2):
        assert (await browser.post_form(f"/k/{there.id}/recall", form)).status == 302
    assert "has not done so yet" in await page(stlukes, consult, "/recall", "steward")
    await houses.settle()
    assert (await seen_at(mercy, consult)).status is Status.HELD
    assert (await bodies(mercy, consult), await bodies(stlukes, consult)) == (0, 0)
    assert "deleted at Mercy General, and here" in await page(
        stlukes, consult, "/recall", "steward"
    )
    for handle in ("lee", "steward"):
        assert "St. Luke's recalled all of it" in await page(mercy, consult, "/recall", handle)
    assert (await audited(stlukes)).count("consult.recall_asked") == 1
    await steward.does(releasing.release, consult.id, "There is no identifier in it.")
    await houses.settle()
    assert (await seen_at(stlukes, consult)).facts["title"] == FACTS["title"]
    assert "There is no identifier in it." in await page(mercy, consult, "/recall")


async def test_only_the_institution_of_a_reader_may_ask_and_for_what_is_in_it(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    consult: Consult,
) -> None:
    before = await written(mercy, consult)
    other = await ask(lee, heart)
    await houses.settle()
    foreign = await request(consult, heart)
    mixed = await request(consult, stlukes, consult.root_uri, other.root_uri)
    key = await stlukes.institution_key()
    bare = {name: value for name, value in mixed.items() if name != "proof"}
    of_member = proven(bare | {"actor": okafor.uri}, await okafor.key())
    cases = [
        (foreign, await heart.institution_key(), "F-CON-1 participant"),
        (mixed, key, "6.4.1"),
        (await request(consult, stlukes, f"{mercy.origin}/k/9"), key, "6.4.1"),
        (bare | {"object": (await request(consult, stlukes))["object"]}, key, "6.4 proof"),
        (of_member, await okafor.key(), "6.4 pin"),
    ]
    for document, signed, rule in cases:
        assert (await mercy.receives(document, signed)).status == 403
        assert (await audited(mercy))[-1] == rule
    assert [row.body for row in await written(mercy, consult)] == [row.body for row in before]


async def test_a_hospital_may_ask_for_ten_recalls_an_hour_and_the_next_one_comes_again(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    theirs = await ask(lee, stlukes, heart)
    await houses.settle()
    asked = [await request(theirs, stlukes, number=number) for number in range(11)]
    key = await stlukes.institution_key()

    answers = [await mercy.receives(document, key) for document in asked]

    assert [answer.status for answer in answers] == [202] * 10 + [429]
    assert answers[-1].header("retry-after") == "360"
    other = await request(theirs, heart, number=11)
    assert (await mercy.receives(other, await heart.institution_key())).status == 202


@pytest.fixture
async def waiting(
    houses: Houses, mercy: House, stlukes: House, lee: Person, consult: Consult
) -> dict[str, Any]:
    """The receipt of St. Luke's for a recall, which it has not sent."""
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await mercy.deliver()
    return await queued(stlukes, "Accept")


async def test_a_receipt_that_is_no_receipt_changes_nothing(
    mercy: House, stlukes: House, heart: House, consult: Consult, waiting: dict[str, Any]
) -> None:
    key, theirs = await stlukes.institution_key(), await heart.institution_key()
    result = waiting["result"]
    bare = {name: value for name, value in waiting.items() if name != "proof"}
    of_other = {"actor": f"{heart.origin}/actor", "id": f"{heart.origin}/a/7"}
    other_ids = {"result": result | {"cs:purged": [consult.root_uri]}}
    for document, signed, rule in (
        (bare, key, "6.4 proof"),
        (proven(waiting | of_other, theirs), theirs, "6.4 receipt"),
        (proven(waiting | other_ids, key), key, "6.4 ids"),
    ):
        assert (await mercy.receives(document, signed)).status == 403
        assert (await audited(mercy))[-1] == rule
    late = datetime.now(UTC) - timedelta(days=31)
    await mercy.at(lambda: Receipt.all().update(asked_at=late))
    assert (await mercy.receives(waiting, key)).status == 403
    assert (await receipts_of(mercy))[stlukes.host].purged_at is None
    await mercy.at(lambda: Receipt.all().update(asked_at=datetime.now(UTC)))
    for number in (1, 2):
        again = proven(waiting | {"id": f"{stlukes.origin}/a/7{number}"}, key)
        assert (await mercy.receives(again, key)).status == 202
    assert (await audited(mercy)).count("consult.receipt") == 1
    assert (await seen_at(mercy, consult)).status is Status.HELD


async def test_a_hospital_that_refuses_is_shown_with_its_words(
    mercy: House, stlukes: House, consult: Consult, waiting: dict[str, Any]
) -> None:
    key = await stlukes.institution_key()
    refusal = statements.build(
        "Reject",
        f"{stlukes.origin}/a/72",
        actor=key.owner,
        to=f"{mercy.origin}/actor",
        content=waiting["object"],
        key=key,
        now=datetime.now(UTC),
        more={"summary": "A court asked us to <b>keep</b> it."},
    )
    bare = {name: value for name, value in refusal.items() if name != "proof"}
    assert (await mercy.receives(bare, key)).status == 403
    assert (await mercy.receives(refusal | {"id": f"{stlukes.origin}/a/73"}, key)).status == 401
    assert (await mercy.receives(refusal, key)).status == 202
    shown = await page(mercy, consult, "/recall")
    assert "Refused It says: “A court asked us to keep it.”" in shown and "0 of 1" in shown
    assert "consult.deletion_refused" in await audited(mercy)
    assert (await mercy.receives(waiting, key)).status == 202
    assert "1 of 1 deleted" in await page(mercy, consult, "/recall")


async def test_a_steward_reads_what_is_held_and_each_reading_is_written_down(
    mercy: House, lee: Person, steward: Person, consult: Consult
) -> None:
    await mercy.person(RUIZ)
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    path = f"/k/{consult.id}/recall"
    browser = await mercy.sign_in("steward")
    for _ in range(2):
        assert FACTS["history"] in (await browser.get(f"{path}/question")).text
    assert (await audited(mercy)).count("consult.held_read") == 2
    assert FACTS["history"] in (await (await mercy.sign_in("lee")).get(f"{path}/question")).text
    assert (await audited(mercy)).count("consult.held_read") == 2
    assert (await browser.post_form(f"{path}/question", {"title": "Mine"})).status == 404
    colleague = await mercy.sign_in("ruiz")
    for address in (path, f"{path}/question", f"{path}/stream", "/admin/held"):
        assert (await colleague.get(address)).status == 404
    for address in (path, f"{path}/again", f"{path}/release", f"{path}/question"):
        assert (await colleague.post_form(address, {"post": "all", "reason": "phi"})).status == 404


async def test_a_steward_recalls_by_the_address_and_reads_none_of_it(
    houses: Houses, mercy: House, lee: Person, steward: Person
) -> None:
    named = await mercy.person(MOYO)
    asked = await ask(lee, people=(lee.address, named.address))
    browser = await mercy.sign_in("steward")
    assert (await browser.get(f"/k/{asked.id}/recall")).status == 404
    form = {"address": "/k/7", "reason": "phi"}
    assert "No consult is at this address." in (await browser.post_form("/admin/held", form)).text
    form["address"] = f"{mercy.origin}/k/{asked.id}"
    answer = await browser.post_form("/admin/held", form)
    assert answer.header("location") == f"/k/{asked.id}/recall"
    listed = (await browser.get("/admin/held")).text
    assert "It could identify a patient" in listed and FACTS["title"] not in listed
    shown = await browser.get(f"/k/{asked.id}/recall")
    assert shown.status == 200 and FACTS["title"] not in shown.text
    assert (await browser.get(f"/k/{asked.id}")).status == 404
    assert "consult.recalled" in await audited(mercy)


async def test_an_owner_of_two_stories_is_still_obeyed_in_a_recall(
    houses: Houses, mercy: House, stlukes: House, lee: Person, consult: Consult
) -> None:
    writer = await Writer.of(mercy, consult)
    key, last = await writer.key(), (await seen_at(stlukes, consult)).last_seq
    await stlukes.receives(await writer.add(await said(writer, lee), last), key)
    assert (await seen_at(stlukes, consult)).frozen_at is not None
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    assert await bodies(stlukes, consult) == 0
    assert (await receipts_of(mercy))[stlukes.host].purged_at is not None


async def test_nobody_but_its_group_recalls_a_consult_of_a_partner(
    houses: Houses, mercy: House, stlukes: House, heart: House, okafor: Person, consult: Consult
) -> None:
    """Nor does a Delete outside its history, by anybody but its own hospital."""
    writer = await Writer.of(mercy, consult)
    last = (await seen_at(stlukes, consult)).last_seq
    for named in ([consult.uri], [consult.root_uri], [consult.root_uri, f"{stlukes.origin}/o/7"]):
        more = {"cs:reason": "phi", **writer.address}
        deletion = writer.activity(stlukes, "Delete", okafor.uri, named, **more)
        forged = await writer.add(proven(deletion, await okafor.key()), last + 5)
        assert (await stlukes.receives(forged, await writer.key())).status == 403, named
        assert (await seen_at(stlukes, consult)).facts
    bare = statements.build(
        "Delete",
        f"{heart.origin}/a/7",
        actor=f"{heart.origin}/actor",
        to=f"{stlukes.origin}/actor",
        content=[consult.uri],
        key=await heart.institution_key(),
        now=datetime.now(UTC),
        more={"cs:reason": "phi"},
    )
    await stlukes.receives(bare, await heart.institution_key())
    assert await bodies(stlukes, consult)


async def test_a_hospital_is_not_told_that_a_post_is_gone_which_is_there(
    mercy: House, stlukes: House, consult: Consult
) -> None:
    """Whoever of it wrote that deletes it; its institution only asks whether it went."""
    answer, key = (await written(mercy, consult))[-1], await stlukes.institution_key()
    about = {"to": f"{mercy.origin}/actor", "content": answer.uri, "more": {"cs:reason": "erasure"}}
    bare: dict[str, Any] = {"actor": key.owner, "key": key, "now": datetime.now(UTC), **about}
    document = statements.build("Delete", f"{stlukes.origin}/a/74", **bare)
    assert (await mercy.receives(document, key)).status == 403
    assert (await written(mercy, consult))[-1].body


async def test_of_a_partners_consult_only_a_steward_asks(
    stlukes: House, okafor: Person, consult: Consult, network: Network
) -> None:
    there = await seen_at(stlukes, consult)
    with pytest.raises(NotFound):
        await okafor.does(requesting.ask, there.id, ["all"], "phi")
    with pytest.raises(NotFound):
        await okafor.does(recalling.recall, there.id, ["all"], "phi")
