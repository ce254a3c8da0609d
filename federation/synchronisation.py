"""The header by which two servers notice that they disagree on who follows (FEP-8fcf).

Pure: what it says and how it is read. Source: federation.md 7.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

NAME = "Collection-Synchronization"
_LONGEST = 4096
_MEMBER = re.compile(r'[ \t]*([A-Za-z]+)="([^"\\\x00-\x1f\x7f]*)"[ \t]*', re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Synchronisation:
    """What a sender says of its followers on the receiver's host: `url` lists them."""

    collection_id: str
    url: str
    digest: str

    def to_header(self) -> str:
        return f'collectionId="{self.collection_id}", url="{self.url}", digest="{self.digest}"'


def digest(followers: Iterable[str]) -> str:
    """The SHA-256 of each id, all of them XORed: in any order the same. 64 hex digits."""
    combined = 0
    for uri in followers:
        combined ^= int.from_bytes(sha256(uri.encode()).digest(), "big")
    return f"{combined:064x}"


def parse(header: str) -> Synchronisation | None:
    """None for what is no such header: it is a hint, and never worth a refusal."""
    found: dict[str, str] = {}
    for member in header.split(",") if len(header) <= _LONGEST else ():
        match = _MEMBER.fullmatch(member)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2]
    if not found.keys() >= {"collectionId", "url", "digest"}:
        return None
    if not _DIGEST.fullmatch(found["digest"]):
        return None
    return Synchronisation(found["collectionId"], found["url"], found["digest"])
