import pytest
from tests.houses import House, Person

@pytest.mark.parametrize("n", range(4))
async def test_smoke(mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person, n: int) -> None:
    browser = await mercy.sign_in("lee")
    answer = await browser.get("/account")
    assert answer.status == 200 and "Dr J. Lee" in answer.text
