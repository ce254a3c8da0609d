"""F-CON-2: the four places that keep a consult in its audience, each of them on its own."""

from collections.abc import Mapping
from typing import Any

import pytest
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.errors import AudienceViolation, FormRefused
from instance.models import Actor, Consult, Delivery, Participant
from instance.outbox import audience
from instance.outbox import consults as documents
from instance.outbox.enqueue import enqueue
from instance.services.consults import history
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, audited, is_known, seen_at, write
from tests.forging import PUBLIC, Writer, changed, said
from tests.houses import House, Person, end_trust
from tests.network import Network


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


async def test_place_1_nothing_is_built_for_another_audience(
    mercy: House, consult: Consult, lee: Person
) -> None:
    right = await said(await Writer.of(mercy, consult), lee)
    wide = [
        changed(right, lambda a: a.update(to=[*a["to"], PUBLIC])),
        changed(right, lambda a: a["object"].update(cc=[f"{lee.uri}/followers"])),
        changed(right, lambda a: a["object"].update(to=a["to"][:1])),
        changed(right, lambda a: a.update(cc=["https://heart.example/actor"])),
    ]
    before = await mercy.rows()
    for inner in wide:
        with pytest.raises(AudienceViolation):
            await mercy.at(append, consult, inner)
    assert await mercy.rows() == before


async def append(consult: Consult, inner: Mapping[str, Any]) -> None:
    """As a consult grows, with an inner activity that a mistake elsewhere let through."""
    async with in_transaction():
        current = await history.locked(consult.id)
        await history.append(current, inner, current.changed_at)


async def test_place_2_nothing_is_queued_for_who_does_not_take_part(
    mercy: House, stlukes: House, heart: House, consult: Consult
) -> None:
    inboxes = [f"{stlukes.origin}/inbox", f"{heart.origin}/inbox"]
    before = await mercy.rows()
    with pytest.raises(AudienceViolation):
        await mercy.at(queue, consult, inboxes)
    assert await mercy.rows() == before
    await mercy.at(queue, consult, inboxes[:1])


async def test_place_2_nothing_is_queued_after_trust_ended(
    mercy: House, stlukes: House, consult: Consult
) -> None:
    await end_trust(mercy, stlukes)
    before = await mercy.rows()
    with pytest.raises(AudienceViolation):
        await mercy.at(queue, consult, [f"{stlukes.origin}/inbox"])
    assert await mercy.rows() == before


async def queue(consult: Consult, inboxes: list[str]) -> None:
    group = await Actor.get(id=consult.group_id)
    async with in_transaction():
        document = await documents.state_update(consult, consult.changed_at)
        await enqueue(document, sender=group, inboxes=inboxes, consult=consult)


async def leaves(house: House, consult: Consult, other: House) -> None:
    """`other` no longer takes part, as `house` sees it."""
    rows = {"consult_id": consult.id, "host": other.host}
    await house.at(lambda: Participant.filter(**rows).delete())


@pytest.mark.parametrize("ended", [end_trust, None])
async def test_place_3_nothing_is_sent_to_who_left_since_it_was_queued(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person, ended: Any
) -> None:
    consult = await ask(lee, stlukes)
    await (ended(mercy, stlukes) if ended else leaves(mercy, consult, stlukes))
    await houses.settle()
    assert network.posts(stlukes.host) == [] and not await is_known(stlukes, consult)
    [row] = await mercy.at(lambda: Delivery.all().select_related("activity"))
    assert row.due_at is None and row.gave_up_at is not None
    assert row.activity.body is None
    assert (await audited(mercy))[-1] == "delivery.cancelled"


@pytest.mark.parametrize("ended", [end_trust, None])
async def test_place_4_nothing_is_shown_to_who_left_since(
    mercy: House, stlukes: House, consult: Consult, ended: Any
) -> None:
    key = await stlukes.institution_key()
    number = consult.root_uri.rpartition("/")[2]
    k, o, g = f"/k/{consult.id}", f"/o/{number}", f"/g/{consult.group_id}"
    paths = [k, o, g, f"{k}/members", f"{k}/history"]
    assert [(await mercy.asked(path, key)).status for path in paths] == [200] * 5
    await (ended(mercy, stlukes) if ended else leaves(mercy, consult, stlukes))
    assert [(await mercy.asked(path, key)).status for path in paths] == [404] * 5


async def test_place_4_only_the_application_of_the_participant_is_shown_anything(
    mercy: House, stlukes: House, heart: House, consult: Consult, okafor: Person
) -> None:
    def asked() -> QuerySet[Consult]:
        return Consult.filter(id=consult.id)

    for uri, host, allowed in (
        (f"{stlukes.origin}/actor", stlukes.host, True),
        (okafor.uri, stlukes.host, False),
        (f"{heart.origin}/actor", heart.host, False),
        (f"{stlukes.origin}/actor", heart.host, False),
        (f"{heart.origin}/actor", stlukes.host, False),
    ):
        shown = await mercy.at(lambda u=uri, h=host: audience.shown_to(u, h, asked()))  # type: ignore[misc]
        assert (shown == consult) is allowed
    await end_trust(mercy, stlukes)
    theirs = f"{stlukes.origin}/actor"
    assert not await mercy.at(lambda: audience.shown_to(theirs, stlukes.host, asked()))


async def test_the_others_go_on_without_an_institution_whose_trust_ended(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await end_trust(mercy, heart)
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert (await seen_at(stlukes, consult)).last_seq == 3
    assert (await seen_at(heart, consult)).last_seq == 1
    assert "consult.left_out" in await audited(mercy)


async def test_a_violation_is_audited_and_told_without_a_word(
    mercy: House, consult: Consult, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wide(*_: Any) -> list[str]:
        return ["https://stranger.example/inbox"]

    monkeypatch.setattr(history, "participating_inboxes", wide)
    browser = await mercy.sign_in("lee")
    before = await mercy.rows()
    sent = await browser.post_form(f"/k/{consult.id}/comment", {"text": "Zebrafinch."})
    assert sent.status == 500 and "Zebrafinch" not in sent.text
    more = {name: before[name] + 1 for name in ("AuditEntry", "Event")}
    assert await mercy.rows() == before | more
    assert "stranger.example may not receive" in (await audited(mercy))[-1]


async def test_a_consult_is_never_opened_for_who_is_not_trusted(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    await end_trust(mercy, heart)
    before = await mercy.rows()
    with pytest.raises(FormRefused):
        await ask(lee, stlukes, heart)
    with pytest.raises(FormRefused):
        await ask(lee, people=(f"@lee@{heart.host}",))
    assert await mercy.rows() == before
