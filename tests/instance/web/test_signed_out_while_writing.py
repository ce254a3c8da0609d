"""Whoever is signed out, or keeps a page too long, gets back what they wrote in it."""

from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Sent

TEXT = "Two days of fever & a new murmur"
FIELDS = {"text": TEXT, "confidence": "high", "password": "not for a page", "identity": ""}


async def test_a_form_of_somebody_signed_out_is_given_back(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    consult = await ask(lee)
    await browser.get(f"/k/{consult.id}")
    browser.cookies.clear()
    for path in (f"/k/{consult.id}/comment", f"/k/{consult.id + 1}/comment", "/consults/new"):
        answer = await browser.post_form(path, FIELDS)
        assert answer.status == 404
        assert "You were signed out" in answer.text and 'href="/sign-in"' in answer.text
        assert "Two days of fever &amp; a new murmur</textarea>" in answer.text
        assert "not for a page" not in answer.text and answer.text.count("<textarea") == 1


async def test_a_form_that_is_too_old_is_given_back(mercy: House, lee: Person) -> None:
    old, browser = await mercy.sign_in("lee"), await mercy.sign_in("lee")
    consult = await ask(lee)
    await old.get("/account")
    old.cookies.update(browser.cookies)
    answer = await old.post_form(f"/k/{consult.id}/comment", FIELDS)
    assert answer.status == 403 and "This form is too old" in answer.text
    assert "Two days of fever" in answer.text and "See your standing" not in answer.text


async def test_another_site_cannot_put_words_on_a_page_of_ours(mercy: House) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        url = f"{mercy.origin}/consults/new"
        answer = await mercy.request(Sent("POST", url, kind | headers, b"text=Call+this+number"))
        assert answer.status == 404 and "Call this number" not in answer.text
