"""Account > Moving, as a browser goes through it."""

from dataclasses import replace

from tests.cast import LEE, Houses, new
from tests.houses import PASSWORD, House, Person


async def test_a_member_names_the_old_account_and_moves_there(
    houses: Houses, mercy: House, heart: House, lee: Person
) -> None:
    await heart.person(new("leejo", "Dr J. Lee"))
    there = await heart.sign_in("leejo")
    first = await there.get("/account/moving")
    assert first.header("location") == "/account/moving/leejo"
    await there.post_form("/account/moving/leejo/alias", {"alias": "@lee@mercy.example"})
    assert "@lee@mercy.example" in (await there.get("/account/moving/leejo")).text
    here = await mercy.sign_in("lee")
    form = {"address": "@leejo@heart.example", "password": PASSWORD}
    assert (await here.post_form("/account/moving/lee/move", form)).status == 302
    page = await here.get("/account/moving/lee")
    assert "This name has moved" in page.text and "@leejo@heart.example" in page.text
    assert (await here.post_form("/account/moving/lee/undo", {})).status == 302
    again = await here.get("/account/moving/lee")
    assert "A name moves once in 30 days." in again.text


async def test_what_is_wrong_stands_beside_what_was_typed(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    form = {"address": "@nobody@nowhere.example", "password": PASSWORD}
    refused = await browser.post_form("/account/moving/lee/move", form)
    assert refused.status == 422
    assert "Nobody was found there." in refused.text
    assert 'value="@nobody@nowhere.example"' in refused.text
    alias = await browser.post_form("/account/moving/lee/alias", {"alias": "@lee"})
    assert alias.status == 422 and "That name is of this server." in alias.text


async def test_nobody_moves_the_name_of_another(mercy: House, lee: Person) -> None:
    await mercy.person(replace(LEE, handle="ruiz", email="ruiz@hospital.example"))
    browser = await mercy.sign_in("lee")
    assert (await browser.get("/account/moving/ruiz")).status == 403
    assert (await browser.post_form("/account/moving/ruiz/undo", {})).status == 403
