"""Which host an id belongs to, and who may speak for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FederationError, Malformed, OriginMismatch
from federation.origin import (
    Development,
    authority_and_target,
    host_of,
    origin_of,
    require_same_origin,
)

DEMO = Development(frozenset({"localhost:8001", "127.0.0.1:8001"}))


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://mercy.example/u/1", "https://mercy.example"),
        ("HTTPS://Mercy.Example/u/1#main-key-1", "https://mercy.example"),
        ("https://mercy.example", "https://mercy.example"),
        ("https://mercy.example?x=1", "https://mercy.example"),
        ("https://mercy.example:443/u/1", "https://mercy.example"),
        ("https://mercy.example:8443/u/1", "https://mercy.example:8443"),
        ("https://bücher.example/u/1", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/u/1", "https://xn--bcher-kva.example"),
        ("https://192.0.2.7/u/1", "https://192.0.2.7"),
        ("https://[2001:DB8::0:1]/u/1", "https://[2001:db8::1]"),
    ],
)
def test_an_origin_is_the_lower_case_ascii_host_with_a_port_that_is_not_the_default(
    uri: str, origin: str
) -> None:
    assert origin_of(uri) == origin
    assert "https://" + host_of(uri) == origin


@pytest.mark.parametrize(
    "uri",
    [
        1,
        None,
        "",
        "/u/1",
        "lee",
        "//mercy.example/u/1",
        ["https://mercy.example/u/1"],
        {"id": "https://mercy.example/u/1"},
        "http://mercy.example/u/1",
        "data:text/html,x",
        "ftp://mercy.example/",
        "https:///u/1",
        "https:mercy.example",
        "https://lee@mercy.example/u/1",
        "https://lee:pw@mercy.example/u/1",
        "https://mercy.example:/u/1",
        "https://mercy.example:0/u/1",
        "https://mercy.example:65536/u/1",
        "https://mercy.example:8x/u/1",
        "https://mercy.example./u/1",
        "https://mercy..example/u/1",
        "https://-mercy.example/u/1",
        "https://mercy.example\\@evil.example/u/1",
        "https://mercy.example\t/u/1",
        "https://mercy.example/u/1\r\nHost: evil.example",
        " https://mercy.example/u/1",
        "https://mercy.example/u/1 ",
        "https://mercy\N{FULLWIDTH FULL STOP}example/u/1",
        "https://stra\N{LATIN SMALL LETTER SHARP S}e.example/u/1",
        "https://xn--mercy-.example/u/1",
        "https://xn--a.example/u/1",
        "https://mercy%2eexample/u/1",
        "https://127.1/u/1",
        "https://2130706433/u/1",
        "https://0x7f.1/u/1",
        "https://0177.0.0.1/u/1",
        "https://[::1/u/1",
        "https://[::g]/u/1",
        "https://" + "a" * 64 + ".example/u/1",
        "https://mercy.example/" + "a" * 2048,
    ],
)
def test_what_is_not_a_plain_https_id_belongs_to_nobody(uri: object) -> None:
    with pytest.raises(Malformed):
        origin_of(uri)


def test_a_peer_of_the_demo_is_named_by_host_and_port_and_speaks_http() -> None:
    assert origin_of("http://LOCALHOST:8001/u/1", DEMO) == "http://localhost:8001"
    assert host_of("http://localhost:8001/u/1", DEMO) == "localhost:8001"
    assert host_of("http://127.0.0.1:8001/u/1", DEMO) == "127.0.0.1:8001"


@pytest.mark.parametrize(
    "uri", ["http://localhost:8002/u/1", "http://localhost/u/1", "http://mercy.example/u/1"]
)
def test_http_stays_refused_for_everybody_else_in_the_demo(uri: str) -> None:
    with pytest.raises(Malformed):
        origin_of(uri, DEMO)


def test_one_origin_cannot_speak_for_another() -> None:
    require_same_origin("https://mercy.example/u/1", "https://MERCY.example:443/o/2")
    for other in (
        "https://evil.example/u/1",
        "https://mercy.example:8443/",
        "https://x.mercy.example/",
    ):
        with pytest.raises(OriginMismatch):
            require_same_origin("https://mercy.example/u/1", other)


def test_an_origin_mismatch_names_origins_and_no_path() -> None:
    with pytest.raises(OriginMismatch) as caught:
        require_same_origin("https://mercy.example/u/canary", "https://evil.example/u/canary")

    assert "mercy.example" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_request_keeps_the_raw_path_and_query_of_its_url() -> None:
    assert authority_and_target("https://B.example:443") == ("b.example", "/")
    assert authority_and_target("https://b.example?x=1") == ("b.example", "/?x=1")
    assert authority_and_target("https://b.example/a%2Fb?x=%20#f") == ("b.example", "/a%2Fb?x=%20")
    assert authority_and_target("http://localhost:8001/u/1") == ("localhost:8001", "/u/1")


@given(st.text() | st.text().map("https://".__add__))
def test_no_text_makes_the_origin_check_fail_in_another_way(uri: str) -> None:
    try:
        origin = origin_of(uri)
    except FederationError:
        return
    assert origin.isascii()
    assert origin_of(origin) == origin
