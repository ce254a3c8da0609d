"""A hospital's answer to a proposal to publish a consult: it signs the exact text, or does not.

By the Application, to the Group of the consult alone, with a proof. What it signs is a digest: the
answer says nothing of the text. Pure; who may is the caller's to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from federation import statements
from federation.errors import Malformed
from federation.fields import id_of
from federation.keys import PrivateKey

TYPE = "cs:CoSignature"


@dataclass(frozen=True)
class Answer:
    """`named`: the Note that proposes it. `digest`: of the text that was read."""

    named: str
    digest: str
    agrees: bool


def build(uri: str, answer: Answer, *, to: str, key: PrivateKey, now: datetime) -> dict[str, Any]:
    return statements.build(
        "Accept" if answer.agrees else "Reject",
        uri,
        actor=key.owner,
        to=to,
        content=answer.named,
        key=key,
        now=now,
        more={"result": {"type": TYPE, "cs:digest": answer.digest}},
    )


def is_one(document: Mapping[str, Any]) -> bool:
    result = document.get("result")
    return isinstance(result, Mapping) and result.get("type") == TYPE


def read(document: Mapping[str, Any]) -> Answer:
    """Its shape alone. Raises Malformed."""
    digest = document["result"].get("cs:digest")
    if not isinstance(digest, str) or len(digest) != 64:
        raise Malformed("a co-signature without cs:digest")
    return Answer(id_of(document.get("object")) or "", digest, document.get("type") == "Accept")
