"""RFC 9421: each rule of federation.md 9.2."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha512

import pytest

from federation import digests, rfc9421
from federation.errors import SignatureRefused
from federation.keys import PrivateKey
from federation.messages import Claim, Request
from tests.federation.signed_requests import (
    ACTIVITY_JSON,
    INBOX,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR_ED,
    create,
    rfc9421_request,
    signature_by,
    signed_get,
    signed_post,
    with_header,
)

HOUR = timedelta(hours=1)
CREATED = int(NOW.timestamp())
BODY = b"{}"
COVERED = {
    '"@method"': "POST",
    '"@target-uri"': INBOX,
    '"content-digest"': digests.content_digest_of(BODY),
}
PARAMETERS = f';created={CREATED};keyid="{MALLORY_RSA.id}"'


def accept(request: Request, key: PrivateKey = MALLORY_RSA) -> Claim:
    """All checks of this module, as an inbox makes them."""
    claim = rfc9421.parse(request)
    rfc9421.check_date(claim, request, NOW, HOUR)
    rfc9421.check_digest(claim, request)
    rfc9421.verify(claim, request, key.public, origin="https://mercy.example")
    return claim


def refuse(request: Request, key: PrivateKey = MALLORY_RSA) -> None:
    with pytest.raises(SignatureRefused):
        accept(request, key)


def test_what_we_sign_is_the_form_of_the_specification() -> None:
    body = b'{"hello": "world"}'
    headers = rfc9421.sign("POST", INBOX, body, MALLORY_RSA, NOW)

    assert headers["Host"] == "mercy.example"
    digest = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    assert headers["Content-Digest"] == digest
    assert headers["Signature-Input"] == (
        'sig1=("@method" "@target-uri" "content-digest" "content-type")'
        f';created=1795341600;keyid="{MALLORY_RSA.id}";alg="rsa-v1_5-sha256"'
    )
    base = (
        f'"@method": POST\n"@target-uri": {INBOX}\n"content-digest": {digest}\n'
        f'"content-type": {ACTIVITY_JSON}\n"@signature-params": '
        + headers["Signature-Input"].removeprefix("sig1=")
    )
    assert headers["Signature"] == f"sig1=:{signature_by(MALLORY_RSA, base)}:"


def test_between_trusted_peers_a_signature_has_nonce_expiry_and_tag() -> None:
    first = accept(signed_post(create("x"), OKAFOR_ED, "trusted"), OKAFOR_ED)
    second = accept(signed_post(create("x"), OKAFOR_ED, "trusted"), OKAFOR_ED)

    assert first.trusted_form
    assert (first.tag, first.algorithm, first.expires) == ("curbside-v1", "ed25519", CREATED + 300)
    assert first.nonce != second.nonce
    assert first.nonce is not None and len(first.nonce) >= 16


def test_the_trusted_form_cannot_be_made_with_an_rsa_key() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        signed_post(create("x"), MALLORY_RSA, "trusted")


@pytest.mark.parametrize(
    "parameters",
    [
        ';expires={e};nonce="n"',
        ';expires={e};tag="curbside-v1"',
        ';nonce="n";tag="curbside-v1"',
        ';expires={e};nonce="";tag="curbside-v1"',
        ';expires={e};nonce="n";tag="curbside-v2"',
        ';expires={late};nonce="n";tag="curbside-v1"',
        ';expires={e};nonce="n";tag="curbside-v1";alg="rsa-v1_5-sha256"',
    ],
)
def test_with_a_part_missing_it_is_not_the_trusted_form(parameters: str) -> None:
    tail = parameters.format(e=CREATED + 300, late=CREATED + 301)
    whole = PARAMETERS + f';expires={CREATED + 300};nonce="n";tag="curbside-v1"'

    assert rfc9421.parse(rfc9421_request(MALLORY_ED, COVERED, whole)).trusted_form
    assert not rfc9421.parse(rfc9421_request(MALLORY_ED, COVERED, PARAMETERS + tail)).trusted_form


def test_a_get_is_signed_without_a_body() -> None:
    accept(signed_get("https://mercy.example/u/lee?page=1", MALLORY_RSA, "rfc9421"))


def test_authority_path_and_query_may_stand_for_the_target() -> None:
    parts = {
        '"@method"': "POST",
        '"@authority"': "mercy.example",
        '"@path"': "/inbox",
        '"@query"': "?",
        '"content-digest"': COVERED['"content-digest"'],
    }
    accept(rfc9421_request(MALLORY_RSA, parts))
    for missing in parts:
        some = {name: value for name, value in parts.items() if name != missing}
        refuse(rfc9421_request(MALLORY_RSA, some))


@pytest.mark.parametrize("missing", list(COVERED))
def test_a_signature_that_leaves_a_required_part_out_is_refused(missing: str) -> None:
    accept(rfc9421_request(MALLORY_RSA, COVERED))
    refuse(
        rfc9421_request(
            MALLORY_RSA, {name: value for name, value in COVERED.items() if name != missing}
        )
    )


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/inbox",
        "http://mercy.example/inbox",
        "https://mercy.example/inbox?x=1",
        "https://mercy.example//inbox",
        "https://mercy.example/%69nbox",
    ],
)
def test_a_signature_for_another_target_is_refused(uri: str) -> None:
    refuse(rfc9421_request(MALLORY_RSA, COVERED | {'"@target-uri"': uri}))


def test_our_name_is_the_configured_one_whatever_headers_say() -> None:
    elsewhere = rfc9421_request(
        MALLORY_RSA,
        COVERED | {'"@target-uri"': "https://evil.example/inbox"},
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )
    refuse(elsewhere)


@pytest.mark.parametrize("parameter", [";req", ";bs", ";sf", ";tr", ';key="sha-256"', ";x=1"])
def test_a_component_with_a_parameter_is_refused(parameter: str) -> None:
    covered = {name: value for name, value in COVERED.items() if name != '"content-digest"'}
    covered['"content-digest"' + parameter] = COVERED['"content-digest"']

    refuse(rfc9421_request(MALLORY_RSA, covered))


@pytest.mark.parametrize(
    "name", ['"@status"', '"@request-target"', '"@x"', '"Host"', '"missing"', '""']
)
def test_an_unknown_or_missing_component_is_refused(name: str) -> None:
    refuse(rfc9421_request(MALLORY_RSA, COVERED | {name: "200"}))


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        f";created={CREATED}",
        f';keyid="{MALLORY_RSA.id}"',
        f';created="{CREATED}";keyid="{MALLORY_RSA.id}"',
        f';created={CREATED}.5;keyid="{MALLORY_RSA.id}"',
        f';created=@{CREATED};keyid="{MALLORY_RSA.id}"',
        f";created={CREATED};keyid={MALLORY_RSA.id}",
        f";created={CREATED};keyid=5",
        PARAMETERS + ";expires",
        PARAMETERS + ';expires="9999999999"',
        PARAMETERS + ";expires=99999999999999999999",
        PARAMETERS + f";created={CREATED}",
        PARAMETERS + ';keyid="https://evil.example/u/1#k"',
        PARAMETERS + ';alg="hmac-sha256"',
        PARAMETERS + ';alg="rsa-pss-sha512"',
        PARAMETERS + ';alg="ed25519"',
        PARAMETERS + ";alg=rsa-v1_5-sha256",
        PARAMETERS + ";nonce=1",
        PARAMETERS + ';x="1"',
        f';created={CREATED + 61};keyid="{MALLORY_RSA.id}"',
        f';created={CREATED - 3601};keyid="{MALLORY_RSA.id}"',
        f';created=-1;keyid="{MALLORY_RSA.id}"',
        PARAMETERS + f";expires={CREATED - 1}",
    ],
)
def test_parameters_outside_the_profile_are_refused(parameters: str) -> None:
    refuse(rfc9421_request(MALLORY_RSA, COVERED, parameters))


def test_parameters_at_the_edge_of_the_profile_are_accepted() -> None:
    for parameters in (
        f';created={CREATED + 60};keyid="{MALLORY_RSA.id}"',
        f';created={CREATED - 3600};keyid="{MALLORY_RSA.id}"',
        f';keyid="{MALLORY_RSA.id}";created={CREATED};expires={CREATED};nonce="";tag="x"',
    ):
        accept(rfc9421_request(MALLORY_RSA, COVERED, parameters))


def test_the_algorithm_is_the_keys() -> None:
    parameters = f';created={CREATED};keyid="{MALLORY_ED.id}"'
    accept(rfc9421_request(MALLORY_ED, COVERED, parameters), MALLORY_ED)
    accept(rfc9421_request(MALLORY_ED, COVERED, parameters + ';alg="ed25519"'), MALLORY_ED)
    refuse(rfc9421_request(MALLORY_ED, COVERED, parameters + ';alg="rsa-v1_5-sha256"'), MALLORY_ED)
    refuse(rfc9421_request(MALLORY_ED, COVERED, parameters), MALLORY_RSA)


def test_a_swapped_body_is_refused() -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    swapped = Request("POST", "/inbox", request.headers, b'{"swapped":true}')
    refuse(swapped)
    digest = digests.content_digest_of(swapped.body)
    refuse(
        Request(
            "POST", "/inbox", with_header(request, "content-digest", digest).headers, swapped.body
        )
    )


SHA256 = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="  # of {}
SHA512 = "J8dGcK0L4QdzeBnJ7/gKlhFYjtlGjGrsHZaDyNxjWBXsZmjY5nKvhv3q5Vkg8tQkLBXQ0a7MqgPvuVwtZaYjpA=="


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "md5=:mZFLkyvTelC5g8XnyQrpOw==:",
        f"sha-256={SHA256}",
        f"sha-256=:{SHA256.rstrip('=')}:",
        f"sha-256=:{SHA256}:;x=1",
        f"sha-256=:{SHA256}:, sha-256=:{SHA256}:",
        f"sha-256=:{SHA256}:, sha-512=:{SHA512}:",
        f"sha-512=:{SHA512}:",
    ],
)
def test_a_content_digest_that_does_not_fit_is_refused(digest: str) -> None:
    covered = COVERED | {'"content-digest"': digest}
    refuse(rfc9421_request(MALLORY_RSA, covered, headers={"content-digest": digest}))


def test_a_content_digest_of_sha512_or_beside_an_unknown_one_is_accepted() -> None:
    right = b64encode(sha512(BODY).digest()).decode()
    for digest in (f"sha-512=:{right}:", f"x=:AAAA:, sha-256=:{SHA256}:, sha-512=:{right}:"):
        covered = COVERED | {'"content-digest"': digest}
        accept(rfc9421_request(MALLORY_RSA, covered, headers={"content-digest": digest}))


def test_a_digest_header_that_disagrees_is_refused() -> None:
    accept(rfc9421_request(MALLORY_RSA, COVERED, headers={"digest": f"SHA-256={SHA256}"}))
    refuse(rfc9421_request(MALLORY_RSA, COVERED, headers={"digest": digests.digest_of(b"other")}))
