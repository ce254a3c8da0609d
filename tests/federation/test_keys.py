"""Keys: what we make, and what we refuse to believe."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from federation import actor_keys
from federation.errors import KeyUnavailable, Malformed, OriginMismatch
from federation.keys import (
    PrivateKey,
    base58_decode,
    base58_encode,
    fingerprint,
    new_ed25519,
    new_rsa,
    private_from_bytes,
    private_to_bytes,
    public_from_multikey,
    public_from_pem,
    public_to_multikey,
    public_to_pem,
)

SEED = bytes(range(32))
MULTIKEY = "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"  # of SEED, federation.md 10
RSA = new_rsa()
ED25519 = Ed25519PrivateKey.from_private_bytes(SEED)
ALICE = "https://a.example/u/alice"
SMALL_ORDER_POINTS = [
    "00" * 32,
    "01" + "00" * 31,
    "00" * 31 + "80",
    "01" + "00" * 30 + "80",
    "ec" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ed" + "ff" * 30 + "7f",  # 0 and 1 again, written beyond the field
    "ee" + "ff" * 30 + "7f",
]


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alice")])
    builder = x509.CertificateBuilder(name, name, RSA.public_key(), 1)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return builder.sign(RSA, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def rsa_pem(modulus: int, exponent: int) -> str:
    """A public key in PEM with any numbers: the library would not build most of these."""

    def der(tag: int, content: bytes) -> bytes:
        length = len(content)
        size = length.to_bytes((length.bit_length() + 7) // 8, "big")
        head = bytes([length]) if length < 128 else bytes([0x80 + len(size)]) + size
        return bytes([tag]) + head + content

    def integer(number: int) -> bytes:
        return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))

    numbers = der(0x30, integer(modulus) + integer(exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    spki = b64encode(der(0x30, algorithm + der(3, b"\0" + numbers))).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n"


def private_pem() -> str:
    return RSA.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def actor(**members: object) -> dict[str, object]:
    document: dict[str, object] = {
        "id": ALICE,
        "type": "Person",
        "publicKey": {
            "id": f"{ALICE}#main-key-1",
            "owner": ALICE,
            "publicKeyPem": public_to_pem(RSA.public_key()),
        },
        "assertionMethod": [
            {
                "id": f"{ALICE}#ed25519-1",
                "type": "Multikey",
                "controller": ALICE,
                "publicKeyMultibase": MULTIKEY,
            }
        ],
    }
    return document | members


def test_our_keys_survive_storage_and_publication() -> None:
    for key in (RSA, ED25519):
        again = private_from_bytes(private_to_bytes(key))
        assert public_to_pem(again.public_key()) == public_to_pem(key.public_key())
        assert public_from_pem(public_to_pem(key.public_key())) == key.public_key()
    assert RSA.key_size == 2048
    assert public_from_multikey(public_to_multikey(new_ed25519().public_key()))


def test_a_common_rsa_key_is_accepted() -> None:
    numbers = RSA.public_key().public_numbers()

    assert public_from_pem(rsa_pem(numbers.n, numbers.e)) == RSA.public_key()


def test_a_multikey_is_written_as_the_specification_does() -> None:
    assert public_to_multikey(ED25519.public_key()) == MULTIKEY
    assert public_from_multikey(MULTIKEY) == ED25519.public_key()


def test_a_private_key_shows_nothing_of_itself_when_printed() -> None:
    key = PrivateKey(f"{ALICE}#main-key-1", ALICE, RSA)

    assert "key=" not in repr(key)
    assert key.public.algorithm == "rsa"


@pytest.mark.parametrize("exponent", [1, 2, 4, 65536, 2**40 + 1])
def test_an_rsa_key_with_an_exponent_that_protects_nothing_is_refused(exponent: int) -> None:
    with pytest.raises(Malformed):
        public_from_pem(rsa_pem(RSA.public_key().public_numbers().n, exponent))


@pytest.mark.parametrize("bits", [1024, 2047])
def test_an_rsa_key_under_2048_bits_is_refused(bits: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()

    with pytest.raises(Malformed):
        public_from_pem(public_to_pem(key))
    assert public_from_pem(public_to_pem(key), minimum_rsa_bits=1024)


def test_a_pem_with_anything_but_one_public_key_is_refused() -> None:
    public = public_to_pem(RSA.public_key())
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    curve = elliptic.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    for pem in (certificate(), private_pem(), public + public, public + private_pem(), curve):
        with pytest.raises(Malformed):
            public_from_pem(pem)
    for value in (None, 1, "", "hello", public.encode(), public[:-30], public.replace("A", "!")):
        with pytest.raises(Malformed):
            public_from_pem(value)


@pytest.mark.parametrize("point", SMALL_ORDER_POINTS)
def test_an_ed25519_key_that_every_message_fits_is_refused(point: str) -> None:
    raw = bytes.fromhex(point)
    with pytest.raises(Malformed):
        public_from_multikey("z" + base58_encode(b"\xed\x01" + raw))
    with pytest.raises(Malformed):
        public_from_pem(public_to_pem(Ed25519PublicKey.from_public_bytes(raw)))


def test_a_multikey_of_another_kind_is_refused() -> None:
    raw = ED25519.public_key().public_bytes_raw()
    for data in (raw, b"\xec\x01" + raw, b"\xed\x01" + raw[:31], b"\xed\x01" + raw + b"\0", b""):
        with pytest.raises(Malformed):
            public_from_multikey("z" + base58_encode(data))
    for value in (None, 1, "", "z", MULTIKEY[1:], "u" + MULTIKEY[1:], MULTIKEY + "0", "z" * 10000):
        with pytest.raises(Malformed):
            public_from_multikey(value)


def test_fingerprints_are_what_administrators_compare() -> None:
    der = RSA.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    raw = ED25519.public_key().public_bytes_raw()
    assert fingerprint(RSA.public_key()) == sha256(der).hexdigest()
    assert fingerprint(ED25519.public_key()) == sha256(raw).hexdigest()


def test_base58_of_a_length_that_nothing_of_ours_has_is_not_even_tried() -> None:
    assert base58_decode("2" * 256)
    with pytest.raises(Malformed):
        base58_decode("2" * 257)


@given(st.binary(max_size=80))
def test_base58_gives_back_every_byte(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_make_reading_a_private_key_fail_in_another_way(data: bytes) -> None:
    with pytest.raises(Malformed):
        private_from_bytes(data)


def test_an_actor_lists_its_keys_and_only_multikeys_may_prove() -> None:
    found = {key.id: key for key in actor_keys.listed_keys(actor())}

    assert found[f"{ALICE}#main-key-1"].may_assert is False
    assert found[f"{ALICE}#ed25519-1"].may_assert is True
    assert {key.owner for key in found.values()} == {ALICE}


def test_a_key_is_found_by_its_whole_id_alone() -> None:
    assert (
        actor_keys.find_key(actor_keys.listed_keys(actor()), f"{ALICE}#main-key-1").algorithm
        == "rsa"
    )
    for other in (ALICE, f"{ALICE}#main-key-2", f"{ALICE}#main-key-1 ", f"{ALICE}#MAIN-KEY-1"):
        with pytest.raises(KeyUnavailable):
            actor_keys.find_key(actor_keys.listed_keys(actor()), other)


def test_a_key_of_another_owner_is_not_the_actors() -> None:
    foreign = actor()["publicKey"] | {"owner": "https://a.example/u/bob"}  # type: ignore[operator]

    with pytest.raises(KeyUnavailable):
        actor_keys.find_key(actor_keys.listed_keys(actor(publicKey=foreign)), f"{ALICE}#main-key-1")


def test_an_actor_with_a_key_id_of_another_origin_is_refused() -> None:
    foreign = actor()["publicKey"] | {"id": "https://b.example/u/bob#main-key-1"}  # type: ignore[operator]

    with pytest.raises(OriginMismatch):
        actor_keys.listed_keys(actor(publicKey=foreign))


def test_an_id_that_two_keys_share_names_neither() -> None:
    twice = [actor()["publicKey"], actor()["publicKey"]]

    with pytest.raises(KeyUnavailable):
        actor_keys.find_key(actor_keys.listed_keys(actor(publicKey=twice)), f"{ALICE}#main-key-1")


def test_a_weak_key_is_as_good_as_none() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    listed = actor()["publicKey"] | {"publicKeyPem": public_to_pem(weak)}  # type: ignore[operator]

    with pytest.raises(KeyUnavailable):
        actor_keys.find_key(actor_keys.listed_keys(actor(publicKey=listed)), f"{ALICE}#main-key-1")


def test_an_actor_that_publishes_a_private_key_is_refused() -> None:
    leaked = actor()["publicKey"] | {"publicKeyPem": private_pem()}  # type: ignore[operator]
    for document in (
        actor(publicKey=leaked),
        actor(privateKeyPem="x"),
        actor(assertionMethod=[{"id": f"{ALICE}#ed25519-1", "secretKeyMultibase": "z3u2"}]),
    ):
        with pytest.raises(Malformed):
            actor_keys.listed_keys(document)


def test_a_key_served_alone_names_its_owner_if_it_is_the_key_asked_for() -> None:
    key_id = f"{ALICE}/main-key"
    document = {"id": key_id, "owner": ALICE, "publicKeyPem": public_to_pem(RSA.public_key())}
    assert actor_keys.owner_named_by(document, key_id) == ALICE
    assert actor_keys.owner_named_by({"id": ALICE, "publicKey": document}, key_id) == ALICE

    with pytest.raises(KeyUnavailable):
        actor_keys.owner_named_by(document, f"{ALICE}/other-key")
    with pytest.raises(KeyUnavailable):
        actor_keys.owner_named_by({"id": key_id}, key_id)
    with pytest.raises(OriginMismatch):
        actor_keys.owner_named_by(document | {"owner": "https://b.example/u/bob"}, key_id)
