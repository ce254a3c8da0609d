"""A server that takes nothing on faith: a small ActivityPub peer that verifies what we sign, with
the habits of the strict ones among real servers. In memory, on `tests.network.Network`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import orjson

from federation import actor_keys
from federation.errors import KeyUnavailable, SignatureRefused
from federation.keys import PrivateKey, PublicKey, public_to_pem
from federation.messages import Request, Response
from federation.origin import PRODUCTION
from federation.signers import Level, Signed, Site, signer_of
from federation.signing import sign
from tests.browsing import Answer
from tests.houses import ACTIVITY, House
from tests.network import Network, Sent
from tests.outsiders import Outsider

Habit = Literal["cavage", "rfc9421", "hs2019"]


@dataclass(frozen=True)
class Habits:
    """`refuses`: forms it answers 401 to, as `status` says; `signs`: how it signs itself."""

    demands_signed_fetch: bool = True
    key_is_a_path: bool = False  # /main-key, a document of its own
    refuses: Collection[str] = ()
    status: int = 401
    signs: Habit = "cavage"
    implements: Collection[str] = ()


class StrictServer(Outsider):
    """One actor, alice. `accepted` are the activities it verified, `forms` what was asked in."""

    development = PRODUCTION

    def __init__(self, network: Network, habits: Habits, host: str = "strict.example") -> None:
        super().__init__(host, "alice", network)
        self.network, self.habits = network, habits
        self.accepted: list[dict[str, Any]] = []
        self.forms: list[str] = []
        if habits.key_is_a_path:
            self.rsa = PrivateKey(f"{self.uri}/main-key", self.uri, self.rsa.key)
            self.documents = {self.uri: self.actor(), self.rsa.id: self._key_alone()}
        if habits.implements:
            implemented = [{"href": href} for href in habits.implements]
            self.documents[self.uri]["generator"] = {"implements": implemented}

    async def answer(self, sent: Sent) -> Response:
        if "/.well-known/webfinger" in sent.url:
            return self._finger(sent)
        form = "rfc9421" if "Signature-Input" in _titled(sent) else "cavage"
        must_sign = sent.method == "POST" or self.habits.demands_signed_fetch
        if must_sign:
            self.forms.append(form)
            if form in self.habits.refuses or await self._signer(sent) is None:
                return Response(self.habits.status, {}, b"", sent.url)
        if sent.method == "POST":
            self.accepted.append(sent.document)
        return await super().answer(sent)

    async def sends(self, house: House, document: Any, form: Any = None) -> Answer:
        return await house.request(self.signed(f"{house.origin}/inbox", document))

    def signed(self, url: str, document: Any) -> Sent:
        """A POST, signed as its habit is."""
        body = orjson.dumps(document)
        signs = "cavage" if self.habits.signs == "hs2019" else self.habits.signs
        headers = sign("POST", url, body, self.rsa, signs, datetime.now(UTC))
        if self.habits.signs == "hs2019":
            headers["Signature"] = headers["Signature"].replace('"rsa-sha256"', '"hs2019"')
        return Sent("POST", url, {"Content-Type": ACTIVITY, **headers}, body)

    async def find(self, key_id: str, *, refresh: bool = False) -> PublicKey:
        """Our key, as our own server lists it (`Keys` of federation.signers)."""
        url = key_id.partition("#")[0]
        answer = await self.read(url)
        if answer.status != 200:
            raise KeyUnavailable(f"{url} answered {answer.status}")
        listed = actor_keys.listed_keys(orjson.loads(answer.body), self.development)
        return actor_keys.find_key(listed, key_id)

    async def read(self, url: str) -> Response:
        house = self.network.servers[urlsplit(url).netloc]
        return await house.answer(Sent("GET", url, {"Accept": ACTIVITY}))

    async def level(self, host: str) -> Level:
        return Level.PUBLIC

    async def _signer(self, sent: Sent) -> Signed | None:
        headers = tuple((name.lower(), value) for name, value in sent.headers.items())
        request = Request(sent.method, sent.target, headers, sent.body)
        site = Site(self.origin, self.host, self.development)
        try:
            return await signer_of(request, site=site, trust=self, keys=self, now=datetime.now(UTC))
        except SignatureRefused:
            return None

    def _finger(self, sent: Sent) -> Response:
        asked = parse_qs(urlsplit(sent.url).query)["resource"][0]
        link = {"rel": "self", "type": ACTIVITY, "href": self.uri}
        body = orjson.dumps({"subject": asked, "links": [link]})
        return Response(200, {"content-type": "application/jrd+json"}, body, sent.url)

    def _key_alone(self) -> dict[str, Any]:
        return {
            "@context": "https://w3id.org/security/v1",
            "id": self.rsa.id,
            "owner": self.uri,
            "publicKeyPem": public_to_pem(self.rsa.public.key),
        }


def _titled(sent: Sent) -> set[str]:
    return {name.title() for name in sent.headers}
