"""draft-cavage-12: each rule of federation.md 9.1."""

from datetime import timedelta

import pytest

from federation import cavage, digests
from federation.errors import SignatureRefused
from federation.keys import PrivateKey
from federation.messages import Request
from tests.federation.signed_requests import (
    ACTIVITY_JSON,
    COVERED,
    INBOX,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    NOW_TEXT,
    cavage_request,
    create,
    received,
    signed_get,
    signed_post,
    with_header,
)

HOUR = timedelta(hours=1)


def accept(request: Request, key: PrivateKey = MALLORY_RSA) -> None:
    """All checks of this module, as an inbox makes them."""
    claim = cavage.parse(request)
    cavage.check_date(claim, request, NOW, HOUR)
    cavage.check_digest(claim, request)
    cavage.verify(claim, request, key.public, authority="mercy.example")


def refuse(request: Request, key: PrivateKey = MALLORY_RSA) -> None:
    with pytest.raises(SignatureRefused):
        accept(request, key)


def test_what_we_sign_is_the_form_that_mastodon_reads() -> None:
    body = b'{"hello": "world"}'
    headers = cavage.sign("POST", INBOX + "?x=1", body, MALLORY_RSA, NOW)

    assert headers["Host"] == "mercy.example"
    assert headers["Date"] == NOW_TEXT
    assert headers["Digest"] == "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
    assert headers["Content-Type"] == ACTIVITY_JSON
    assert headers["Signature"].startswith(
        f'keyId="{MALLORY_RSA.id}",algorithm="rsa-sha256",'
        'headers="(request-target) host date digest content-type",signature="'
    )
    accept(received("POST", INBOX + "?x=1", body, headers))


def test_a_get_is_signed_without_a_body() -> None:
    headers = cavage.sign("GET", "https://mercy.example/u/lee", None, MALLORY_RSA, NOW)

    assert set(headers) == {"Host", "Date", "Signature"}
    accept(received("GET", "https://mercy.example/u/lee", b"", headers))


def test_an_ed25519_key_decides_the_algorithm() -> None:
    accept(signed_post(create("x"), MALLORY_ED), MALLORY_ED)
    accept(cavage_request(MALLORY_ED, COVERED, algorithm="hs2019"), MALLORY_ED)
    accept(cavage_request(MALLORY_RSA, COVERED, algorithm="hs2019"))
    refuse(cavage_request(MALLORY_ED, COVERED, algorithm="rsa-sha256"), MALLORY_ED)
    refuse(signed_post(create("x"), MALLORY_ED), MALLORY_RSA)


def test_an_absent_algorithm_is_the_keys() -> None:
    request = cavage_request(MALLORY_RSA, COVERED)
    text = request.header("signature") or ""
    accept(with_header(request, "signature", text.replace('algorithm="rsa-sha256",', "")))


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "rsa-sha1", "rsa-sha512", "HS2019", ""])
def test_any_other_algorithm_is_refused(algorithm: str) -> None:
    refuse(cavage_request(MALLORY_RSA, COVERED, algorithm=algorithm))


@pytest.mark.parametrize("missing", ["(request-target)", "host", "date", "digest"])
def test_a_post_whose_signature_leaves_a_required_part_out_is_refused(missing: str) -> None:
    accept(cavage_request(MALLORY_RSA, COVERED))
    refuse(cavage_request(MALLORY_RSA, [name for name in COVERED if name != missing]))


def test_a_get_whose_signature_leaves_a_required_part_out_is_refused() -> None:
    request = signed_get("https://mercy.example/u/lee", MALLORY_RSA)
    text = request.header("signature") or ""
    for covered in ("(request-target) host", "host date", "(request-target) date", "date", ""):
        changed = text.replace("(request-target) host date", covered)
        refuse(with_header(request, "signature", changed))


def test_created_may_stand_in_for_the_date() -> None:
    covered = ["(request-target)", "(created)", "host", "digest"]
    created = f",created={int(NOW.timestamp())}"

    accept(cavage_request(MALLORY_RSA, covered, extra=created))
    refuse(cavage_request(MALLORY_RSA, covered))  # covered and not there


def test_a_date_outside_the_signature_does_not_count() -> None:
    old = int(NOW.timestamp()) - 7200
    covered = ["(request-target)", "(created)", "host", "digest"]
    request = cavage_request(MALLORY_RSA, covered, extra=f",created={old}")

    assert request.header("date") == NOW_TEXT
    refuse(request)


@pytest.mark.parametrize("window", [timedelta(minutes=5), HOUR])
def test_the_window_is_the_callers_in_both_directions(window: timedelta) -> None:
    second = timedelta(seconds=1)
    for offset in (window, -window):
        request = signed_post(create("x"), MALLORY_RSA, at=NOW + offset)
        claim = cavage.parse(request)
        cavage.check_date(claim, request, NOW, window)
        with pytest.raises(SignatureRefused):
            late = NOW - second if offset > timedelta() else NOW + second
            cavage.check_date(claim, request, late, window)


def test_created_may_be_a_minute_ahead_and_no_more() -> None:
    covered = ["(request-target)", "(created)", "host", "digest"]
    created = f",created={int(NOW.timestamp())}"
    request = cavage_request(MALLORY_RSA, covered, extra=created)
    claim = cavage.parse(request)

    cavage.check_date(claim, request, NOW - timedelta(seconds=60), HOUR)
    with pytest.raises(SignatureRefused):
        cavage.check_date(claim, request, NOW - timedelta(seconds=61), HOUR)


def test_an_expired_signature_is_refused() -> None:
    accept(cavage_request(MALLORY_RSA, COVERED, extra=f",expires={int(NOW.timestamp())}"))
    refuse(cavage_request(MALLORY_RSA, COVERED, extra=f",expires={int(NOW.timestamp()) - 1}"))


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "2026-11-22T10:00:00Z",
        "Sun, 22 Nov 2026 10:00:00 +0000",
        "Sun, 22 Nov 2026 10:00:00",
        "Sun, 99 Nov 2026 10:00:00 GMT",
        "Sun, 22 Xyz 2026 10:00:00 GMT",
        "Sun, 22 Nov 0000 10:00:00 GMT",
        "Sun, 22 Nov 2026 10:00:61 GMT",
    ],
)
def test_a_date_in_another_form_is_refused(date: str) -> None:
    refuse(cavage_request(MALLORY_RSA, COVERED, values={"date": date}))


def test_a_swapped_body_is_refused() -> None:
    request = signed_post(create("x"), MALLORY_RSA)
    refuse(Request(request.method, request.target, request.headers, b'{"swapped":true}'))


def test_a_swapped_body_with_its_own_digest_is_refused() -> None:
    request = signed_post(create("x"), MALLORY_RSA)
    digest = digests.digest_of(b"{}")
    refuse(Request("POST", "/inbox", with_header(request, "digest", digest).headers, b"{}"))


def test_a_body_under_a_signed_get_is_refused() -> None:
    request = signed_get("https://mercy.example/u/lee", MALLORY_RSA)
    refuse(Request(request.method, request.target, request.headers, b"{}"))


RIGHT = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="  # SHA-256 of {}


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "MD5=mZFLkyvTelC5g8XnyQrpOw==",
        "SHA-512=J8dGcK0aYVrhM7o0HzWXCP5ePjvQjaJXrPzJ4Gk0yGg=",
        RIGHT,
        "SHA-256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "SHA-256=" + RIGHT.rstrip("="),
        "SHA-256=" + RIGHT.replace("+", "-").replace("/", "_"),
        f"SHA-256={RIGHT[:-2]}p=",  # the same bytes to a lax decoder
        f"SHA-256={RIGHT},SHA-256={RIGHT}",
        f"SHA-256={RIGHT},sha-256=AAAA",
        f"SHA-256={RIGHT},SHA-512=AAAA",
        f"SHA-256={RIGHT},",
        f"SHA-256={RIGHT};q=1",
    ],
)
def test_a_digest_that_does_not_say_sha256_of_this_body_is_refused(digest: str) -> None:
    """T09."""
    refuse(cavage_request(MALLORY_RSA, COVERED, values={"digest": digest}))


@pytest.mark.parametrize(
    "digest", [f"SHA-256={RIGHT}", f"sha-256={RIGHT}", f"MD5=AAAA, SHA-256={RIGHT}, unixsum=1"]
)
def test_a_digest_with_the_right_sha256_is_accepted(digest: str) -> None:
    accept(cavage_request(MALLORY_RSA, COVERED, values={"digest": digest}))


def test_a_content_digest_that_disagrees_is_refused() -> None:
    """T09."""
    request = cavage_request(MALLORY_RSA, COVERED)
    accept(with_header(request, "content-digest", f"sha-256=:{RIGHT}:"))
    refuse(with_header(request, "content-digest", digests.content_digest_of(b"other")))


@pytest.mark.parametrize(
    "host", ["evil.example", "mercy.example.evil.example", "", "mercy.example:80"]
)
def test_a_request_for_another_host_is_refused_whatever_a_proxy_header_says(host: str) -> None:
    request = cavage_request(MALLORY_RSA, COVERED, values={"host": host})
    refuse(request)
    refuse(with_header(request, "x-forwarded-host", "mercy.example"))


def test_our_host_may_be_written_in_capitals_or_with_the_default_port() -> None:
    accept(cavage_request(MALLORY_RSA, COVERED, values={"host": "Mercy.Example"}))
    accept(cavage_request(MALLORY_RSA, COVERED, values={"host": "mercy.example:443"}))


@pytest.mark.parametrize(
    "target",
    ["/inbox?x=1", "/inbox/", "//inbox", "/%69nbox", "/INBOX", "https://mercy.example/inbox"],
)
def test_the_raw_target_is_what_is_signed(target: str) -> None:
    request = signed_post(create("x"), MALLORY_RSA)
    refuse(Request(request.method, target, request.headers, request.body))


def test_another_method_is_refused() -> None:
    request = signed_post(create("x"), MALLORY_RSA)
    refuse(Request("PUT", request.target, request.headers, request.body))
