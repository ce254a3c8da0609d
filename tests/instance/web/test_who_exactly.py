"""Who can read a consult, why and on what terms: on the form that asks it, and on it (UX-2)."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from instance.models import Direction, Peer, Relationship, Scope, TrustState
from instance.services.consults import opening
from instance.services.consults.opening import Audience, Question
from tests.browsing import Browser
from tests.cast import MOYO, Houses
from tests.clinic import FACTS, ask, seen_at
from tests.houses import TERMS, House, Person

ADDRESS = "/consults/new"


async def shown(browser: Browser, path: str) -> str:
    """The page without its tags."""
    answer = await browser.get(path)
    assert answer.status == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


async def has_terms(house: House, other: House, **terms: object) -> None:
    """As `house` has them of the other side; the paper is one for both."""
    paper = {name: terms[name] for name in ("agreement",) if name in terms}
    await house.at(_keep_terms, other.host, {Direction.THEIRS: terms, Direction.OURS: paper})


async def _keep_terms(host: str, said: dict[Direction, dict[str, object]]) -> None:
    for direction, terms in said.items():
        rows = Relationship.filter(peer__host=host, direction=direction)
        await rows.update(terms=TERMS | terms)


async def test_the_form_says_of_each_hospital_what_was_agreed(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    terms = {"retentionDays": 90, "contact": "Dr Quill, 555 0100", "maxLevel": 3}
    await has_terms(mercy, stlukes, agreement="ab" * 32, **terms)
    page = await shown(await mercy.sign_in("lee"), ADDRESS)
    assert "Ended consults are kept 90 days. Law: US-MN. " in page
    assert "Standing that counts: Verified at most. Contact: Dr Quill, 555 0100." in page
    assert "ab" * 32 in page
    until = datetime.now(UTC) + timedelta(days=300)
    assert f"Agreement until {until.day} {until:%b %Y}" in page
    assert "cannot be chosen now" not in page


async def test_the_form_says_of_who_cannot_read_why_not(
    mercy: House, stlukes: House, heart: House, houses: Houses, lee: Person
) -> None:
    doubted = await houses.open("Lakeside", "hospital", "lakeside.example")
    over = await houses.open("Port Ellery", "hospital", "ellery.example")
    gone = await houses.open("Old Infirmary", "hospital", "infirmary.example")
    await has_terms(mercy, stlukes, jurisdiction="DE", acrossBorder=False)

    async def change(other: House, **values: object) -> None:
        await mercy.at(lambda: Relationship.filter(peer__host=other.host).update(**values))

    await change(heart, scopes=["directory"])
    await change(doubted, state=TrustState.SUSPENDED)
    changed = {"keys_changed_at": datetime.now(UTC)}
    await mercy.at(lambda: Peer.filter(host=doubted.host).update(**changed))
    await change(over, ends_at=datetime.now(UTC))
    await change(gone, state=TrustState.REVOKED)
    browser = await mercy.sign_in("lee")
    page = await shown(browser, ADDRESS)
    for said in (
        "4 hospitals cannot be chosen now",
        "St. Luke's Another law holds there, and consults may not cross this border.",
        "National Heart Society The agreement with it is not about consults.",
        "Lakeside Paused: its keys have to be compared again.",
        "Port Ellery Paused: the agreement is over.",
    ):
        assert said in page
    assert "Old Infirmary" not in page
    text = (await browser.get(ADDRESS)).text
    assert 'name="hospitals"' not in text and "audience-partners" not in text


async def test_all_partners_are_those_that_read_together(
    mercy: House, stlukes: House, heart: House, houses: Houses, lee: Person
) -> None:
    await houses.open("Lakeside", "hospital", "lakeside.example")
    alone = {"scopes": ["consult"]}
    await mercy.at(lambda: Relationship.filter(peer__host=stlukes.host).update(**alone))
    page = await shown(await mercy.sign_in("lee"), ADDRESS)
    names = "Mercy General, Lakeside, National Heart Society."
    assert f"3 hospitals will be able to read this: {names}" in page
    assert "It reads no consult that a third hospital reads too." in page
    asked = Question(facts=FACTS, audience=Audience(Scope.TRUSTED), attested=True)
    consult = await lee.does(opening.open_consult, asked)
    thread = await shown(await mercy.sign_in("lee"), f"/k/{consult.id}")
    names = "Mercy General (yours), National Heart Society, Lakeside."
    assert f"3 hospitals can read this: {names}" in thread
    assert "It is a partner: all of them were asked." in thread


async def test_the_form_says_who_takes_no_messages_now(
    mercy: House, stlukes: House, lee: Person
) -> None:
    failing = {"failing_since": datetime.now(UTC)}
    await mercy.at(lambda: Peer.filter(host=stlukes.host).update(**failing))
    page = await shown(await mercy.sign_in("lee"), ADDRESS)
    assert "It takes no messages at the moment. It gets this when it is back." in page


async def test_a_thread_says_why_each_hospital_reads_it_on_both_sides(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    await has_terms(mercy, stlukes, contact="Dr Quill, 555 0100")
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    here = await shown(await mercy.sign_in("lee"), f"/k/{consult.id}")
    assert "Mercy General (yours) The question comes from there." in here
    assert "St. Luke's It was chosen by who asked." in here
    assert "Contact: Dr Quill, 555 0100." in here
    await stlukes.person(MOYO)
    there = await shown(await stlukes.sign_in("moyo"), f"/k/{(await seen_at(stlukes, consult)).id}")
    assert "Mercy General The question comes from there." in there
    assert "St. Luke's (yours) It was chosen by who asked." in there


async def test_a_thread_says_with_whom_we_have_no_agreement_and_with_whom_it_rests(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    await heart.at(lambda: Relationship.filter(peer__host=stlukes.host).delete())
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    there = await seen_at(heart, consult)
    await heart.person(MOYO)
    browser = await heart.sign_in("moyo")
    page = await shown(browser, f"/k/{there.id}")
    assert "It has an agreement with Mercy General, and none with your hospital." in page
    over = {"ends_at": datetime.now(UTC)}
    await heart.at(lambda: Relationship.filter(peer__host=mercy.host).update(**over))
    page = await shown(browser, f"/k/{there.id}")
    assert "Paused: the agreement is over. Nothing new passes between it" in page


async def test_of_named_people_the_hospitals_are_told_as_well(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, people=(okafor.address,))
    page = await shown(await mercy.sign_in("lee"), f"/k/{consult.id}")
    assert "Dr A. Okafor St. Luke's" in page
    assert "St. Luke's Somebody who was asked by name works there." in page


async def test_who_is_not_among_the_readers_learns_nothing_of_them(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, people=(okafor.address,))
    await houses.settle()
    there = await seen_at(stlukes, consult)
    await stlukes.person(MOYO)
    browser = await stlukes.sign_in("moyo")
    known, unknown = await browser.get(f"/k/{there.id}"), await browser.get("/k/1")
    assert known.status == unknown.status == 404
    assert known.text.replace(str(there.id), "1") == unknown.text
