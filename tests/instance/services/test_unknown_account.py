"""What a guess at an unknown name is checked against, so that it costs what others cost (T64)."""

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from instance.services import passwords


def test_no_password_fits_it_and_the_whole_work_is_done() -> None:
    with pytest.raises(VerifyMismatchError):  # InvalidHashError would come at once
        passwords._hasher.verify(passwords._UNKNOWN_ACCOUNT, "a password that somebody guessed")


def test_it_asks_for_the_same_work_as_a_members_hash() -> None:
    real = passwords._hasher.hash("a password that somebody has")

    assert extract_parameters(passwords._UNKNOWN_ACCOUNT) == extract_parameters(real)
    assert not passwords._hasher.check_needs_rehash(passwords._UNKNOWN_ACCOUNT)
