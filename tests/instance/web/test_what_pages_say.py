"""What a page says about how things stand is so: order, part, state and time."""

import re
from datetime import UTC, datetime, timedelta

from instance.models import Consult, Post
from instance.services import channels, posting
from instance.services.consults import contributing
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import accept, ask, write, written
from tests.houses import House, Person
from tests.outsiders import PUBLIC, Outsider

_STEP = re.compile(r"<li(?: [^>]*)?><b>([^<]*)</b>")


async def test_a_thread_begins_with_its_first_post_whatever_other_clocks_say(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    first = await lee.speaks(posting.start_thread, wards, "A title", "The first post")
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    to = [PUBLIC, wards.uri]
    reply = stranger.note(
        inReplyTo=first.uri, audience=wards.uri, to=to, published=hour_ago, content="<p>Late</p>"
    )
    sent = stranger.activity("Create", reply, audience=wards.uri, to=to)
    assert (await stranger.sends(mercy, sent)).status == 202
    assert await mercy.at(lambda: Post.all().count()) == 2

    page = (await mercy.visitor().get(f"/t/{first.thread_id}")).text
    assert page.index("The first post") < page.index("1 reply") < page.index("Late")


async def test_a_profile_tells_replies_from_threads(mercy: House, lee: Person) -> None:
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    first = await lee.speaks(posting.start_thread, wards, "A title", "The first post")
    profile = (await mercy.visitor().get("/@lee")).text
    assert "Reply in" not in profile and "Hospital medicine, Internal medicine" in profile

    await lee.speaks(posting.reply, first, "And another thing")
    assert (await mercy.visitor().get("/@lee")).text.count("Reply in") == 1


async def test_a_closed_consult_still_says_that_and_when_an_answer_was_accepted(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    [answer] = [row for row in await written(mercy, consult) if row.kind == Event.ANSWER]
    await accept(lee, consult, answer)
    later = datetime.now(UTC) + timedelta(minutes=5)
    await lee.does(
        contributing.contribute, consult.id, Event.RECORD_OUTCOME, {"outcome": "followed"}
    )
    # As if the outcome came later than the acceptance: the page must not show its time for both.
    await mercy.at(lambda: Consult.filter(id=consult.id).update(changed_at=later))

    page = (await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).text
    steps = page[page.index('class="steps"') : page.index("</ol>")]
    assert _STEP.findall(steps) == ["Asked", "First answer", "Accepted", "Outcome"]
    assert "Followed the advice" in page
    accepted = re.search(r'Accepted</b> <time datetime="([^"]*)"', page)
    assert accepted and datetime.fromisoformat(accepted[1]) < later


async def test_who_only_asked_for_information_is_not_said_to_have_commented(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO)
    await houses.settle()

    page = (await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).text
    taking_part = page[page.index("Taking part") :]
    assert "asked for information" in taking_part and "comment<" not in taking_part


async def test_the_summary_of_errors_goes_down_the_form(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    page = (await browser.post_form("/consults/new", {"labs-0-value": "7"})).text
    summary = page[page.index("There is a problem") : page.index("</ul>")]
    named = re.findall(r'href="#([^"]*)"', summary)

    places = [page.index(f' id="{name}"') for name in named]
    assert len(named) > 8 and places == sorted(places)
    assert named.index("history") < named.index("labs") < named.index("tried")
    assert 'id="labs-e">Error: Give each result a test and a value.' in page
