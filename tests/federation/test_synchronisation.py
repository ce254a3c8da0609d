"""FEP-8fcf: the digest of followers, and the header that carries it."""

import pytest

from federation.synchronisation import Synchronisation, digest, parse

SAID = Synchronisation("https://a.example/u/1/followers", "https://a.example/u/1/sync", "0" * 64)


def test_the_published_vector() -> None:
    """federation.md 9.4."""
    ids = [f"https://testing.example.org/users/{number}" for number in (1, 2)]
    expected = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert digest(ids) == expected
    assert digest(reversed(ids)) == expected


def test_nobody_makes_a_digest_of_zeros() -> None:
    assert digest([]) == "0" * 64


def test_what_we_write_is_what_we_read() -> None:
    assert parse(SAID.to_header()) == SAID


@pytest.mark.parametrize(
    "header",
    [
        "",
        "collectionId",
        SAID.to_header() + ', url="https://other.example/"',
        SAID.to_header().replace('"', ""),
        SAID.to_header().replace("0" * 64, "0" * 63),
        SAID.to_header().replace("0" * 64, "Z" * 64),
        SAID.to_header().replace("digest", "digests"),
        SAID.to_header() + " " * 5000,
    ],
)
def test_what_is_no_such_header_says_nothing(header: str) -> None:
    assert parse(header) is None
