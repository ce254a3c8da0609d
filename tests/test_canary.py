"""T62, T63: a word that stands in every text people write is in no log line, and sealed at rest."""

import logging
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection

from instance.logs import Formatter, JsonFormatter
from instance.models import Actor, Scope
from instance.services import channels, follows, posting, second_factors
from instance.services.consults import contributing, opening
from instance.services.consults.opening import Audience, Question
from instance.services.consults.states import Event
from tests.cast import LEE, OKAFOR, Houses, new
from tests.clinic import FACTS, accept, add_image, ask, seen_at, write, written
from tests.forging import PUBLIC, Writer, said
from tests.houses import APP_SECRET, PASSWORD, House, Person, posted, tables
from tests.network import Network
from tests.outsiders import Outsider

CANARY = "zebrafinch"
TEXTS = ("title", "question", "history", "meds", "allergies", "exam", "tried")
LAB = dict.fromkeys(("name", "value", "unit", "range", "day"), CANARY)
ANSWER = {
    **dict.fromkeys(("recommendation", "rationale", "would_change", "citation_title"), CANARY),
    "citation": f"10.1000/{CANARY}",
    "confidence": "low",
}


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Every line, drawn as the server draws it, in both forms."""
    forms = (Formatter(), JsonFormatter())
    return [form.format(record) for record in caplog.records for form in forms]


def nothing_of_it_in(caplog: pytest.LogCaptureFixture) -> None:
    lines = logged(caplog)
    assert not [line for line in lines if CANARY in line.lower()]


async def talk(houses: Houses, lee: Person, okafor: Person) -> None:
    """A consult with the word in every field, from its question to its outcome."""
    facts = FACTS | dict.fromkeys(TEXTS, CANARY) | {"labs": [LAB]}
    audience = Audience(Scope.INSTANCES, hosts=(okafor.home.host,))
    pictures = (await add_image(lee, alt=CANARY),)
    question = Question(facts, audience, attested=True, images=pictures)
    consult = await lee.does(opening.open_consult, question)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO, text=CANARY)
    await houses.settle()
    await write(lee, consult, Event.PROVIDE_INFO, text=CANARY)
    await write(lee, consult, Event.COMMENT, text=CANARY)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER, **ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed", text=CANARY)
    await houses.settle()
    assert [CANARY in str(row.body) for row in await written(okafor.home, consult)] == [True] * 6


async def test_a_consult_is_in_no_log(
    caplog: pytest.LogCaptureFixture, houses: Houses, lee: Person, okafor: Person
) -> None:
    await talk(houses, lee, okafor)
    assert len(logged(caplog)) > 10
    nothing_of_it_in(caplog)


async def test_a_consult_is_sealed_in_every_table(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await talk(houses, lee, okafor)
    await ask(lee, stlukes)  # and one more that still waits in the queue
    for house in (mercy, stlukes):
        for name, rows in (await house.at(everything_stored)).items():
            assert CANARY not in rows and FACTS["history"] not in rows, name


async def everything_stored() -> dict[str, str]:
    connection = get_connection("default")
    found = {}
    names = [model._meta.db_table for model in tables().values()]
    for name in (*names, "post_words", "actor_words"):
        found[name] = str(await connection.execute_query_dict(f'SELECT * FROM "{name}"')).lower()
    return found


async def test_a_consult_is_in_no_file_in_plain_words(
    houses: Houses, tmp_path: Path, lee: Person, okafor: Person
) -> None:
    await talk(houses, lee, okafor)
    files = files_in(tmp_path)
    assert "secret.key" in {path.name for path in files}
    assert [path for path, content in files.items() if CANARY.encode() in content.lower()] == []


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_public_post_is_in_no_log(
    caplog: pytest.LogCaptureFixture, houses: Houses, mercy: House, heart: House, quill: Person
) -> None:
    member = new("visitor", f"Dr {CANARY}", "cardiology", legal_name=f"Legal {CANARY}")
    reader = await mercy.person(member)
    channel = await heart.at(channels.create_channel, "rhythm", CANARY, CANARY)
    row = await reader.speaks(follows.follow_address, "@rhythm@heart.example")
    await houses.settle()
    await quill.speaks(posting.start_thread, channel, CANARY, CANARY)
    known = await mercy.at(Actor.get, id=row.target_id)
    post = await reader.speaks(posting.start_thread, known, CANARY, CANARY)
    await reader.speaks(posting.reply, post, CANARY)
    await houses.settle()
    browser = await mercy.sign_in("visitor")
    assert CANARY in (await browser.get("/?q=" + CANARY)).text
    nothing_of_it_in(caplog)


async def test_forms_that_are_refused_are_in_no_log(
    caplog: pytest.LogCaptureFixture, mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    browser = await mercy.sign_in("lee")
    typed = dict.fromkeys((*TEXTS, "urgency", "sex", "people", "target_hours"), CANARY)
    for path in ("/consults/new", f"/k/{consult.id}/comment", f"/k/{consult.id}/answer"):
        answer = await browser.post_form(path, typed | {"text": "", "recommendation": CANARY})
        assert answer.status in (403, 422)
    assert (await browser.post_form("/follow", {"address": f"@{CANARY}@x.example"})).status == 422
    assert (await browser.get(f"/{CANARY}?q={CANARY}")).status == 404
    visitor = mercy.visitor()
    login = {"login": CANARY, "password": CANARY}
    assert (await visitor.post_form("/sign-in", login)).status == 401
    nothing_of_it_in(caplog)


async def test_activities_that_are_refused_are_in_no_log_and_no_audit(
    caplog: pytest.LogCaptureFixture, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    writer = await Writer.of(mercy, await ask(lee, stlukes))
    key = await okafor.key()
    for members in (
        {"content": CANARY, "to": [PUBLIC]},
        {"content": CANARY, "cs:kind": CANARY},
        {"content": CANARY, "inReplyTo": None, "name": CANARY},
        {"content": [CANARY], "cs:confidence": CANARY},
    ):
        document = await said(writer, okafor, **members)
        assert (await mercy.receives(document, key)).status in (400, 403)
    assert CANARY not in (await mercy.at(everything_stored))["audit_entry"]
    nothing_of_it_in(caplog)


async def test_what_strangers_send_is_in_no_log(
    caplog: pytest.LogCaptureFixture, mercy: House, lee: Person, stranger: Outsider
) -> None:
    right = stranger.activity("Create", stranger.note(content=CANARY), summary=CANARY)
    for document in (
        right,
        right | {"type": f"X{CANARY}"},
        right | {"object": CANARY},
        right | {"to": {CANARY: CANARY}},
        right | {"actor": lee.uri},
        f'{{"content": "{CANARY}", "content": 1}}'.encode(),
    ):
        await stranger.sends(mercy, document)
    spoiled = posted(f"{mercy.origin}/inbox", right, stranger.rsa, "cavage")
    headers = dict(spoiled.headers) | {"Signature": f'keyId="{CANARY}"', "User-Agent": CANARY}
    await mercy.request(type(spoiled)("POST", spoiled.url, headers, spoiled.body))
    nothing_of_it_in(caplog)


async def test_a_failure_of_ours_tells_where_and_not_what(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    mercy: House,
    lee: Person,
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"could not store {CANARY}")

    consult = await ask(lee)
    browser = await mercy.sign_in("lee")
    monkeypatch.setattr(contributing, "contribute", fail)
    answer = await browser.post_form(f"/k/{consult.id}/comment", {"text": CANARY})
    assert answer.status == 500 and CANARY not in answer.text
    assert any("RuntimeError at" in line for line in logged(caplog))
    nothing_of_it_in(caplog)


async def test_a_delivery_that_fails_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
    houses: Houses,
    network: Network,
    mercy: House,
    stlukes: House,
) -> None:
    lee, okafor = await mercy.person(LEE), await stlukes.person(OKAFOR)
    consult = await ask(lee, stlukes)
    await houses.settle()
    network.down.add(stlukes.host)
    await write(lee, consult, Event.COMMENT, text=CANARY)
    await houses.settle()
    network.down.clear()
    there = await seen_at(stlukes, consult)
    there.is_locked = True
    await stlukes.at(there.save)
    await write(okafor, await ask(okafor), Event.COMMENT, text=CANARY)
    await houses.settle()
    nothing_of_it_in(caplog)


async def test_what_signs_in_is_in_no_log(
    caplog: pytest.LogCaptureFixture, mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    typed = dict.fromkeys(("password", "new", "code", "name", "answer", "address"), CANARY)
    here = "/account/security"
    for path in ("password", "passkeys/new", "recovery-codes", "address/confirm"):
        answer = await browser.post_form(f"{here}/{path}", typed)
        assert answer.status == 422, path
    codes = await lee.does(second_factors.new_recovery_codes)
    other = mercy.visitor()
    await other.post_form("/sign-in", {"login": "lee", "password": PASSWORD})
    assert (await other.post_form("/sign-in/code", {"code": CANARY})).status == 401
    assert (await other.post_form("/sign-in/code", {"code": codes[0]})).status == 302
    assert (await other.post_form("/sign-in/passkey", {"answer": CANARY})).status == 401
    nothing_of_it_in(caplog)
    cookies = [value for b in (browser, other) for value in b.cookies.values() if value]
    for secret in (PASSWORD, APP_SECRET, codes[0], codes[0].replace("-", ""), *cookies):
        assert not [line for line in logged(caplog) if secret.lower() in line.lower()]
