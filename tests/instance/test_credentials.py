"""Numbers of physicians: check digits and forms (domain.md 4.2, 4.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance import credentials


@pytest.mark.parametrize(
    ("number", "total", "is_one"),
    [
        ("1234567893", 67, True),  # CMS's example, which a bare Luhn would refuse
        ("1558598797", 73, True),
        ("1999999976", 94, True),
        ("1234567890", 67, False),
        ("1234567839", 64, False),  # the last two swapped
        ("2000000004", 28, False),
    ],
)
def test_the_table_of_npis(number: str, total: int, is_one: bool) -> None:
    without_check = credentials.luhn("80840" + number[:9] + "0")
    assert without_check == total
    assert credentials.is_npi(number) is is_one


@pytest.mark.parametrize(
    "text", ["", "123456789", "12345678933", "3234567893", "1234 567893", "١٢٣٤٥٦٧٨٩٣"]
)
def test_what_has_another_form_is_no_npi(text: str) -> None:
    assert not credentials.is_npi(text)


@given(st.integers(100_000_000, 299_999_999))
def test_one_digit_in_ten_makes_an_npi(nine: int) -> None:
    assert sum(credentials.is_npi(f"{nine}{last}") for last in range(10)) == 1


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 9), st.integers(1, 9))
def test_a_digit_that_is_wrong_is_noticed(nine: int, place: int, more: int) -> None:
    number = next(n for last in range(10) if credentials.is_npi(n := f"{nine}{last}"))
    digit = str((int(number[place]) + more) % 10)
    assert not credentials.is_npi(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    ("place", "number", "is_one"),
    [
        ("US-CA", "A 12345", True),
        ("US-CA", "20A1234", True),
        ("US-CA", "B12345", False),
        ("US-OH", "35.123456", True),
        ("US-OH", "36.123456", False),
        ("US-IL", "036-123456", True),
        ("US-NJ", "25ma12345678", True),
        ("US-IN", "01012345A", True),
        ("US-WI", "12345-20", True),
        ("US-CO", "DR.0012345", True),
        ("US-ND", "X1", False),
        ("US-ND", "X12", True),
        ("GB", "1234567", True),
        ("GB", "C1234567", True),
        ("GB", "123456", False),
        ("AU", "MED0001234567", True),
        ("CA", "CAMD-1234-5678", True),
        ("DE", "123456601", True),
        ("DE", "123456701", False),
        ("FR", "10003333336", False),
        ("CH", "7601000000002", True),
        ("CH", "7601000000003", False),
        ("JP", "12345", True),
    ],
)
def test_a_licence_has_the_form_of_its_place(place: str, number: str, is_one: bool) -> None:
    assert credentials.is_licence(number, place) is is_one
