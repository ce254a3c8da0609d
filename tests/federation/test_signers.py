"""From a request to a verified key: the order of checks, keys, the request's shape."""

import dataclasses
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from federation import cavage
from federation.authentication import authenticate
from federation.errors import (
    FederationError,
    HostBlocked,
    KeyUnavailable,
    Malformed,
    SignatureRefused,
    TooLarge,
    UnsupportedMedia,
)
from federation.keys import PrivateKey, PublicKey, new_rsa
from federation.messages import Request
from tests.federation.signed_requests import (
    COVERED,
    EVE,
    EVE_ED,
    MALLORY,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR,
    OKAFOR_RSA,
    SITE,
    KnownKeys,
    Levels,
    all_keys,
    cavage_request,
    create,
    receive,
    refuse,
    signed_post,
    with_header,
)


async def test_a_blocked_peer_is_refused_before_any_key_is_fetched() -> None:
    for form in ("cavage", "rfc9421", "trusted"):
        keys, trust = all_keys(), Levels()
        request = signed_post(create(EVE), EVE_ED, form)
        with pytest.raises(HostBlocked):
            await authenticate(request, site=SITE, trust=trust, keys=keys, now=NOW)
        assert trust.asked == ["blocked.example"]
        assert keys.asked == []


async def test_a_request_refused_for_its_form_causes_no_fetch() -> None:
    good = signed_post(create(MALLORY), MALLORY_RSA)
    newer = signed_post(create(MALLORY), MALLORY_RSA, "rfc9421")
    hour = timedelta(hours=1, seconds=1)
    for request, error in (
        (Request("POST", "/inbox", good.headers, b"x" * (512 * 1024 + 1)), TooLarge),
        (with_header(good, "content-type", "application/json"), UnsupportedMedia),
        (with_header(good, "content-type"), UnsupportedMedia),
        (with_header(good, "content-encoding", "gzip"), UnsupportedMedia),
        (with_header(good, "signature"), SignatureRefused),
        (with_header(good, "signature", "hello"), SignatureRefused),
        (with_header(good, "host", "evil.example"), SignatureRefused),
        (with_header(good, "digest", "SHA-256=AAAA"), SignatureRefused),
        (Request("POST", "/inbox", good.headers, b"{}"), SignatureRefused),
        (Request("POST", "/inbox", newer.headers, b"{}"), SignatureRefused),
        (signed_post(create(MALLORY), MALLORY_RSA, at=NOW - hour), SignatureRefused),
        (signed_post(create(MALLORY), MALLORY_RSA, "rfc9421", at=NOW - hour), SignatureRefused),
        (signed_post(create(OKAFOR), OKAFOR_RSA), SignatureRefused),
        (Request("GET", "/inbox", good.headers, good.body), SignatureRefused),
    ):
        keys = all_keys()
        await refuse(request, error, keys)
        assert keys.asked == []


async def test_a_document_is_not_parsed_before_its_signature_holds() -> None:
    other = PrivateKey(MALLORY_RSA.id, MALLORY, new_rsa())
    await refuse(signed_post(b'{"a":1,"a":2}', other), SignatureRefused)
    await refuse(signed_post(b'{"a":1,"a":2}', MALLORY_RSA), Malformed)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"@graph":[]}',
        b'{"id":1}',
        b'{"type":["Create","Follow"]}',
        b'{"type":"Create","actor":{},"object":[]}',
        b'{"type":"Create","to":5,"actor":"https://stranger.example/u/mallory"}',
    ],
)
async def test_a_signed_document_that_is_none_is_refused_as_malformed(body: bytes) -> None:
    await refuse(signed_post(body, MALLORY_RSA), Malformed)


# T05, T07, T11: keys


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "main-key",
        "data:application/json,{}",
        "http://stranger.example/u/mallory#main-key-1",
        "https://stranger.example@evil.example/u/1#k",
        "https://lee:pw@stranger.example/u/1#k",
        "https://stranger.example/" + "k" * 1024,
        "https://127.1/u/1#k",
    ],
)
async def test_a_key_id_that_is_no_plain_https_id_is_never_fetched(key_id: str) -> None:
    key = PrivateKey(key_id, MALLORY, MALLORY_RSA.key)
    for request in (
        cavage_request(key, COVERED),
        signed_post(create(MALLORY), key, "rfc9421"),
    ):
        keys = KnownKeys(key.public)
        await refuse(request, SignatureRefused, keys)
        assert keys.asked == []


async def test_a_port_makes_another_host() -> None:
    key = PrivateKey("https://cardio.example:8443/u/1#k", MALLORY, MALLORY_RSA.key)
    trust = Levels()
    with pytest.raises(FederationError):
        await authenticate(
            signed_post(create(MALLORY), key),
            site=SITE,
            trust=trust,
            keys=KnownKeys(),
            now=NOW,
        )
    assert trust.asked == ["cardio.example:8443"]


async def test_a_key_that_cannot_be_had_is_a_refusal() -> None:
    await refuse(signed_post(create(MALLORY), MALLORY_RSA), KeyUnavailable, KnownKeys())


async def test_a_key_that_names_another_id_owner_or_kind_is_refused() -> None:
    request = signed_post(create(MALLORY), MALLORY_RSA)
    public = MALLORY_RSA.public
    for wrong in (
        dataclasses.replace(public, id=f"{MALLORY}#main-key-2"),
        dataclasses.replace(public, owner=OKAFOR),
        dataclasses.replace(public, owner=""),
        dataclasses.replace(public, key=MALLORY_ED.public.key),
        dataclasses.replace(public, key=OKAFOR_RSA.public.key),
    ):
        keys = KnownKeys()
        keys.known[public.id] = wrong
        await refuse(request, SignatureRefused, keys)


async def test_a_weak_key_is_refused_even_if_the_cache_holds_it() -> None:
    weak = PrivateKey(
        MALLORY_RSA.id, MALLORY, generate_private_key(public_exponent=65537, key_size=1024)
    )
    for form in ("cavage", "rfc9421"):
        request = signed_post(create(MALLORY), weak, form)
        await refuse(request, SignatureRefused, KnownKeys(weak.public))


async def test_a_failing_signature_refreshes_the_key_once() -> None:
    old = PublicKey(MALLORY_RSA.id, MALLORY, OKAFOR_RSA.public.key)
    keys = KnownKeys(old)
    keys.refreshed = {MALLORY_RSA.id: MALLORY_RSA.public}
    assert await receive(signed_post(create(MALLORY), MALLORY_RSA), keys)
    assert keys.asked == [MALLORY_RSA.id, f"!{MALLORY_RSA.id}"]

    keys = KnownKeys(old)
    await refuse(signed_post(create(MALLORY), MALLORY_RSA), SignatureRefused, keys)
    assert keys.asked == [MALLORY_RSA.id, f"!{MALLORY_RSA.id}"]


async def test_a_key_that_is_still_the_same_is_not_tried_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def verify(claim: object, request: object, key: PublicKey, **_: object) -> None:
        tried.append(key)
        raise SignatureRefused("it does not fit")

    monkeypatch.setattr(cavage, "verify", verify)
    keys = KnownKeys(MALLORY_RSA.public)
    await refuse(signed_post(create(MALLORY), MALLORY_RSA), SignatureRefused, keys)
    assert tried == [MALLORY_RSA.public]
    assert keys.asked == [MALLORY_RSA.id, f"!{MALLORY_RSA.id}"]


# T08, T10, T12: the request around the signature


@pytest.mark.parametrize("missing", ["(request-target)", "host", "date", "digest"])
async def test_an_unsigned_part_of_a_cavage_request_is_refused(missing: str) -> None:
    covered = [name for name in COVERED if name != missing]
    await refuse(cavage_request(MALLORY_RSA, covered), SignatureRefused)


@pytest.mark.parametrize(
    "target",
    [
        "https://mercy.example/inbox",
        "//inbox",
        "inbox",
        "*",
        "",
        "/inbox#x",
        "/in box",
        "/inbox\0",
        "/inbox\r\n",
        "/ïnbox",
    ],
)
async def test_a_target_that_is_no_plain_path_is_refused(target: str) -> None:
    for form in ("cavage", "rfc9421"):
        good = signed_post(create(MALLORY), MALLORY_RSA, form)
        keys = all_keys()
        await refuse(Request("POST", target, good.headers, good.body), SignatureRefused, keys)
        assert keys.asked == []


@pytest.mark.parametrize("value", ["a\r\n b", "a\0", "a\nb"])
async def test_a_control_character_in_any_header_is_refused(value: str) -> None:
    request = signed_post(create(MALLORY), MALLORY_RSA, "rfc9421")
    assert await receive(with_header(request, "x-other", "a\tb"))
    await refuse(with_header(request, "x-other", value), SignatureRefused)


async def test_a_failing_rfc9421_signature_is_not_saved_by_a_cavage_one_beside_it() -> None:
    body = b"{}"
    good = cavage_request(MALLORY_RSA, COVERED, body=body)
    await refuse(good, Malformed)  # the signature holds, {} is no activity
    for inputs in ("", "sig1=()", 'sig1=("@method");created=1;keyid="x"'):
        await refuse(with_header(good, "signature-input", inputs), SignatureRefused)


async def test_of_two_signatures_the_first_whose_key_can_be_had_counts() -> None:
    document = create(MALLORY)
    request = signed_post(document, MALLORY_RSA, "rfc9421")
    inputs, signature = request.header("signature-input"), request.header("signature")
    assert inputs and signature

    def beside(key_id: str, *, first: bool) -> Request:
        other_input = inputs.replace("sig1=", "sig0=").replace(MALLORY_RSA.id, key_id)
        other = signature.replace("sig1=", "sig0=")
        pairs = [(other_input, other), (inputs, signature)]
        ordered = pairs if first else pairs[::-1]
        changed = with_header(request, "signature-input", ", ".join(pair[0] for pair in ordered))
        return with_header(changed, "signature", ", ".join(pair[1] for pair in ordered))

    unknown, known = "https://proxy.example/k", f"{MALLORY}#main-key-9"
    keys = all_keys()
    assert (await receive(beside(unknown, first=True), keys)).signer == MALLORY
    assert (await receive(beside(unknown, first=False), keys)).signer == MALLORY
    keys.known[known] = PublicKey(known, MALLORY, OKAFOR_RSA.public.key)
    await refuse(beside(known, first=True), SignatureRefused, keys)
    keys.known[known] = PublicKey(known, MALLORY, OKAFOR_RSA.public.key)
    assert (await receive(beside(known, first=False), keys)).signer == MALLORY


async def test_a_blocked_host_blocks_from_any_place_in_the_request() -> None:
    request = signed_post(create(MALLORY), MALLORY_RSA, "rfc9421")
    inputs, signature = request.header("signature-input"), request.header("signature")
    assert inputs and signature
    second = inputs.replace("sig1=", "sig2=").replace(MALLORY_RSA.id, EVE_ED.id)
    request = with_header(request, "signature-input", f"{inputs}, {second}")
    both = f"{signature}, {signature.replace('sig1=', 'sig2=')}"
    keys = all_keys()

    await refuse(with_header(request, "signature", both), HostBlocked, keys)
    assert keys.asked == []


async def test_a_request_to_another_inbox_of_ours_is_not_the_one_signed() -> None:
    for form in ("cavage", "rfc9421"):
        good = signed_post(create(MALLORY), MALLORY_RSA, form)
        elsewhere = Request("POST", "/u/lee/inbox", good.headers, good.body)
        await refuse(elsewhere, SignatureRefused)
