"""The pages on which a closed consult is proposed, signed and printed: what is typed is kept."""

import re
from dataclasses import replace

from instance.models import Actor, AuditEntry, Consult, Notification, NotificationKind, Role
from instance.services import bans
from instance.services.consults import publishing
from tests.browsing import Answer
from tests.cast import LEE, OKAFOR, Houses, new
from tests.clinic import ANSWER
from tests.houses import House, Person
from tests.publishing import SIGNERS, closed, propose, proposed_at, says, signs
from tests.recalls import page

CASE = {"title": "Bridging a valve", "text": "Bridged as we always do.", "channel": "wards"}


async def form_of(mercy: House, consult: Consult) -> dict[str, str]:
    there = await mercy.at(Consult.get, id=consult.id)
    case = await mercy.at(publishing.draft, there)
    fields = await mercy.at(publishing.fields_of, there, case)
    return {**fields, **CASE}


async def test_what_is_found_stops_it_and_what_was_typed_stays(
    houses: Houses, mercy: House, lee: Person, wards: Actor
) -> None:
    colleague = await mercy.person(OKAFOR)
    consult = await closed(houses, lee, colleague)
    url, browser = f"/k/{consult.id}/publish", await mercy.sign_in("lee")
    fields = await form_of(mercy, consult)
    await browser.get(url)
    for text in ("MRN 4471-2290. A rare tale.", "Mrs Alder was here."):
        for step in ("preview", "send"):
            answer = await browser.post_form(url, fields | {"text": text, "step": step})
            assert answer.status == 422 and text.split(".")[0] in answer.text
            assert ANSWER["recommendation"] in answer.text
    empty = {"title": "", "channel": "", "step": "preview"}
    answer = await browser.post_form(url, fields | empty)
    assert answer.status == 422 and "Write a title." in answer.text
    assert "Choose a channel." in answer.text and CASE["text"] in answer.text
    await mercy.at(bans.ban, wards, wards, lee.actor, "Adverts.", None)
    answer = await browser.post_form(url, fields | {"step": "send"})
    assert answer.status == 403 and 'href="#channel"' in answer.text and CASE["text"] in answer.text
    assert await mercy.at(lambda: publishing.current(consult)) is None


async def test_the_preview_is_what_becomes_public_and_says_what_was_taken_out(
    houses: Houses, mercy: House, lee: Person, wards: Actor
) -> None:
    colleague = await mercy.person(OKAFOR)
    consult = await closed(houses, lee, colleague)
    url, browser = f"/k/{consult.id}/publish", await mercy.sign_in("lee")
    fields = await form_of(mercy, consult)
    await browser.get(url)
    shown = (await browser.post_form(url, fields | {"step": "preview"})).text
    assert CASE["text"] in shown and "<del>Would you bridge, and with what?</del>" in shown
    assert "Answer: Verified physician, Cardiology" in shown
    again = await browser.post_form(url, fields | {"step": "edit"})
    assert again.status == 200 and CASE["text"] in again.text
    for _ in range(2):  # a second click
        assert (await browser.post_form(url, fields | {"step": "send"})).status == 302
    assert "Dr A. Okafor" in await page(mercy, consult, "/publish")
    told = await mercy.at(lambda: Notification.filter(kind=NotificationKind.CONSENT))
    assert [row.member_id for row in told] == [colleague.member.id]
    other = await mercy.sign_in("okafor")
    for path in ("/", "/consults?box=needs-you"):
        waits = (await other.get(path)).text
        assert re.search(r'Needs you ?<span class="count hot">1<', waits), path
        assert f'href="/k/{consult.id}' in waits, path
    assert f'href="/k/{consult.id}/publish">Read and answer' in (await other.get("/")).text
    await answers_and_signatures(mercy, consult)
    assert "Nothing waits for you." in (await other.get("/")).text
    assert "published as a teaching case" in await page(mercy, consult, "/publish")


async def answers_and_signatures(mercy: House, consult: Consult) -> None:
    found = await proposed_at(mercy, consult)
    signer = await mercy.person(SIGNERS[mercy.host])
    browser, url = await mercy.sign_in("signer"), f"/admin/to-sign/{found.id}"
    assert CASE["text"] in (await browser.get(url)).text
    stale = {"choice": "sign", "digest": "0" * 64}
    assert (await browser.post_form(url, stale)).status == 409
    assert (await browser.post_form(url, stale | {"digest": found.digest})).status == 302
    listed = (await browser.get("/admin/to-sign")).text
    assert "Nothing waits" in listed and signer
    for shown in (listed, (await browser.get(url)).text):
        assert "Dr S. Igner signed for Mercy General, " in shown and CASE["title"] in shown
        assert "It is published when everybody who is asked has agreed." in shown
    assert "Sign for Mercy General" not in shown and CASE["text"] in shown
    okafor = await mercy.sign_in("okafor")
    url = f"/k/{consult.id}/publish/answer"
    await okafor.get(f"/k/{consult.id}/publish")
    chosen = {"choice": "publish", "digest": found.digest}
    assert (await okafor.post_form(url, chosen | {"choice": "maybe"})).status == 422
    assert (await okafor.post_form(url, chosen)).status == 302


async def test_who_signed_and_when_stands_there_until_and_after_it_is_public(
    houses: Houses, mercy: House, lee: Person, wards: Actor
) -> None:
    consult = await closed(houses, lee, await mercy.person(OKAFOR))
    await propose(lee, consult, wards)
    await signs(mercy, consult)
    await signs(mercy, consult, agrees=False)  # too late: it is signed
    other = await mercy.person(new("second", "Dr S. Econd", role=Role.STEWARD))
    steward = await mercy.sign_in(other.actor.handle)
    url = f"/admin/to-sign/{(await proposed_at(mercy, consult)).id}"
    assert "Dr S. Igner signed for Mercy General, " in (await steward.get(url)).text

    await says(await mercy.person(OKAFOR), consult, "publish")
    for path in (url, "/admin/to-sign"):
        shown = (await steward.get(path)).text
        assert "Dr S. Igner signed for Mercy General, " in shown
        assert "Read the teaching case" in shown
    late = await steward.post_form(url, {"choice": "sign", "digest": "0" * 64})
    assert late.status == 409 and "not proposed any more" in late.text


async def test_an_objection_is_told_to_stewards_and_not_to_who_proposed_it(
    houses: Houses, mercy: House, wards: Actor
) -> None:
    asker = await mercy.person(replace(LEE, role=Role.STEWARD))
    consult = await closed(houses, asker, await mercy.person(OKAFOR))
    await propose(asker, consult, wards)
    await signs(mercy, consult, agrees=False)
    url = f"/admin/to-sign/{(await proposed_at(mercy, consult)).id}"
    told = "Dr S. Igner objected for Mercy General, "
    for path in (url, "/admin/to-sign"):
        assert told in (await (await mercy.sign_in("signer")).get(path)).text
        assert "objected for" not in (await (await mercy.sign_in("lee")).get(path)).text
    assert "You proposed this." in (await (await mercy.sign_in("lee")).get(url)).text


async def test_the_page_to_print_has_no_way_on_and_is_written_down(
    houses: Houses, mercy: House, lee: Person
) -> None:
    colleague = await mercy.person(OKAFOR)
    consult = await closed(houses, lee, colleague)
    answer: Answer = await (await mercy.sign_in("lee")).get(f"/k/{consult.id}/export")
    assert answer.status == 200 and "no-store" in answer.header("cache-control")
    for words in ("Printed by Dr J. Lee", "Not for emergencies.", ANSWER["recommendation"]):
        assert words in answer.text
    assert "<nav" not in answer.text and "<form" not in answer.text
    assert "<script" not in answer.text and 'href="/consults' not in answer.text
    rows = await mercy.at(lambda: AuditEntry.filter(action="consult.printed"))
    assert [(row.actor_uri, row.subject) for row in rows] == [(lee.uri, consult.uri)]
