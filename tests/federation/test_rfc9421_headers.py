"""Signature-Input and Signature of RFC 9421: one reading, or none (F-SIG-5, F-SIG-7, T10)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import rfc9421
from federation.errors import SignatureRefused
from federation.messages import Request
from tests.federation.signed_requests import (
    MALLORY_RSA,
    rfc9421_request,
    with_header,
)
from tests.federation.test_rfc9421 import COVERED, CREATED, SHA256, accept, refuse


@pytest.mark.parametrize(
    "name", ["signature", "signature-input", "content-digest", "host", "date", "digest"]
)
def test_a_repeated_header_is_refused(name: str) -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED, headers={"digest": f"SHA-256={SHA256}"})
    value = request.header(name) or "x"
    refuse(with_header(request, name, value, value))


def with_second_label(request: Request, label: str, key_id: str) -> Request:
    inputs = request.header("signature-input") or ""
    signatures = request.header("signature") or ""
    second = inputs.replace("sig1=", f"{label}=").replace(MALLORY_RSA.id, key_id)
    request = with_header(request, "signature-input", f"{inputs}, {second}")
    return with_header(
        request, "signature", f"{signatures}, {signatures.replace('sig1=', f'{label}=')}"
    )


def test_several_labels_are_several_claims_in_their_order() -> None:
    request = with_second_label(
        rfc9421_request(MALLORY_RSA, COVERED), "sig2", "https://x.example/k"
    )
    first, second = rfc9421.parse_all(request)

    assert (first.key_id, second.key_id) == (MALLORY_RSA.id, "https://x.example/k")
    rfc9421.verify(first, request, MALLORY_RSA.public, origin="https://mercy.example")
    with pytest.raises(SignatureRefused):
        rfc9421.verify(second, request, MALLORY_RSA.public, origin="https://mercy.example")


def test_labels_that_do_not_pair_up_are_refused() -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    inputs, signature = request.header("signature-input"), request.header("signature")
    assert inputs and signature

    refuse(with_second_label(request, "sig1", "https://x.example/k"))
    refuse(with_header(request, "signature-input", f"{inputs}, {inputs}"))
    refuse(with_header(request, "signature", signature.replace("sig1", "sig2")))
    refuse(with_header(request, "signature", f"{signature}, sig2=:AAAA:"))
    refuse(with_header(request, "signature-input", f"{inputs}, {inputs.replace('sig1', 'sig2')}"))


def test_more_labels_than_two_are_refused() -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    inputs, signature = request.header("signature-input"), request.header("signature")
    assert inputs and signature

    def labelled(*labels: str) -> Request:
        several = ", ".join(inputs.replace("sig1", label) for label in labels)
        changed = with_header(request, "signature-input", several)
        several = ", ".join(signature.replace("sig1", label) for label in labels)
        return with_header(changed, "signature", several)

    assert len(rfc9421.parse_all(labelled("a", "b"))) == 2
    with pytest.raises(SignatureRefused):
        rfc9421.parse_all(labelled("a", "b", "c"))


@pytest.mark.parametrize(
    "inputs",
    [
        '("@method" "@target-uri" "content-digest");created=1;keyid="a";created=1',
        '("@method" "@target-uri" "content-digest");created=1;keyid="a";keyid="a"',
        '("@method" "@target-uri" "content-digest");created=1;keyid="a";x=1',
        '("@method" "@target-uri" "content-digest");created=1;keyid="a";nonce=1',
        '("@method" "@target-uri" "content-digest");created=1;keyid="a";expires="1"',
        '("@method" "@target-uri" "content-digest" "@method");created=1;keyid="a"',
    ],
)
def test_what_is_out_of_the_profile_is_refused_before_a_key_is_needed(inputs: str) -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    plain = '("@method" "@target-uri" "content-digest");created=1;keyid="a"'
    assert rfc9421.parse(with_header(request, "signature-input", f"sig1={plain}"))
    with pytest.raises(SignatureRefused):
        rfc9421.parse(with_header(request, "signature-input", f"sig1={inputs}"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + ",",
        lambda text: text + " x",
        lambda text: text + ";",
        lambda text: text.replace("(", "[").replace(")", "]"),
        lambda text: text.replace('" "', '","'),
        lambda text: text.replace('"@method" ', "@method "),
        lambda text: text.replace('"@method"', '"@method" "@method"'),
        lambda text: text.replace("sig1=", "SIG1="),
        lambda text: text.replace("sig1=", ""),
        lambda text: text + "a" * 9000,
        lambda text: text.replace(";created", ";\tcreated"),
        lambda text: text.replace("keyid", "keyid\r\n"),
    ],
)
def test_an_input_that_two_readers_may_read_differently_is_refused(change: Any) -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    accept(request)
    refuse(with_header(request, "signature-input", change(request.header("signature-input"))))


@pytest.mark.parametrize(
    "signature", ["", "sig1=", "sig1=::", "sig1=:A:", "sig1=:AAA=A:", "sig1=AAAA"]
)
def test_a_signature_that_is_no_base64_is_refused(signature: str) -> None:
    refuse(with_header(rfc9421_request(MALLORY_RSA, COVERED), "signature", signature))


def test_a_comma_inside_a_key_id_is_data() -> None:
    key_id = 'https://stranger.example/u,sig2=(\\"x\\");a=1#k'
    request = rfc9421_request(MALLORY_RSA, COVERED, f';created={CREATED};keyid="{key_id}"')

    assert accept(request).key_id == key_id.replace("\\", "")


header_parts = st.lists(
    st.sampled_from(
        ["sig1=", "(", ")", '"@method"', ' "date"', ";created=1", ';keyid="a"', ", ", ":", "AAAA"]
    )
).map("".join)


@given(st.text() | header_parts, st.text() | header_parts)
def test_no_header_makes_the_parser_fail_in_another_way(inputs: str, signature: str) -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED)
    request = with_header(request, "signature-input", inputs)
    with pytest.raises(SignatureRefused):
        rfc9421.parse_all(with_header(request, "signature", signature))


@given(st.text())
def test_no_target_or_covered_value_makes_verifying_fail_in_another_way(text: str) -> None:
    request = rfc9421_request(MALLORY_RSA, COVERED | {'"date"': "x"}, headers={"date": "x"})
    refuse(Request("POST", "/inbox/" + text, request.headers, request.body))
    refuse(with_header(request, "date", "y" + text))
