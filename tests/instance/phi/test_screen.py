"""What the identifier check finds, leaves alone, and writes in the place of what it found."""

import re
import time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from instance.phi import Severity, Type, screen

FOUND = {
    "mrs graves (yes really) has graves disease": ("graves", Type.NAME),
    "wife rosalind found him": ("rosalind", Type.NAME),
    "brother Will says so": ("Will", Type.NAME),
    "Miss Power has power 3/5": ("Power", Type.NAME),
    "KOVÁCS, JÁNOS 61M": ("KOVÁCS, JÁNOS", Type.NAME),
    "Siti binti Osman 39F": ("Siti binti Osman", Type.NAME),
    "pt john smith 45m": ("john smith", Type.NAME),
    "患者王小明, 45": ("王小明", Type.NAME),
    "advice from Dr Patel": ("Dr Patel", Type.CLINICIAN),
    "lives in Harrogate with a cat": ("Harrogate", Type.LOCATION),
    "17 quarry lane": ("17 quarry lane", Type.LOCATION),
    "postcode EH6 5NA": ("EH6 5NA", Type.LOCATION),
    "nonagenarian with AS": ("nonagenarian", Type.AGE90),
    "one hundred and two year old": ("one hundred and two year old", Type.AGE90),
    "call 555-0176": ("555-0176", Type.PHONE),
    "+49 151 23456789": ("+49 151 23456789", Type.PHONE),
    "fax 020 7946 0000": ("020 7946 0000", Type.FAX),
    "john dot doe at gmail dot com": ("john dot doe at gmail dot com", Type.EMAIL),
    "943 476 5919": ("943 476 5919", Type.NATIONAL_ID),
    "2341 2341 2346": ("2341 2341 2346", Type.NATIONAL_ID),
    "771 40 2268": ("771 40 2268", Type.SSN),
    "hosp no. HKL-20934": ("HKL-20934", Type.MRN),
    "1EG4-TE5-MK73": ("1EG4-TE5-MK73", Type.PLAN),
    "GB82 WEST 1234 5698 7654 32": ("GB82 WEST 1234 5698 7654 32", Type.ACCOUNT),
    "4111 1111 1111 1111": ("4111 1111 1111 1111", Type.ACCOUNT),
    "1M8GDM9AXKP042788": ("1M8GDM9AXKP042788", Type.VEHICLE),
    "S/N 12345-AB": ("12345-AB", Type.DEVICE),
    "fe80::1ff:fe23:4567:890a": ("fe80::1ff:fe23:4567:890a", Type.IP),
    "iris scan on file": ("iris scan", Type.BIOMETRIC),
    "the mayor of Grimsby": ("the mayor of Grimsby", Type.OTHER),
    # As letters, lists of a ward, pasted tables and chats write them.
    "14/03 ECG normal": ("14/03", Type.DATE),
    "MRI_12-11-2025.pdf": ("12-11-2025", Type.DATE),
    "on the 3rd of last month": ("the 3rd of last month", Type.DATE),
    "in early March he fell": ("early March", Type.DATE),
    "she is 94 and lives alone": ("94", Type.AGE90),
    "NOF 97M on apixaban": ("97M", Type.AGE90),
    "father died at 96 of MI": ("96", Type.AGE90),
    "J. Marchetti, sodium 118": ("J. Marchetti", Type.NAME),
    "2. Okonkwo - sepsis": ("Okonkwo", Type.NAME),
    "Lindqvist^Arvid^M": ("Lindqvist^Arvid^M", Type.NAME),
    "Lindqvist's CT": ("Lindqvist", Type.NAME),
    "patient 王伟 with gout": ("王伟", Type.NAME),
    "Dhr. van der Meulen": ("van der Meulen", Type.NAME),
    "goes by Kit": ("Kit", Type.NAME),
    "Vogt, A. 34F": ("Vogt, A.", Type.NAME),
    "at Leeds General": ("Leeds General", Type.LOCATION),
    "CHU de Nantes": ("CHU de Nantes", Type.LOCATION),
    "Ashby-under-Wold": ("Ashby-under-Wold", Type.LOCATION),
    "Tralee, Co. Kerry": ("Tralee, Co. Kerry", Type.LOCATION),
    "53.3498, -6.2603": ("53.3498, -6.2603", Type.LOCATION),
    "MRN\n4480213": ("4480213", Type.MRN),
    "batch AB1234": ("AB1234", Type.DEVICE),
    "191-D-12345": ("191-D-12345", Type.VEHICLE),
    "06 12 34 56 78": ("06 12 34 56 78", Type.PHONE),
    "seven oh four five five five oh one nine": (
        "seven oh four five five five oh one nine",
        Type.PHONE,
    ),
    "ramesh@okaxis": ("ramesh@okaxis", Type.ACCOUNT),
    "203[.]0[.]113[.]9": ("203[.]0[.]113[.]9", Type.IP),
    "\\\\filer\\ward7\\scan.png": ("\\\\filer\\ward7\\scan.png", Type.URL),
}
AS_PASTED = {
    "seen 5\u200b/6/2025 in clinic": "5\u200b/6/2025",
    "born 14\u00a0March\u00a01950": "14\u00a0March\u00a01950",
    "tel 212\u2011555\u20110176": "212\u2011555\u20110176",
    "tel &nbsp;212-555-0176": "212-555-0176",
    "on 5&#47;6&#47;2025": "5&#47;6&#47;2025",
    "\uff19\uff14yo man": "\uff19\uff14yo",
    "Mr Mun\u0303oz": "Mun\u0303oz",
    "tel 212-555-\n0176": "212-555-\n0176",
}
LEFT_ALONE = (
    "Wilson, Graves and Crohn; Will Garden IV do? Grace period, May start Monday.",
    "from 5/5 to 3/5, 2/52 of cough, for 3/12, 5/7 course, L4/5, 36+2, G2P1, T4N1M0, E4V5M6",
    "sats 94%, 97 kg, T 101 F, 99mTc MIBI, patients over 90, age > 90, 95th centile, P/F 102",
    "Rotterdam criteria, Paris classification, Los Angeles grade B, St John's wort, Mayo score 9",
    "PMID 31234567, NCT03036150, 10.1056/NEJMoa1915922, N Engl J Med 2020;382:1199-207, CPT 99213",
    "EGFR L858R, c.68_69delAG, HLA-B*57:01, rs1799963, 46,XX,t(9;22), WBC 14.2-16.8-19.1",
    "Nigerian, moved from Ghana to Texas in 2019; 89 y/o",
    "https://pubmed.ncbi.nlm.nih.gov/31234567/ and https://www.nice.org.uk/guidance/ng136",
    "Allo from 9/10 MUD, ER 8/8, BiPAP 18/6, Sinemet 25/100, VA 6/36, from 4/5-3/5",
    "He is 94 on 2 L, INH 9 months, Jackson-Pratt 340 ml, ver1.2.34, C5-C7, AUC 94 in clinic",
    "Bariatric Surgery, Neuro-Oncology Clinic, at Graves', Blunt Chest trauma",
)


def test_each_kind_is_found_where_it_stands() -> None:
    for text, (words, kind) in FOUND.items():
        found = [(text[f.start : f.end], f.type) for f in screen(text)]
        assert found == [(words, kind)], text


def test_medicine_that_looks_like_an_identifier_is_left_alone() -> None:
    for text in LEFT_ALONE:
        assert screen(text) == (), text


def test_what_was_pasted_is_found_where_it_stands_with_its_odd_signs() -> None:
    for text, words in AS_PASTED.items():
        assert [text[f.start : f.end] for f in screen(text)] == [words], ascii(text)


def test_a_wrong_check_digit_or_a_trusted_host_is_not_blamed() -> None:
    for text in ("943 476 5918", "1M8GDM9A0KP042788", "4111 1111 1111 1112"):
        assert all(f.type is not Type.ACCOUNT for f in screen(text))
        assert all(f.type not in (Type.VEHICLE, Type.NATIONAL_ID) for f in screen(text)), text


def test_dates_of_one_text_move_together_and_a_birthday_goes() -> None:
    text = "DOB 4/2/1950. Admitted 9 March, worse on 12 March, echo 28/02, MI on 3/5/2011."

    assert [f.fix for f in screen(text)] == ["", "day 0", "day 3", "day -9", "2011"]


def test_the_fix_of_an_age_keeps_the_sex_and_is_clean_itself() -> None:
    for text, fix in {
        "93F": "90+ F",
        "93 lady": "90+ lady",
        "M97": "90+ M",
        "he is 93": "90+",
    }.items():
        (finding,) = screen(f"{text}, septic")
        mended = f"{text[: finding.start]}{finding.fix}{text[finding.end :]}, septic"

        assert finding.fix == fix
        assert screen(mended) == ()


def test_offsets_count_code_points_past_a_character_of_two_units() -> None:
    text = "🩺 Mrs Okafor"
    (finding,) = screen(text)

    assert text[finding.start : finding.end] == "Okafor"


def test_the_pattern_of_the_hospital_finds_its_own_record_numbers() -> None:
    assert screen("seen as QX77-1 today") == ()

    (finding,) = screen("seen as QX77-1 today", record_number=re.compile(r"QX\d\d-\d"))

    assert (finding.type, finding.severity) == (Type.MRN, Severity.BLOCK)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("aA. -/,:#@()1239\n'éDrMayMRN+"), max_size=120))
def test_findings_are_ordered_apart_and_within_the_text(text: str) -> None:
    findings = screen(text)

    assert all(0 <= f.start < f.end <= len(text) for f in findings)
    assert all(one.end <= other.start for one, other in pairwise(findings))


HOSTILE = (
    *(
        "1",
        "1 ",
        "12-",
        "a-",
        "A ",
        "Ab ",
        "a.",
        "a@",
        "(1) ",
        "1:",
        "1/2/",
        "mrn ",
        "Dr ",
        "Mary ",
    ),
    *(
        "12 Oak ",
        "call me on ",
        " ",
        "\n",
        "May ",
        "GB11 1234 ",
        "de la ",
        "no number is ",
        "0123 ",
    ),
    *("at Aa's ", "at Royal Aa ", "Aa, Co. ", "Address: Aa, ", "1-\n", "&#64;", "Aa^", "one two "),
    *("Smith, J. ", "wife Ann, Tom, ", "Aa-on-", "AB12 ", "in Port Aa ", "\u200b", "//a", "AA-"),
    *("http://a", "a at ", "the only one ", "95 ", "X. ", "É", "'", "lives in ", "and ", "[at] "),
)


def _seconds(text: str) -> float:
    started = time.process_time()
    screen(text)
    return time.process_time() - started


def test_no_text_takes_more_than_its_length_deserves() -> None:
    """Ten times the text in far less than a hundred times the time: nothing backtracks."""
    screen("read the lists first: Mr Smith, 12/3/24")
    for unit in HOSTILE:
        short, long = ((unit * (length // len(unit))) for length in (3_000, 30_000))
        once = min(_seconds(short) for _ in range(2))
        assert _seconds(long) < 40 * max(once, 0.005), unit
