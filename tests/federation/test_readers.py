"""Signed GETs, and what trusted peers owe us (F-SIG-4, F-SIG-6, F-SIG-8)."""

from datetime import timedelta

import pytest

from federation import digests
from federation.authentication import (
    Level,
    Reader,
    authenticate_reader,
)
from federation.errors import (
    HostBlocked,
    Malformed,
    SignatureRefused,
)
from federation.keys import PrivateKey, new_rsa
from federation.messages import Form, Request
from tests.federation.signed_requests import (
    EVE_ED,
    INBOX,
    MALLORY,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR,
    OKAFOR_ED,
    OKAFOR_RSA,
    PAGE,
    SITE,
    KnownKeys,
    Levels,
    all_keys,
    create,
    receive,
    refuse,
    rfc9421_request,
    signed_get,
    signed_post,
    with_header,
)


async def read(
    request: Request, keys: KnownKeys | None = None, *, public_document: bool = False
) -> Reader:
    found = all_keys() if keys is None else keys
    return await authenticate_reader(
        request,
        site=SITE,
        trust=Levels(),
        keys=found,
        now=NOW,
        public_document=public_document,
    )


async def test_a_signed_get_says_who_reads() -> None:
    reader = await read(signed_get(PAGE, MALLORY_RSA))

    assert (reader.host, reader.actor_id) == ("stranger.example", MALLORY)
    assert reader.level is Level.PUBLIC


WEAKER: tuple[tuple[PrivateKey, Form], ...] = (
    (OKAFOR_RSA, "cavage"),
    (OKAFOR_ED, "cavage"),
    (OKAFOR_RSA, "rfc9421"),
    (OKAFOR_ED, "rfc9421"),
)


async def test_only_the_trusted_form_reads_as_a_trusted_peer() -> None:
    assert (await read(signed_get(PAGE, OKAFOR_ED, "trusted"))).level is Level.TRUSTED
    for key, form in WEAKER:
        reader = await read(signed_get(PAGE, key, form))
        assert (reader.level, reader.actor_id) == (Level.PUBLIC, OKAFOR)
    assert (await read(signed_get(PAGE, MALLORY_ED, "trusted"))).level is Level.PUBLIC


async def test_a_blocked_reader_is_refused_before_any_key_is_fetched() -> None:
    keys = all_keys()
    with pytest.raises(HostBlocked):
        await read(signed_get(PAGE, EVE_ED), keys)
    assert keys.asked == []


async def test_an_unsigned_or_wrongly_signed_get_reads_nothing() -> None:
    request = signed_get(PAGE, MALLORY_RSA)
    for wrong in (
        with_header(request, "signature"),
        Request("GET", "/u/other", request.headers),
        Request("POST", "/u/lee", request.headers),
        signed_post(create(MALLORY), MALLORY_RSA),
        Request("GET", "/u/lee", request.headers, b"{}"),
        signed_get(PAGE, MALLORY_RSA, at=NOW - timedelta(hours=2)),
        signed_get(PAGE, PrivateKey(MALLORY_RSA.id, MALLORY, new_rsa())),
    ):
        with pytest.raises(SignatureRefused):
            await read(wrong)


async def test_older_peers_may_leave_the_query_unsigned_for_public_documents_only() -> None:
    signed = signed_get(PAGE, MALLORY_RSA)
    asked = Request("GET", "/u/lee?page=1", signed.headers)
    whole = signed_get(f"{PAGE}?page=1", MALLORY_RSA)

    assert (await read(asked, public_document=True)).actor_id == MALLORY
    assert (await read(whole, public_document=True)).actor_id == MALLORY
    assert (await read(whole)).actor_id == MALLORY
    with pytest.raises(SignatureRefused):
        await read(asked)
    newer = signed_get(PAGE, MALLORY_RSA, "rfc9421")
    with pytest.raises(SignatureRefused):
        await read(Request("GET", "/u/lee?page=1", newer.headers), public_document=True)
    with pytest.raises(SignatureRefused):
        await read(Request("GET", "/u/other?page=1", signed.headers), public_document=True)


async def test_a_post_never_passes_with_an_unsigned_query() -> None:
    good = signed_post(create(MALLORY), MALLORY_RSA)
    await refuse(Request("POST", "/inbox?x=1", good.headers, good.body), SignatureRefused)


# F-SIG-4, F-SIG-8: trusted peers


@pytest.mark.parametrize(
    ("key", "form", "minutes"),
    [(MALLORY_RSA, "cavage", 60), (MALLORY_RSA, "rfc9421", 60), (OKAFOR_ED, "trusted", 5)],
)
async def test_the_window_is_five_minutes_for_trusted_peers_and_an_hour_for_others(
    key: PrivateKey, form: Form, minutes: int
) -> None:
    edge = NOW - timedelta(minutes=minutes)
    late = edge - timedelta(seconds=1)

    assert await receive(signed_post(create(key.owner), key, form, at=edge))
    await refuse(signed_post(create(key.owner), key, form, at=late), SignatureRefused)


async def test_the_window_of_a_trusted_peer_does_not_rest_on_its_expiry_alone() -> None:
    keys = all_keys()
    request = signed_get(PAGE, OKAFOR_ED, "rfc9421", at=NOW - timedelta(minutes=6))
    with pytest.raises(SignatureRefused):
        await read(request, keys)
    assert keys.asked == []


async def test_from_a_trusted_peer_only_the_trusted_form_passes() -> None:
    document = create(OKAFOR)
    assert await receive(signed_post(document, OKAFOR_ED, "trusted"))
    for key, form in WEAKER:
        await refuse(signed_post(document, key, form), SignatureRefused)


async def test_the_trusted_form_with_an_rsa_key_is_not_the_trusted_form() -> None:
    created = int(NOW.timestamp())
    target = {'"@method"': "POST", '"@target-uri"': INBOX}
    body = b"{}"
    for key, error in ((OKAFOR_RSA, SignatureRefused), (OKAFOR_ED, Malformed)):
        covered = target | {'"content-digest"': digests.content_digest_of(body)}
        parameters = f';created={created};keyid="{key.id}"'
        parameters += f';expires={created + 300};nonce="n";tag="curbside-v1"'
        await refuse(rfc9421_request(key, covered, parameters, body=body), error)
