"""FEP-8b32 proofs: what is proven, and the games of T16."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from federation import documents, proofs
from federation.errors import FederationError, Malformed, ProofRefused
from federation.keys import (
    PublicKey,
    base58_encode,
)
from tests.federation.signed_requests import (
    MALLORY,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR_ED,
    create,
)


def proven(**changes: Any) -> dict[str, Any]:
    return proofs.add_proof(create(MALLORY, **changes), MALLORY_ED, NOW)


def refuse(document: dict[str, Any], key: PublicKey = MALLORY_ED.public) -> None:
    with pytest.raises(ProofRefused):
        proofs.check_proof(document, key, NOW)


def with_proof(**changes: Any) -> dict[str, Any]:
    """A document whose proof has these members, and fits with them."""
    document = create(MALLORY)
    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": MALLORY_ED.id,
        "proofPurpose": "assertionMethod",
        "created": "2026-11-22T10:00:00Z",
    } | changes
    config = {name: value for name, value in config.items() if value is not None}
    hashed = bytes.fromhex(proofs.digest(config)) + bytes.fromhex(proofs.digest(document))
    assert isinstance(MALLORY_ED.key, Ed25519PrivateKey)
    value = base58_encode(MALLORY_ED.key.sign(hashed))
    return document | {"proof": config | {"proofValue": "z" + value}}


def test_neither_making_nor_checking_a_proof_changes_the_document() -> None:
    document = create(MALLORY, signature={"type": "RsaSignature2017"})
    before = deepcopy(document)
    made = proofs.add_proof(document, MALLORY_ED, NOW)
    assert document == before
    assert "signature" not in made

    before = deepcopy(made)
    proofs.check_proof(made, MALLORY_ED.public, NOW)
    proofs.check_proof(made, MALLORY_ED.public, NOW)
    assert made == before


def test_a_new_proof_takes_the_place_of_the_old_one() -> None:
    again = proofs.add_proof(proven(), OKAFOR_ED, NOW)

    proofs.check_proof(again, OKAFOR_ED.public, NOW)
    assert proofs.proof_method(again) == OKAFOR_ED.id


def test_an_ld_signature_is_no_part_of_what_is_proven() -> None:
    proofs.check_proof(proven() | {"signature": {"x": 1}}, MALLORY_ED.public, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"actor": "https://stranger.example/u/other"},
        {"to": []},
        {"published": None},
        {"object": "https://stranger.example/o/1"},
        {"@context": "https://evil.example/context"},
    ],
)
def test_a_document_with_one_member_changed_or_added_is_refused(change: dict[str, Any]) -> None:
    refuse(proven() | change)


def test_a_document_with_one_member_dropped_is_refused() -> None:
    document = proven()
    for name in ("to", "cc", "object", "@context"):
        refuse({key: value for key, value in document.items() if key != name})


def test_a_proof_built_by_hand_as_the_specification_says_is_accepted() -> None:
    proofs.check_proof(with_proof(), MALLORY_ED.public, NOW)
    proofs.check_proof(with_proof(**{"@context": create("")["@context"]}), MALLORY_ED.public, NOW)
    nanoseconds = with_proof(created="2026-11-22T10:00:00.123456789Z")
    proofs.check_proof(nanoseconds, MALLORY_ED.public, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Ed25519Signature2020"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"cryptosuite": None},
        {"proofPurpose": "authentication"},
        {"proofPurpose": None},
        {"proofPurpose": ["assertionMethod"]},
        {"verificationMethod": f"{MALLORY}#ed25519-2"},
        {"verificationMethod": None},
        {"verificationMethod": [MALLORY_ED.id]},
        {"created": None},
        {"created": 1795341600},
        {"created": "2026-11-22"},
        {"created": "2026-11-22T10:00:00"},
        {"created": "2026-13-22T10:00:00Z"},
        {"created": "2026-11-22T10:05:01Z"},
        {"expires": "2026-11-22T09:59:59Z"},
        {"expires": "never"},
        {"@context": "https://evil.example/context"},
    ],
)
def test_a_proof_that_fits_and_says_something_else_is_refused(change: dict[str, Any]) -> None:
    refuse(with_proof(**change))


def test_a_proof_may_be_five_minutes_ahead_and_not_yet_expired() -> None:
    proofs.check_proof(with_proof(created="2026-11-22T10:05:00Z"), MALLORY_ED.public, NOW)
    proofs.check_proof(with_proof(created="2026-11-22T12:05:00+02:00"), MALLORY_ED.public, NOW)
    proofs.check_proof(with_proof(expires="2026-11-22T10:00:00Z"), MALLORY_ED.public, NOW)


def test_an_old_proof_still_counts() -> None:
    proofs.check_proof(proven(), MALLORY_ED.public, NOW + timedelta(days=3650))


def test_several_proofs_are_none() -> None:
    proof = proven()["proof"]
    values: tuple[Any, ...] = ([proof], [proof, proof], None, "x", 1, [], {})
    for value in values:
        document = create(MALLORY) | {"proof": value}
        assert proofs.proof_method(document) is None
        refuse(document)


@pytest.mark.parametrize(
    "value",
    [None, 1, "", "z", "m" + "A" * 86, "z0", "z" + "1" * 64, "z" + "1" * 300, "z" + "2" * 87],
)
def test_a_proof_value_that_is_no_signature_is_refused(value: object) -> None:
    document = proven()
    refuse(document | {"proof": document["proof"] | {"proofValue": value}})


def test_only_the_named_key_of_the_right_kind_and_listing_counts() -> None:
    document = proven()
    public = MALLORY_ED.public
    proofs.check_proof(document, public, NOW)

    refuse(document, OKAFOR_ED.public)
    refuse(document, PublicKey(public.id, public.owner, OKAFOR_ED.public.key))
    refuse(document, PublicKey(public.id, public.owner, MALLORY_RSA.public.key))
    refuse(document, PublicKey(public.id, public.owner, public.key, may_assert=False))


def test_a_proof_of_an_unknown_suite_or_context_counts_as_none() -> None:
    assert proofs.proof_method(proven()) == MALLORY_ED.id
    assert proofs.proof_method(create(MALLORY)) is None
    for change in (
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"type": "Other"},
        {"@context": "https://evil.example/"},
        {"verificationMethod": 1},
    ):
        assert proofs.proof_method(with_proof(**change)) is None
    without_context = {key: value for key, value in proven().items() if key != "@context"}
    assert proofs.proof_method(without_context) is None


def test_a_proof_cannot_be_made_with_an_rsa_key() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.add_proof(create(MALLORY), MALLORY_RSA, NOW)


def test_equal_numbers_are_equal_however_they_are_written() -> None:
    written = b'{"a":1.0,"b":1e0,"c":-0,"d":0.0}'
    assert proofs.jcs(documents.loads(written)) == b'{"a":1,"b":1,"c":0,"d":0}'


def test_members_are_sorted_by_utf16_code_units() -> None:
    canonical = proofs.jcs({"\N{GRINNING FACE}": 1, "\uffff": 2, "b": "\x1f\n", "a": 'é"'})
    assert canonical == '{"a":"é\\"","b":"\\u001f\\n","😀":1,"\uffff":2}'.encode()


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800"])
def test_what_has_no_canonical_form_is_refused_without_quoting_it(value: object) -> None:
    with pytest.raises(Malformed) as caught:
        proofs.jcs({"a": value})
    assert str(caught.value) == "no canonical JSON"
    assert caught.value.__cause__ is None
    with pytest.raises(Malformed):
        proofs.add_proof({"a": value}, MALLORY_ED, NOW)


def test_a_document_nested_beyond_reason_has_no_canonical_form() -> None:
    document: dict[str, Any] = {}
    for _ in range(10_000):
        document = {"a": document}
    with pytest.raises(Malformed):
        proofs.jcs(document)
    while document:  # let go level by level: freeing it at once recurses as well
        document = document["a"]


def test_the_digest_is_the_same_for_the_same_content() -> None:
    assert proofs.digest({"a": 1, "b": [True]}) == proofs.digest({"b": [True], "a": 1.0})
    assert proofs.digest({"a": 1}) != proofs.digest({"a": "1"})
    assert proofs.digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


proof_members = st.dictionaries(
    st.sampled_from(
        "@context type cryptosuite proofPurpose verificationMethod created expires".split()
    ),
    st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=2),
)


@given(proof_members)
def test_no_proof_makes_checking_fail_in_another_way(members: dict[str, Any]) -> None:
    document = proven()
    changed = document | {"proof": document["proof"] | members}
    try:
        proofs.proof_method(changed)
        proofs.check_proof(changed, MALLORY_ED.public, NOW)
    except FederationError:
        return
    assert changed == document
