"""Who guesses locks nobody out but themselves; and gets no more tries by moving about (T65)."""

from collections.abc import Awaitable, Callable

import pytest

from instance.errors import FormRefused, SignInRequired, TooMany
from instance.models import KnownPlace, Member, Passkey, Session
from instance.services import addresses, securing, signing_in, throttle
from instance.services.signing_in import Entry, Opened
from instance.services.throttle import Source
from tests.houses import PASSWORD, House, Person, next_code

HOME, ELSEWHERE = "203.0.113.9", "198.51.100.7"
WRONG = "a wrong password"


async def enter(house: House, source: Source, *, shared: bool = True) -> Opened:
    """Both steps, as the member. Raises as they do."""
    entry = Entry(source, "Firefox", shared)
    half = await house.at(signing_in.sign_in, "lee", PASSWORD, entry)
    code = await house.at(next_code, "lee")
    return await house.at(signing_in.finish, half.step, code, source)


async def guess(house: House, network: str, times: int, browser: str = "") -> str:
    """Wrong passwords, one after another; the last answer."""
    answer = ""
    for _ in range(times):
        entry = Entry(Source(network, browser), "", True)
        try:
            await house.at(signing_in.sign_in, "lee", WRONG, entry)
        except (SignInRequired, TooMany) as error:
            answer = type(error).__name__
    return answer


async def botnet(house: House, networks: int, first: int = 0) -> None:
    """As many wrong passwords as one network may send, from each of them."""
    for number in range(first, first + networks):
        await guess(house, f"192.0.2.{number}", 5)


async def test_guesses_elsewhere_do_not_lock_the_member_out_where_they_work(
    mercy: House, lee: Person
) -> None:
    await enter(mercy, Source(HOME))
    await botnet(mercy, 25)

    assert await guess(mercy, "192.0.2.200", 1) == "TooMany"  # the account, from anywhere new
    assert (await enter(mercy, Source(HOME))).session


async def test_guesses_in_the_same_network_do_not_lock_a_known_browser_out(
    mercy: House, lee: Person
) -> None:
    browser = (await enter(mercy, Source(HOME), shared=False)).browser
    for name in ("lee", *(f"nobody{n}" for n in range(8))):
        for _ in range(5):
            with pytest.raises((SignInRequired, TooMany)):
                entry = Entry(Source(HOME), "", True)
                await mercy.at(signing_in.sign_in, name, WRONG, entry)

    with pytest.raises(TooMany):
        await enter(mercy, Source(HOME))
    assert (await enter(mercy, Source(HOME, browser))).session
    assert (await enter(mercy, Source(ELSEWHERE, browser))).session


async def test_a_known_browser_has_five_tries_wherever_it_is(mercy: House, lee: Person) -> None:
    browser = (await enter(mercy, Source(HOME), shared=False)).browser

    assert await guess(mercy, HOME, 3, browser) == "SignInRequired"
    assert await guess(mercy, ELSEWHERE, 2, browser) == "SignInRequired"
    assert await guess(mercy, "192.0.2.1", 1, browser) == "TooMany"


async def test_a_made_up_browser_is_no_known_one(mercy: House, lee: Person) -> None:
    answers = [await guess(mercy, ELSEWHERE, 1, f"made up {n}") for n in range(7)]

    assert answers == ["SignInRequired"] * 5 + ["TooMany"] * 2


async def test_a_shared_computer_is_not_remembered(mercy: House, lee: Person) -> None:
    opened = await enter(mercy, Source(HOME), shared=True)

    assert opened.browser == ""
    assert await mercy.at(lambda: KnownPlace.all().count()) == 1  # the network


async def test_codes_are_tried_ten_times_however_many_networks_help(
    mercy: House, lee: Person
) -> None:
    """Who has the password, and a network of networks."""
    answers = []
    for number in range(14):
        source = Source(f"192.0.2.{number}")
        half = await mercy.at(signing_in.sign_in, "lee", PASSWORD, Entry(source, "", True))
        try:
            await mercy.at(signing_in.finish, half.step, "000000", source)
        except (SignInRequired, TooMany) as error:
            answers.append(type(error).__name__)

    assert answers == ["SignInRequired"] * 10 + ["TooMany"] * 4


async def test_codes_tried_elsewhere_do_not_keep_the_member_out(mercy: House, lee: Person) -> None:
    await enter(mercy, Source(HOME))
    for number in range(14):
        source = Source(f"192.0.2.{number}")
        half = await mercy.at(signing_in.sign_in, "lee", PASSWORD, Entry(source, "", True))
        with pytest.raises((SignInRequired, TooMany)):
            await mercy.at(signing_in.finish, half.step, "000000", source)

    assert (await enter(mercy, Source(HOME))).session


async def _change_password(lee: Person, source: Source) -> None:
    session = await _session(lee)
    await lee.home.at(securing.change_password, session, WRONG, "tumbler coffee gown", source)


async def _remove_app(lee: Person, source: Source) -> None:
    session = await _session(lee)
    await lee.home.at(securing.remove_app, session, PASSWORD, "000000", source)


async def _renew_codes(lee: Person, source: Source) -> None:
    await lee.home.at(securing.renew_recovery_codes, await _session(lee), WRONG, source)


async def _confirm_address(lee: Person, source: Source) -> None:
    await lee.home.at(addresses.confirm, await _session(lee), "000000", source)


async def _add_app(lee: Person, source: Source) -> None:
    draft = await lee.does(_draft)
    await lee.home.at(securing.add_app, await _session(lee), draft.sealed, WRONG, "1", source)


async def _draft(member: Member) -> securing.Draft:
    return await securing.draft_app(member)


async def _session(lee: Person) -> Session:
    found = await lee.does(signing_in.sessions)
    [session] = found
    session.member = lee.member
    return session


@pytest.mark.parametrize(
    "door", [_change_password, _renew_codes, _confirm_address, _add_app, _remove_app]
)
async def test_every_door_of_an_account_hears_five_tries(
    mercy: House, lee: Person, door: Callable[[Person, Source], Awaitable[None]]
) -> None:
    await enter(mercy, Source(HOME))
    if door is _remove_app:
        await _second_app(mercy, lee)
    answers = []
    for _ in range(7):
        try:
            await door(lee, Source(ELSEWHERE))
        except (FormRefused, TooMany) as error:
            answers.append(type(error).__name__)

    assert answers == ["FormRefused"] * 5 + ["TooMany"] * 2
    assert (await enter(mercy, Source(ELSEWHERE))).session  # another door


async def _second_app(mercy: House, lee: Person) -> None:
    """So that the first may be removed."""
    key = Passkey(member_id=lee.member.id, credential_id="x", credential_hash="x")
    key.public_key, key.sign_count, key.name = b"x", 0, "Phone"
    await mercy.at(key.save)


async def test_a_place_is_forgotten_when_the_password_changes(mercy: House, lee: Person) -> None:
    opened = await enter(mercy, Source(HOME), shared=False)
    session = await _session(lee)
    new = "tumbler coffee gown"
    await mercy.at(securing.change_password, session, PASSWORD, new, Source(HOME))

    assert opened.browser and await mercy.at(lambda: KnownPlace.all().count()) == 0
    assert throttle.KNOWN_FOR.days == 90
