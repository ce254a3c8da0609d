"""A pytest plugin: the cast. Two hospitals and a society that trust each other, and outsiders.

Their origins are https names as in production, so that no rule of development mode takes part;
requests between them go through `Network`. A house exists from the first fixture that names it
and then trusts every other house that exists, both ways.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import cycle
from pathlib import Path
from shutil import copyfile

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jinja2 import Environment
from werkzeug.routing import Rule

from federation import keys
from instance.models import Actor, Level, Profession, Stage
from instance.services import channels, passwords
from instance.services.members import NewMember
from instance.web import rendering
from instance.web.static_files import StaticFiles
from tests.houses import PASSWORD, House, Person, trust_each_other
from tests.network import Network
from tests.outsiders import Outsider

_POOL_SIZE = 4
_made: list[RSAPrivateKey] = []  # once per process: making one takes as long as a whole test
# A hash says how it is checked: one that was made by this is cheap to check for every server.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_real_environment = rendering.environment
_real_compile_route = Rule.compile
_compiled: dict[str, Rule] = {}
_load_key = cache(keys.private_from_bytes)
_UNKNOWN = CHEAP.hash("nobody has this password")


def new(handle: str, name: str, *specialties: str, **more: object) -> NewMember:
    """An L3 physician with a public profile, unless `more` says otherwise."""
    values: dict[str, object] = {"level": Level.VERIFIED, "is_public": True, **more}
    return NewMember(
        email=f"{handle}@hospital.example",
        password=PASSWORD,
        handle=handle,
        name=name,
        specialties=list(specialties),
        **values,  # type: ignore[arg-type]
    )


LEE = new("lee", "Dr J. Lee", "hospital_medicine", "internal_medicine")
RUIZ = new("ruiz", "Dr C. Ruiz", "endocrinology", level=Level.INSTITUTIONAL)
SANTOS = new(
    "santos", "Dr R. Santos", "internal_medicine", level=Level.CHECKED, stage=Stage.TRAINEE
)
OKAFOR = new("okafor", "Dr A. Okafor", "cardiology")
MOYO = new("moyo", "Dr S. Moyo", "gastroenterology")
VARGA = new("varga", "Dr K. Varga", "cardiology", level=Level.CHECKED)
OSEI = new("osei", "Dr Y. Osei", "internal_medicine", stage=Stage.TRAINEE)
TANAKA = new("tanaka", "H. Tanaka, PharmD", "cardiology", profession=Profession.PHARMACIST)
QUILL = new("quill", "Dr M. Quill", "electrophysiology")


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members cost an RSA key and a slow hash: here four keys are shared, and the hash is cheap.

    Never compare RSA keys of two actors in a test. Ed25519 keys are real, one each. A key is loaded
    once per process: that takes longer than two hundred requests.
    """
    monkeypatch.setattr(keys, "private_from_bytes", _load_key)
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    monkeypatch.setattr(passwords, "_UNKNOWN_ACCOUNT", _UNKNOWN)
    while len(_made) < _POOL_SIZE:
        _made.append(keys.new_rsa())
    pool = cycle(_made)
    monkeypatch.setattr(keys, "new_rsa", lambda: next(pool))


@pytest.fixture
def shared_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled once per process: they know nothing of the institution that draws them."""
    monkeypatch.setattr(rendering, "environment", _environment)


@cache
def _templates() -> Environment:
    return _real_environment(StaticFiles())


def _environment(files: StaticFiles) -> Environment:
    return _templates()


@pytest.fixture
def shared_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled once per process: most of what it takes to make an application."""
    monkeypatch.setattr(Rule, "compile", _compile_route)


def _compile_route(rule: Rule) -> None:
    compiled = _compiled.get(rule.rule)
    if compiled is None:
        _real_compile_route(rule)
        _compiled[rule.rule] = rule
        return
    for name in ("_parts", "_trace", "_converters"):
        setattr(rule, name, getattr(compiled, name))
    rule.arguments |= compiled.arguments
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, getattr(compiled, name).__func__.__get__(rule))


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """The URL of a fresh migrated database by name; the test runs once on each kind."""
    if request.param == "sqlite":
        migrated = request.getfixturevalue("migrated_file")
        yield lambda name: f"sqlite://{copyfile(migrated, tmp_path / f'{name}.sqlite3')}"
        return
    postgres = request.getfixturevalue("postgres")
    with ExitStack() as databases:
        yield lambda name: str(databases.enter_context(postgres.migrated()))


@pytest.fixture
async def houses(
    network: Network,
    new_database: Callable[[str], str],
    tmp_path: Path,
    quick_keys: None,
    shared_templates: None,
    shared_routes: None,
) -> AsyncIterator["Houses"]:
    found = Houses(network, new_database, tmp_path)
    yield found
    for house in found.opened:
        await house.close()


class Houses:
    """Opens institutions, each trusted by all that are open."""

    def __init__(self, network: Network, database: Callable[[str], str], folder: Path) -> None:
        self.opened: list[House] = []
        self._network, self._database, self._folder = network, database, folder

    async def open(
        self, name: str, kind: str, host: str, *, trusted: bool = True, **settings: str
    ) -> House:
        database, folder = self._database(host), self._folder / host
        house = House(name, kind, host, database, folder, self._network, **settings)
        await house.open()
        for other in self.opened if trusted else []:
            await trust_each_other(house, other)
        self.opened.append(house)
        return house

    async def settle(self) -> None:
        """Until nobody has anything due for anybody."""
        before = -1
        while before != len(self._network.sent):
            before = len(self._network.sent)
            for house in self.opened:
                await house.deliver()


@pytest.fixture
def are_trusted() -> bool:
    """Whether the houses trust each other from the start; tests of the handshake say no."""
    return True


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    return await houses.open("Mercy General", "hospital", "mercy.example", trusted=are_trusted)


@pytest.fixture
async def stlukes(houses: Houses, are_trusted: bool) -> House:
    return await houses.open("St. Luke's", "hospital", "stlukes.example", trusted=are_trusted)


@pytest.fixture
async def heart(houses: Houses, are_trusted: bool) -> House:
    name = "National Heart Society"
    return await houses.open(name, "society", "heart.example", trusted=are_trusted)


@pytest.fixture
async def wards(mercy: House) -> Actor:
    """A public channel of Mercy's."""
    return await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")


@pytest.fixture
async def lee(mercy: House) -> Person:
    """Mercy, L3, hospital medicine: who asks."""
    return await mercy.person(LEE)


@pytest.fixture
async def okafor(stlukes: House) -> Person:
    """St. Luke's, L3, cardiology: who answers."""
    return await stlukes.person(OKAFOR)


@pytest.fixture
async def quill(heart: House) -> Person:
    """The society, L3, electrophysiology."""
    return await heart.person(QUILL)


@pytest.fixture
def stranger(network: Network) -> Outsider:
    """A member of a public server that nobody knows. Signs anything."""
    return Outsider("stranger.example", "mallory", network)


@pytest.fixture
async def blocked(network: Network, mercy: House) -> Outsider:
    """A member of a server that Mercy blocks."""
    await mercy.block("blocked.example")
    return Outsider("blocked.example", "eve", network)
