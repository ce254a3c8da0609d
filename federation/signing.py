"""Sign a request of ours, in whichever form its receiver reads."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from federation import cavage, rfc9421
from federation.keys import PrivateKey
from federation.messages import Form


def sign(
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    form: Form,
    now: datetime,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers of the signed request. `trusted` needs an Ed25519 key, the others take RSA.

    `also`: more headers, signed like the rest.
    """
    if form == "cavage":
        return cavage.sign(method, url, body, key, now, also=also)
    return rfc9421.sign(method, url, body, key, now, trusted=form == "trusted", also=also)


async def signed(
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    form: Form,
    now: datetime,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """`sign`, in a thread where it is slow: one RSA signature takes as long as nine of Ed25519."""
    if key.public.algorithm == "rsa":
        return await asyncio.to_thread(sign, method, url, body, key, form, now, also)
    return sign(method, url, body, key, form, now, also)
