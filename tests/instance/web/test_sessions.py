"""A session ends when it should, for pages too (T67)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Member, Session
from instance.web import requests
from tests.browsing import Browser
from tests.cast import RUIZ
from tests.houses import ACTIVITY, House, Person

NOW = timedelta(0)


async def is_signed_in(browser: Browser) -> bool:
    statuses = {(await browser.get(path)).status for path in ("/account", "/consults")}
    assert len(statuses) == 1
    return statuses == {200}


@pytest.mark.parametrize(
    ("changes", "lives"),
    [
        ({"expires_at": timedelta(minutes=1)}, True),
        ({"expires_at": NOW}, False),
        ({"seen_at": -timedelta(hours=11, minutes=59)}, True),
        ({"seen_at": -timedelta(hours=12)}, False),
        ({"seen_at": -timedelta(minutes=14), "is_shared_computer": True}, True),
        ({"seen_at": -timedelta(minutes=15), "is_shared_computer": True}, False),
    ],
)
async def test_a_session_ends_by_age_and_when_nobody_uses_it(
    mercy: House, lee: Person, changes: dict[str, Any], lives: bool
) -> None:
    browser = await mercy.sign_in("lee")
    now = datetime.now(UTC)
    row = {k: now + v if isinstance(v, timedelta) else v for k, v in changes.items()}
    await _update(mercy, **row)
    assert await is_signed_in(browser) is lives
    assert (await mercy.rows())["Session"] == int(lives)


async def test_using_a_session_keeps_it_alive_but_not_beyond_its_week(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    before = datetime.now(UTC)
    await _update(mercy, seen_at=before - timedelta(hours=6))
    assert await is_signed_in(browser)
    session = await mercy.at(Session.get)
    assert session.seen_at >= before
    assert timedelta(0) < session.expires_at - before <= timedelta(days=7, seconds=5)


async def test_a_suspended_member_is_signed_out_everywhere_at_once(
    mercy: House, lee: Person
) -> None:
    browsers = [await mercy.sign_in("lee") for _ in range(2)]

    async def suspend() -> None:
        await Member.filter(id=lee.member.id).update(suspended_at=datetime.now(UTC))

    await mercy.at(suspend)
    assert [await is_signed_in(browser) for browser in browsers] == [False, False]


async def test_one_device_can_be_signed_out_from_another(mercy: House, lee: Person) -> None:
    lost, kept = await mercy.sign_in("lee"), await mercy.sign_in("lee")
    first = (await mercy.at(lambda: Session.all().order_by("id")))[0]
    assert (await kept.post_form(f"/account/sessions/{first.id}/end", {})).status == 302
    assert not await is_signed_in(lost)
    assert await is_signed_in(kept)


async def test_nobody_ends_the_session_of_somebody_else(mercy: House, lee: Person) -> None:
    await mercy.person(RUIZ)
    lees, other = await mercy.sign_in("lee"), await mercy.sign_in("ruiz")
    of_lee = await mercy.at(lambda: Session.get(member_id=lee.member.id))
    await other.post_form(f"/account/sessions/{of_lee.id}/end", {})
    assert await is_signed_in(lees)


async def test_a_cookie_that_was_kept_after_signing_out_is_nothing(
    mercy: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    cookie = browser.cookies["__Host-session"]
    assert (await browser.post_form("/sign-out", {})).status == 302
    browser.cookies["__Host-session"] = cookie
    assert not await is_signed_in(browser)


async def test_a_body_that_never_ends_is_not_waited_for(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mercy.app.config["BODY_TIMEOUT"] == requests.BODY_SECONDS == 10  # F-DOC-1
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.1)
    mercy.app.config["BODY_TIMEOUT"] = 0.1
    for path, kind in (
        ("/inbox", ACTIVITY),
        ("/sign-in", "application/x-www-form-urlencoded"),
    ):
        client = mercy.app.test_client(use_cookies=False)
        headers = {"Host": mercy.host, "Content-Type": kind, "Content-Length": "100"}
        request = client.request(path, method="POST", headers=headers, scheme="https")
        async with asyncio.timeout(5), request as sending:
            await sending.send(b"csrf_token=")
        assert (await sending.as_response()).status_code == 408


async def _update(house: House, **values: Any) -> None:
    async def update() -> None:
        await Session.all().update(**values)

    await house.at(update)


async def test_who_was_signed_out_reads_that_and_not_that_nothing_is_here(
    mercy: House, lee: Person
) -> None:
    browser, answers = await mercy.sign_in("lee"), []
    await mercy.at(lambda: Session.all().delete())
    for path in ("/consults", "/k/1"):
        answers.append(await browser.get(path))
        assert answers[-1].status == 404 and "You were signed out" in answers[-1].text
    assert answers[0] == answers[1]
    assert "You were signed out" not in (await mercy.visitor().get("/consults")).text
