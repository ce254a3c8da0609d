"""The Signature header of draft-cavage-12: one reading, or none (F-SIG-5, T10)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import cavage
from federation.errors import SignatureRefused
from federation.keys import PrivateKey
from tests.federation.signed_requests import (
    COVERED,
    MALLORY_RSA,
    NOW,
    NOW_TEXT,
    cavage_request,
    with_header,
)
from tests.federation.test_cavage import accept, refuse


@pytest.mark.parametrize("name", ["signature", "host", "date", "digest"])
def test_a_repeated_header_is_refused(name: str) -> None:
    request = cavage_request(MALLORY_RSA, COVERED)
    value = request.header(name) or ""
    refuse(with_header(request, name, value, value))


def test_a_repeated_date_is_refused_even_where_it_is_not_signed() -> None:
    covered = ["(request-target)", "(created)", "host", "digest"]
    request = cavage_request(MALLORY_RSA, covered, extra=f",created={int(NOW.timestamp())}")

    accept(request)
    refuse(with_header(request, "date", NOW_TEXT, NOW_TEXT))


def test_a_header_that_is_signed_twice_is_refused() -> None:
    refuse(cavage_request(MALLORY_RSA, [*COVERED, "host"]))


def test_a_signature_has_one_spelling() -> None:
    request = cavage_request(MALLORY_RSA, COVERED)
    text = request.header("signature") or ""
    last = text[-4]  # of its six bits four are padding: other letters decode to the same bytes
    other = chr(ord(last) + 1)

    assert text.endswith('=="')
    refuse(with_header(request, "signature", f'{text[:-4]}{other}=="'))


def test_a_repeat_of_another_covered_header_is_read_as_one_list() -> None:
    values = {"content-type": "a, b"}
    request = cavage_request(MALLORY_RSA, COVERED, values=values)
    accept(with_header(request, "content-type", "a", "b"))
    refuse(with_header(request, "content-type", "b", "a"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + ',signature="AAAA"',
        lambda text: text + ',keyId="https://evil.example/u/1#main-key-1"',
        lambda text: text + ',keyid="https://evil.example/u/1#main-key-1"',
        lambda text: text + ',x="1",x="2"',
        lambda text: text.replace("host date", "host host date"),
        lambda text: text.replace("host date", "Host date"),
        lambda text: text.replace("host date", "host  date"),
        lambda text: text.replace("host date", "(response-status) host date"),
        lambda text: text.replace("host date", "x-missing host date"),
        lambda text: text.replace("keyId=", "KEYID="),
        lambda text: text.replace("keyId=", "keyId ="),
        lambda text: text.replace('",', '";', 1),
        lambda text: text + ",",
        lambda text: text + "," + text.rpartition(",")[2],
        lambda text: text + ",created=-1",
        lambda text: text + ',created="1795341600"',
        lambda text: text + ",created=1e9",
        lambda text: text.replace('keyId="', "keyId="),
        lambda text: text.replace('signature="', 'signature="!'),
        lambda text: text[:-1],
        lambda text: text.split(',signature="')[0],
        lambda text: "",
        lambda text: "Signature " + text,
        lambda text: text + ',x="' + "a" * 9000 + '"',
        lambda text: text.replace('headers="', 'headers="\n'),
    ],
)
def test_a_signature_header_that_two_readers_may_read_differently_is_refused(change: Any) -> None:
    request = cavage_request(MALLORY_RSA, COVERED)
    accept(request)
    refuse(with_header(request, "signature", change(request.header("signature"))))


def test_a_comma_or_an_equals_sign_inside_quotes_is_data() -> None:
    key = PrivateKey('https://stranger.example/u,keyId="x"=1#k', "x", MALLORY_RSA.key)
    escaped = PrivateKey(key.id.replace('"', '\\"'), "x", MALLORY_RSA.key)
    request = cavage_request(escaped, COVERED, extra=', note="a,b=c\\\\"')

    accept(request)
    assert cavage.parse(request).key_id == key.id


@pytest.mark.parametrize("value", ["a\r\n b", "a\nhost: evil.example", "a\0", "\N{SNOWMAN}"])
def test_a_covered_value_that_could_fake_a_line_is_refused(value: str) -> None:
    refuse(cavage_request(MALLORY_RSA, COVERED, values={"content-type": value}))


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                'keyId="a"',
                'headers="host date"',
                'signature="AAAA"',
                "created=1",
                ",",
                " ",
                '"',
                "\\",
            ]
        )
    ).map("".join)
)
def test_no_header_makes_the_parser_fail_in_another_way(header: str) -> None:
    request = with_header(cavage_request(MALLORY_RSA, COVERED), "signature", header)
    with pytest.raises(SignatureRefused):
        accept(request)


@given(st.text())
def test_no_date_or_digest_makes_its_check_fail_in_another_way(text: str) -> None:
    request = cavage_request(MALLORY_RSA, COVERED)
    refuse(with_header(request, "date", text))
    refuse(with_header(request, "digest", text))
