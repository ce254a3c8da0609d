"""DocsBoard: a licence number with its place; of a wrong form refused with a reason, of the right
form given, and Checked alone when a register has it."""

from pathlib import Path

import pytest

from instance.models import Level
from tests.houses import House
from tests.registers import LEE, nppes, person
from tests.rosters import joined, level

PAGE = "/account/verification/number"
MINNESOTA = {"jurisdiction": "MN", "licence": "54321"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"jurisdiction": "US-CA", "licence": "B123"}, "A, C or G and 4 to 6 digits, or 20A"),
        ({"jurisdiction": "uk", "licence": "123456"}, "A licence number of GB has 7 digits."),
        ({"jurisdiction": "DE-BE", "licence": "123456701"}, "of which the 7th fits the others"),
        ({"jurisdiction": "FR", "licence": "10003333336"}, "of which the last fits the others"),
        ({"jurisdiction": "US-MN", "npi": "1234567890"}, "Often two digits are swapped."),
        ({"jurisdiction": "US-MN", "npi": "3234567893"}, "10 digits and begins with 1 or 2."),
        ({"jurisdiction": "GB", "npi": LEE}, "An NPI is of the United States."),
        ({"jurisdiction": "DE", "licence": "123456601"}, "DE is a state and a country."),
        ({"jurisdiction": "Utopia", "licence": "12345"}, "Write a country or a state by its code"),
        ({"jurisdiction": "US-MN"}, "Give a licence number or an NPI."),
    ],
)
async def test_a_number_of_a_wrong_form_is_refused_with_a_reason_and_nothing_is_lost(
    mercy: House, typed: dict[str, str], said: str
) -> None:
    kim = await joined(mercy, "kim")
    browser = await mercy.sign_in("kim")
    refused = await browser.post_form(PAGE, {"orcid": "0000-0002-1825-0097", **typed})
    assert refused.status == 422 and said in refused.text
    for value in ("0000-0002-1825-0097", *typed.values()):
        assert f'value="{value}"' in refused.text
    assert "What you gave" not in (await browser.get(PAGE)).text
    assert await level(kim) == 1


async def test_the_right_form_alone_is_a_number_given(mercy: House) -> None:
    kim = await joined(mercy, "kim", level=Level.GUEST)
    browser = await mercy.sign_in("kim")
    assert (await browser.post_form(PAGE, MINNESOTA)).status == 302
    page = (await browser.get(PAGE)).text
    assert "Number given. A verification officer of Mercy General looks at it." in page
    assert "No register of that place is here." in page
    assert await level(kim) == 1


async def test_a_match_in_the_register_makes_checked_and_never_verified(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, person(LEE, "Kim", "Jae-Won", "54321"))
    kim = await joined(mercy, "kim", legal_name="Dr Jae Won Kim")
    browser = await mercy.sign_in("kim")
    await browser.post_form(PAGE, MINNESOTA)
    assert await level(kim) == 2
    page = (await browser.get(PAGE)).text
    assert "A register confirms you until" in page
    assert "That alone never makes you Verified" in page
    await browser.post_form(PAGE, {**MINNESOTA, "npi": LEE})
    assert await level(kim) == 2
