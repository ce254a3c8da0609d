"""Registers in tests: files as NPPES and others ship them, and importing them."""

import csv
import gzip
import zipfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from instance.models import RegistryImport
from instance.services.registry import importing
from instance.services.registry.importing import NPPES, Source, Wanted
from tests.houses import House

LAST, STATE = (
    "Provider Last Name (Legal Name)",
    "Provider Business Practice Location Address State Name",
)
LEE = "1234567893"
OTHERS = ("1558598797", "1999999976")
_SAID = (
    *("NPI", "Entity Type Code", "Replacement NPI", LAST, "Provider First Name"),
    *("Provider Middle Name", "Provider Other Last Name", STATE, "Last Update Date"),
    *("NPI Deactivation Date", "NPI Reactivation Date", "Provider Sex Code"),
)
_REPEATED = (
    *("Healthcare Provider Taxonomy Code_{}", "Provider License Number_{}"),
    *("Provider License Number State Code_{}", "Healthcare Provider Primary Taxonomy Switch_{}"),
)
HEADINGS = (*_SAID, *(one.format(n) for n in range(1, 16) for one in _REPEATED))
PHYSICIAN, CARDIOLOGY = "207R00000X", "207RC0000X"


def person(npi: str, last: str, first: str, licence: str = "", **more: str) -> dict[str, str]:
    """A row; `more` by heading. An internist in Minnesota, unless it says otherwise."""
    return {
        "NPI": npi,
        "Entity Type Code": "1",
        LAST: last,
        "Provider First Name": first,
        STATE: "MN",
        "Last Update Date": "11/02/2026",
        "Healthcare Provider Taxonomy Code_1": PHYSICIAN,
        "Healthcare Provider Primary Taxonomy Switch_1": "Y",
        "Provider License Number_1": licence,
        "Provider License Number State Code_1": "MN" if licence else "",
        **more,
    }


def stub(npi: str, day: str = "05/23/2020") -> dict[str, str]:
    """Deactivated: nothing but the number and the day."""
    return {"NPI": npi, "NPI Deactivation Date": day}


def table(*rows: Mapping[str, str], headings: tuple[str, ...] = HEADINGS) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, headings, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def zipped(path: Path, content: bytes) -> Path:
    """As NPPES ships it, with the other tables that are in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("npidata_pfile_20050523-20261108.csv", content)
        archive.writestr("npidata_pfile_20050523-20261108_fileheader.csv", "NPI\n")
        archive.writestr("othername_pfile_20050523-20261108.csv", "NPI,Name\n1,x\n")
    return path


def packed(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


async def bring(house: House, path: Path, wanted: Wanted | None = None) -> RegistryImport:
    wanted = wanted or Wanted(Source.NPPES, NPPES)
    return await house.at(importing.bring, path, wanted, lambda done, whole: None)


async def nppes(house: House, folder: Path, *rows: Mapping[str, str]) -> RegistryImport:
    path = folder / "nppes.csv"
    path.write_bytes(table(*rows))
    return await bring(house, path, Wanted(Source.NPPES, NPPES, anyway=True))
