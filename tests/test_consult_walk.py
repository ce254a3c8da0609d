"""Every event in every state, by everybody: what is no row of domain.md 3.3 changes nothing.

At home it is a 409 for who might have done it in another state, else a 403; from elsewhere a 403.
"""

from itertools import product
from typing import Any

import pytest

from instance.models import Consult, Level, Status
from instance.services.consults.states import Event
from tests.browsing import Answer
from tests.cast import SANTOS, Houses, new
from tests.clinic import ANSWER, ask, write, written
from tests.forging import Writer, proven, said
from tests.houses import House, Person
from tests.instance.services.test_states import ROWS, STATES

# The doors that pages have, and what is typed there.
DOORS: dict[str, dict[str, Any]] = {
    "answer": ANSWER,
    "comment": {"text": "A word."},
    "ask_info": {"text": "Which?"},
    "provide_info": {"text": "This."},
    "not_solved": {"text": "It goes on."},
    "accept": {},
    "record_outcome": {"outcome": "followed"},
    "escalate": {"reason": "transfer"},
    "reopen": {"text": "It came back."},
    "withdraw": {},
}
PATHS = {"record_outcome": "outcome"}
# What a partner's member may send as a Note; their standing is a verified physician's.
NOTES = ("answer", "comment", "ask_info", "provide_info", "not_solved", "record_outcome")
WIRE = (*NOTES, "escalate", "reopen")


async def put(house: House, consult: Consult, state: str) -> tuple[str, int, int]:
    """The consult into this state, however it would have come there; what must not change."""
    status, _, asked_in = state.partition("/")
    answered = status in ("answered", "resolved", "closed") or asked_in == "answered"
    first = consult.published_at if answered else None
    await house.at(
        lambda: Consult.filter(id=consult.id).update(
            status=Status(status), status_before=asked_in or None, first_answer_at=first
        )
    )
    return await standing_of(house, consult)


async def standing_of(house: House, consult: Consult) -> tuple[str, int, int]:
    found = await house.at(Consult.get, id=consult.id)
    return found.status.value, found.version, found.last_seq


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_what_is_no_row_of_the_table_changes_nothing_from_wherever_it_comes(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    [_, row] = await written(mercy, consult)
    await mercy.person(SANTOS)
    await mercy.person(new("colleague", "Dr Colleague", "cardiology", level=Level.VERIFIED))
    doers = {"asker": "lee", "physician": "colleague", "trainee": "santos"}
    browsers = {who: await mercy.sign_in(handle) for who, handle in doers.items()}
    writer, key = await Writer.of(mercy, consult), await okafor.key()
    rows = {(event, state): who for event, state, _, who in ROWS}
    refused = 0
    for state, event in product(STATES, DOORS):
        for who, browser in browsers.items():
            if who in rows.get((event, state), ()):
                continue
            before = await put(mercy, consult, state)
            path = f"/k/{consult.id}/{PATHS.get(event, event).replace('_', '-')}"
            found = await browser.post_form(path, {**DOORS[event], "answer": [str(row.id)]})
            might = any(who in named for (name, _), named in rows.items() if name == event)
            hidden = state == "withdrawn" and who != "asker"
            expected = 404 if hidden else 409 if might else 403
            assert (found.status, event, state, who) == (expected, event, state, who)
            assert await standing_of(mercy, consult) == before, (event, state, who)
            refused += 1
        if event in WIRE and "physician" not in rows.get((event, state), ()):
            before = await put(mercy, consult, state)
            more = {"cs:outcome": "followed", "cs:reason": "transfer"}
            sent = proven(await said(writer, okafor, event, **more), key)
            await _refused(await mercy.receives(sent, key))
            assert await standing_of(mercy, consult) == before, (event, state)
            refused += 1
    for state, kind in product(
        ("closed", "escalated", "expired", "withdrawn"), ("Update", "Delete")
    ):
        before = await put(mercy, consult, state)
        whole = {**answer.body, "updated": answer.body["published"]}
        content = whole if kind == "Update" else answer.uri
        await _refused(
            await mercy.receives(
                proven(writer.activity(stlukes, kind, okafor.uri, content, **writer.address), key),
                key,
            )
        )
        assert await standing_of(mercy, consult) == before, (state, kind)
    assert refused > 250


async def _refused(answer: Answer) -> None:
    assert answer.status in (403, 409), answer.text
