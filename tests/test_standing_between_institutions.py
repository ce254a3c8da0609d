"""Standing on the wire (domain.md 4.6): what a partner believes of a member of another hospital,
and how soon it stops. The first part has the failures that are named there, each by its name."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from federation import contexts, proofs, status_lists
from federation.status_lists import Purpose
from instance.errors import NotFound
from instance.models import (
    Actor,
    AlertKind,
    Consult,
    Contribution,
    KeyCheck,
    Level,
    Member,
    Notification,
    NotificationKind,
    Peer,
    RemoteStatusList,
    Role,
    Standing,
    StatusList,
    TrustState,
)
from instance.outbox import actors, local, partner_lists, standing
from instance.outbox import status_lists as ours
from instance.services import alerts, cutting, key_checks, lifecycle, rotation, standings, telling
from instance.services.consults import contributing
from instance.services.consults.states import Event
from instance.workers import standings as worker
from tests.browsing import Answer
from tests.cast import MOYO, VARGA, Houses, new
from tests.clinic import ANSWER, ask, seen_at, write, written
from tests.clocks import minutes_pass
from tests.forging import Writer, changed, refused, said
from tests.houses import House, Person, end_trust
from tests.network import Network
from tests.outsiders import Outsider

ANSWERING = (Event.ANSWER, ANSWER, "varga")


@pytest.fixture
async def writer(mercy: House, stlukes: House, lee: Person) -> Writer:
    consult: Consult = await ask(lee, stlukes)
    return await Writer.of(mercy, consult)


async def answers(writer: Writer, person: Person) -> Answer:
    """The person's server delivers an answer that it should not have let them write."""
    document = await said(writer, person, "answer")
    return await writer.owner.receives(document, await person.key())


async def statement_of(person: Person) -> dict[str, Any]:
    row = await person.home.at(Standing.get, actor_id=person.actor.id)
    return dict(row.document)


async def serves(person: Person, document: dict[str, Any]) -> None:
    """From now on the person's institution serves this statement."""
    rows = Standing.filter
    await person.home.at(lambda: rows(actor_id=person.actor.id).update(document=document))


async def signed(house: House, document: dict[str, Any], **members: Any) -> dict[str, Any]:
    key = await house.institution_key()
    return proofs.add_proof(document | members, key, datetime.now(UTC))


async def becomes(person: Person, **values: Any) -> None:
    """At home somebody decides about the person; nobody else knows yet."""

    async def change() -> None:
        await Member.filter(id=person.member.id).update(**values)
        await standing.changed(await Member.get(id=person.member.id), datetime.now(UTC))

    await person.home.at(change)
    for name, value in values.items():
        setattr(person.member, name, value)  # as their next request finds them


async def shown(house: House) -> None:
    """Ten minutes pass, and the house's workers do what was due meanwhile."""
    await minutes_pass(10, house)
    await house.at(standings.publish_due, datetime.now(UTC))


async def fetched(house: House, minutes: int = 5) -> None:
    """Minutes pass, and the house's workers fetch the lists whose turn it is."""
    await minutes_pass(minutes, house)
    await house.at(worker.see_to, datetime.now(UTC))


async def refuses(house: House, writer: Writer, person: Person) -> None:
    """After one more look at who it is, at most: nothing of it is stored."""
    known = await house.at(lambda: Contribution.all().count())
    answer = await answers(writer, person)
    if answer.status == 503:
        assert answer.header("retry-after") == "10"
        await house.deliver()
        answer = await answers(writer, person)
    assert answer.status == 403
    assert await house.at(lambda: Contribution.all().count()) == known


async def test_tampered_level(mercy: House, stlukes: House, writer: Writer) -> None:
    varga = await stlukes.person(VARGA)
    true = await statement_of(varga)
    raised = changed(true, lambda d: d["credentialSubject"].update({"cs:level": "L3"}))
    await serves(varga, raised)
    async with refused(mercy, "F-STD-1 none") as found:
        found.append(await answers(writer, varga))


async def test_wrong_issuer(mercy: House, stlukes: House, writer: Writer, okafor: Person) -> None:
    issuer = "https://heart.example/actor"
    await serves(okafor, await signed(stlukes, await statement_of(okafor), issuer=issuer))
    async with refused(mercy, "F-STD-1 none") as found:
        found.append(await answers(writer, okafor))


async def test_subject_swap(mercy: House, stlukes: House, writer: Writer, okafor: Person) -> None:
    await serves(okafor, await statement_of(await stlukes.person(MOYO)))
    async with refused(mercy, "F-STD-1 none") as found:
        found.append(await answers(writer, okafor))


def between(start: timedelta, end: timedelta) -> dict[str, str]:
    now = datetime.now(UTC)
    dates = {"validFrom": now + start, "validUntil": now + end}
    return {name: contexts.timestamp(at) for name, at in dates.items()}


async def test_expired(mercy: House, stlukes: House, writer: Writer, okafor: Person) -> None:
    dates = between(timedelta(days=-10), timedelta(seconds=-1))
    await serves(okafor, await signed(stlukes, await statement_of(okafor), **dates))
    async with refused(mercy, "F-STD-1 none") as found:
        found.append(await answers(writer, okafor))


async def test_too_long(mercy: House, stlukes: House, writer: Writer, okafor: Person) -> None:
    dates = between(timedelta(days=-1), timedelta(days=89, minutes=1))
    await serves(okafor, await signed(stlukes, await statement_of(okafor), **dates))
    async with refused(mercy, "F-STD-1 none") as found:
        found.append(await answers(writer, okafor))


async def test_revoked_bit(mercy: House, stlukes: House, writer: Writer, okafor: Person) -> None:
    assert (await answers(writer, okafor)).status == 202
    said_of_okafor = await statement_of(okafor)
    await stlukes.at(lambda: ours.write(said_of_okafor, Purpose.REVOCATION, is_set=True))
    assert (await answers(writer, okafor)).status == 202  # nobody was told yet
    await fetched(mercy)
    await refuses(mercy, writer, okafor)


async def test_suspended_then_restored(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    before = await statement_of(okafor)
    await becomes(okafor, suspended_at=datetime.now(UTC))
    await shown(stlukes)
    await fetched(mercy)
    await refuses(mercy, writer, okafor)
    await becomes(okafor, suspended_at=None)
    await shown(stlukes)
    await fetched(mercy)
    assert (await answers(writer, okafor)).status == 202
    assert await statement_of(okafor) == before  # it was never another one


async def test_stale_list(
    houses: Houses, mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    """Closed for what answers, open for reading; and the answer is not lost."""
    consult = await seen_at(mercy, writer.consult)
    await houses.settle()
    await minutes_pass(16, mercy)
    document, key = await said(writer, okafor, "answer"), await okafor.key()
    answer = await mercy.receives(document, key)
    assert (answer.status, answer.header("retry-after")) == (503, "10")
    assert await written(mercy, consult) and await written(stlukes, consult)
    await mercy.deliver()
    assert (await mercy.receives(document, key)).status == 202


async def test_issuer_no_longer_trusted(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    assert (await answers(writer, okafor)).status == 202
    await end_trust(mercy, stlukes)
    async with refused(mercy, "F-CON-1") as found:
        found.append(await answers(writer, okafor))


async def rotate(house: House) -> None:
    await house.at(rotation.rotate, await house.at(local.institution))


async def test_key_rotated(
    houses: Houses, mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    """Signed with the key of before, a statement counts two days more; then it does not."""
    assert (await answers(writer, okafor)).status == 202
    old = await mercy.at(lambda: Standing.get(actor__uri=okafor.uri))
    await rotate(stlukes)
    await houses.settle()
    await mercy.at(worker.see_to, datetime.now(UTC))
    assert (await answers(writer, okafor)).status == 202
    again = {"document": old.document}
    await mercy.at(lambda: Standing.filter(actor__uri=okafor.uri).update(**again))
    assert (await answers(writer, okafor)).status == 202
    await mercy.at(lambda: Peer.filter(host=stlukes.host).update(pinned_at=_days_ago(2)))
    async with refused(mercy, "F-STD-1") as found:
        found.append(await answers(writer, okafor))


def _days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days, seconds=1)


async def statements_of(house: House, person: Person) -> list[dict[str, Any]]:
    """Of each actor of one member, as partners are served them now."""
    rows = await house.at(lambda: Standing.filter(actor__member_id=person.member.id).order_by("id"))
    return [dict(row.document) for row in rows]


async def set_bits(house: House) -> set[int]:
    """Of those revoked, as partners are served them now."""
    [row] = await house.at(lambda: StatusList.filter(purpose="revocation"))
    document = await house.at(ours.document, row.id, datetime.now(UTC))
    bits = status_lists.decode(document["credentialSubject"]["encodedList"])
    return {n for n in range(len(bits) * 8) if status_lists.is_set(bits, n)}


async def test_two_actors_of_one_member_not_linkable_by_id_date_index_or_moment_of_change(
    stlukes: House,
) -> None:
    people = [
        await stlukes.person(new(f"p{n}", "Dr P", level=Level.VERIFIED, pseudonym=f"heart{n}"))
        for n in range(5)
    ]
    dates, numbers, ids = [], [], []
    for person in people:
        first, second = await statements_of(stlukes, person)
        for one in (first, second):
            assert one["proof"]["created"] == one["validFrom"]  # and not a second they share
            assert one["validFrom"].endswith("T00:00:00Z")
        times = [(one["validFrom"], one["validUntil"]) for one in (first, second)]
        dates.append(times[0] == times[1])
        entries = [status_lists.entries(one) for one in (first, second)]
        numbers += [entry.index for both in entries for entry in both]
        assert person.pseudonym is not None
        ids.append(abs(person.actor.id - person.pseudonym.id) >> 16)
    assert not all(dates)
    assert len(set(numbers)) == len(numbers)
    near = [abs(one - two) for one, two in pairwise(numbers)]
    assert sum(near) / len(near) > 1_000  # of 131,072: they do not follow each other
    assert min(ids) > 60_000  # made in one minute, they do not look like it


async def test_two_actors_of_one_member_change_at_moments_of_their_own(stlukes: House) -> None:
    moyo = await stlukes.person(new("moyo", "Dr S. Moyo", pseudonym="heart1"))
    before = await statements_of(stlukes, moyo)
    now = datetime.now(UTC)
    await becomes(moyo, level=Level.CHECKED)
    drawn = await moments_of(stlukes, moyo)
    assert now <= drawn[0] < drawn[1] <= now + timedelta(minutes=10)
    await becomes(moyo, level=Level.VERIFIED)  # and once more: that puts off nothing
    await becomes(moyo, level=Level.CHECKED)
    first, second = await moments_of(stlukes, moyo)
    assert first <= drawn[0] and second <= drawn[1]
    found = await stlukes.at(issuing_documents, moyo)
    assert found == before  # whoever asks meanwhile
    assert await set_bits(stlukes) == set()
    await stlukes.at(standings.publish_due, first)
    after = await statements_of(stlukes, moyo)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == 1
    assert len(await set_bits(stlukes)) == 1
    await stlukes.at(standings.publish_due, second)
    after = await statements_of(stlukes, moyo)
    assert [one["credentialSubject"]["cs:level"] for one in after] == ["L2", "L2"]
    revoked = {status_lists.entries(one)[0].index for one in before}
    assert await set_bits(stlukes) == revoked


async def moments_of(house: House, person: Person) -> list[datetime]:
    """When each of their names is to be shown anew, the first one first."""
    own = {"actor__member_id": person.member.id}
    rows = await house.at(lambda: Standing.filter(**own).order_by("due_at"))
    return [row.due_at for row in rows if row.due_at]


async def issuing_documents(person: Person) -> list[dict[str, Any]]:
    """What a partner that asks for each of the actors is served."""
    own = await Actor.filter(member_id=person.member.id).order_by("id")
    served = [await actors.document(one, trusted=True, now=datetime.now(UTC)) for one in own]
    rows = await Standing.filter(actor__member_id=person.member.id).order_by("id")
    order = [row.actor_id for row in rows]
    by_id = {one.id: document["cs:standing"] for one, document in zip(own, served, strict=True)}
    return [by_id[actor_id] for actor_id in order]


async def test_two_actors_that_waited_while_nothing_ran_do_not_change_together(
    stlukes: House,
) -> None:
    moyo = await stlukes.person(new("moyo", "Dr S. Moyo", pseudonym="heart1"))
    before = await statements_of(stlukes, moyo)
    await becomes(moyo, level=Level.CHECKED)
    await minutes_pass(60, stlukes)
    now = datetime.now(UTC)
    await stlukes.at(standings.publish_due, now)
    after = await statements_of(stlukes, moyo)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == 1
    await stlukes.at(standings.publish_due, now + timedelta(minutes=10))
    after = await statements_of(stlukes, moyo)
    assert all(one != two for one, two in zip(before, after, strict=True))


# What a hospital can rely on: idea 3 of domain.md.


async def test_a_level_taken_away_at_home_is_refused_by_a_partner_within_15_minutes(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, network: Network
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    [answered] = [row for row in await written(mercy, consult) if row.kind == "answer"]
    assert answered.standing["level"] == 3
    writer = await Writer.of(mercy, consult)
    await becomes(okafor, level=Level.ATTESTED)
    with pytest.raises(NotFound):  # at home it holds at once
        await write(okafor, consult, Event.ANSWER)
    network.lose(lambda sent: sent.document.get("type") == "Update")  # the lists alone suffice
    await minutes_pass(10, mercy)
    await shown(stlukes)
    await fetched(mercy, 5)
    await refuses(mercy, writer, okafor)
    again = await mercy.at(Contribution.get, id=answered.id)
    assert again.standing == answered.standing  # what was said with it stays so


async def test_a_partner_that_knows_the_actor_hears_of_a_change_when_it_shows(
    houses: Houses, mercy: House, stlukes: House, writer: Writer, okafor: Person, network: Network
) -> None:
    await houses.settle()
    assert (await answers(writer, okafor)).status == 202
    await becomes(okafor, level=Level.CHECKED)
    await houses.settle()
    assert network.posts(mercy.host, "Update") == []
    await minutes_pass(2, mercy)
    await shown(stlukes)
    await houses.settle()
    [update] = network.posts(mercy.host, "Update")
    assert update.document["object"]["cs:standing"]["credentialSubject"]["cs:level"] == "L2"
    known = await mercy.at(lambda: Standing.get(actor__uri=okafor.uri))
    assert known.level == 2
    [row] = await mercy.at(lambda: RemoteStatusList.filter(purpose="revocation"))
    assert row.fetched_at > datetime.now(UTC) - timedelta(minutes=1)  # and the lists with it
    await refuses(mercy, writer, okafor)


async def test_who_was_promoted_a_moment_ago_is_judged_by_what_they_are_now(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    """Their answer is their own act: that one actor need not wait for its moment."""
    varga = await stlukes.person(new("varga", "Dr K. Varga", level=Level.CHECKED, pseudonym="h9"))
    consult = await ask(lee, stlukes)
    await houses.settle()
    await becomes(varga, level=Level.VERIFIED)
    before = await statements_of(stlukes, varga)
    await varga.does(contributing.contribute, (await seen_at(stlukes, consult)).id, *ANSWERING)
    await houses.settle()
    [answer] = [row for row in await written(mercy, consult) if row.kind == "answer"]
    assert answer.standing["level"] == 3
    after = await statements_of(stlukes, varga)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == 1


async def alerts_of(house: House) -> list[AlertKind]:
    return [alert.kind for alert in await house.at(alerts.current)]


@pytest.mark.parametrize("minutes", [60, 3 * 24 * 60])
async def test_a_partner_that_was_down_goes_on_where_it_was(
    mercy: House, stlukes: House, writer: Writer, okafor: Person, network: Network, minutes: int
) -> None:
    assert (await answers(writer, okafor)).status == 202
    network.down.add(stlukes.host)
    await fetched(mercy, 6)
    assert (await answers(writer, okafor)).status == 202  # what we know is not old yet
    for _ in range(2):
        await fetched(mercy, minutes // 2)
    if minutes == 60:  # later nobody has their key any more
        assert (await answers(writer, okafor)).status == 503
    assert await alerts_of(mercy) == [AlertKind.STANDING]
    network.down.clear()
    document, key = await said(writer, okafor, "answer"), await okafor.key()
    assert (await mercy.receives(document, key)).status == 503
    await fetched(mercy, 5)
    assert await alerts_of(mercy) == []
    assert (await mercy.receives(document, key)).status == 202


async def test_a_list_that_does_not_hold_counts_as_not_fetched_and_administrators_hear_of_it_once(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    ruiz = await mercy.person(new("boss", "Dr B", role=Role.OWNER))
    assert (await answers(writer, okafor)).status == 202
    forged = changed(
        await stlukes.at(_revocations), lambda d: d.update(validFrom="2026-01-01T00:00:00Z")
    )
    now = datetime.now(UTC)
    values = {"document": forged, "signed_at": now + timedelta(days=1)}
    await stlukes.at(lambda: StatusList.filter(purpose="revocation").update(**values))
    for _ in range(10):
        await fetched(mercy)
        await mercy.at(telling.check, datetime.now(UTC))
    assert (await answers(writer, okafor)).status == 503
    told = {"member_id": ruiz.member.id, "kind": NotificationKind.ALERT}
    assert await mercy.at(lambda: Notification.filter(**told).count()) == 1


async def _revocations() -> dict[str, Any]:
    row = await StatusList.get(purpose="revocation")
    return await ours.document(row.id, datetime.now(UTC))


async def test_a_list_of_before_is_not_taken_for_the_one_of_now(
    mercy: House, stlukes: House, writer: Writer, okafor: Person, network: Network
) -> None:
    """Whoever sits between two hospitals may keep an old one, which is signed well."""
    okafor_now = await statement_of(okafor)
    kept = await stlukes.at(_revocations)
    await minutes_pass(1, mercy, stlukes)
    await stlukes.at(lambda: ours.write(okafor_now, Purpose.REVOCATION, is_set=True))
    await fetched(mercy, 4)
    uri = str(kept["id"])
    old = await mercy.at(lambda: RemoteStatusList.get(uri=uri))
    later = old.valid_from + timedelta(hours=1)
    await mercy.at(lambda: RemoteStatusList.filter(uri=uri).update(valid_from=later))
    with pytest.raises(status_lists.StatusListRefused):
        await mercy.at(partner_lists.fetch, uri, datetime.now(UTC))
    known = await mercy.at(lambda: RemoteStatusList.get(uri=uri))
    assert known.bits == old.bits


async def test_what_nobody_can_revoke_waits_until_the_partner_has_lists(
    houses: Houses, mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    """A partner of a version before: its answers come back when it has the next one."""
    bare = await statement_of(okafor)
    old = {name: value for name, value in bare.items() if name not in ("credentialStatus", "proof")}
    assert (await answers(writer, okafor)).status == 202
    values = {"document": await signed(stlukes, old)}
    await mercy.at(lambda: Standing.filter(actor__uri=okafor.uri).update(**values))
    document, key = await said(writer, okafor, "answer"), await okafor.key()
    assert (await mercy.receives(document, key)).status == 503
    await minutes_pass(6, mercy)
    assert (await mercy.receives(document, key)).status == 503
    await mercy.deliver()  # what it serves has numbers now
    await fetched(mercy)
    assert (await mercy.receives(document, key)).status == 202


async def test_a_statement_of_before_gets_its_numbers_when_it_is_asked_for_or_due(
    stlukes: House, okafor: Person
) -> None:
    old = {
        name: value
        for name, value in (await statement_of(okafor)).items()
        if name != "credentialStatus"
    }
    await serves(okafor, old)
    [document] = await stlukes.at(issuing_documents, okafor)
    assert len(status_lists.entries(document)) == 2
    await serves(okafor, old)
    await stlukes.at(lambda: Standing.all().update(due_at=datetime.now(UTC)))
    await stlukes.at(standings.publish_due, datetime.now(UTC))
    assert len(status_lists.entries(await statement_of(okafor))) == 2


async def test_lists_are_for_partners_alone(
    mercy: House, stlukes: House, okafor: Person, stranger: Outsider
) -> None:
    path = str((await stlukes.at(_revocations))["id"]).removeprefix(stlukes.origin)
    assert (await stlukes.asked(path)).status == 404
    assert (await stranger.asks(stlukes, path)).status == 404
    served = await stlukes.asked(path, await mercy.institution_key())
    assert served.status == 200 and served.header("cache-control") == "private, no-store"
    assert (await stlukes.asked("/s/1", await mercy.institution_key())).status == 404
    await end_trust(stlukes, mercy)
    assert (await stlukes.asked(path, await mercy.institution_key())).status == 404


async def test_a_list_is_signed_when_a_bit_changes_and_else_every_few_minutes(
    stlukes: House, okafor: Person
) -> None:
    first = await stlukes.at(_revocations)
    assert await stlukes.at(_revocations) == first
    await minutes_pass(6, stlukes)
    second = await stlukes.at(_revocations)
    assert second["validFrom"] >= first["validFrom"]
    okafor_now = await statement_of(okafor)
    await stlukes.at(lambda: ours.write(okafor_now, Purpose.REVOCATION, is_set=True))
    assert (await set_bits(stlukes)) == {status_lists.entries(okafor_now)[0].index}


async def test_a_crowded_list_is_followed_by_another(
    stlukes: House, okafor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = status_lists.entries(await statement_of(okafor))
    numbers = iter([taken[0].index] * 16 + [5, 6])
    monkeypatch.setattr("secrets.randbelow", lambda below: next(numbers))
    found = await stlukes.at(lambda: ours.draw(suspended=False))
    assert found[0].uri != taken[0].uri and found[1].uri == taken[1].uri
    told = await stlukes.at(ours.uris)
    assert found[0].uri in told and len(told) == 3


async def test_a_partner_can_make_us_keep_so_many_lists_and_no_more(
    mercy: House, stlukes: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner_lists, "_OF_HOST_MOST", 2)
    await stlukes.at(lambda: StatusList.create(id=77, purpose="revocation"))
    with pytest.raises(status_lists.StatusListRefused):
        await mercy.at(partner_lists.fetch, f"{stlukes.origin}/s/77", datetime.now(UTC))


async def test_what_a_partner_said_of_its_people_goes_with_the_trust(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    async def cut() -> None:
        async with in_transaction():
            peer = await cutting.locked(stlukes.host)
            await cutting.cut_off(peer, TrustState.REVOKED, datetime.now(UTC))

    await mercy.at(cut)
    assert await mercy.at(lambda: RemoteStatusList.all().count()) == 0


async def test_a_key_that_people_replaced_counts_no_more(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    """It may be in other hands: nothing that it signed is believed from then on."""
    await mercy.at(lambda: Peer.filter(host=stlukes.host).update(former_ed25519="z6Mk"))

    async def keep() -> Peer:
        peer = await Peer.get(host=stlukes.host)
        check = KeyCheck(
            name=peer.name,
            actor_uri=peer.actor_uri,
            actor_inbox=peer.actor_inbox,
            inbox=peer.inbox,
            rsa=peer.pinned_rsa,
            rsa_uri=peer.pinned_rsa_uri,
            ed25519=peer.pinned_ed25519,
            ed25519_uri=peer.pinned_ed25519_uri,
        )
        await key_checks.keep(peer, check, datetime.now(UTC))
        return await Peer.get(host=stlukes.host)

    assert (await mercy.at(keep)).former_ed25519 is None


async def test_a_suspended_colleague_keeps_no_badge_here_or_at_a_partner(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, writer: Writer
) -> None:
    """And has it back when restored. Both see it change when it shows, and not before."""
    officer = await stlukes.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    colleague = await stlukes.sign_in("officer")
    lees, why = await mercy.sign_in("lee"), "A complaint, file 12."
    pages = ((colleague, "/@okafor"), (lees, f"/{okafor.address}"))
    await lees.post_form("/follow", {"address": okafor.address})
    for work, badge in ((lifecycle.suspend, False), (lifecycle.restore, True)):
        for browser, page in pages:
            assert ("Verified physician" in (await browser.get(page)).text) is not badge
        await officer.does(work, "okafor", why, datetime.now(UTC))
        await minutes_pass(10, mercy)
        await shown(stlukes)
        await fetched(mercy)
        for browser, page in pages:
            assert ("Verified physician" in (await browser.get(page)).text) is badge
        listed = (await lees.get("/people")).text.partition("<main")[2]
        assert ("Dr A. Okafor" in listed) is badge
