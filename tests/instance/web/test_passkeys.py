"""Passkeys: made and used by an authenticator in Python, over the real forms."""

import html
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Level, Member, Passkey, RecoveryCode, UsedChallenge
from instance.services import passkeys, second_factors
from tests.authenticator import Authenticator
from tests.browsing import Answer, Browser
from tests.cast import new
from tests.houses import PASSWORD, House, Person, next_code

HERE = "/account/security"


def options(page: str) -> str:
    """What the first form of the page hands to the authenticator."""
    return html.unescape(re.findall(r'data-options="([^"]*)"', page)[0])


async def add(
    browser: Browser, phone: Authenticator, *, name: str = "Phone", password: str = PASSWORD
) -> Answer:
    page = await browser.get(f"{HERE}/passkeys/new")
    form = {"name": name, "answer": phone.create(options(page.text)), "password": password}
    return await browser.post_form(f"{HERE}/passkeys/new", form)


async def enter(house: House, phone: Authenticator, **more: str) -> tuple[Browser, Answer]:
    browser = house.visitor()
    page = await browser.get("/sign-in")
    form = {"answer": phone.get(options(page.text)), **more}
    return browser, await browser.post_form("/sign-in/passkey", form)


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Authenticator:
    """Lee's, known to Mercy."""
    made = Authenticator(mercy.origin)
    answer = await add(await mercy.sign_in("lee"), made)
    assert answer.status == 200 and "Recovery codes" in answer.text  # there were none
    return made


async def test_a_passkey_signs_in_without_a_password(mercy: House, phone: Authenticator) -> None:
    for _ in range(2):
        browser, answer = await enter(mercy, phone, next="/consults")
        assert (answer.status, answer.header("location")) == (302, "/consults")
        assert (await browser.get("/account")).status == 200
    row = await mercy.at(Passkey.get)
    assert row.sign_count == 2 and row.used_at is not None and row.name == "Phone"


async def test_a_passkey_alone_is_a_second_factor(mercy: House) -> None:
    person = await mercy.person(new("newcomer", "Dr N. Comer"))
    await person.does(second_factors.drop_all)
    browser, made = await mercy.sign_in("newcomer"), Authenticator(mercy.origin)
    answer = await add(browser, made)

    assert answer.status == 200 and "They are not shown again." in answer.text
    assert await mercy.at(lambda: RecoveryCode.all().count()) == 10
    assert (await browser.get("/consults")).status == 200
    half = mercy.visitor()
    await half.post_form("/sign-in", {"login": "newcomer", "password": PASSWORD})
    page = await half.get("/sign-in/code")
    form = {"answer": made.get(options(page.text))}
    assert (await half.post_form("/sign-in/passkey", form)).status == 302
    assert (await half.get("/account")).status == 200


async def test_no_passkey_is_added_without_the_password(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    answer = await add(browser, Authenticator(mercy.origin), password="wrong")

    assert answer.status == 422 and "This is not your password." in answer.text
    assert await mercy.at(lambda: Passkey.all().count()) == 0


async def test_an_answer_is_good_for_one_sign_in(mercy: House, phone: Authenticator) -> None:
    browser = mercy.visitor()
    page = await browser.get("/sign-in")
    answer = phone.get(options(page.text))
    visitor = browser.cookies["__Host-visitor"]
    assert (await browser.post_form("/sign-in/passkey", {"answer": answer})).status == 302
    await mercy.at(lambda: Passkey.all().update(sign_count=0))  # a device that does not count
    again = mercy.visitor()
    again.cookies["__Host-visitor"] = visitor

    assert (await again.post_form("/sign-in/passkey", {"answer": answer})).status == 401
    assert await mercy.at(lambda: UsedChallenge.all().count()) == 2  # one made it


async def test_a_challenge_is_good_for_the_browser_that_got_it(
    mercy: House, phone: Authenticator
) -> None:
    page = await mercy.visitor().get("/sign-in")
    answer = phone.get(options(page.text))
    other = mercy.visitor()

    assert (await other.post_form("/sign-in/passkey", {"answer": answer})).status == 401


async def test_a_challenge_is_good_for_ten_minutes(
    mercy: House, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert passkeys.LIVES == timedelta(minutes=10)
    monkeypatch.setattr(passkeys, "LIVES", timedelta(seconds=-1))

    assert (await enter(mercy, phone))[1].status == 401


async def test_a_passkey_without_finger_or_pin_does_not_sign_in(
    mercy: House, phone: Authenticator
) -> None:
    phone.verifies = False

    assert (await enter(mercy, phone))[1].status == 401


async def test_a_copy_that_counts_behind_does_not_sign_in(
    mercy: House, phone: Authenticator
) -> None:
    phone.count = 6
    assert (await enter(mercy, phone))[1].status == 302
    phone.count = 5

    assert (await enter(mercy, phone))[1].status == 401


async def test_a_passkey_of_another_site_or_key_does_not_sign_in(
    mercy: House, phone: Authenticator
) -> None:
    phone.origin = "https://mercy.example.evil.example"
    assert (await enter(mercy, phone))[1].status == 401
    phone.origin, phone.key = mercy.origin, Authenticator(mercy.origin).key
    assert (await enter(mercy, phone))[1].status == 401


async def test_a_passkey_says_nothing_of_another_member(mercy: House, phone: Authenticator) -> None:
    phone.handle = urlsafe_b64encode(bytes(32)).decode()

    assert (await enter(mercy, phone))[1].status == 401


async def test_a_suspended_member_has_no_use_of_a_passkey(
    mercy: House, phone: Authenticator
) -> None:
    gone = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.all().update(**gone))

    assert (await enter(mercy, phone))[1].status == 401


async def test_a_passkey_is_added_once(mercy: House, phone: Authenticator) -> None:
    answer = await add(await mercy.sign_in("lee"), phone, name="Again")

    assert answer.status == 422 and "This passkey is known already." in answer.text


def _other_challenge(answer: dict[str, Any]) -> None:
    said = json.loads(urlsafe_b64decode(answer["response"]["clientDataJSON"] + "=="))
    said["challenge"] = urlsafe_b64encode(bytes(60)).decode()
    client = urlsafe_b64encode(json.dumps(said).encode()).decode()
    answer["response"]["clientDataJSON"] = client


# Of a new passkey nobody asks for these: it says itself what its id is.
_OF_USING = {"no signature", "short data", "a deep handle", "an unknown key"}
BROKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    "no response": lambda answer: answer.pop("response"),
    "no id": lambda answer: answer.pop("id"),
    "a list": lambda answer: answer.update(response=[]),
    "a number": lambda answer: answer["response"].update(clientDataJSON=7),
    "no base64": lambda answer: answer["response"].update(clientDataJSON="é"),
    "no signature": lambda answer: answer["response"].update(signature=""),
    "short data": lambda answer: answer["response"].update(authenticatorData="AAAA"),
    "no CBOR": lambda answer: answer["response"].update(attestationObject="____"),
    "another type": lambda answer: answer.update(type="password"),
    "another challenge": _other_challenge,
    "an unknown key": lambda answer: answer.update(id="AAAA", rawId="AAAA"),
    "another raw id": lambda answer: answer.update(rawId="AAAA"),
    "a deep handle": lambda answer: answer["response"].update(userHandle=[[[[]]]]),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_an_answer_that_is_not_in_order_is_refused(
    mercy: House, phone: Authenticator, how: str
) -> None:
    visitor, lee = mercy.visitor(), await mercy.sign_in("lee")
    entry = await visitor.get("/sign-in")
    adding = await lee.get(f"{HERE}/passkeys/new")
    answers = []
    for said in (
        phone.get(options(entry.text)),
        Authenticator(mercy.origin).create(options(adding.text)),
    ):
        answer = json.loads(said)
        is_made = "attestationObject" in answer["response"]
        BROKEN[how](answer)
        form = {"answer": json.dumps(answer), "name": "Phone", "password": PASSWORD}
        where = (lee, f"{HERE}/passkeys/new") if is_made else (visitor, "/sign-in/passkey")
        answers.append((await where[0].post_form(where[1], form)).status)
    # What one of the two does not have cannot be broken in it.
    only_made = {"no CBOR": 302}.get(how, 401)
    only_used = 302 if how in _OF_USING else 422
    assert answers == [only_made, only_used]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"x"', "[" * 50_000, "é" * 9])
async def test_what_is_no_answer_at_all_is_refused(mercy: House, lee: Person, text: str) -> None:
    visitor = mercy.visitor()

    assert (await visitor.post_form("/sign-in/passkey", {"answer": text})).status == 401


async def test_guesses_with_passkeys_are_throttled(mercy: House, phone: Authenticator) -> None:
    phone.key = Authenticator(mercy.origin).key
    statuses = [(await enter(mercy, phone))[1].status for _ in range(7)]

    assert statuses == [401] * 5 + [429] * 2


async def test_a_passkey_is_removed_with_password_and_code(
    mercy: House, phone: Authenticator
) -> None:
    browser = await mercy.sign_in("lee")
    page = (await browser.get(HERE)).text
    [where] = re.findall(r'href="(/account/security/passkeys/\d+/remove)"', page)
    assert "Remove the passkey Phone" in (await browser.get(where)).text
    wrong = {"password": PASSWORD, "code": "000000"}
    assert (await browser.post_form(where, wrong)).status == 422
    right = {"password": PASSWORD, "code": await mercy.at(next_code, "lee")}
    assert (await browser.post_form(where, right)).header("location") == f"{HERE}?done=removed"

    assert (await enter(mercy, phone))[1].status == 401


async def test_nobody_removes_anothers_passkey(mercy: House, phone: Authenticator) -> None:
    await mercy.person(new("other", "Dr O. Ther", level=Level.VERIFIED))
    browser = await mercy.sign_in("other")
    row = await mercy.at(Passkey.get)
    where = f"{HERE}/passkeys/{row.id}/remove"
    form = {"password": PASSWORD, "code": await mercy.at(next_code, "other")}

    assert (await browser.get(where)).status == 404
    assert (await browser.post_form(where, form)).status == 404
    assert await mercy.at(lambda: Passkey.all().count()) == 1


async def test_what_the_page_tells_a_device_does_not_name_the_member_to_others(
    mercy: House, lee: Person
) -> None:
    page = (await mercy.visitor().get("/sign-in")).text
    asked = json.loads(options(page))

    assert asked.keys() == {"challenge", "rpId", "userVerification"}
    own = await (await mercy.sign_in("lee")).get(f"{HERE}/passkeys/new")
    user = json.loads(options(own.text))["user"]
    assert len(user["id"]) == 43 and str(lee.member.id) not in user["id"]
