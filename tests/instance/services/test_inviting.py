"""Inviting a colleague by name, here and at a hospital that can read the consult (6.3, T87)."""

from typing import Any

import pytest

from federation import contexts, proofs
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import Actor, AnswerRequest, Consult, Invitee, Notification, Participant
from instance.services import members
from instance.services.consults import inviting
from instance.services.consults.states import Event
from tests.cast import MOYO, RUIZ, Houses, new
from tests.clinic import ask, audited, seen_at, write
from tests.houses import House, Person
from tests.instance.services.test_routing import after, asked
from tests.network import Network

MASKED = new("masked", "Dr M. Asked", "cardiology", pseudonym="night_heron", is_public=False)


@pytest.fixture
async def consult(houses: Houses, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


async def open_to_invitations(person: Person, handle: str = "") -> Actor:
    actor = await person.does(members.speaking_as, handle)
    await person.home.at(members.set_invitable, actor, True)
    return actor


async def invitation(person: Person, consult: Consult, target: str, **other: Any) -> dict[str, Any]:
    """As the home of `person` would send it, signed by them."""
    group = await person.home.at(Actor.get, id=consult.group_id)
    document = {
        "@context": contexts.CONSULT,
        "id": f"{person.home.origin}/a/777{len(target)}",
        "type": "Invite",
        "actor": person.uri,
        "published": "2026-11-22T10:00:00Z",
        "to": consult.addressed_to,
        "cc": [],
        "audience": group.uri,
        "context": consult.uri,
        "object": consult.uri,
        "target": target,
        **other,
    }
    return proofs.add_proof(document, await person.key(), consult.published_at)


async def test_a_colleague_here_is_asked_at_once_and_once(mercy: House, lee: Person) -> None:
    await mercy.person(MOYO)
    consult = await ask(lee)
    for _ in range(2):
        await lee.does(inviting.invite, consult.id, "@moyo")
    assert await asked(mercy, consult) == {"moyo"}
    assert await mercy.at(lambda: Invitee.all().count()) == 1


async def test_a_colleague_elsewhere_is_asked_by_one_invitation_to_their_hospital_alone(
    houses: Houses, network: Network, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    """Outside the history, and nothing comes back."""
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    before = (await seen_at(stlukes, consult)).last_seq
    network.sent.clear()
    for _ in range(2):
        await lee.does(inviting.invite, consult.id, "@okafor@stlukes.example")
    await houses.settle()
    assert await asked(stlukes, consult) == {"okafor"}
    [sent] = [sent for sent in network.sent if sent.method == "POST"]
    assert (sent.host, sent.document["type"]) == (stlukes.host, "Invite")
    assert sent.document["object"] == consult.uri and sent.document["target"] == okafor.uri
    assert (await seen_at(stlukes, consult)).last_seq == before


async def test_a_pseudonym_is_invited_and_nothing_links_it_to_the_other_name(
    houses: Houses, network: Network, stlukes: House, consult: Consult, lee: Person
) -> None:
    """Whether the person behind it was asked before, or is away, looks the same from outside."""
    masked = await stlukes.person(MASKED)
    for handle in ("masked", "night_heron"):
        await open_to_invitations(masked, handle)
    network.sent.clear()
    answers = []
    for handle in ("masked", "night_heron"):
        await lee.does(inviting.invite, consult.id, f"@{handle}@stlukes.example")
        await houses.settle()
        rows = await stlukes.at(lambda: AnswerRequest.all().count())
        answers.append(rows)
    assert answers == [1, 1]
    assert [sent.host for sent in network.posts(stlukes.host)] == [stlukes.host] * 2
    assert network.posts(lee.home.host) == []
    assert await asked(stlukes, consult) == {"masked"}


async def test_who_is_not_there_and_who_takes_no_invitations_are_refused_alike(
    stlukes: House, consult: Consult, lee: Person
) -> None:
    masked = await stlukes.person(MASKED)
    hidden = await masked.does(members.speaking_as, "night_heron")
    key, before = await lee.key(), await stlukes.rows()
    answers = [
        await stlukes.receives(await invitation(lee, consult, target), key)
        for target in (hidden.uri, f"{stlukes.origin}/u/1234567890", f"{stlukes.origin}/actor")
    ]
    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert answers[0].status == 403
    after_it = await stlukes.rows()
    assert {name: after_it[name] for name in ("AnswerRequest", "Notification")} == {
        name: before[name] for name in ("AnswerRequest", "Notification")
    }


async def test_only_the_asker_of_a_consult_that_is_here_invites_to_it(
    houses: Houses, mercy: House, stlukes: House, heart: House, consult: Consult, lee: Person
) -> None:
    okafor, ruiz = await stlukes.person(new("okafor", "Dr A")), await mercy.person(RUIZ)
    quill = await heart.person(new("quill", "Dr Q"))
    others = await ask(quill, stlukes)
    await houses.settle()
    for person, about, more in (
        (ruiz, consult, {}),  # a colleague of the asker
        (lee, others, {}),  # somebody else's consult
        (lee, consult, {"to": [okafor.uri]}),  # another audience
        (lee, consult, {"object": others.uri}),
    ):
        home = person.home
        asker = await invitation(person, consult, okafor.uri, **more)
        if about is others:
            asker = asker | {"context": others.uri, "object": others.uri}
        answer = await stlukes.receives(asker, await person.key())
        assert answer.status in (401, 403), (home.name, more)
    assert await asked(stlukes, consult) == set() == await asked(stlukes, others)
    assert "6.3 invite" in await audited(stlukes)


async def test_an_invitation_that_comes_before_the_question_comes_again(
    houses: Houses, network: Network, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    answer = await stlukes.receives(await invitation(lee, consult, okafor.uri), await lee.key())
    assert answer.status == 503
    await houses.settle()
    again = await stlukes.receives(await invitation(lee, consult, okafor.uri), await lee.key())
    assert again.status == 202
    assert await asked(stlukes, consult) == {"okafor"}


async def test_nobody_is_invited_who_cannot_read_it_or_cannot_answer(
    houses: Houses, mercy: House, heart: House, lee: Person, quill: Person, consult: Consult
) -> None:
    await mercy.person(MASKED)
    await mercy.person(new("student", "S", "cardiology", level=2))
    for address in ("@quill@heart.example", "@night_heron", "@student", "@nobody", "@lee", ""):
        with pytest.raises(FormRefused):
            await lee.does(inviting.invite, consult.id, address)
    assert await mercy.at(lambda: Invitee.all().count()) == 0


async def test_only_who_asked_invites_and_not_among_named_people_nor_once_it_is_over(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, consult: Consult
) -> None:
    ruiz = await mercy.person(RUIZ)
    with pytest.raises(NotFound):
        await ruiz.does(inviting.invite, consult.id, "@okafor@stlukes.example")
    there = await seen_at(stlukes, consult)
    with pytest.raises(NotFound):
        await okafor.does(inviting.invite, there.id, "@okafor")
    named = await ask(lee, people=("@ruiz",))
    with pytest.raises(Conflict):
        await lee.does(inviting.invite, named.id, "@okafor@stlukes.example")
    rows = Participant.filter
    assert await mercy.at(lambda: rows(consult_id=named.id).count()) == 2


async def test_an_answer_of_who_was_invited_ends_the_asking(
    houses: Houses, stlukes: House, lee: Person, okafor: Person, consult: Consult
) -> None:
    await lee.does(inviting.invite, consult.id, "@okafor@stlukes.example")
    await houses.settle()
    told = await stlukes.at(lambda: Notification.filter(kind="asked").count())
    assert told == 1
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    assert await after(stlukes, consult, 60) == {"okafor"}
