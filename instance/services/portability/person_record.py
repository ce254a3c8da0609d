"""What is known here of the person behind the accounts; it names none of those."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from federation import contexts
from instance.models import Member, MutedMail, Verification
from instance.services.portability.belongings import Chunks

README = """\
This is what {name} ({host}) knows of you as a person.

person.json         your name, address, profession and settings
verification.json   how your standing was checked, by which means, since when and until when
manifest.json       the version of this format, and the SHA-256 of every file

It names none of your accounts. Who reads it and the file of an account knows that both are yours:
hand them on apart.
"""


async def entries(member: Member, about: dict[str, str]) -> AsyncIterator[tuple[str, Chunks]]:
    """Path and content of each file. `about`: `host` and `name` of the institution."""
    yield "README.txt", _bytes(README.format(**about).encode())
    yield "person.json", _bytes(_json(await _person(member)))
    yield "verification.json", _bytes(_json(await _verification(member)))


async def _person(member: Member) -> dict[str, Any]:
    muted = await MutedMail.filter(member_id=member.id).order_by("id")
    return {
        "name": member.legal_name,
        "email": member.email,
        "role": member.role.value,
        "profession": member.profession.value,
        "stage": member.stage.value,
        "specialties": member.specialties,
        "jurisdiction": member.jurisdiction,
        "level": f"L{int(member.level)}",
        "joined": contexts.timestamp(member.created_at),
        "settings": {
            "theme": member.theme,
            "singleKeys": member.has_keys,
            "noMailOf": [row.kind.value for row in muted],
        },
    }


async def _verification(member: Member) -> list[dict[str, Any]]:
    """Not who decided: that is the name of another."""
    rows = await Verification.filter(member_id=member.id).order_by("given_at", "id")
    return [
        {
            "method": row.method.value,
            "level": f"L{int(row.level)}",
            "given": contexts.timestamp(row.given_at),
            "validUntil": contexts.timestamp(row.valid_until) if row.valid_until else None,
            "ended": contexts.timestamp(row.ended_at) if row.ended_at else None,
            "why": row.ending.value if row.ending else None,
        }
        for row in rows
    ]


async def _bytes(content: bytes) -> Chunks:
    yield content


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
