"""What applications read that are older than RFC 8291: the drafts before it, as Mastodon sends
them to who does not ask for the standard. What it needs besides the body stands in headers.
"""

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from instance.outbox.push_keys import derived, encoded, point


def encrypted(
    plain: bytes,
    p256dh: bytes,
    auth: bytes,
    sender: EllipticCurvePrivateKey,
    salt: bytes,
    padding: int = 0,
) -> bytes:
    """A body of one record. `sender` and `salt` are for this message alone.

    Source: draft-ietf-webpush-encryption-04, draft-ietf-httpbis-encryption-encoding-03.
    """
    receiver = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), p256dh)
    shared = sender.exchange(ECDH(), receiver)
    secret = derived(shared, auth, b"Content-Encoding: auth\0", 32)
    context = b"P-256\0" + _measured(p256dh) + _measured(point(sender.public_key()))
    key = derived(secret, salt, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0" + context, 12)
    return AESGCM(key).encrypt(nonce, padding.to_bytes(2, "big") + bytes(padding) + plain, None)


def headers(
    signed: str, public: str, sender: EllipticCurvePrivateKey, salt: bytes
) -> dict[str, str]:
    """`signed` by `public`, our key: who sends."""
    own = encoded(point(sender.public_key()))
    return {
        "authorization": f"WebPush {signed}",
        "content-encoding": "aesgcm",
        "encryption": f"salt={encoded(salt)}",
        "crypto-key": f"dh={own};p256ecdsa={public}",
    }


def _measured(key: bytes) -> bytes:
    return len(key).to_bytes(2, "big") + key
