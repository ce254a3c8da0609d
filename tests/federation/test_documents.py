"""What a body may be before anything reads it: F-DOC-1, F-DOC-2, T14, T15, T29."""

import tracemalloc
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import documents
from federation.errors import FederationError, Malformed, TooLarge

AS2 = "https://www.w3.org/ns/activitystreams"
MASTODON_CONTEXT = [
    AS2,
    "https://w3id.org/security/v1",
    {
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "toot": "http://joinmastodon.org/ns#",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "Hashtag": "as:Hashtag",
        "likes": {"@id": "as:likes", "@type": "@id"},
        "publicKey": "https://w3id.org/security#publicKey",
        "id": "@id",
    },
]


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def loads(value: Any) -> dict[str, Any]:
    return documents.loads(orjson.dumps(value))


def test_an_ordinary_document_is_read_as_it_is() -> None:
    document = {
        "@context": MASTODON_CONTEXT,
        "type": "Note",
        "content": 'a "quoted" {brace}, a colon: and a \\ backslash, é 🩺',
        "latitude": 25.5,
        "tag": [{"type": "Hashtag", "name": "#ecg"}, {}],
        "sensitive": False,
        "summary": None,
    }

    assert loads(document) == document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"hello"',
        b"{",
        b'{"a":1}x',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e400}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\x00"}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740993}',
        b'{"a":123456789012345678901234567890}',
        b'{"a":1e20}',
        b'{"k[":9007199254740992,"]":1,"@context":[":9007199254740992,"]}',
        b'{"a":1' + b"0" * 5000 + b"}",
    ],
)
def test_what_json_readers_disagree_about_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        documents.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"actor":"https://a.example/u/1","actor":"https://b.example/u/2"}',
        b'{"actor":"https://a.example/u/1","\\u0061ctor":"https://b.example/u/2"}',
        b'{"object":{"id":"x","id":"y"}}',
        b'{"a":[{"b":1,"c":{"d":1,"d":1}}]}',
        b'{"a":"\\u003a","b":1,"b":2}',
        b'{"a":"\\u003A","b":1,"b":2}',
    ],
)
def test_a_member_given_twice_is_refused_however_it_is_spelt(body: bytes) -> None:
    with pytest.raises(Malformed):
        documents.loads(body)


def test_a_colon_in_a_text_is_no_member() -> None:
    for spelling in (":", "\\u003a", "\\\\u003a:", r"a \"quoted\": b"):
        body = f'{{"@context":"{AS2}","a:":"{spelling}","b":1}}'.encode()
        assert documents.loads(body) == orjson.loads(body)


def test_the_largest_number_that_everybody_reads_alike_is_accepted() -> None:
    number = 2**53 - 1
    assert loads({"a": number, "b": -number}) == {"a": number, "b": -number}


def test_limits_hold_exactly() -> None:
    documents.loads(nested(32))
    documents.loads(b'{"a":"' + b"x" * (documents.MAX_BODY - 8) + b'"}')
    loads({"a": [0] * 19_998})
    loads({str(number): 0 for number in range(500)})
    loads({"to": ["x"] * 1_000, "cc": ["x"] * 1_000})

    with pytest.raises(Malformed):
        documents.loads(nested(33))
    with pytest.raises(TooLarge):
        documents.loads(b'{"a":"' + b"x" * (documents.MAX_BODY - 7) + b'"}')
    with pytest.raises(Malformed):
        loads({"a": [0] * 19_999})
    with pytest.raises(Malformed):
        loads({str(number): 0 for number in range(501)})
    with pytest.raises(Malformed):
        loads({"to": ["x"] * 1_001, "cc": ["x"] * 1_000})


def test_a_fetch_may_allow_more_bytes_than_an_inbox() -> None:
    body = b'{"a":"' + b"x" * documents.MAX_BODY + b'"}'

    assert documents.loads(body, limit=1024 * 1024)["a"].startswith("x")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 100_000,
        b"[" * (documents.MAX_BODY - 10),
        b'{"a":[' + b"{}," * 170_000 + b"{}]}",
        b'{"a":[' + b"[]," * 170_000 + b"0]}",
        b'{"":0,' * 80_000,
        b'"' + b'\\"' * 250_000,
        b'"' * 500_000,
        b"\\" * 500_000,
    ],
)
def test_a_bomb_is_refused_without_its_memory(body: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FederationError):
        documents.loads(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 6 * 2**20


@pytest.mark.parametrize(
    "keyword", ["@graph", "@reverse", "@included", "@nest", "@set", "@list", "@id"]
)
def test_a_keyword_that_restructures_a_document_is_refused_at_any_depth(keyword: str) -> None:
    documents_with_it: tuple[dict[str, Any], ...] = (
        {keyword: []},
        {"object": {keyword: {}}},
        {"tag": [{"a": {keyword: "x"}}]},
    )
    for document in documents_with_it:
        with pytest.raises(Malformed):
            loads(document)


@pytest.mark.parametrize(
    "context",
    [
        {"likes": {"@reverse": "as:object"}},
        {"x": "@graph"},
        {"x": {"@id": "@included"}},
        {"x": {"@id": "ex:x", "@context": {"y": "@reverse"}}},
    ],
)
def test_a_context_cannot_bring_a_restructuring_keyword_in(context: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        loads({"@context": [AS2, context], "type": "Undo"})


def test_type_at_the_top_has_one_spelling_only() -> None:
    with pytest.raises(Malformed):
        loads({"@type": "Create"})
    assert loads({"a": {"@type": "xsd:boolean", "@value": "true"}})


@pytest.mark.parametrize(
    "term",
    "id type actor object to cc attributedTo inReplyTo publicKey proof content Note as sec".split(),
)
@pytest.mark.parametrize("meaning", ["https://evil.example/ns#x", None, {"@type": "@id"}])
def test_a_redefined_term_is_refused(term: str, meaning: Any) -> None:
    inline = {term: meaning}
    scoped = {"ex": {"@id": "https://evil.example/ns#ex", "@context": inline}}
    for document in (
        {"@context": inline},
        {"@context": [AS2, inline]},
        {"@context": [AS2, [scoped]]},
        {"object": {"@context": inline}},
    ):
        with pytest.raises(Malformed):
            loads(document)


@pytest.mark.parametrize("length", [1, 10_000])
def test_a_context_is_judged_each_time_by_all_that_it_says(length: int) -> None:
    usual = {"ex": "https://peer.example/ns#" + "x" * length}
    for _ in range(2):
        assert loads({"@context": [AS2, usual]})
        with pytest.raises(Malformed):
            loads({"@context": [AS2, usual | {"actor": "ex:x"}]})


@pytest.mark.parametrize("term", ["as:actor", AS2 + "#actor"])
def test_a_term_cannot_be_redefined_by_its_full_name(term: str) -> None:
    with pytest.raises(Malformed):
        loads({"@context": {term: "https://evil.example/ns#x"}})


def test_one_term_may_borrow_no_other_terms_meaning() -> None:
    with pytest.raises(Malformed):
        loads({"@context": {"actor": "as:object"}})


def test_checking_changes_nothing_and_quotes_nothing() -> None:
    document = {"@context": MASTODON_CONTEXT, "content": "canary", "object": {"@id": "canary"}}
    before = deepcopy(document)
    with pytest.raises(Malformed) as caught:
        documents.check(document)
    assert document == before
    assert "canary" not in str(caught.value)
    with pytest.raises(Malformed) as caught:
        documents.loads(b'{"content":"canary",}')
    assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    "value",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        f'application/ld+json; profile="{AS2}"',
        f'application/ld+json;charset=utf-8;profile="https://example.org/x {AS2}"',
    ],
)
def test_both_media_types_of_activitystreams_are_taken(value: str) -> None:
    assert documents.is_activity_type(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "application/json",
        "application/ld+json",
        'application/ld+json; profile="https://www.w3.org/ns/json-ld#flattened"',
        f'application/ld+json; profile="{AS2}x"',
        f'application/ld+json; profile="{AS2}"; profile="x"',
        "text/html",
        "image/png",
        "text/plain; application/activity+json",
        "application/activity+json, text/html",
        "application/octet-stream",
    ],
)
def test_no_other_media_type_is(value: str | None) -> None:
    assert not documents.is_activity_type(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["@context", "@id", "id", "to", "as:to"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_make_reading_fail_in_another_way(body: bytes) -> None:
    try:
        documents.loads(body)
    except FederationError:
        return


@given(st.dictionaries(st.text(max_size=4) | st.just("@context"), json_values, max_size=5))
def test_what_is_read_is_what_was_written(document: dict[str, Any]) -> None:
    try:
        body = orjson.dumps(document)
    except (TypeError, ValueError):
        return  # not JSON: a lone surrogate, an integer past 64 bits
    try:
        assert documents.loads(body) == orjson.loads(body)
    except FederationError:
        return


names = st.sampled_from(
    ["@context", "@id", "@type", "@graph", "@set", "id", "to", "actor", "as:to", "x", "\0", "@x"]
)
texts = st.sampled_from(["", "@graph", "@reader@peer.example", "\0", '"@id": 1', "as:to", "\\"])
odd_values = st.recursive(
    texts | st.sampled_from([None, True, 0, 1.5, 1e20, 2**53, -(2**53), 2**53 - 1, 10**15]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def spelt(value: Any, draw: Callable[[Any], Any]) -> str:
    """A JSON text of it, with characters by their numbers and white space here and there."""
    if isinstance(value, str):
        escaped = draw(st.sampled_from(["", "@", "gixt@", '"\\']))
        inside = "".join(f"\\u{ord(one):04x}" if one in f'{escaped}"\\\0' else one for one in value)
        return f'"{inside}"'
    space = draw(st.sampled_from(["", "", " ", "\n\t"]))
    if isinstance(value, list):
        return f"[{space}" + f",{space}".join(spelt(each, draw) for each in value) + "]"
    if isinstance(value, dict):
        members = (f"{spelt(n, draw)}{space}:{spelt(each, draw)}" for n, each in value.items())
        return "{" + f",{space}".join(members) + f"{space}}}"
    return orjson.dumps(value).decode()


@given(st.dictionaries(names, odd_values, max_size=4), st.data())
def test_a_small_document_is_refused_for_what_its_values_are_looked_at_for(
    document: dict[str, Any], data: st.DataObject
) -> None:
    body = spelt(document, data.draw).encode()

    assert is_refused(documents.loads, body) == is_refused(documents.check, orjson.loads(body))


@pytest.mark.parametrize(
    "body",
    [
        rb'{"\u0040id":"x"}',
        rb'{"object":{"@gr\u0061ph":[]}}',
        b'{"object":{"@set" :[]}}',
        b'{"@context":"x","object":{"@context":{"actor":"ex:x"}}}',
        rb'{"@conte\u0078t":{"actor":"ex:x"}}',
        b'{"a":[1e300]}',
        b'{"a":-90071992547409920}',
        rb'{"object":{"content":"\u0000"}}',
    ],
)
def test_a_small_document_is_refused_however_it_spells_what_is_wrong(body: bytes) -> None:
    with pytest.raises(Malformed):
        documents.loads(body)


def is_refused(read: Callable[[Any], object], given: Any) -> bool:
    try:
        read(given)
    except Malformed:
        return True
    return False
