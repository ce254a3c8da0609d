"""Bringing registers: as they are shipped, row by row, and never half (domain.md 4.4)."""

from pathlib import Path

import pytest

from instance.errors import FormRefused
from instance.models import RegistryImport, RegistryNumber, RegistryState
from instance.services.registry import importing
from instance.services.registry.importing import NPPES, Source, Wanted
from tests.houses import House
from tests.registers import (
    HEADINGS,
    LEE,
    OTHERS,
    STATE,
    bring,
    nppes,
    packed,
    person,
    stub,
    table,
    zipped,
)

ROWS = (
    person(LEE, "García-López", "José", "12345", **{"Provider Other Last Name": "Ruiz"}),
    {"NPI": "1000000004", "Entity Type Code": "2", STATE: "MN"},
    stub(OTHERS[0]),
)


async def numbers(house: House) -> list[tuple[str, str, str, str, bool]]:
    rows = await house.at(lambda: RegistryNumber.all().order_by("id"))
    return [(r.number, r.jurisdiction, r.given, r.families, r.is_active) for r in rows]


@pytest.mark.parametrize("shipped", ["csv", "gz", "zip"])
async def test_people_come_and_organisations_do_not(
    mercy: House, tmp_path: Path, shipped: str
) -> None:
    content = table(*ROWS)
    path = tmp_path / f"nppes.{shipped}"
    if shipped == "csv":
        path.write_bytes(content)
    elif shipped == "gz":
        packed(path, content)
    else:
        zipped(path, content)
    found = await bring(mercy, path)
    assert (found.people, found.numbers, found.refused) == (2, 3, 0)
    assert (found.state, found.newest) == (RegistryState.DONE, "2026-11-02")
    assert await numbers(mercy) == [
        (LEE, "US", "jose", "garcia lopez|ruiz", True),
        ("12345", "US-MN", "jose", "garcia lopez|ruiz", True),
        (OTHERS[0], "US", "", "", False),  # deactivated: a stub
    ]


async def test_columns_are_known_by_their_headings(mercy: House, tmp_path: Path) -> None:
    former = tuple(
        "Provider Gender Code" if name == "Provider Sex Code" else name
        for name in reversed(HEADINGS)
    )
    path = tmp_path / "former.csv"
    path.write_bytes(table(*ROWS, headings=former))
    assert (await bring(mercy, path)).people == 2
    path.write_bytes(b"NPI,Name\n1234567893,Lee\n")
    with pytest.raises(FormRefused) as refused:
        await bring(mercy, path)
    assert "This is no file of NPPES: no column Entity Type Code." in refused.value.fields["file"]


async def test_every_licence_of_somebody_comes_and_who_is_back_is_active(
    mercy: House, tmp_path: Path
) -> None:
    many = {f"Provider License Number_{n}": f"X-{n}00" for n in range(1, 16)}
    many |= {f"Provider License Number State Code_{n}": "WI" for n in range(1, 16)}
    back = {"NPI Deactivation Date": "12/31/2019", "NPI Reactivation Date": "01/02/2020"}
    found = await nppes(mercy, tmp_path, person(LEE, "Lee", "Jo", **many, **back))
    assert found.numbers == 16
    rows = await numbers(mercy)
    assert rows[0][4] and rows[-1][:2] == ("X1500", "US-WI")
    [npi] = await mercy.at(lambda: RegistryNumber.filter(number=LEE))
    assert npi.places == "US-MN US-WI" and npi.specialties == "internal_medicine"


@pytest.mark.parametrize("shipped", ["csv", "gz", "zip"])
async def test_half_a_file_never_replaces_a_whole_one(
    mercy: House, tmp_path: Path, shipped: str
) -> None:
    await nppes(mercy, tmp_path, *ROWS)
    before = await numbers(mercy)
    content = table(*ROWS, *(person(LEE, "Lee", f"Jo{n}") for n in range(3000)))
    path = tmp_path / f"next.{shipped}"
    if shipped == "csv":
        path.write_bytes(content[:-300])
    else:
        whole = packed(path, content) if shipped == "gz" else zipped(path, content)
        whole.write_bytes(whole.read_bytes()[:-300])
    with pytest.raises(FormRefused) as refused:
        await bring(mercy, path)
    assert "damaged or ends too early" in refused.value.fields["file"]
    assert await numbers(mercy) == before
    assert [one.people for one in await mercy.at(importing.current)] == [2]


async def test_a_file_in_which_many_are_missing_is_asked_about(
    mercy: House, tmp_path: Path
) -> None:
    await nppes(mercy, tmp_path, *(person(LEE, "Lee", f"Jo{n}") for n in range(20)))
    path = tmp_path / "short.csv"
    path.write_bytes(table(*(person(LEE, "Lee", f"Jo{n}") for n in range(10))))
    with pytest.raises(FormRefused) as refused:
        await bring(mercy, path)
    assert "10 people, 20 in the last one" in refused.value.fields["file"]
    old = {"Last Update Date": "01/05/2026"}
    path.write_bytes(table(*(person(LEE, "Lee", f"Jo{n}", **old) for n in range(20))))
    with pytest.raises(FormRefused) as refused:
        await bring(mercy, path)
    assert "older than the last one" in refused.value.fields["file"]
    taken = await bring(mercy, path, Wanted(Source.NPPES, NPPES, anyway=True))
    assert taken.people == 20 and len(await numbers(mercy)) == 20


async def test_who_stops_in_the_middle_goes_on_from_there(mercy: House, tmp_path: Path) -> None:
    await nppes(mercy, tmp_path, *ROWS)
    path = tmp_path / "long.csv"
    path.write_bytes(table(*(person(LEE, "Lee", f"Jo{n}") for n in range(2500))))

    def stops(done: int, whole: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await mercy.at(importing.bring, path, Wanted(Source.NPPES, NPPES), stops)
    [half] = await mercy.at(importing.begun)
    assert half.position == 1000
    assert [one.people for one in await mercy.at(importing.current)] == [2]  # the former counts
    done = await bring(mercy, path)
    assert (done.id, done.people, done.numbers) == (half.id, 2500, 2500)
    assert len({row[2] for row in await numbers(mercy)}) == len(await numbers(mercy)) == 2500
    assert await mercy.at(lambda: RegistryImport.filter(state="replaced").count()) == 1


async def test_lists_of_other_countries_stand_beside_each_other(
    mercy: House, tmp_path: Path
) -> None:
    path = tmp_path / "gmc.csv"
    path.write_text(
        "GMC Ref No;Surname;Given Names;Registration status\n"
        "C1234567;Nüssli;Ann Mary;Registered with licence\n"
        "7654321;Moyo;Sam;Not registered\n;Nobody;No;Active\n"
    )
    gmc = Wanted(Source.LIST, "gmc", "GB")
    found = await bring(mercy, path, gmc)
    assert (found.people, found.refused, found.jurisdictions) == (2, 1, ["GB"])
    irish = tmp_path / "imc.csv"
    irish.write_text('number,name,jurisdiction,status\n123456,"Murphy, Aoife",IE,Active\n')
    await bring(mercy, irish, Wanted(Source.LIST, "imc"))
    assert await numbers(mercy) == [
        ("1234567", "GB", "ann mary", "nussli", True),
        ("7654321", "GB", "sam", "moyo", False),
        ("123456", "IE", "aoife", "murphy", True),
    ]
    assert [one.register for one in await mercy.at(importing.current)] == ["gmc", "imc"]
