"""An owner names the provider, tries it and switches it on; what is wrong is said with its cure."""

from html import unescape
from typing import Any

import pytest

from instance.models import Member, Role, SignOnProvider
from instance.services.single_sign_on import providers as sso
from instance.sign_on_words import PROBLEMS
from tests import providers
from tests.browsing import Browser
from tests.cast import new
from tests.houses import House
from tests.network import Network
from tests.providers import ISSUER, SECRET, TYPED, Provider

HERE = "/admin/sso"


@pytest.fixture
def provider(network: Network) -> Provider:
    found = Provider()
    network.servers["login.hospital.example"] = found
    return found


@pytest.fixture
async def browser(mercy: House) -> Browser:
    await mercy.person(providers.OWNER)
    return await mercy.sign_in("owner")


async def stored(house: House) -> SignOnProvider:
    return await house.at(lambda: SignOnProvider.get(id=1))


async def test_an_owner_names_a_provider_and_switches_it_on(
    mercy: House, browser: Browser, provider: Provider
) -> None:
    assert (await browser.post_form(HERE, TYPED)).status == 302
    tried = await browser.post_form(f"{HERE}/check", {})
    page = await browser.get(tried.header("location"))
    assert "It is in order" in page.text and "https://mercy.example/sso/callback" in page.text
    await browser.post_form(f"{HERE}/switch", {"is_on": "yes"})

    assert (await stored(mercy)).is_on
    await browser.post_form(f"{HERE}/switch", {"is_on": "no"})
    assert not (await stored(mercy)).is_on


async def test_the_secret_is_sealed_and_never_shown_again(
    mercy: House, browser: Browser, provider: Provider
) -> None:
    await browser.post_form(HERE, TYPED)
    page = await browser.get(HERE)
    files = [path.read_bytes() for path in mercy.config.data.parent.glob("*.sqlite3*")]

    assert SECRET not in page.text
    assert not [file for file in files if SECRET.encode() in file]
    kept = {**TYPED, "client_secret": "", "affiliations": "nurses"}
    await browser.post_form(HERE, kept)
    row = await stored(mercy)
    assert row.client_secret == SECRET.encode() and row.affiliations == ["nurses"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://login.hospital.example"),
        ("issuer", "login.hospital.example"),
        ("issuer", "https://a@login.hospital.example"),
        ("issuer", "https://login.hospital.example/" + "x" * 500),
        ("client_id", ""),
        ("client_secret", ""),
        ("affiliation_claim", ""),
        ("scopes", 'groups "x"'),
        ("key_claim", "x" * 61),
        ("affiliations", "\n".join(str(n) for n in range(21))),
        ("factors", "x" * 201),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    field: str, value: str, mercy: House, browser: Browser
) -> None:
    answer = await browser.post_form(HERE, {**TYPED, field: value})

    assert answer.status == 422 and f'href="#{field}"' in answer.text
    assert not await mercy.at(lambda: SignOnProvider.all().exists())


@pytest.mark.parametrize(
    ("problem", "described"),
    [
        ("issuer_differs", {"issuer": ISSUER + "/"}),
        ("no_code", {"response_types_supported": ["token"]}),
        ("no_pkce", {"code_challenge_methods_supported": ["plain"]}),
        ("no_algorithm", {"id_token_signing_alg_values_supported": ["HS256", "none"]}),
        ("endpoints", {"token_endpoint": None}),
        ("endpoints", {"authorization_endpoint": "javascript:alert(1)"}),
        ("endpoints", {"authorization_endpoint": "https://a@evil.example/"}),
        ("address", {"authorization_endpoint": "http://login.hospital.example/authorize"}),
        ("address", {"end_session_endpoint": "http://login.hospital.example/end"}),
        ("unsafe", {"token_endpoint": "https://10.0.0.7/token"}),
        ("unsafe", {"jwks_uri": "https://169.254.169.254/keys"}),
        ("unexpected", {"jwks_uri": f"{ISSUER}/token"}),
    ],
)
async def test_a_try_says_what_is_wrong_with_the_provider(
    problem: str,
    described: dict[str, Any],
    mercy: House,
    browser: Browser,
    provider: Provider,
) -> None:
    provider.described = described
    await browser.post_form(HERE, TYPED)
    answer = await browser.post_form(f"{HERE}/check", {})
    assert PROBLEMS[problem] in unescape(answer.text)

    answer = await browser.post_form(f"{HERE}/switch", {"is_on": "yes"})
    assert PROBLEMS[problem] in unescape(answer.text) and not (await stored(mercy)).is_on


async def test_a_try_says_that_nobody_answers_or_that_the_secret_is_wrong(
    mercy: House, browser: Browser, provider: Provider, network: Network
) -> None:
    await browser.post_form(HERE, {**TYPED, "client_secret": "another one"})
    answer = await browser.post_form(f"{HERE}/check", {})
    assert PROBLEMS["client"] in unescape(answer.text)
    provider.keys = []
    answer = await browser.post_form(f"{HERE}/check", {})
    assert PROBLEMS["no_keys"] in unescape(answer.text)
    network.down.add("login.hospital.example")
    answer = await browser.post_form(f"{HERE}/check", {})
    assert PROBLEMS["unreachable"] in unescape(answer.text)


async def test_another_provider_is_tried_before_it_counts(
    mercy: House, browser: Browser, provider: Provider
) -> None:
    await browser.post_form(HERE, TYPED)
    await browser.post_form(f"{HERE}/switch", {"is_on": "yes"})
    await browser.post_form(HERE, {**TYPED, "factors": ""})
    assert (await stored(mercy)).is_on
    await browser.post_form(HERE, {**TYPED, "issuer": "https://evil.example"})

    row = await stored(mercy)
    assert not row.is_on and row.keys is None and row.found is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_nobody_but_an_owner_names_the_provider(
    role: Role, mercy: House, provider: Provider
) -> None:
    """T72."""
    await mercy.person(new("other", "Dr O. Ther", role=role))
    browser = await mercy.sign_in("other")
    answers = [await browser.get(HERE)]
    for path in (HERE, f"{HERE}/check", f"{HERE}/switch"):
        answers.append(await browser.post_form(path, TYPED))

    assert [answer.status for answer in answers] == [404] * 4
    assert not await mercy.at(lambda: SignOnProvider.all().exists())
    member = await mercy.at(lambda: Member.get(email="other@hospital.example"))
    with pytest.raises(Exception, match="not_allowed"):
        await mercy.at(sso.change, member, TYPED)
