"""FEP-8b32 proofs, eddsa-jcs-2022: who wrote a document, whoever hands it on.

Source: federation.md 10. A proof says who wrote, and nothing of who may read. Everything is
computed over the document as received; no input is changed.
"""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from federation.contexts import timestamp
from federation.errors import Malformed, ProofRefused
from federation.keys import PrivateKey, PublicKey, base58_decode, base58_encode

_SUITE = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}
_PURPOSE = "assertionMethod"
_FUTURE = timedelta(seconds=300)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,12})?(Z|[+-]\d\d:\d\d)", re.ASCII
)  # fractions down to nanoseconds occur; they decide nothing here


def add_proof(document: dict[str, Any], key: PrivateKey, now: datetime) -> dict[str, Any]:
    """A new document with a proof by `key`, in place of a `proof` or `signature` it had.

    Raises Malformed for what JCS cannot express, ValueError for a key that is not Ed25519.
    """
    if not isinstance(key.key, Ed25519PrivateKey):
        raise ValueError("proofs need an Ed25519 key")
    bare = _without_proof(document)
    proof: dict[str, Any] = {"@context": bare["@context"]} if "@context" in bare else {}
    proof |= _SUITE
    proof |= {
        "verificationMethod": key.id,
        "proofPurpose": _PURPOSE,
        "created": timestamp(now),
    }
    signature = key.key.sign(_hash(proof, bare))
    return {**bare, "proof": {**proof, "proofValue": "z" + base58_encode(signature)}}


def check_proof(document: dict[str, Any], key: PublicKey, now: datetime) -> None:
    """The document, as it is, was signed with `key`.

    Whether that key is the right one's (the owner's; for actor documents and ballots the
    instance's) is the caller's to compare: `key.owner`. Raises ProofRefused, and Malformed for a
    document that JCS cannot express.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise ProofRefused("not exactly one proof")
    if not _is_ours(proof) or proof.get("proofPurpose") != _PURPOSE:
        raise ProofRefused("another kind of proof")
    if not _same_context(document, proof):
        raise ProofRefused("the proof's context is not the document's")
    if proof.get("verificationMethod") != key.id or not key.may_assert:
        raise ProofRefused("the proof names another key, or one that may not assert")
    _check_times(proof, now)
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    if not isinstance(key.key, Ed25519PublicKey):
        raise ProofRefused("not an Ed25519 key")
    try:
        key.key.verify(signature_of(document), _hash(config, _without_proof(document)))
    except InvalidSignature:
        raise ProofRefused("the proof does not fit the document") from None


def proof_method(document: dict[str, Any]) -> str | None:
    """The key id of the document's proof; None where federation.md 10 says "as if there were none".

    That is: no proof, several, another suite, or a context that is not the document's.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or not _is_ours(proof) or not _same_context(document, proof):
        return None
    method = proof.get("verificationMethod")
    return method if isinstance(method, str) else None


def signature_of(document: dict[str, Any]) -> bytes:
    """The 64 bytes of the proof. Raises ProofRefused."""
    proof = document.get("proof")
    value = proof.get("proofValue") if isinstance(proof, dict) else None
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofRefused("no proofValue in base58btc")
    try:
        signature = base58_decode(value[1:])
    except Malformed:
        raise ProofRefused("no proofValue in base58btc") from None
    if len(signature) != 64:
        raise ProofRefused("a proofValue of the wrong length")
    return signature


def jcs(document: Any) -> bytes:
    """The canonical form of RFC 8785. Raises Malformed for what has none (numbers over 2^53)."""
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, RecursionError):
        raise Malformed("no canonical JSON") from None  # their message quotes the value


def digest(document: dict[str, Any]) -> str:
    """64 hex digits, SHA-256 of the canonical form: equal for equal documents (6.2.4)."""
    return sha256(jcs(document)).hexdigest()


def _hash(config: dict[str, Any], bare: dict[str, Any]) -> bytes:
    return sha256(jcs(config)).digest() + sha256(jcs(bare)).digest()


def _without_proof(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("proof", "signature")}


def _is_ours(proof: dict[str, Any]) -> bool:
    return all(proof.get(name) == value for name, value in _SUITE.items())


def _same_context(document: dict[str, Any], proof: dict[str, Any]) -> bool:
    if "@context" not in proof:
        return True
    return "@context" in document and jcs(proof["@context"]) == jcs(document["@context"])


def _check_times(proof: dict[str, Any], now: datetime) -> None:
    if _time(proof.get("created")) > now + _FUTURE:
        raise ProofRefused("a proof from the future")
    if "expires" in proof and _time(proof["expires"]) < now:
        raise ProofRefused("the proof has expired")


def _time(value: object) -> datetime:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        if found is None:
            raise ValueError
        return datetime.fromisoformat(found[1] + found[2].replace("Z", "+00:00"))
    except ValueError:
        raise ProofRefused("a proof without a usable time") from None
