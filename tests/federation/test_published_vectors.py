"""Vectors that others published, and our standing one: federation.md 9.4 and 10."""

from base64 import b64decode, urlsafe_b64decode
from datetime import UTC, datetime

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from federation import cavage, documents, proofs, rfc9421
from federation.errors import SignatureRefused
from federation.keys import (
    PrivateKey,
    PublicKey,
    base58_decode,
    public_from_multikey,
    public_from_pem,
    public_to_multikey,
)
from federation.messages import Claim, Request
from tests.federation.signed_requests import (
    NOW,
    received,
)

# draft-cavage-http-signatures-12, appendix C: the key named "Test".
TEST_PEM = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
"""


C2 = (
    'keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date",'
    'signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2i'
    'icw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="'
)


C3 = (
    'keyId="Test",algorithm="rsa-sha256",'
    'headers="(request-target) host date content-type digest content-length",'
    'signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB'
    '1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="'
)


def vector_request(method: str, signature: str) -> Request:
    headers = {
        "Host": "example.com",
        "Date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "Content-Type": "application/json",
        "Digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "Content-Length": "18",
        "Signature": signature,
    }
    url = "https://example.com/foo?param=value&pet=dog"
    return received(method, url, b'{"hello": "world"}', headers)


def test_published_vector_c3_verifies() -> None:
    test_key = PublicKey("Test", "Test", public_from_pem(TEST_PEM, minimum_rsa_bits=1024))
    request = vector_request("POST", C3)
    claim = cavage.parse(request)

    cavage.check_digest(claim, request)
    cavage.verify(claim, request, test_key, authority="example.com")
    with pytest.raises(SignatureRefused):
        changed = Request("POST", "/foo?param=value&pet=cat", request.headers, request.body)
        cavage.verify(claim, changed, test_key, authority="example.com")


def test_published_vector_c2_verifies_and_covers_too_little_for_a_post() -> None:
    test_key = PublicKey("Test", "Test", public_from_pem(TEST_PEM, minimum_rsa_bits=1024))
    request = vector_request("POST", C2)
    with pytest.raises(SignatureRefused):
        cavage.parse(request)

    # The claim as a GET, for which the cover is enough; the signature says "post".
    as_get = Request("GET", request.target, request.headers)
    cavage.verify(cavage.parse(as_get), request, test_key, authority="example.com")


# RFC 9421, B.2.6, with the key test-key-ed25519 of B.1.4.
B26_INPUT = (
    '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)


B26_SIGNATURE = (
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)


B26_X = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"


def b26_request(target: str) -> Request:
    headers = {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Length": "18",
        "Signature-Input": f"sig-b26={B26_INPUT}",
        "Signature": f"sig-b26=:{B26_SIGNATURE}:",
    }
    return received("POST", f"https://example.com{target}", b'{"hello": "world"}', headers)


def test_published_vector_b26_verifies_and_covers_too_little_for_us() -> None:
    raw = urlsafe_b64decode(B26_X + "=")
    key = PublicKey("test-key-ed25519", "test", Ed25519PublicKey.from_public_bytes(raw))
    claim = Claim(
        form="rfc9421",
        key_id="test-key-ed25519",
        covered=(),
        signature=b64decode(B26_SIGNATURE),
        label="sig-b26",
        input=B26_INPUT,
    )
    request = b26_request("/foo?param=Value&Pet=dog")

    rfc9421.verify(claim, request, key, origin="https://example.com")
    with pytest.raises(SignatureRefused):
        rfc9421.verify(claim, b26_request("/bar"), key, origin="https://example.com")
    with pytest.raises(SignatureRefused):
        rfc9421.verify(claim, request, key, origin="https://example.org")
    with pytest.raises(SignatureRefused):
        rfc9421.parse(request)


# The example of FEP-8b32, as in federation.md 10.
FEP_SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"


FEP_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


FEP_METHOD = "https://server.example/users/alice#ed25519-key"


FEP_CREATED = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)


FEP_PROOF = (
    "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
)


FEP_DOCUMENT = {
    "@context": [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2",
    ],
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}


# A standing of ours, as in federation.md 10.
STANDING_METHOD = "https://a.example/actor#ed25519-1"


STANDING_PUBLIC = "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"


STANDING_CREATED = datetime(2026, 11, 22, tzinfo=UTC)


STANDING_PROOF = (
    "z2GwbRFU4JVJR7DTjSY8XcjNciuqGLmjqrRb6sRPPMWC4eHoPqTVnEWLkQyCBq1fSGPrwuSSLiHWUZa1yLPo2e131"
)


STANDING = orjson.loads(
    """
{"@context":["https://www.w3.org/ns/credentials/v2",
             {"cs":"urn:curbside:v1#","PhysicianStanding":"cs:PhysicianStanding"}],
 "type":["VerifiableCredential","PhysicianStanding"],
 "issuer":"https://a.example/actor","validFrom":"2026-11-22T00:00:00Z",
 "validUntil":"2027-02-20T00:00:00Z",
 "credentialSubject":{"id":"https://a.example/u/117657909657612345","cs:level":"L3",
  "cs:stage":"practising","cs:role":"physician","cs:specialties":["cardiology"],
  "cs:jurisdiction":"US-MN","cs:methodClass":"roster"},
 "credentialStatus":[
  {"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"94567",
   "statusListCredential":"https://a.example/s/1"},
  {"type":"BitstringStatusListEntry","statusPurpose":"suspension","statusListIndex":"23452",
   "statusListCredential":"https://a.example/s/2"}]}
"""
)


def test_the_vector_of_fep_8b32_is_reproduced_and_verifies() -> None:
    seed = base58_decode(FEP_SECRET[1:])[2:]
    key = PrivateKey(FEP_METHOD, "", Ed25519PrivateKey.from_private_bytes(seed))
    document = proofs.add_proof(FEP_DOCUMENT, key, FEP_CREATED)

    assert document["proof"] == {
        "@context": FEP_DOCUMENT["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": FEP_METHOD,
        "proofPurpose": "assertionMethod",
        "created": "2023-02-24T23:36:38Z",
        "proofValue": FEP_PROOF,
    }
    public = PublicKey(FEP_METHOD, "", public_from_multikey(FEP_PUBLIC))
    proofs.check_proof(document, public, NOW)


def test_our_standing_vector_is_reproduced_and_verifies() -> None:
    seed = bytes(range(32))
    key = PrivateKey(STANDING_METHOD, "", Ed25519PrivateKey.from_private_bytes(seed))
    document = proofs.add_proof(STANDING, key, STANDING_CREATED)

    assert public_to_multikey(key.key.public_key()) == STANDING_PUBLIC  # type: ignore[arg-type]
    assert document["proof"]["created"] == "2026-11-22T00:00:00Z"
    assert document["proof"]["proofValue"] == STANDING_PROOF
    read = documents.loads(orjson.dumps(document))
    proofs.check_proof(read, key.public, STANDING_CREATED)
