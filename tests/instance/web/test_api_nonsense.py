"""Whatever an application asks, it gets an answer in words; nothing that breaks a rule is kept."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from tortoise import Model, fields

from instance.models import Actor
from instance.services import authorizing, scopes
from instance.web.api import rates
from tests import nonsense
from tests.answering import kind_of
from tests.browsing import Answer
from tests.cast import MOYO, Houses
from tests.clients import EVERYTHING, Phone, installed, signed_in
from tests.clinic import ask
from tests.entities import problems
from tests.fuzzing import examples
from tests.houses import House, Person, tables
from tests.network import Sent
from tests.nonsense import Door, Known
from tests.odd_values import CANARY

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

REFUSALS = {400, 401, 403, 404, 409, 410, 413, 415, 422, 429}
OUTSIDE = {"error": "This action is outside the authorized scopes"}
_LINKS = re.compile(r'<([^<>,;\s]+)>; rel="(next|prev)"(?:, <([^<>,;\s]+)>; rel="(prev)")?')


@dataclass
class World:
    """Mercy with one thing of every kind."""

    house: House
    known: Known

    async def asks(self, sent: Sent) -> Answer:
        self.house.app.config["RATES"] = rates.Rates()  # how often is another test's matter
        return await self.house.request(sent)

    async def call(self, method: str, path: str, token: str = "", body: bytes = b"") -> Answer:
        headers = {"Authorization": token} if token else {}
        return await self.asks(Sent(method, self.house.origin + path, headers, body))


@pytest.fixture
async def world(houses: Houses, mercy: House, wards: Actor, lee: Person, okafor: Person) -> World:
    phone, moyo = await signed_in(mercy, "lee"), await mercy.person(MOYO)
    made = await _make(phone, moyo)
    await _answer(await signed_in(mercy, "moyo"), lee, made)
    made["accounts"] = [str(one.id) for one in (moyo.actor, lee.actor, wards)]
    consult = await ask(lee, people=(okafor.address,))
    await houses.settle()
    ids = [*(one for rows in made.values() for one in rows), str(consult.id)]
    ids += await mercy.at(_ids)
    tokens = [f"Bearer {phone.token}", *await _tokens(mercy, lee)]
    return World(mercy, Known(nonsense.doors(mercy.app), ids, made, tokens))


async def _make(phone: Phone, moyo: Person) -> dict[str, list[str]]:
    """One thing of each kind an application can make; what is not offered is left out."""
    made: dict[str, list[str]] = {}

    async def call(method: str, path: str, **body: Any) -> str:
        answer = await phone.calls(method, f"/api/{path}", body)
        assert answer.status in {200, *REFUSALS}, (method, path, answer.text)
        found = answer.json.get("id", "7") if isinstance(answer.json, dict) else "7"
        if answer.status == 200 and path.partition("/")[2] in ("lists", "filters", "statuses"):
            made.setdefault(path.partition("/")[2], []).append(found)
        return str(found)

    posted = await call("POST", "v1/statuses", status="@wards Who?\n\nWith #rounds and @moyo.")
    other = await call("POST", "v1/statuses", status="By the way")
    poll = {"options": ["A", "B"], "expires_in": 86_400}
    asked = await phone.calls("POST", "/api/v1/statuses", {"status": "Which?", "poll": poll})
    made["polls"] = [asked.json["poll"]["id"]]
    await call("POST", "v1/statuses", status="We do.", in_reply_to_id=posted)
    await call("POST", "v1/statuses", status="Later", scheduled_at="2090-01-01T00:00:00Z")
    await call("PUT", f"v1/statuses/{posted}", status="@wards Who now?\n\nAnd #when.")
    for what in (*_DONE, "pin"):
        for one in (posted, other):
            await call("POST", f"v1/statuses/{one}/{what}")
    await call("POST", f"v1/accounts/{moyo.actor.id}/follow")
    await call("POST", f"v1/accounts/{moyo.actor.id}/note", comment="Night rounds")
    await call("POST", "v1/lists", title="Colleagues")
    await call("POST", "v1/lists", title="Others", exclusive=True)
    await call("POST", "v1/filters", phrase="sports", context=["home"])
    await call("POST", "v2/filters", **_FILTER)
    await call("POST", "v1/markers", home={"last_read_id": other})
    await call("POST", "v1/tags/rounds/follow")
    await call("POST", "v1/domain_blocks", domain="bad.example")
    await call("POST", "v1/reports", account_id=str(moyo.actor.id), comment="Look")
    return made


async def _answer(phone: Phone, lee: Person, made: dict[str, list[str]]) -> None:
    """What a colleague does about it, of which the first one is told."""
    first, second, *_ = made["statuses"]
    for path, body in (
        *((f"statuses/{one}/{what}", {}) for one in (first, second) for what in _DONE),
        ("statuses", {"status": "@lee Look.", "in_reply_to_id": first}),
        ("statuses", {"status": "@lee And here. #rounds"}),
        (f"polls/{made['polls'][0]}/votes", {"choices": [1]}),
        (f"accounts/{lee.actor.id}/follow", {}),
    ):
        answer = await phone.calls("POST", f"/api/v1/{path}", body)
        assert answer.status in {200, *REFUSALS}, (path, answer.text)


_DONE = ("favourite", "reblog", "bookmark")
_FILTER = {
    "title": "Sports",
    "context": ["home", "public"],
    "keywords_attributes": [{"keyword": "football", "whole_word": True}],
}


async def _ids() -> list[str]:
    """The newest and the oldest id of every table."""
    found = {"0"}
    for model in tables().values():
        rows = [str(row.pk) for row in await model.all()]
        found |= {one for one in (rows[:1] + rows[-1:]) if one.isdigit()}
    return sorted(found)


async def _tokens(mercy: House, lee: Person) -> list[str]:
    """None, none of ours, of an application alone, one that ended, and of every scope."""
    bare = await installed(mercy, "read write")
    form = {"grant_type": "client_credentials", "client_id": bare.client_id}
    alone = (await bare.posts("/oauth/token", {**form, "client_secret": bare.secret})).json
    ended = await signed_in(mercy, "lee")
    taken = {"client_id": ended.client_id, "client_secret": ended.secret, "token": ended.token}
    assert (await ended.posts("/oauth/revoke", taken)).status == 200
    issued = [await _token(mercy, lee, scope) for scope in ("profile", "follow", "read", "write")]
    consults = await _token(mercy, lee, f"{EVERYTHING} consults")
    bad = ["", "Bearer ", f"Bearer {CANARY}", "Basic eDp5", CANARY, "Bearer " + "x" * 9_000]
    return [*bad, f"Bearer {alone['access_token']}", f"Bearer {ended.token}", *issued, consults]


async def _token(house: House, person: Person, wanted: str) -> str:
    issued = await house.at(authorizing.issue_directly, person.actor, wanted)
    return f"Bearer {issued.text}"


@examples(250)
@given(call=nonsense.calls())
async def test_no_call_breaks_the_server_or_a_rule(world: World, call: nonsense.Call) -> None:
    sent = call.sent(world.known)
    answer = await world.asks(sent)
    found = wrong_with(sent, answer)
    if answer.status == 200 and sent.method != "GET":
        found += await world.house.at(bad_rows)
    assert not found, (found, sent)


def wrong_with(sent: Sent, answer: Answer) -> list[str]:
    """Of one answer to whatever was asked."""
    found = []
    if answer.status not in {200, 202, 206, *REFUSALS}:
        found.append(f"status {answer.status}")
    if answer.header("access-control-allow-origin") != "*":
        found.append("no page of elsewhere may read it")
    is_text = sent.target.startswith(nonsense.NEVER_END) and answer.status == 200
    if is_text:
        return found
    if not answer.header("content-type").startswith("application/json"):
        return [*found, f"type {answer.header('content-type')}"]
    if answer.status >= 400:
        found += problems(answer.json, "Error")
        if CANARY in answer.text or CANARY in str(answer.headers):
            found.append("it repeats what was sent")
    else:
        found += problems(answer.json, kind_of(sent.method, sent.target))
        found += wrong_links(sent.target, answer.header("link"))
    return found


def wrong_links(target: str, link: str) -> list[str]:
    """Of mastodon-api.md 2, paging."""
    if not link:
        return []
    match = _LINKS.fullmatch(link)
    if match is None:
        return [f"link {link!r}"]
    asked = urlsplit(target)
    kept = _besides(asked.query)
    found = []
    for url in filter(None, (match[1], match[3])):
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != "https://mercy.example":
            found.append("a link leads elsewhere")
        if parts.path.rstrip("/") != asked.path.rstrip("/") and "%" not in asked.path:
            found.append("a link leads to another list")
        if parts.query == asked.query or _besides(parts.query) != kept:
            found.append("a link is the same page, or has lost what was asked")
    return found


def _besides(query: str) -> list[tuple[str, str]]:
    own = ("max_id", "since_id", "min_id", "offset")
    pairs = parse_qsl(query, keep_blank_values=True)
    return sorted((name, value) for name, value in pairs if name not in own)


async def bad_rows() -> list[str]:
    """What SQLite keeps and PostgreSQL would not, and values that no longer are one of ours."""
    found = []
    for name, model in tables().items():
        for row in await model.all():
            found += [f"{name}.{field}" for field in _too_much(row)]
    return found


def _too_much(row: Model) -> list[str]:
    wrong = []
    for name, field in row._meta.fields_map.items():
        value = getattr(row, name) if name in row._meta.db_fields else None
        most = getattr(field, "max_length", None)
        if isinstance(value, str) and ("\0" in value or (most and len(value) > most)):
            wrong.append(name)
        if isinstance(value, int) and abs(value) >= 2 ** (_bits(field) - 1):
            wrong.append(name)
    return wrong


def _bits(field: object) -> int:
    if isinstance(field, fields.BigIntField):
        return 64
    return 16 if isinstance(field, fields.SmallIntField) else 32


async def test_every_call_demands_a_scope_that_exists_and_no_other_opens_it(
    world: World, lee: Person
) -> None:
    """401 without a token, 403 with a token of all other scopes, for every route."""
    others: dict[tuple[str, ...], str] = {}
    for door in world.known.doors:
        guard, needed = guard_of(world.house, door)
        assert not scopes.unknown(needed), door
        if guard == "client":
            assert needed, door
        if not needed:
            continue
        if needed not in others:
            rest = [
                one for one in scopes.SCOPES if not any(scopes.covers([one], n) for n in needed)
            ]
            others[needed] = await _token(world.house, lee, " ".join(rest))
        path = door.at("7", "7")
        denied = await world.call(door.method, path, others[needed])
        assert (denied.status, denied.json) == (403, OUTSIDE), door
        unknown = await world.call(door.method, path)
        assert unknown.status != 403 and (guard != "client" or unknown.status == 401), door


def guard_of(house: House, door: Door) -> tuple[str, tuple[str, ...]]:
    for rule in house.app.url_map.iter_rules():
        if rule.rule == door.path and door.method in (rule.methods or ()):
            view: Any = house.app.view_functions[rule.endpoint]
            return view.__guard__, view.__scopes__
    raise AssertionError(door)


async def test_every_call_may_be_asked_by_a_page_of_elsewhere(world: World) -> None:
    """OPTIONS without a token; and HEAD, a wrong method and a slash at the end break nothing."""
    for path in sorted({door.path for door in world.known.doors}):
        filled = Door("GET", path).at("7", "7")
        asked = await world.call("OPTIONS", filled)
        assert asked.status == 204, path
        assert "Authorization" in asked.header("access-control-allow-headers"), path
        for method, one in (("HEAD", filled), ("TRACE", f"{filled}/")):
            answer = await world.call(method, one, world.known.tokens[0])
            assert answer.status in {200, *REFUSALS}, (method, one)
            assert answer.header("access-control-allow-origin") == "*", (method, one)


async def test_every_list_is_paged_by_its_links_to_its_end(world: World) -> None:
    """One at a time, with what was asked besides: every page another one, and each ends."""
    for door in world.known.doors:
        if door.method != "GET":
            continue
        for value in (*world.known.ids, "rounds") if "<" in door.path else ("1",):
            await _walk(world, f"{door.at(value, value)}?limit=1&x=a%2Cb%3Bc&q=a&acct=lee")


async def _walk(world: World, path: str) -> None:
    seen: list[str] = []
    while path:
        answer = await world.call("GET", path, world.known.tokens[0])
        sent = Sent("GET", world.house.origin + path, {})
        assert not wrong_with(sent, answer), (path, wrong_with(sent, answer))
        link = answer.header("link")
        is_more = 'rel="next"' in link
        path = link.partition(">")[0].removeprefix(f"<{world.house.origin}") if is_more else ""
        assert answer.text not in seen or not is_more, path
        seen.append(answer.text)
        assert len(seen) < 60, path
