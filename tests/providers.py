"""A provider of single sign-on in tests, which says whatever it is told to say, and signs anything.

It stands in the network of the cast as the hospital's own server. `tests/live` has a real one.
"""

import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import orjson
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from federation.messages import Response
from instance.models import Level, Role
from instance.services.single_sign_on import providers
from tests import rosters
from tests.browsing import Answer, Browser
from tests.cast import new
from tests.houses import House, Person
from tests.network import Network, Sent

ISSUER = "https://login.hospital.example"
CLIENT, SECRET = "curbside", "the secret of this client"
TYPED = {
    "issuer": ISSUER,
    "client_id": CLIENT,
    "client_secret": SECRET,
    "key_claim": "employee_number",
    "email_claim": "email",
    "affiliation_claim": "groups",
    "affiliations": "medical-staff",
    "factors": "mfa",
}
OWNER = new("owner", "Dr O. Wner", role=Role.OWNER, level=Level.ATTESTED)
Claims = dict[str, Any]
_numbers = count()


@cache
def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """`says` changes the claims of a token before it is signed; `signs` makes it of the claims."""

    issuer: str = ISSUER
    people: dict[str, Claims] = field(default_factory=dict)
    says: Callable[[Claims], Claims] = dict
    signs: Callable[["Provider", Claims], str] | None = None
    userinfo: Claims | None = None
    described: Claims = field(default_factory=dict)
    keys: list[str] = field(default_factory=lambda: ["one"])
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    async def answer(self, sent: Sent) -> Response:
        path = urlsplit(sent.url).path
        self.asked.append(path)
        status, content = self._answer(path, sent)
        return Response(status, {"content-type": "application/json"}, orjson.dumps(content), "")

    def _answer(self, path: str, sent: Sent) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            return 200, self.description()
        if path == "/keys":
            return 200, {"keys": [_key(name).as_dict(private=False) for name in self.keys]}
        if path == "/userinfo":
            return 200, self.userinfo or {}
        return self._token(sent)

    def description(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "authorization_response_iss_parameter_supported": True,
            **self.described,
        }

    def let_in(self, url: str, who: str) -> dict[str, str]:
        """Somebody signs in at the page to which their browser came; what it brings back."""
        query = dict(parse_qsl(urlsplit(url).query))
        code = f"code {next(_numbers)}"
        self._codes[code] = (who, query)
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def _token(self, sent: Sent) -> tuple[int, Any]:
        form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
        pair = "curbside:the%20secret%20of%20this%20client"
        if sent.headers.get("authorization") != f"Basic {b64encode(pair.encode()).decode()}":
            return 401, {"error": "invalid_client"}
        if (found := self._codes.pop(form["code"], None)) is None:
            return 400, {"error": "invalid_grant"}
        who, query = found
        proved = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if proved.decode() != query["code_challenge"] or query["code_challenge_method"] != "S256":
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(datetime.now(UTC).timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": query["nonce"], **self.people[who]}
        token = (self.signs or signed)(self, self.says(claims))
        return 200, {"id_token": token, "access_token": "an access token", "token_type": "Bearer"}


def signed(provider: Provider, claims: Claims, name: str = "") -> str:
    key = _key(name or provider.keys[0])
    header = {"alg": "RS256", "kid": key.kid}
    return jws.serialize_compact(header, orjson.dumps(claims), key)


def unsigned(_: Provider, claims: Claims) -> str:
    return _joined({"alg": "none", "kid": "one"}, claims) + "."


def by_public_key(provider: Provider, claims: Claims) -> str:
    """HS256, with what everybody can read for a secret."""
    public = _key("one").as_pem(private=False)
    text = _joined({"alg": "HS256", "kid": "one"}, claims)
    return f"{text}.{_base64url(hmac.digest(public, text.encode(), 'sha256'))}"


def by_another(_: Provider, claims: Claims) -> str:
    """A good signature under the name of the provider's key, by somebody else."""
    key = RSAKey.generate_key(2048)
    return jws.serialize_compact({"alg": "RS256", "kid": "one"}, orjson.dumps(claims), key)


def by_brought_key(_: Provider, claims: Claims) -> str:
    """The key stands in the token itself."""
    key = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": key.as_dict(private=False)}
    return jws.serialize_compact(header, orjson.dumps(claims), key)


def altered(provider: Provider, claims: Claims) -> str:
    """Signed, and then something else written in."""
    head, _, mark = signed(provider, claims).split(".")
    return f"{head}.{_base64url(orjson.dumps({**claims, 'sub': 'other'}))}.{mark}"


def _joined(header: Claims, claims: Claims) -> str:
    return f"{_base64url(orjson.dumps(header))}.{_base64url(orjson.dumps(claims))}"


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(key: str, **more: Any) -> Claims:
    """What the provider says of somebody of the roster."""
    email = f"{key}@hospital.example"
    said = {"employee_number": key, "email": email, "email_verified": True}
    return {"sub": f"sub-{key}", **said, "groups": ["medical-staff"], **more}


async def opened(house: House, network: Network, owner: Person, **typed: str) -> Provider:
    """A provider that an owner named, tried and switched on."""
    provider = Provider()
    network.servers[urlsplit(ISSUER).netloc] = provider
    await owner.does(providers.change, {**TYPED, **typed})
    await owner.does(providers.switch, is_on=True)
    return provider


async def listed(owner: Person, *keys: str, **emails: str) -> None:
    """These are the roster. `emails`: where it is not key@hospital.example."""
    rows = [rosters.line(key, emails.get(key, ""), key.title(), "Person") for key in keys]
    second = new("second", "Dr S. Econd", role=Role.OWNER, level=Level.ATTESTED)
    await rosters.take(owner, rosters.table(*rows), await owner.home.person(second))


async def go(browser: Browser, path: str = "/sso", **form: str) -> str:
    """Press the button; the address of the provider's page."""
    await browser.get("/sign-in")
    answer = await browser.post_form(path, form)
    assert answer.status == 302, answer.text
    return answer.header("location")


async def come_back(browser: Browser, brought: dict[str, str]) -> Answer:
    from_query = "&".join(f"{name}={value}" for name, value in brought.items())
    return await browser.get(f"/sso/callback?{from_query.replace(' ', '%20')}")


async def sign_in(
    house: House, provider: Provider, who: str, **form: str
) -> tuple[Browser, Answer]:
    browser = house.visitor()
    url = await go(browser, **form)
    return browser, await come_back(browser, provider.let_in(url, who))


async def join(browser: Browser, handle: str) -> Answer:
    form = {"handle": handle, "name": f"Dr {handle.title()}", "password": "a password for tests"}
    await browser.get("/sso/join")
    return await browser.post_form("/sso/join", form)


async def joined(house: House, provider: Provider, who: str) -> Browser:
    browser, answer = await sign_in(house, provider, who)
    assert answer.header("location") == "/sso/join", answer.text
    assert (await join(browser, who)).status == 302
    return browser


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/account")).status == 200
