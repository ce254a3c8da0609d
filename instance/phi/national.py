"""Numbers that a state, an insurer or a maker gives one person or thing, known by their form.

A form with a check digit blocks without any cue; one that fails its check is left alone here (a
cue still finds it).
"""

import re
from collections.abc import Callable, Iterator

from instance.phi import checks
from instance.phi.clinical import Clinical, has_unit
from instance.phi.findings import Finding, Severity, Type
from instance.phi.words import Text

EDGE = r"(?<![\w.,/+\-])"
END = r"(?![\w%]|[.,/:\-]\d)"


def _always(code: str) -> bool:
    return True


def _ssn(code: str) -> bool:
    area, group, serial = code[:3], code[3:5], code[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _ihi(code: str) -> bool:
    return code.startswith("80036") and checks.luhn(code)


def _south_african(code: str) -> bool:
    return checks.dated(code) and checks.luhn(code)


def _swedish(code: str) -> bool:
    return checks.dated(code[-10:]) and checks.luhn(code[-10:])


def _dated_and_checked(code: str) -> bool:
    return checks.dated(code) and checks.pesel(code)


def _card(code: str) -> bool:
    return code[0] in "23456" and checks.luhn(code)


# Form, kind, check over the letters and figures alone; each form begins at an edge.
FORMS: tuple[tuple[str, Type, Callable[[str], bool]], ...] = (
    (r"\d{3}-\d\d-\d{4}", Type.SSN, _ssn),
    (r"\d{3}[ .]\d\d[ .]\d{4}", Type.SSN, _ssn),
    (r"[xX*•]{3}-[xX*•]{2}-\d{4}", Type.SSN, _always),
    (r"(?<=last 4: )\d{4}|(?<=last 4 )\d{4}|(?<=last four )\d{4}", Type.SSN, _always),
    (r"\d{3}[ \-]?\d{3}[ \-]?\d{4}", Type.NATIONAL_ID, checks.nhs),
    (
        r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]",
        Type.NATIONAL_ID,
        _always,
    ),
    (r"[2-9]\d{3}[ \-]?\d{4}[ \-]?\d{4}", Type.NATIONAL_ID, checks.verhoeff),
    (r"\d\d-\d{4}-\d{4}-\d{4}", Type.NATIONAL_ID, _always),
    (r"[2-6]\d{3} ?\d{5} ?\d(?:[ /\-]?\d)?", Type.NATIONAL_ID, checks.medicare_au),
    (r"8003 ?6\d{3} ?\d{4} ?\d{4}", Type.NATIONAL_ID, _ihi),
    (
        r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?"
        r"[AC-HJKMNP-RT-Y]{2}\d\d",
        Type.PLAN,
        _always,
    ),
    (
        r"\d{4}[ \-]\d{3}[ \-]\d{3}(?:[ \-]?[A-Z]{2})?",
        Type.NATIONAL_ID,
        lambda code: checks.luhn(code[:10]),
    ),
    (
        r"[A-Z]{4} ?\d{4} ?\d{4}",
        Type.NATIONAL_ID,
        lambda code: checks.dated(code[4:6] + f"{int(code[6:8]) % 50:02}" + code[8:10]),
    ),
    (r"\d{3}[ \-]\d{3}[ \-]\d{3}", Type.NATIONAL_ID, checks.luhn),
    (r"\d{3}\.\d{3}\.\d{3}-\d\d", Type.NATIONAL_ID, _always),
    (r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]", Type.NATIONAL_ID, _always),
    (r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d", Type.NATIONAL_ID, _always),
    (r"[A-Z]{6}\d\d[A-EHLMPR-T]\d\d[A-Z]\d{3}[A-Z]", Type.NATIONAL_ID, _always),
    (r"[A-Z]{3} ?[A-Z]{3} ?\d\d[A-EHLMPR-T]\d\d ?[A-Z]\d{3}[A-Z]", Type.NATIONAL_ID, _always),
    (r"\d{8}-?[A-HJ-NP-TV-Z]", Type.NATIONAL_ID, checks.dni),
    (r"[STFGM]\d{7}[A-Z]", Type.NATIONAL_ID, checks.nric),
    (r"\d{6}-\d\d-\d{4}", Type.NATIONAL_ID, checks.dated),
    (r"[A-Z]{1,2}\d{6} ?\([\dA]\)", Type.NATIONAL_ID, _always),
    (r"\d{6}-[1-8]\d{6}", Type.NATIONAL_ID, checks.dated),
    (r"\d{17}[\dX]", Type.NATIONAL_ID, checks.chinese),
    (r"\d{5}-\d{7}-\d", Type.NATIONAL_ID, _always),
    (r"784-?(?:19|20)\d\d-?\d{7}-?\d", Type.NATIONAL_ID, _always),
    (r"756\.\d{4}\.\d{4}\.\d\d", Type.NATIONAL_ID, _always),
    (r"\d{6} ?\d{4} ?\d ?\d ?\d", Type.NATIONAL_ID, _south_african),
    (r"(?:19|20)?\d{6}[\-+]\d{4}", Type.NATIONAL_ID, _swedish),
    (r"\d{6}-\d{4}", Type.NATIONAL_ID, checks.dated),
    (r"\d{6}[A+\-]\d{3}[\dA-FHJ-NPR-Y]", Type.NATIONAL_ID, checks.dated),
    (r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", Type.NATIONAL_ID, _always),
    (r"\d{11}", Type.NATIONAL_ID, _dated_and_checked),
    (r"[1-9]\d{10}", Type.NATIONAL_ID, checks.turkish),
    (
        r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d",
        Type.NATIONAL_ID,
        lambda code: code.isdigit() and checks.nir(code),
    ),
    (r"[A-HJ-NP-Z]{3}\d{4}", Type.NATIONAL_ID, checks.nhi),
    (r"[A-Z]{5}\d{4}[A-Z]", Type.NATIONAL_ID, _always),
    (r"\d{7}[A-W][A-I]?", Type.NATIONAL_ID, _always),
    (r"[A-HJ-NPR-Z\d]{17}", Type.VEHICLE, lambda code: not code.isdigit() and checks.vin(code)),
    (r"\d{4}[ \-]?\d{4}[ \-]?\d{4}[ \-]?\d{4}", Type.ACCOUNT, _card),
    (r"3[47]\d\d[ \-]?\d{6}[ \-]?\d{5}", Type.ACCOUNT, checks.luhn),
    (r"[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?", Type.ACCOUNT, checks.iban),
    (r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}", Type.LICENSE, checks.dea),
)
COMPILED = tuple((re.compile(form + END), kind, check) for form, kind, check in FORMS)
# Where one of the forms can begin, asked once: to ask all of them everywhere would be a third of
# the time that a text takes.
BEGINS = re.compile(EDGE + r"(?=\d|[A-Z*xX•]{1,8} ?[A-Z]{0,3} ?-?[\d*xX•])")
UDI = re.compile(r"\(01\)\s?\d{14}(?:\s?\((?:10|11|17|21)\)\s?[\w\-]{1,20}){0,4}")
MAC = re.compile(r"(?<![\w:])[\dA-Fa-f]{2}(?:[:\-][\dA-Fa-f]{2}){5}(?![\w:])")


def find(text: Text, clinical: Clinical) -> Iterator[Finding]:
    starts = [begin.start() for begin in BEGINS.finditer(text.raw)]
    for expression, kind, check in COMPILED:
        for start in starts:
            found = expression.match(text.raw, start)
            if found is None or clinical.covers(start) or has_unit(text, found.end()):
                continue
            if check("".join(mark for mark in found[0] if mark.isalnum())):
                yield Finding(start, found.end(), kind, Severity.BLOCK, "")
    for expression in (UDI, MAC):
        for found in expression.finditer(text.raw):
            yield Finding(found.start(), found.end(), Type.DEVICE, Severity.BLOCK, "")
