"""What the Application of one institution says to another one: offers of trust, deletions and
receipts.

Each carries a proof by the Application that says it. Source: federation.md 6.4, 11.1.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from federation import contexts, proofs
from federation.errors import NotAllowed
from federation.fields import id_of
from federation.keys import PrivateKey, PublicKey


def build(
    kind: str,
    uri: str,
    *,
    actor: str,
    to: str,
    content: Any,
    key: PrivateKey,
    now: datetime,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """`content` stands as its `object`, `more` beside it."""
    document = {
        "@context": contexts.CONSULT,
        "id": uri,
        "type": kind,
        "actor": actor,
        "published": contexts.timestamp(now),
        "to": [to],
        "cc": [],
        "object": content,
        **more,
    }
    return proofs.add_proof(document, key, now)


def require_proof(document: dict[str, Any], key: PublicKey, now: datetime) -> None:
    """Proven by the Application's own key, the pinned one where there is a pin.

    Raises NotAllowed for another's, ProofRefused for a proof that does not hold.
    """
    if id_of(document.get("actor")) != key.owner:
        raise NotAllowed("11.1.2 proof")
    proofs.check_proof(document, key, now)
