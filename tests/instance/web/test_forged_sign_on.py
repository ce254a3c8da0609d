"""What comes from a provider, or says so, and is not in order: nobody gets in by it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from instance.models import Member, SignInFailure, SignOnIdentity, SignOnProvider
from instance.services.single_sign_on import flows
from instance.sign_on_words import PROBLEMS, REFUSALS
from tests import providers
from tests.houses import House, Person
from tests.network import Network
from tests.providers import Claims, Provider, come_back, go, is_in, joined, sign_in

Signs = Callable[[Provider, Claims], str]


@pytest.fixture
async def owner(mercy: House) -> Person:
    return await mercy.person(providers.OWNER)


@pytest.fixture
async def provider(mercy: House, network: Network, owner: Person) -> Provider:
    """Ada has an account here, by it."""
    await providers.listed(owner, "ada", "bob")
    found = await providers.opened(mercy, network, owner)
    found.people |= {name: providers.claims(name) for name in ("ada", "bob")}
    await joined(mercy, found, "ada")
    return found


def at(seconds: float) -> int:
    return int(datetime.now(UTC).timestamp() + seconds)


async def refused(house: House, provider: Provider, problem: str) -> None:
    browser, answer = await sign_in(house, provider, "ada")
    assert answer.status == 403, answer.header("location")
    assert PROBLEMS[problem] in answer.text and not await is_in(browser)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("nonce", {"nonce": "of another try"}),
        ("nonce", {"nonce": None}),
        ("audience", {"aud": "another application"}),
        ("audience", {"aud": [providers.CLIENT, "another"]}),
        ("audience", {"aud": [providers.CLIENT, "another"], "azp": "another"}),
        ("audience", {"azp": "another"}),
        ("audience", {"aud": []}),
        ("issuer_differs", {"iss": "https://evil.example"}),
        ("issuer_differs", {"iss": providers.ISSUER + "/"}),
        ("too_old", {"exp": at(-120)}),
        ("too_old", {"iat": at(-3600), "exp": at(3600)}),
        ("clock", {"iat": at(3600), "exp": at(7200)}),
        ("clock", {"nbf": at(3600)}),
        ("times", {"exp": None}),
        ("times", {"exp": "tomorrow"}),
        ("no_subject", {"sub": ""}),
        ("no_subject", {"sub": 7}),
        ("no_subject", {"sub": "x" * 256}),
    ],
)
async def test_a_token_for_something_else_opens_nothing(
    problem: str, said: Claims, mercy: House, provider: Provider
) -> None:
    provider.says = lambda claims: {**claims, **said}

    await refused(mercy, provider, problem)


@pytest.mark.parametrize(
    ("problem", "signs"),
    [
        ("algorithm", providers.unsigned),
        ("algorithm", providers.by_public_key),
        ("signature", providers.by_another),
        ("unknown_key", providers.by_brought_key),
        ("signature", providers.altered),
        ("signature", lambda *_: "not.a.token"),
        ("signature", lambda *_: "§"),
        ("no_token", lambda *_: ""),
        ("no_token", lambda *_: "x" * 100_000),
    ],
)
async def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    problem: str, signs: Signs, mercy: House, provider: Provider
) -> None:
    provider.signs = signs

    await refused(mercy, provider, problem)


async def test_what_was_begun_in_another_browser_is_not_finished_here(
    mercy: House, provider: Provider
) -> None:
    """T68, login CSRF: a link that would sign a victim in as somebody else."""
    attacker, victim = mercy.visitor(), mercy.visitor()
    brought = provider.let_in(await go(attacker), "ada")
    before = len(provider.asked)
    without = await come_back(victim, brought)
    await go(victim)
    with_own = await come_back(victim, brought)

    for answer in (without, with_own):
        assert answer.status == 403 and REFUSALS["elsewhere"] in answer.text
    assert not await is_in(victim) and len(provider.asked) == before


async def test_a_made_up_cookie_carries_nothing(mercy: House, provider: Provider) -> None:
    browser = mercy.visitor()
    brought = provider.let_in(await go(browser), "ada")
    browser.cookies["__Host-sign-on"] = browser.cookies["__Host-sign-on"][:-6] + "AAAA=="

    assert (await come_back(browser, brought)).status == 403


async def test_coming_back_works_once(mercy: House, provider: Provider) -> None:
    browser = mercy.visitor()
    brought = provider.let_in(await go(browser), "ada")
    carried = browser.cookies["__Host-sign-on"]
    assert (await come_back(browser, brought)).status == 302
    thief = mercy.visitor()
    thief.cookies["__Host-sign-on"] = carried
    before = len(provider.asked)

    assert (await come_back(thief, brought)).status == 403
    assert not await is_in(thief) and len(provider.asked) == before


async def test_a_code_that_was_used_before_opens_nothing(mercy: House, provider: Provider) -> None:
    first, second = mercy.visitor(), mercy.visitor()
    brought = provider.let_in(await go(first), "ada")
    assert (await come_back(first, brought)).status == 302
    mine = provider.let_in(await go(second), "bob")
    answer = await come_back(second, {**mine, "code": brought["code"]})

    assert answer.status == 403 and PROBLEMS["code"] in answer.text


async def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    mercy: House, provider: Provider
) -> None:
    """PKCE: the code of one browser, put in at another."""
    victim, thief = mercy.visitor(), mercy.visitor()
    stolen = provider.let_in(await go(victim), "ada")
    own = provider.let_in(await go(thief), "bob")
    answer = await come_back(thief, {**own, "code": stolen["code"]})

    assert answer.status == 403 and not await is_in(thief)


@pytest.mark.parametrize("said", [{"iss": "https://evil.example"}, {"iss": ""}, {}])
async def test_an_answer_of_another_provider_is_a_mix_up(
    said: dict[str, str], mercy: House, provider: Provider
) -> None:
    """RFC 9207: the code goes to nobody."""
    browser = mercy.visitor()
    brought = provider.let_in(await go(browser), "ada")
    before = provider.asked.count("/token")
    answer = await come_back(browser, {"code": brought["code"], "state": brought["state"], **said})

    assert answer.status == 403 and PROBLEMS["mixed_up"] in answer.text
    assert provider.asked.count("/token") == before


async def test_what_was_begun_with_another_provider_is_not_finished_with_this_one(
    mercy: House, provider: Provider
) -> None:
    browser = mercy.visitor()
    brought = provider.let_in(await go(browser), "ada")
    await mercy.at(lambda: SignOnProvider.all().update(issuer="https://new.example"))

    assert (await come_back(browser, brought)).status == 403


async def test_what_takes_too_long_opens_nothing(
    mercy: House, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "LIVES", timedelta(seconds=-1))
    browser, answer = await sign_in(mercy, provider, "ada")

    assert answer.status == 403 and REFUSALS["late"] in answer.text and not await is_in(browser)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", REFUSALS["denied"]),
        ("temporarily_unavailable", REFUSALS["busy"]),
        ("invalid_scope", PROBLEMS["setup"]),
        ("<script>", PROBLEMS["setup"]),
    ],
)
async def test_what_the_provider_says_went_wrong_is_said_in_words(
    error: str, words: str, mercy: House, provider: Provider
) -> None:
    browser = mercy.visitor()
    brought = provider.let_in(await go(browser), "ada")
    more = {"error": error, "error_description": "<b>secret words</b>", "iss": providers.ISSUER}
    answer = await come_back(browser, {"state": brought["state"], **more})

    assert answer.status == 403 and words in unescape(answer.text)
    assert "secret words" not in answer.text and "<script>" not in answer.text


async def test_claims_that_are_missing_are_asked_for_and_must_be_of_the_same_person(
    mercy: House, provider: Provider
) -> None:
    provider.described = {"userinfo_endpoint": f"{providers.ISSUER}/userinfo"}
    await mercy.at(lambda: SignOnProvider.all().update(found_at=None))
    provider.people["ada"] = {"sub": "sub-ada"}
    provider.userinfo = providers.claims("ada")
    browser, answer = await sign_in(mercy, provider, "ada")
    assert answer.status == 302 and await is_in(browser)

    provider.userinfo = {**providers.claims("ada"), "sub": "sub-bob"}
    await refused(mercy, provider, "other_subject")


async def test_what_was_signed_counts_and_not_what_is_said_beside_it(
    mercy: House, provider: Provider
) -> None:
    provider.described = {"userinfo_endpoint": f"{providers.ISSUER}/userinfo"}
    await mercy.at(lambda: SignOnProvider.all().update(found_at=None))
    del provider.people["bob"]["groups"]
    provider.userinfo = {**providers.claims("ada"), "sub": "sub-bob"}
    browser, answer = await sign_in(mercy, provider, "bob")

    assert answer.header("location") == "/sso/join"
    assert "bob@hospital.example" in (await browser.get("/sso/join")).text


async def test_a_new_key_is_fetched_once_and_not_for_every_token(
    mercy: House, provider: Provider
) -> None:
    earlier = {"keys_at": datetime.now(UTC) - timedelta(minutes=2)}
    await mercy.at(lambda: SignOnProvider.all().update(**earlier))
    provider.keys = ["two"]
    before = provider.asked.count("/keys")
    browser, answer = await sign_in(mercy, provider, "ada")
    assert answer.status == 302 and await is_in(browser)

    provider.signs = lambda of, claims: providers.signed(of, claims, "three")
    for _ in range(3):
        await refused(mercy, provider, "unknown_key")
    assert provider.asked.count("/keys") == before + 1


async def test_thirty_tries_of_one_network_are_heard(mercy: House, provider: Provider) -> None:
    """T65. Each asks the provider for something."""
    provider.signs = providers.unsigned
    answers = []
    for _ in range(32):
        _, answer = await sign_in(mercy, provider, "ada")
        answers.append(answer.status)

    assert answers == [403] * 30 + [429] * 2


async def test_who_is_known_there_and_not_let_in_here_uses_no_try(
    mercy: House, provider: Provider
) -> None:
    """A whole ward that is not on the roster yet locks nobody out."""
    provider.people["carl"] = providers.claims("carl")
    for _ in range(3):
        assert (await sign_in(mercy, provider, "carl"))[1].status == 403

    assert await mercy.at(lambda: SignInFailure.all().count()) == 0


async def test_forgeries_leave_nothing_behind(mercy: House, provider: Provider) -> None:
    provider.signs = providers.by_another
    await refused(mercy, provider, "signature")

    assert await mercy.at(lambda: SignOnIdentity.all().count()) == 1
    assert await mercy.at(lambda: Member.filter(email__startswith="ada").count()) == 1


async def test_a_form_of_another_site_begins_nothing(mercy: House, provider: Provider) -> None:
    """T68."""
    browser = mercy.visitor()
    await browser.get("/sign-in")
    browser._token = "0" * 64

    assert (await browser.post_form("/sso", {})).status == 403
