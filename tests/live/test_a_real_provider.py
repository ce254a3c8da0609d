"""Staff sign in through a provider that others made, over real sockets and its own pages."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from instance.models import Level, Member, SignOnIdentity
from instance.services.single_sign_on import providers as sso
from tests import providers
from tests.browsing import Answer, Browser
from tests.houses import House, Person
from tests.live.canaille_server import CLIENT, PASSWORD, SECRET, Provider, Visitor
from tests.network import Network
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("a real provider")


@pytest.fixture(scope="module")
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture(scope="module")
def provider(ports: list[int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    redirect = f"http://localhost:{ports[0]}/sso/callback"
    found = Provider(tmp_path_factory.mktemp("canaille"), ports[1], redirect)
    try:
        found.start()
        found.wait_ready()
        yield found
    finally:
        found.end()


@pytest.fixture
async def mercy(
    ports: list[int],
    provider: Provider,
    new_database: Callable[[str], str],
    tmp_path: Path,
    quick_keys: None,
) -> AsyncIterator[House]:
    """It goes over the network, as a server in development does: the provider is on loopback."""
    origin, both = f"http://localhost:{ports[0]}", ",".join(f"localhost:{one}" for one in ports)
    more = {"ORIGIN": origin, "MEDIA_ORIGIN": "", "LOOPBACK_PEERS": both}
    host = urlsplit(origin).netloc
    data = tmp_path / "mercy"
    net: Network = None  # type: ignore[assignment]  # but the real one
    house = House("Mercy General", "hospital", host, new_database("mercy"), data, net, **more)
    house.origin, house.network = origin, Network()
    await house.open()
    yield house
    await house.close()


@pytest.fixture
async def owner(mercy: House, provider: Provider) -> Person:
    """Ada and Bob are on the roster, and the provider is named and tried."""
    found = await mercy.person(providers.OWNER)
    await providers.listed(found, "ada", "carl")
    typed = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scopes": "groups",
        "key_claim": "preferred_username",
        "affiliation_claim": "groups",
        "affiliations": "medical-staff",
    }
    await found.does(sso.change, typed)
    await found.does(sso.switch, is_on=True)
    return found


async def comes_back(mercy: House, provider: Provider, who: str) -> tuple[Browser, Answer]:
    browser = mercy.visitor()
    url = await providers.go(browser)
    return browser, await browser.get(_path(Visitor(provider.issuer).signs_in(url, who)))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def test_who_is_on_the_roster_joins_and_comes_back(
    mercy: House, provider: Provider, owner: Person
) -> None:
    browser, answer = await comes_back(mercy, provider, "ada")
    assert answer.header("location") == "/sso/join", answer.text
    assert (await providers.join(browser, "ada")).status == 302
    assert await providers.is_in(browser)
    member = await mercy.at(lambda: Member.get(email="ada@hospital.example"))
    assert member.level is Level.INSTITUTIONAL

    again, answer = await comes_back(mercy, provider, "ada")
    assert answer.header("location") == "/" and await providers.is_in(again)
    assert await mercy.at(lambda: SignOnIdentity.all().count()) == 1


async def test_who_has_an_account_there_and_is_not_on_the_roster_stays_outside(
    mercy: House, provider: Provider, owner: Person
) -> None:
    browser, answer = await comes_back(mercy, provider, "bob")

    assert answer.status == 403 and "You are not on the staff list" in answer.text
    assert not await providers.is_in(browser)


async def test_an_affiliation_that_it_does_not_say_opens_nothing(
    mercy: House, provider: Provider, owner: Person
) -> None:
    row = await mercy.at(sso.named)
    typed = {**sso.as_typed(row), "affiliations": "surgeons"}
    await owner.does(sso.change, typed)
    _, answer = await comes_back(mercy, provider, "ada")

    assert answer.status == 403 and "does not say that you work there" in answer.text


async def test_a_try_finds_that_the_secret_is_wrong(
    mercy: House, provider: Provider, owner: Person
) -> None:
    row = await mercy.at(sso.named)
    await owner.does(sso.change, {**sso.as_typed(row), "client_secret": "another one"})
    with pytest.raises(Exception, match="client"):
        await mercy.at(sso.check)


async def test_what_came_back_once_does_not_come_back_again(
    mercy: House, provider: Provider, owner: Person
) -> None:
    browser = mercy.visitor()
    came = _path(Visitor(provider.issuer).signs_in(await providers.go(browser), "ada", PASSWORD))
    carried = dict(browser.cookies)
    assert (await browser.get(came)).status == 302
    browser.cookies = carried

    assert (await browser.get(came)).status == 403
