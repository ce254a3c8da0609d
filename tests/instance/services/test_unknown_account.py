"""What a guess at an unknown name is checked against, so that it costs what others cost (T64)."""

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from instance.services import members


def test_no_password_fits_it_and_the_whole_work_is_done() -> None:
    with pytest.raises(VerifyMismatchError):  # InvalidHashError would come at once
        members._hasher.verify(members._UNKNOWN_ACCOUNT, "a password that somebody guessed")


def test_it_asks_for_the_same_work_as_a_members_hash() -> None:
    real = members._hasher.hash("a password that somebody has")

    assert extract_parameters(members._UNKNOWN_ACCOUNT) == extract_parameters(real)
    assert not members._hasher.check_needs_rehash(members._UNKNOWN_ACCOUNT)
