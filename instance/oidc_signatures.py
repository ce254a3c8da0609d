"""Whether an ID token is signed with one of the keys of its provider. Loaded by `instance.oidc`."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry

from instance.oidc import ALGORITHMS, KINDS, KeyUnknown, OidcRefused


def signed_claims(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the token says. Raises OidcRefused, KeyUnknown."""
    registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    registry.max_header_length = 8_000  # certificates may stand in it
    try:
        header = jws.extract_compact(token.encode(), registry=registry).headers()
        suited = _suited(header, keys)
        if not suited:
            raise KeyUnknown("unknown_key")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # that EdDSA has a new name
            payload = _opened(token, suited, registry)
        claims = orjson.loads(payload)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OidcRefused("signature") from error
    if not isinstance(claims, dict):
        raise OidcRefused("signature")
    return claims


def _opened(token: str, keys: Sequence[Mapping[str, Any]], registry: jws.JWSRegistry) -> bytes:
    """The payload, by the first key that fits. Raises JoseError, ValueError."""
    refusal: Exception = ValueError("no key")
    for one in keys:
        try:
            key = JWKRegistry.import_key(dict(one))
            return jws.deserialize_compact(token, key, registry=registry).payload
        except (JoseError, ValueError) as error:
            refusal = error
    raise refusal


def _suited(
    header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Those that the header may mean. Raises OidcRefused for an algorithm that is not ours."""
    algorithm, named = header.get("alg"), header.get("kid")
    if algorithm not in KINDS:
        raise OidcRefused("algorithm")
    return [
        key
        for key in keys
        if key["kty"] == KINDS[algorithm]
        and key.get("alg", algorithm) == algorithm
        and (named is None or key.get("kid") == named)
    ]
