"""Sign a request of ours, in whichever form its receiver reads."""

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation import cavage, rfc9421
from federation.keys import PrivateKey
from federation.messages import Form

# Of their own: the loop's may all be waiting for name servers. One core is left to the loop.
_THREADS = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), "signing")


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
    if isinstance(key.key, RSAPrivateKey):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THREADS, sign, method, url, body, key, form, now, also)
    return sign(method, url, body, key, form, now, also)
