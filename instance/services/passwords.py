"""Passwords: hashed, and compared with as much work whoever asks (T64)."""

import asyncio
import secrets
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from instance import config
from instance.models import Actor, Member, Setting
from instance.services import password_rules


def _random_base64(length: int) -> str:
    return b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()


_hasher = PasswordHasher()
# 64 MB and most of a second each: two at a time, off the event loop.
_hashing = asyncio.Semaphore(2)
# No password fits it, and to find that out takes the same work as with a member's (T64). Not
# hashed from one: that would cost every start 64 MB and a tenth of a second.
_UNKNOWN_ACCOUNT = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${_random_base64(_hasher.salt_len)}${_random_base64(_hasher.hash_len)}"
)


async def hashed(password: str) -> str:
    """What is stored of it."""
    async with _hashing:
        return await asyncio.to_thread(_hasher.hash, password)


async def fits(member: Member | None, password: str) -> bool:
    """Whether it is theirs; for nobody (None) the same work is done in vain (T64)."""
    stored = member.password_hash if member else _UNKNOWN_ACCOUNT
    async with _hashing:
        is_right = await asyncio.to_thread(_verify, stored, password)
    return is_right and member is not None


def made_up() -> str:
    """One that somebody is told and changes."""
    return secrets.token_urlsafe(12)


async def problem(password: str, member: Member) -> str:
    """What is wrong with it for this member, as a sentence; "" where nothing is."""
    names = [n for a in await Actor.filter(member_id=member.id) for n in (a.handle, a.name)]
    own = await own_words(member.email, member.legal_name, *names)
    return password_rules.problem(password, own)


async def own_words(*known: str) -> tuple[str, ...]:
    """What is known of a person and of where they work, as it is called now."""
    decided = await Setting.get_or_none(name="name")
    return (*known, decided.value if decided is not None else config.current().name)


def _verify(stored: str, password: str) -> bool:
    if len(password) > password_rules.LONGEST:
        return False
    try:
        return _hasher.verify(stored, password)
    except VerificationError:
        return False
