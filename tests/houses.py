"""An institution in a test: its application, its people and their browsers.

The applications are those of production: https origins, no development peers. Only the trust
between them is written by `trust_each_other`, because production has no other way to it before
the handshake exists.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import orjson
import pyotp
from tortoise import Model
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from federation.keys import PrivateKey
from federation.messages import Form, Response
from federation.relationships import SCOPES
from federation.signing import sign
from instance import models
from instance.app import create_app
from instance.config import Config
from instance.institution import Institution
from instance.models import (
    Actor,
    CodeApp,
    Delivery,
    Direction,
    Fetch,
    Member,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import local, remote, status_lists
from instance.services import hosts, members, peers, second_factors
from instance.services.members import NewMember
from instance.workers import claims, delivery, departures, fetching, standings
from tests.browsing import Answer, Browser
from tests.network import Network, Sent

P = ParamSpec("P")
T = TypeVar("T")

ACTIVITY = "application/activity+json"
PASSWORD = "a password for tests"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TERMS = {"jurisdiction": "US-MN", "maxLevel": 4, "retentionDays": 3650}


class House:
    """One institution. `at` is the way in for services; the rest goes through its application."""

    def __init__(
        self, name: str, kind: str, host: str, url: str, data: Path, net: Network, **settings: str
    ) -> None:
        """`settings`: what else stands in its environment, without the prefix."""
        self.name, self.host, self.origin = name, host, f"https://{host}"
        self.config = Config.from_env(
            {
                "CURBSIDE_ORIGIN": self.origin,
                "CURBSIDE_NAME": name,
                "CURBSIDE_KIND": kind,
                "CURBSIDE_ON_CALL": "extension 4444",
                "CURBSIDE_CONTACT": f"curbside@{host}",
                "CURBSIDE_MEDIA_ORIGIN": f"https://media.{host}",
                "CURBSIDE_DATA": str(data),
                "CURBSIDE_DATABASE": url,
                **{f"CURBSIDE_{name}": value for name, value in settings.items()},
            }
        )
        self.app = create_app(self.config, transport=net, with_workers=False, with_counting=False)
        self.institution: Institution = self.app.config["INSTITUTION"]
        self.network = net
        self._people: dict[str, Person] = {}

    async def open(self) -> None:
        await _apart(self.app.startup)
        self.network.servers |= {self.host: self, f"media.{self.host}": self}

    async def close(self) -> None:
        await _apart(self.app.shutdown)

    async def at(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a task of its own, with this institution as the current one."""

        async def run() -> T:
            self.institution.activate()
            return await work(*args, **kwargs)

        return await _apart(run)

    async def deliver(self) -> None:
        """Send and fetch until nothing is due; what waits for later stays."""
        await self.at(_work_off)

    async def deliver_later(self) -> None:
        """As `deliver`, when the turn of what waits for one has come (T76)."""
        now = datetime.now(UTC)
        turn = {"due_at": now, "created_at": now}
        await self.at(lambda: Delivery.filter(created_at__gt=now).update(**turn))
        await self.deliver()

    async def person(self, new: NewMember) -> "Person":
        """The member with this handle, who joins when first asked for."""
        if new.handle not in self._people:
            member = await self.at(members.add_member, new)
            await self.at(give_app, member)
            identities = await self.at(members.identities, member)
            self._people[new.handle] = Person(self, member, *identities)
        return self._people[new.handle]

    async def sign_in(self, handle: str) -> Browser:
        browser = Browser(self.origin, self.request)
        await self.enter(browser, handle)
        return browser

    async def enter(self, browser: Browser, handle: str, **more: str) -> Answer:
        """Both steps; `more`: what else is in their forms. Returns the last answer."""
        form = {"login": handle, "password": PASSWORD, **more}
        answer = await browser.post_form("/sign-in", form)
        if answer.header("location").startswith("/sign-in/code"):
            code = await self.at(next_code, handle)
            answer = await browser.post_form("/sign-in/code", {"code": code, **more})
        assert answer.status == 302, answer.text
        return answer

    def visitor(self) -> Browser:
        """A browser that is not signed in."""
        return Browser(self.origin, self.request)

    async def receives(
        self, document: Any, key: PrivateKey, form: Form = "trusted", **how: Any
    ) -> Answer:
        """Somebody POSTs this document, signed with `key`; see `posted` for `how`."""
        return await self.request(posted(self.origin + "/inbox", document, key, form, **how))

    async def asked(
        self, path: str, key: PrivateKey | None = None, form: Form = "trusted"
    ) -> Answer:
        """Somebody GETs a document as ActivityPub, signed with `key` or not at all."""
        url = self.origin + path
        signed = sign("GET", url, None, key, form, datetime.now(UTC)) if key else {}
        return await self.request(Sent("GET", url, {"Accept": ACTIVITY, **signed}))

    async def request(self, sent: Sent) -> Answer:
        """One request to the application, as it comes from outside."""

        lowered = {name.lower(): value for name, value in sent.headers.items()}

        async def run() -> Answer:
            client = self.app.test_client(use_cookies=False)
            response = await client.open(  # type: ignore[call-arg]  # its protocol wants `json`
                sent.target,
                method=sent.method,
                headers={"host": sent.host, **lowered},
                data=sent.body or None,
                scheme="https",
            )
            body = bytes(await response.get_data(as_text=False))
            number = response.headers.pop("X-Request-ID")
            return Answer(response.status_code, list(response.headers.items()), body, number)

        return await _apart(run)

    async def answer(self, sent: Sent) -> Response:
        found = await self.request(sent)
        headers = {name.lower(): value for name, value in found.headers}
        return Response(found.status, headers, found.body, sent.url)

    async def block(self, host: str) -> None:
        await self.at(_shut, host)

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return await self.at(_count_rows)

    async def institution_key(self, algorithm: local.Algorithm = "ed25519") -> PrivateKey:
        actor = await self.at(local.institution)
        return await self.at(local.private_key, actor, algorithm)


@dataclass(frozen=True)
class Person:
    """A member with the actors that speak for them; `actor` is the one named after the person."""

    home: House
    member: Member
    actor: Actor
    pseudonym: Actor | None = None

    @property
    def uri(self) -> str:
        return self.actor.uri

    @property
    def address(self) -> str:
        return self.actor.address

    async def key(self, algorithm: local.Algorithm = "ed25519") -> PrivateKey:
        return await self.home.at(local.private_key, self.actor, algorithm)

    async def does(self, work: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """A service function whose first argument is the member."""
        return await self.home.at(work, self.member, *args, **kwargs)

    async def speaks(self, work: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """A service function whose first argument is the actor."""
        return await self.home.at(work, self.actor, *args, **kwargs)


def posted(
    url: str,
    document: Any,
    key: PrivateKey,
    form: Form = "trusted",
    *,
    at: datetime | None = None,
) -> Sent:
    """A signed POST of a document (JSON, or bytes as they are)."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    signed = sign("POST", url, body, key, form, at or datetime.now(UTC))
    return Sent("POST", url, {"Content-Type": ACTIVITY, **signed}, body)


async def give_app(member: Member) -> None:
    """A code app, as who reads consults must have. All have one secret."""
    values = {"secret": APP_SECRET.encode(), "last_step": 0}
    await CodeApp.create(member_id=member.id, **values)  # type: ignore[arg-type]
    await second_factors.note(member)


async def next_code(handle: str) -> str:
    """What the member's app shows now, as if no code had been used."""
    member = await members.by_login(handle)
    assert member is not None
    await CodeApp.filter(member_id=member.id).update(last_step=0)
    return pyotp.TOTP(APP_SECRET).now()


async def _shut(host: str) -> None:
    async with in_transaction():
        await hosts.shut({host: ""}, datetime.now(UTC))


async def trust_each_other(one: House, other: House) -> None:
    """And each has the status lists of the other, as from the first seconds of a treaty."""
    await one.at(_trust, one, other)
    await other.at(_trust, other, one)
    for house, partner in ((one, other), (other, one)):
        await house.at(_know_lists, _NextDoor(house, partner))


async def _know_lists(there: "_NextDoor") -> None:
    remote.use(there)
    await standings.see_to(datetime.now(UTC))


class _NextDoor(remote.Directory):
    """Lists of a partner without the signed requests, which take longer than most tests."""

    def __init__(self, house: House, partner: House) -> None:
        super().__init__(house.institution.client)
        self._partner = partner

    async def get(self, url: str) -> dict[str, Any]:
        now, path = datetime.now(UTC), urlsplit(url).path
        if path.startswith("/s/"):
            list_id = int(path.removeprefix("/s/"))
            return await self._partner.at(status_lists.document, list_id, now)
        return dict((await self._partner.asked(path)).json)


async def end_trust(house: House, other: House) -> None:
    """`house` no longer trusts `other`; nothing else changes."""
    rows = {"state": TrustState.SUSPENDED}
    await house.at(lambda: Relationship.filter(peer__host=other.host).update(**rows))


async def _trust(house: House, other: House) -> None:
    answer = await other.asked("/actor")
    peer = await peers.pin(answer.json, name=other.name)
    peer.level = PeerLevel.TRUSTED
    await peer.save()
    now = datetime.now(UTC)
    for direction, one, two in ((Direction.OURS, house, other), (Direction.THEIRS, other, house)):
        await Relationship.create(
            uri=f"{house.origin}/trust/{direction}/{other.host}",
            peer=peer,
            direction=direction,
            activity_uri=f"{one.origin}/trust/said-to-{two.host}",
            state=TrustState.ACTIVE,
            scopes=list(SCOPES),
            terms=TERMS,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(days=300),
        )


async def _work_off() -> None:
    while True:
        now = datetime.now(UTC)
        await departures.see_to(now)
        await standings.see_to(now)
        ids = await claims.claim_deliveries(now, 100, [])
        for row in await delivery.load(ids):
            await delivery.deliver(row)
        wanted = await claims.claim_fetches(now, 100)
        for fetch in await Fetch.filter(id__in=wanted).order_by("id"):
            await fetching.fetch(fetch)
        if not ids and not wanted:
            return


async def _count_rows() -> dict[str, int]:
    """In one statement: one for each table takes longer than many tests."""
    counts = [
        f"SELECT '{name}' AS name, count(*) AS number FROM \"{model._meta.db_table}\""
        for name, model in tables().items()
    ]
    found = await get_connection("default").execute_query_dict(" UNION ALL ".join(counts))
    return {row["name"]: row["number"] for row in found}


def tables() -> dict[str, type[Model]]:
    found = {name: getattr(models, name) for name in models.__all__}
    return {
        name: model
        for name, model in found.items()
        if isinstance(model, type) and issubclass(model, Model)
    }


async def _apart(work: Callable[[], Awaitable[T]]) -> T:
    """In a task with an empty context: nothing current leaks in, nothing out."""

    async def run() -> T:
        return await work()

    return await asyncio.create_task(run(), context=Context())
