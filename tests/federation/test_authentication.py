"""What is verified, and what a proof adds to it (federation.md 6.2.4, 8, 10)."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from federation import proofs
from federation.authentication import (
    Level,
    Reader,
    Site,
    Verified,
    authenticate,
    authenticate_proven,
    authenticate_served,
)
from federation.errors import (
    Malformed,
    NotAllowed,
    OriginMismatch,
    ProofRefused,
    SignatureRefused,
)
from federation.keys import PrivateKey, PublicKey
from federation.origin import Development
from tests.federation.signed_requests import (
    AS2,
    LEE,
    MALLORY,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR,
    OKAFOR_ED,
    KnownKeys,
    Levels,
    all_keys,
    create,
    follow,
    receive,
    refuse,
    signed_post,
)


async def test_a_signed_activity_is_its_senders() -> None:
    document = create(MALLORY)
    verified = await receive(signed_post(document, MALLORY_RSA))

    assert (verified.host, verified.level) == ("stranger.example", Level.PUBLIC)
    assert verified.signer == verified.activity.actor_id == MALLORY
    assert verified.document == document
    assert (verified.form, verified.forwarded, verified.proven) == ("cavage", False, False)


async def test_the_form_that_the_peer_signed_in_is_remembered() -> None:
    forms = [
        (await receive(signed_post(create(MALLORY), MALLORY_RSA, "rfc9421"))).form,
        (await receive(signed_post(create(MALLORY), MALLORY_ED, "rfc9421"))).form,
        (await receive(signed_post(create(MALLORY), MALLORY_ED, "trusted"))).form,
        (await receive(signed_post(create(OKAFOR), OKAFOR_ED, "trusted"))).form,
    ]
    assert forms == ["rfc9421", "rfc9421", "trusted", "trusted"]


async def test_a_repeated_request_has_the_same_signature_hash_and_a_new_one_has_not() -> None:
    request = signed_post(create(MALLORY), MALLORY_RSA)
    first, again = await receive(request), await receive(request)
    later = await receive(signed_post(create(MALLORY), MALLORY_RSA, at=NOW - timedelta(seconds=1)))

    assert first.signature_hash == again.signature_hash != later.signature_hash
    assert len(first.signature_hash) == 64


async def test_nobody_else_can_make_a_verified_activity_or_a_reader() -> None:
    verified = await receive(signed_post(create(MALLORY), MALLORY_RSA))
    values = {field.name: getattr(verified, field.name) for field in dataclasses.fields(verified)}

    with pytest.raises(TypeError):
        Verified(object(), **values)
    with pytest.raises(TypeError):
        Verified(**values)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(verified, signer=LEE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        verified.signer = LEE  # type: ignore[misc]
    with pytest.raises(TypeError):
        Reader(host="mercy.example", level=Level.TRUSTED, actor_id=LEE)
    with pytest.raises(TypeError):
        type("Forged", (Verified,), {"__init__": lambda self, **values: None})


# Proofs at the door


async def test_a_proof_by_the_signing_key_is_checked() -> None:
    document = proofs.add_proof(create(OKAFOR), OKAFOR_ED, NOW)
    assert (await receive(signed_post(document, OKAFOR_ED, "trusted"))).proven

    await refuse(signed_post(document | {"cc": [LEE]}, OKAFOR_ED, "trusted"), ProofRefused)


async def test_a_proof_by_another_key_waits_and_causes_no_fetch() -> None:
    keys = all_keys()
    document = proofs.add_proof(create(MALLORY), MALLORY_ED, NOW)

    assert not (await receive(signed_post(document, MALLORY_RSA), keys)).proven
    assert keys.asked == [MALLORY_RSA.id]


async def test_an_ld_signature_gives_no_authority() -> None:
    signature = {"type": "RsaSignature2017", "creator": f"{OKAFOR}#main-key-1"}
    document = follow(OKAFOR, signature=signature)
    await refuse(signed_post(document, MALLORY_RSA), NotAllowed)


# Documents known by their proof alone


async def prove(document: dict[str, Any], keys: KnownKeys | None = None) -> Verified:
    return await authenticate_proven(
        document,
        keys=keys or all_keys(),
        now=NOW,
        host="cardio.example",
        level=Level.TRUSTED,
    )


async def test_a_document_from_its_distributor_is_known_by_its_proof() -> None:
    document = proofs.add_proof(create(MALLORY), MALLORY_ED, NOW)
    verified = await prove(document)

    assert (verified.signer, verified.host) == (MALLORY, "cardio.example")
    assert (verified.form, verified.proven, verified.forwarded) == ("proof", True, False)
    assert verified.signature_hash == (await prove(document)).signature_hash


async def test_a_proof_counts_for_its_keys_owner_only() -> None:
    for document in (create(OKAFOR), create("https://stranger.example/u/bob"), create(LEE)):
        with pytest.raises(NotAllowed):
            await prove(proofs.add_proof(document, MALLORY_ED, NOW))


async def test_a_proven_document_obeys_the_same_rules_as_a_posted_one() -> None:
    note = create(MALLORY)["object"] | {"attributedTo": OKAFOR}
    for document, error in (
        (create(MALLORY, id="https://good.example/a/1"), OriginMismatch),
        (create(MALLORY, object=note), NotAllowed),
        (create(MALLORY, x={"@graph": []}), Malformed),
        ({**create(MALLORY), "@context": [AS2, {"actor": "https://evil.example/"}]}, Malformed),
    ):
        with pytest.raises(error):
            await prove(proofs.add_proof(document, MALLORY_ED, NOW))


def test_a_server_speaks_for_its_own_actors_alone() -> None:
    """T04: whoever serves or announces the activity of another server proves nothing."""

    def served_by(origin: str) -> Verified:
        document = create(MALLORY)
        return authenticate_served(document, origin=origin, host="evil.example", level=Level.PUBLIC)

    assert served_by("https://stranger.example/g/1").signer == MALLORY
    for other in ("https://evil.example/g/1", "https://stranger.example.evil.example/g/1"):
        with pytest.raises(OriginMismatch):
            served_by(other)


async def test_a_document_without_a_proof_of_ours_is_not_known() -> None:
    proven = proofs.add_proof(create(MALLORY), MALLORY_ED, NOW)
    for document in (
        create(MALLORY),
        proven | {"proof": [proven["proof"]]},
        proven | {"proof": proven["proof"] | {"cryptosuite": "eddsa-rdfc-2022"}},
        proven | {"summary": "changed"},
    ):
        with pytest.raises(ProofRefused):
            await prove(document)


async def test_a_proof_naming_a_strange_key_is_refused_without_a_fetch() -> None:
    for key_id in ("http://stranger.example/u/mallory#k", "did:key:z6Mk", "data:,x"):
        keys = KnownKeys()
        key = PrivateKey(key_id, MALLORY, MALLORY_ED.key)
        with pytest.raises(SignatureRefused):
            await prove(proofs.add_proof(create(MALLORY), key, NOW), keys)
        assert keys.asked == []


async def test_a_failing_proof_refreshes_the_key_once() -> None:
    document = proofs.add_proof(create(MALLORY), MALLORY_ED, NOW)
    keys = KnownKeys(PublicKey(MALLORY_ED.id, MALLORY, OKAFOR_ED.public.key))
    keys.refreshed = {MALLORY_ED.id: MALLORY_ED.public}

    assert await prove(document, keys)
    assert keys.asked == [MALLORY_ED.id, f"!{MALLORY_ED.id}"]


# The demo: two servers on one machine (federation.md 14)


async def test_listed_peers_of_the_demo_speak_http_and_nobody_else_does() -> None:
    dev = Development(frozenset({"localhost:8001", "localhost:8002"}))
    ours = Site("http://localhost:8001", "localhost:8001", dev)
    okafor = "http://localhost:8002/u/okafor"
    key = PrivateKey(f"{okafor}#ed25519-1", okafor, OKAFOR_ED.key)
    inbox = "http://localhost:8001/inbox"

    for form in ("cavage", "trusted"):
        request = signed_post(create(okafor), key, form, url=inbox)
        verified = await authenticate(
            request, site=ours, trust=Levels(), keys=KnownKeys(key.public), now=NOW
        )
        assert (verified.host, verified.signer) == ("localhost:8002", okafor)
        with pytest.raises(SignatureRefused):
            await receive(request, KnownKeys(key.public))
