"""What two people write to each other alone, at home and across institutions (domain.md 1, row 7).

The thread is a consult of type private: what protects consults is tested for those, and here that
it holds for these as well.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.errors import Malformed
from instance.ids import new_id
from instance.models import (
    Actor,
    ActorKind,
    AnswerRequest,
    Consult,
    Contribution,
    Level,
    Notification,
    NotificationKind,
    Participant,
    Relationship,
    Role,
    Status,
)
from instance.outbox import enqueue
from instance.outbox.consults import ROOT_MEMBERS
from instance.services import members, parting
from instance.services.consults import (
    break_glass,
    changing,
    contributing,
    counting,
    figures,
    history,
    opening,
    questions,
    routing,
)
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.cast import RUIZ, VARGA, Houses, new
from tests.clinic import FACTS, ask, audited, is_known, seen_at, written
from tests.forging import Writer, proven
from tests.houses import House, Person, end_trust
from tests.outsiders import Outsider
from tests.recalls import PHI, STEWARD, bodies, opened, page, receipts_of

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
WORDS_TRIED = ("zebra", "quokka")
WORDS = "Could we speak about the new valve clinic?"
_KEYS = re.compile(r'href="(/k/\d+)"')


async def begun(house: House, by: Person, to: Person, words: str = WORDS) -> Consult:
    """`by` writes to `to`, found by their address; nothing is delivered yet."""
    target = await house.at(Actor.get_or_none, uri=to.uri)
    target = target or await house.at(members.found_at, to.address)
    return await by.does(contributing.write_privately, target, words)


async def says(person: Person, consult: Consult, event: Event, text: str = "") -> None:
    there = await seen_at(person.home, consult)
    fields: dict[str, Any] = {"text": text}
    await person.does(contributing.contribute, there.id, event, fields)


async def listed(browser: Browser) -> list[str]:
    page = await browser.get("/consults?box=private")
    assert page.status == 200
    return list(dict.fromkeys(_KEYS.findall(page.text)))


async def test_two_people_at_two_institutions_write_to_each_other_on_their_pages(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await mercy.at(members.found_at, okafor.address)
    here, there = await mercy.sign_in("lee"), await stlukes.sign_in("okafor")
    profile = await here.get(f"/@{okafor.address.removeprefix('@')}")
    url = f"/@{okafor.address.removeprefix('@')}/write"
    assert f'href="{url}"' in profile.text
    assert "2 people can read this" in (await here.get(url)).text
    sent = [await here.post_form(url, {"text": WORDS}) for _ in range(2)]  # a second click
    assert {answer.status for answer in sent} == {302}
    assert len({answer.header("location") for answer in sent}) == 1
    thread = sent[0].header("location")
    await houses.settle()
    assert (await here.get(url)).header("location") == f"{thread}#comment"

    [url_there] = await listed(there)
    assert ">New<" in (await there.get("/consults?box=private")).text  # New
    page = await there.get(url_there)
    assert WORDS in page.text and "Dr J. Lee" in page.text and "2 people can read" in page.text
    assert WORDS not in page.text[: page.text.index("<body")]  # UX-7
    assert ">New<" not in (await there.get("/consults?box=private")).text
    for box in ("needs-you", "mine", "answering", "open", "closed"):
        for browser in (here, there):
            assert not _KEYS.findall((await browser.get(f"/consults?box={box}")).text)
    notices = (await there.get("/notifications")).text
    assert "Somebody wrote to you privately" in notices and "valve" not in notices

    for text in ("", "x" * 4001, "Her MRN is 12345678."):
        refused = await there.post_form(f"{url_there}/comment", {"text": text})
        assert refused.status == 422 and text[:100] in refused.text
    assert (await there.post_form(f"{url_there}/comment", {"text": "Yes."})).status == 302
    assert (await there.post_form(f"{url_there}/close", {})).status == 302
    await houses.settle()
    page = await here.get(thread)
    assert "Yes." in page.text and "closed this conversation" in page.text
    late = await here.post_form(f"{thread}/comment", {"text": "Late."})
    assert late.status == 409 and "Late." in late.text
    assert "This conversation is closed" in late.text and "This consult" not in late.text
    assert (await here.post_form(f"{thread}/reopen", {})).status == 302
    await houses.settle()
    assert "opened this conversation again" in (await there.get(url_there)).text
    for path in ("/publish", "/question", "/images/1"):
        assert (await here.get(thread + path)).status == 404
    for form in ("answer", "ask-info", "outcome", "escalate", "accept", "withdraw", "again"):
        fields = {"text": "x", "recommendation": "x", "rationale": "x", "confidence": "low"}
        assert (await here.post_form(f"{thread}/{form}", fields)).status in (403, 404, 422), form
    assert (await seen_at(mercy, await mercy.at(Consult.get, is_private=True))).status == "open"


async def test_what_is_written_travels_in_any_order_and_waits_for_who_is_down(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await mercy.at(members.found_at, okafor.address)
    mercy.network.down.add(stlukes.host)
    consult = await begun(mercy, lee, okafor)
    await says(lee, consult, Event.COMMENT, "First.")
    await says(lee, consult, Event.COMMENT, "Second.")
    await mercy.deliver()
    mercy.network.down.clear()
    # Of three entries the first never arrives: those behind it tell that it is missing.
    mercy.network.lose(lambda sent: sent.host == stlukes.host and sent.method == "POST")
    for _ in range(4):
        await mercy.at(enqueue.wake_host, stlukes.host)
        await mercy.deliver_later()
        await houses.settle()
    assert [row.seq for row in await written(stlukes, consult)] == [1, 2, 3]
    await says(okafor, consult, Event.COMMENT, "Third.")
    await houses.settle()
    for house in (mercy, stlukes):
        kinds = [row.kind for row in await written(house, consult)]
        assert kinds == ["question", "comment", "comment", "comment"]
    of_private = {"kind": NotificationKind.PRIVATE, "message_id": None}
    told = await stlukes.at(lambda: Notification.filter(**of_private))
    assert [row.identity_id for row in told] == [okafor.actor.id]


async def test_a_partner_cannot_let_a_third_in_or_widen_what_is_private(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mercy lies: it says private of what others read along."""
    varga = await stlukes.person(VARGA)
    real = opening.fresh

    def fresh(*given: Any) -> Consult:
        made = real(*given)
        made.is_private = True
        return made

    monkeypatch.setattr(opening, "fresh", fresh)
    both = (okafor.address, varga.address)
    for lie in (await ask(lee, people=both), await ask(lee, stlukes)):
        await houses.settle()
        assert not await is_known(stlukes, lie)
        await mercy.at(lambda: Consult.all().update(status=Status.CLOSED))
    monkeypatch.undo()
    honest = await begun(mercy, lee, okafor)
    await houses.settle()
    writer = await Writer.of(mercy, honest)
    for who, key in ((varga, varga), (okafor, okafor)):
        kind = "comment" if who is varga else "answer"
        note = proven(writer.create(who, writer.note(who, kind)), await key.key())
        assert (await mercy.receives(note, await key.key())).status == 403, kind
    root = await mercy.at(Contribution.get, uri=honest.root_uri)
    asked = {wire: FACTS[name] for name, wire in ROOT_MEMBERS.items() if name in FACTS}
    words = {"name": FACTS["title"], "content": FACTS["question"], "cs:type": "consult"}
    widened = {**root.body, **asked, **words, "updated": "2026-11-28T00:00:00Z"}
    before = await seen_at(stlukes, honest)
    with pytest.raises(Malformed):
        await stlukes.at(questions.keep, before, widened, None)


async def test_who_blocked_somebody_reads_and_hears_nothing_of_what_they_write(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    """And who was blocked cannot tell that from silence, elsewhere, nor here from a closed door."""
    other = await mercy.at(members.found_at, okafor.address)
    ruiz = await mercy.person(RUIZ)
    for target in (other, ruiz.actor):
        await lee.speaks(parting.block, target)
    consult = await begun(stlukes, okafor, lee)
    await houses.settle()
    assert (await seen_at(mercy, consult)).is_private
    here = await mercy.sign_in("lee")
    assert await listed(here) == []
    assert await mercy.at(lambda: Notification.filter(kind=NotificationKind.PRIVATE)) == []
    page = await here.get(f"/@okafor@{stlukes.host}")
    assert "You blocked this person." in page.text and "/write" not in page.text
    theirs = await mercy.sign_in("ruiz")
    page = await theirs.get("/@lee/write")
    assert "They take no private messages now." in page.text and "block" not in page.text.lower()
    refused = await theirs.post_form("/@lee/write", {"text": WORDS})
    assert refused.status == 403 and WORDS in refused.text
    assert await mercy.at(lambda: Consult.filter(asker_id=ruiz.actor.id)) == []


async def test_a_page_says_why_nobody_can_write_privately_to_a_person(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person, stranger: Outsider
) -> None:
    await mercy.at(members.found_at, okafor.address)
    await mercy.at(
        lambda: Actor.create(
            uri=stranger.uri,
            kind=ActorKind.PERSON,
            host="stranger.example",
            handle="mallory",
            name="Mallory",
            inbox=f"{stranger.uri}/inbox",
        )
    )
    guest = await mercy.person(new("guest", "Dr G. Uest", level=Level.ATTESTED))
    here = await mercy.sign_in("lee")
    reasons = {
        "/@mallory@stranger.example": "people here and at partner hospitals alone",
        "/@guest": "They take no private messages now.",
    }
    for profile, words in reasons.items():
        for path in (profile, f"{profile}/write"):
            assert words in (await here.get(path)).text, path
        assert (await here.post_form(f"{profile}/write", {"text": WORDS})).status == 403
    assert "privately" not in (await here.get("/@lee")).text
    browser = await mercy.sign_in("guest")
    assert "Checked or higher" in (await browser.get("/@lee")).text
    await mercy.at(lambda: Relationship.all().update(scopes=["directory"]))
    assert "not about consults" in (await here.get(f"/@okafor@{stlukes.host}")).text
    await end_trust(mercy, stlukes)
    assert "the agreement is over" in (await here.get(f"/@okafor@{stlukes.host}/write")).text
    assert (await mercy.visitor().get("/@lee/write")).status == 404
    assert await mercy.at(lambda: Consult.all().count()) == 0 and guest


async def test_what_was_written_is_deleted_recalled_and_sent_again_with_receipts(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await begun(mercy, lee, okafor)
    await houses.settle()
    await says(okafor, consult, Event.COMMENT, "To be deleted.")
    await houses.settle()
    mine = (await written(stlukes, consult))[-1]
    there = await seen_at(stlukes, consult)
    await okafor.does(changing.delete, there.id, mine.id)
    await houses.settle()
    for house in (mercy, stlukes):
        assert "to be deleted" not in str(await opened(house))
    here = await mercy.sign_in("lee")
    await here.post_form(f"/k/{consult.id}/recall", PHI)
    await houses.settle()
    assert await bodies(stlukes, consult) == 0
    assert (await receipts_of(mercy))[stlukes.host].remaining == 0
    assert "held after a recall" in await page(stlukes, consult, handle="okafor")
    form = await page(mercy, consult, "/recall/question")
    assert "Your message" in form and "History" not in form
    sent = await here.post_form(f"/k/{consult.id}/recall/question", {"question": "Without it."})
    assert sent.status == 302
    await houses.settle()
    assert "Without it." in await page(stlukes, consult, handle="okafor")
    assert WORDS not in await page(stlukes, consult, handle="okafor")
    await end_trust(mercy, stlukes)
    await mercy.at(lambda: Participant.filter(host=stlukes.host).delete())
    gone = await here.post_form(f"/k/{consult.id}/comment", {"text": "Anybody there?"})
    assert gone.status == 409 and "Anybody there?" in gone.text


async def test_it_is_no_consult_where_consults_are_listed_found_counted_or_routed(
    houses: Houses, mercy: House, lee: Person
) -> None:
    ruiz = await mercy.person(RUIZ)
    consult = await begun(mercy, lee, ruiz, "A zebra in the corridor.")
    await mercy.at(routing.see_to, datetime.now(UTC))
    assert await mercy.at(lambda: AnswerRequest.all().count()) == 0
    now = datetime.now(UTC)
    assert await mercy.at(figures.cases, now - timedelta(days=1), now + timedelta(days=1)) == []
    assert await mercy.at(history.lapsing, now + timedelta(days=900), 10) == []
    assert await lee.does(counting.of_boxes) == counting.Counts()
    browser = await mercy.sign_in("lee")
    narrowed = await browser.get("/search?q=zebra&state=open")
    assert f"/k/{consult.id}" not in narrowed.text
    asked = await browser.get("/consults/new")  # what was chosen last is not what was private
    assert asked.status == 200 and ruiz.address not in asked.text


async def test_the_two_alone_find_it_by_its_words_and_print_it(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    """A third, a steward too, gets what there is for words and ids that never were (T49, T50)."""
    third, steward = await mercy.person(RUIZ), await mercy.person(STEWARD)
    consult = await begun(mercy, lee, okafor, "A zebra in the corridor.")
    await houses.settle()
    there = await seen_at(stlukes, consult)
    for house, known, handle in ((mercy, consult, "lee"), (stlukes, there, "okafor")):
        browser = await house.sign_in(handle)
        found = (await browser.get("/search?q=zebra")).text
        assert f'href="/k/{known.id}"' in found and "<mark>zebra</mark>" in found
        paper = (await browser.get(f"/k/{known.id}/export")).text
        assert "A zebra in the corridor." in paper and "Printed by" in paper
        assert "zebra" not in paper[: paper.index("<body")]  # UX-7
        assert (await audited(house))[-1] == "consult.printed"
    for person in (third, steward):
        browser = await mercy.sign_in(person.actor.handle)
        found, never = [(await browser.get(f"/search?q={word}")).text for word in WORDS_TRIED]
        assert bare(found, WORDS_TRIED[0]) == bare(never, WORDS_TRIED[1])
        answers = [await browser.get(f"/k/{one}/export") for one in (consult.id, new_id())]
        assert [one.status for one in answers] == [404, 404]
    await okafor.speaks(parting.block, await stlukes.at(Actor.get, uri=lee.uri))
    browser = await stlukes.sign_in("okafor")
    assert f"/k/{there.id}" not in (await browser.get("/search?q=zebra")).text


def bare(page: str, word: str) -> str:
    """Without what was typed, and what is new on each page."""
    typed = page.replace(word, "").replace(word.capitalize(), "")
    return re.sub(r'name="csrf_token" value="[^"]*"|nonce-\S+', "", typed)


async def test_a_steward_reads_it_with_a_second_ones_consent_and_both_are_told(
    houses: Houses, mercy: House, lee: Person
) -> None:
    ruiz = await mercy.person(RUIZ)
    first = await mercy.person(STEWARD)
    second = await mercy.person(new("second", "Dr S. Econd", role=Role.STEWARD))
    consult = await begun(mercy, lee, ruiz)
    now = datetime.now(UTC)
    row = await first.does(break_glass.ask, f"/k/{consult.id}", "A near miss was told.", now)
    await second.does(break_glass.approve, row.id, now)
    browser = await mercy.sign_in("steward")
    assert (await browser.get(f"/k/{consult.id}")).status == 404
    read = await browser.get(f"/admin/consults/{row.id}")
    assert read.status == 200 and WORDS in read.text and "Send message" not in read.text
    told = await mercy.at(lambda: Notification.filter(kind=NotificationKind.READING))
    assert {one.identity_id for one in told} == {lee.actor.id, ruiz.actor.id}
    assert "A near miss was told." in await page(mercy, consult)
