"""Signing in: what a guesser gets, and what a person with the right password gets."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import SignInRequired, TooMany
from instance.models import Member, Session, SignInFailure, SignInStep
from instance.services import passwords, signing_in, throttle
from instance.services.signing_in import Entry
from instance.services.throttle import Source
from tests.cast import new
from tests.houses import PASSWORD, House, Person
from tests.instance.queries import queries

HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"


class Hashed:
    """Passwords that were compared with a hash."""

    def __init__(self) -> None:
        self.count = 0


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashed]:
    found, verify = Hashed(), passwords._verify

    def counted(stored: str, password: str) -> bool:
        found.count += 1
        return verify(stored, password)

    monkeypatch.setattr(passwords, "_verify", counted)
    # It belongs to the first event loop in which somebody had to wait for it.
    monkeypatch.setattr(passwords, "_hashing", asyncio.Semaphore(2))
    yield found


async def attempt(login: str, password: str, network: str = HERE) -> str:
    """What came of it: "in", or the name of the refusal."""
    try:
        await signing_in.sign_in(login, password, Entry(Source(network), "", shared=False))
    except (SignInRequired, TooMany) as error:
        return type(error).__name__
    return "in"


async def at_once(house: House, *tries: tuple[str, str, str]) -> Counter[str]:
    async def all_of_them() -> list[str]:
        return await asyncio.gather(*[attempt(*one) for one in tries])

    return Counter(await house.at(all_of_them))


async def test_sixty_guesses_at_once_are_no_more_than_five(
    mercy: House, lee: Person, hashed: Hashed
) -> None:
    answers = await at_once(mercy, *[("lee", f"guess {n}", HERE) for n in range(60)])

    assert hashed.count <= 5
    assert answers["TooMany"] == 60 - hashed.count
    assert await mercy.at(attempt, "lee", PASSWORD, ELSEWHERE) == "in"


async def test_five_guesses_one_after_another_are_heard_and_the_sixth_is_not(
    mercy: House, lee: Person, hashed: Hashed
) -> None:
    answers = [await mercy.at(attempt, "lee", f"guess {n}") for n in range(7)]

    assert answers == ["SignInRequired"] * 5 + ["TooMany"] * 2
    assert hashed.count == 5
    assert await mercy.at(attempt, "lee", PASSWORD) == "TooMany"


async def test_asking_while_locked_does_not_lock_for_longer(mercy: House, lee: Person) -> None:
    for n in range(9):
        await mercy.at(attempt, "lee", f"guess {n}")
    earlier = {"created_at": datetime.now(UTC) - timedelta(minutes=16)}
    assert await mercy.at(lambda: SignInFailure.all().count()) == 5
    await mercy.at(lambda: SignInFailure.all().update(**earlier))

    assert await mercy.at(attempt, "lee", PASSWORD) == "in"


@pytest.mark.parametrize("logins", [("lee", "lee@hospital.example"), ("@LEE", " Lee ")])
async def test_all_names_of_one_person_share_the_five_tries(
    logins: tuple[str, str], mercy: House, lee: Person, hashed: Hashed
) -> None:
    for n in range(12):
        await mercy.at(attempt, logins[n % 2], f"guess {n}")

    assert hashed.count == 5


async def test_one_network_has_thirty_tries_whatever_the_names(
    mercy: House, lee: Person, hashed: Hashed
) -> None:
    for n in range(35):
        await mercy.at(attempt, f"nobody{n}", "guess")

    assert hashed.count == 30
    assert await mercy.at(attempt, "lee", PASSWORD) == "TooMany"
    assert await mercy.at(attempt, "lee", PASSWORD, ELSEWHERE) == "in"


async def test_who_signs_in_leaves_no_try_behind(mercy: House, lee: Person) -> None:
    for _ in range(8):
        assert await mercy.at(attempt, "lee", PASSWORD) == "in"

    assert await mercy.at(lambda: SignInFailure.all().count()) == 0


async def test_who_gives_up_waiting_has_used_a_try(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def slow(member: Member | None, password: str) -> bool:
        return await never.wait()

    monkeypatch.setattr(passwords, "fits", slow)

    async def hang_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(attempt("lee", "guess"), 0.5)

    await mercy.at(hang_up)

    assert await mercy.at(lambda: SignInFailure.all().count()) == 1


async def test_when_too_many_wait_the_next_is_refused_before_any_query(
    mercy: House, lee: Person, hashed: Hashed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_OF_NETWORK", 1000)
    answers = await at_once(mercy, *[(f"nobody{n}", "guess", HERE) for n in range(60)])

    assert (answers["SignInRequired"], answers["TooMany"]) == (22, 38)
    assert await mercy.at(lambda: SignInFailure.all().count()) == 22
    assert await mercy.at(attempt, "lee", PASSWORD) == "in"


async def test_the_page_says_that_many_sign_in_just_now(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = mercy.visitor()
    await browser.get("/sign-in")
    monkeypatch.setattr(signing_in, "_AT_ONCE", 0)
    answer = await browser.post_form("/sign-in", {"login": "lee", "password": PASSWORD})

    assert answer.status == 429 and answer.header("retry-after") == "10"
    assert "Many people are signing in just now." in answer.text


@pytest.mark.parametrize("known", ["lee", "lee@hospital.example", "gone"])
async def test_an_unknown_name_costs_what_a_wrong_password_costs(
    known: str, mercy: House, lee: Person, hashed: Hashed
) -> None:
    gone = await mercy.person(new("gone", "Dr G. One"))
    suspended = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(id=gone.member.id).update(**suspended))
    unknown = known.replace("lee", "nobody").replace("gone", "nobody")
    costs = []
    for login in (known, unknown):
        before = hashed.count
        with queries() as made:
            assert await mercy.at(attempt, login, PASSWORD + "!") == "SignInRequired"
        costs.append((len(made), hashed.count - before))

    assert costs[0] == costs[1]


async def test_a_suspended_member_is_refused_like_a_stranger(mercy: House, lee: Person) -> None:
    suspended = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(**suspended))

    assert await mercy.at(attempt, "lee", PASSWORD) == "SignInRequired"
    assert await mercy.at(lambda: Session.all().count()) == 0


@pytest.mark.parametrize("what", ["password", "suspension"])
@pytest.mark.parametrize("has_second", [True, False])
async def test_a_sign_in_past_its_check_does_not_outlive_a_change_that_ends_all(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch, what: str, has_second: bool
) -> None:
    real = passwords.fits

    async def changed_meanwhile(member: Member | None, password: str) -> bool:
        fits = await real(member, password)
        own = Member.filter(id=lee.member.id)
        if what == "password":
            await own.update(password_hash="another")
        else:
            await own.update(suspended_at=datetime.now(UTC))
        await signing_in.end_all(lee.member)
        return fits

    await mercy.at(lambda: Member.all().update(has_second_factor=has_second))
    monkeypatch.setattr(passwords, "fits", changed_meanwhile)
    entry = Entry(Source("203.0.113.9"), "Firefox", False)
    with pytest.raises(SignInRequired):
        await mercy.at(signing_in.sign_in, "lee", PASSWORD, entry)
    assert await mercy.at(lambda: Session.all().count()) == 0
    assert await mercy.at(lambda: SignInStep.all().count()) == 0
