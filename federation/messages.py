"""The one request type that signatures are made of and checked on, and what a signature claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from federation.errors import SignatureRefused

Form = Literal["cavage", "rfc9421", "trusted"]
"""How a request is signed. `trusted` is the RFC 9421 form of F-SIG-8."""

TRUSTED_TAG = "curbside-v1"
TRUSTED_LIFETIME = 300  # seconds from created to expires, F-SIG-8


@dataclass(frozen=True)
class Request:
    """An incoming request, as it came over the wire.

    `target` is the raw request target (path and query, nothing decoded). Header names are
    lower-case; their order and repeats are kept, because F-SIG-5 refuses some repeats.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            if name in found:
                found[name].append(value.strip(" \t"))
            else:
                found[name] = [value.strip(" \t")]
        return found

    def has(self, name: str) -> bool:
        """Whether a header of this name (lower-case) was sent."""
        return name in self._by_name

    def all(self, name: str) -> list[str]:
        """Every value of the header `name` (lower-case), trimmed, in order."""
        return list(self._by_name.get(name, ()))

    def header(self, name: str) -> str | None:
        """The header's value; repeats are joined with ", " as HTTP says. None: not sent."""
        values = self._by_name.get(name)
        if values is None:
            return None
        return values[0] if len(values) == 1 else ", ".join(values)

    def single(self, name: str) -> str | None:
        """The value of a header that may come once at most.

        Source: F-SIG-5. Raises SignatureRefused for a repeat: two readers may pick two values.
        """
        values = self._by_name.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise SignatureRefused(f"repeated {name} header")
        return values[0]


@dataclass(frozen=True)
class Response:
    """A peer's answer to us. Header names are lower-case; `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Claim(NamedTuple):
    """A signature header, parsed and not verified: who the sender says to be, and over what.

    `created` and `expires` are Unix seconds. `algorithm` is what the header names, if anything;
    the key decides (F-SIG-2). RFC 9421 alone: `label` names the signature within the request,
    `input` is its member of Signature-Input, verbatim.
    """

    form: Literal["cavage", "rfc9421"]
    key_id: str
    covered: tuple[str, ...]
    signature: bytes
    algorithm: str | None = None
    created: int | None = None
    expires: int | None = None
    nonce: str | None = None
    tag: str | None = None
    label: str = ""
    input: str = ""

    @property
    def trusted_form(self) -> bool:
        """Whether it has everything F-SIG-8 asks of a header. The key must be Ed25519 as well."""
        if self.form != "rfc9421" or self.created is None or self.expires is None:
            return False
        lifetime = self.expires - self.created
        return (
            self.tag == TRUSTED_TAG
            and bool(self.nonce)
            and self.algorithm in (None, "ed25519")
            and 0 < lifetime <= TRUSTED_LIFETIME
        )
