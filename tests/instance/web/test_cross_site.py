"""No other site, and no form without its token, does anything in a person's name (T68)."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from quart import Quart
from werkzeug.routing import Map, Rule, UnicodeConverter

from tests.browsing import Answer, Browser
from tests.houses import House, Person
from tests.network import Sent

# Tokens do not depend on the kind of database.
pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

BY_TOKEN = ("client", "any_client", "application", "listener")
FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


def form_addresses(app: Quart) -> list[str]:
    """A path for every route that takes a person's form: all POST routes but the inboxes, those of
    applications, for which no cookie counts, and that of mail programs, for which none does either:
    who has the link of a weekly mail ends it."""
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in rules}
    guards = {name: getattr(view, "__guard__", None) for name, view in views.items()}
    people = [
        rule
        for rule in rules
        if not rule.rule.endswith("inbox")
        and not rule.rule.startswith("/unsubscribe/")
        and guards[rule.endpoint] not in BY_TOKEN
    ]
    return sorted(path for rule in people for path in paths(app.url_map, rule))


def paths(routes: Map, rule: Rule) -> list[str]:
    """One path, or one for each word where the route allows some."""
    values: dict[str, object] = {}
    words: dict[str, list[str]] = {}
    for name, converter in rule._converters.items():
        if hasattr(converter, "items"):
            words[name] = sorted(converter.items)
        else:
            values[name] = "lee" if isinstance(converter, UnicodeConverter) else 7
    address = routes.bind("mercy.example", url_scheme="https")
    [(name, allowed)] = words.items() or [("", [""])]
    found = [{**values, name: word} if name else values for word in allowed]
    return [address.build(rule.endpoint, each, method="POST") for each in found]


async def token_of(browser: Browser, page: str) -> str:
    found = _TOKEN.search((await browser.get(page)).text)
    assert found
    return found[1]


async def sent(browser: Browser, path: str, token: str | None, **headers: str) -> Answer:
    fields = {"login": "lee", "password": "x", "text": "A text", "theme": "dark", "public": "yes"}
    body = urlencode({**fields, **({"csrf_token": token} if token is not None else {})})
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    sends = {"Accept": "text/html", "Content-Type": FORM, "Cookie": cookie, **headers}
    return await browser.request(Sent("POST", browser.origin + path, sends, body.encode()))


def from_elsewhere(origin: str) -> list[Mapping[str, str]]:
    return [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": origin.replace("https://", "http://")},
        {"Origin": f"{origin}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]


def refusal(path: str) -> int:
    """Of what an administrator may do others learn nothing, whatever they send."""
    is_staffs = path.startswith(("/admin", "/set-up/")) and path != "/set-up/account"
    return 404 if is_staffs else 403


async def test_no_form_is_taken_without_its_token_or_from_another_site(
    mercy: House, lee: Person
) -> None:
    browser, other = await mercy.sign_in("lee"), await mercy.sign_in("lee")
    token, others_token = await token_of(browser, "/account"), await token_of(other, "/account")
    before = await mercy.rows()
    addresses = form_addresses(mercy.app)
    assert len(addresses) > 15 and "/sign-out" in addresses and "/consults/new" in addresses
    for path in addresses:
        for wrong in (None, "", "0" * 64, others_token, token[:-1], f"{token}é"):
            answer = await sent(browser, path, wrong, Origin=mercy.origin)
            assert answer.status == refusal(path), (path, wrong)
        for headers in from_elsewhere(mercy.origin):
            answer = await sent(browser, path, token, **headers)
            assert answer.status == refusal(path), (path, headers)
    assert await mercy.rows() == before
    assert (await browser.get("/account")).status == 200  # still signed in


async def test_nobody_can_be_signed_in_by_another_site(mercy: House, lee: Person) -> None:
    visitor = mercy.visitor()
    token = await token_of(visitor, "/sign-in")
    before = await mercy.rows()
    for wrong in (None, "", "0" * 64):
        answer = await sent(visitor, "/sign-in", wrong, Origin=mercy.origin)
        assert answer.status == 403
    for headers in from_elsewhere(mercy.origin):
        assert (await sent(visitor, "/sign-in", token, **headers)).status == 403
    visitor.cookies.clear()
    assert (await sent(visitor, "/sign-in", token, Origin=mercy.origin)).status == 403
    assert await mercy.rows() == before


async def test_a_members_form_does_not_exist_for_a_visitor(mercy: House) -> None:
    visitor = mercy.visitor()
    token = await token_of(visitor, "/sign-in")
    for path in form_addresses(mercy.app):
        answer = await sent(visitor, path, token, Origin=mercy.origin)
        by_sign_in = {"/sign-in": 401, "/sso": 403}  # the hospital's own is switched off here
        shown = by_sign_in.get("/" + path.split("/")[1], 404)
        assert answer.status == shown, path


async def test_a_token_ends_with_its_session(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    token = await token_of(browser, "/account")
    assert (await sent(browser, "/sign-out", token, Origin=mercy.origin)).status == 302
    again = await mercy.sign_in("lee")
    assert (await sent(again, "/sign-out", token, Origin=mercy.origin)).status == 403


async def test_the_token_of_a_page_is_not_in_its_cookies(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    token = await token_of(browser, "/account")
    assert token not in str(browser.cookies)
