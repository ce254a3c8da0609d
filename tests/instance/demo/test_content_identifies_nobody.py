"""The texts of the demonstration carry no identifier and do not repeat themselves."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from instance.demo.content import (
    Answer,
    ConsultThread,
    Escalate,
    Note,
    Outcome,
    PublicThread,
    load,
)
from instance.demo.people import INSTITUTIONS, PEOPLE

MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
STREET = "(?:Street|Road|Lane|Avenue|Drive|Square|Boulevard|Crescent|Court|Terrace)"
KIN = "(?:[Ww]ife|[Hh]usband|[Dd]aughter|[Ss]on|[Mm]other|[Ff]ather|[Ss]ister|[Bb]rother)"
# What may not be said -> a sentence in which it is.
EVERYWHERE = {
    r"\b\d{1,3}[\s-]*(?:yo\b|y/o|y\.o\.|(?:years?|yrs?)[\s-]old)": "a 63-year-old with fever",
    r"\b\d{1,3}\s*(?:YO|M|F)\b": "seen today: 63F, febrile",
    r"\b(?:aged?|age of) \d": "a man aged 71",
    r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b": "scoped on 12/02/2026",
    r"\b\d{4}-\d{2}-\d{2}\b": "admitted 2026-01-14",
    rf"\b{MONTH}\.? \d{{1,2}}\b": "scoped on November 21",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}\b": "came on 12 March",
    rf"\b[A-Z][a-z]+ {STREET}\b": "lives in Quarry Lane",
    r"\b[A-Z]{2} \d{5}\b": "from VT 05201",
    r"\b\d{3}[-. )]+\d{3,4}[-. ]\d{3,4}\b": "call 212-555-0176",
    r"\d{7,}": "record 4480213",
    r"\S@\S": "write to ward@hospital.example",
    r"\b(?:MRN|DOB|SSN|NHS number|Acct|UHID)\b": "MRN to follow",
    r"\b(?:Mr|Mrs|Ms|Miss|Sir)\.? [A-Z]": "Mrs Graves came back",
    rf"\b{KIN},? [A-Z][a-z]+": "her daughter Maria rang",
    r"\b[A-Z]\.\s?[A-Z]\.": "K.T. was well",
}
IN_CONSULTS = {
    r"\b(?:19|20)\d\d\b": "stented in 2019",
    r"https?://|www\.": "see http://pacs.example/88123",
    r"\bDr\.? [A-Z]": "discussed with Dr Patel",
    r"\b[A-Z][a-z]+ (?:Hospital|Clinic|Infirmary|General)\b": "from Lakeside Hospital",
}
INSTITUTION_NAMES = [institution.name for institution in INSTITUTIONS]
SURNAMES = [person.name.split(",")[0].split()[-1] for person in PEOPLE]


def public_texts(thread: PublicThread) -> Iterator[str]:
    yield from (thread.title, thread.text)
    yield from (reply.text for reply in thread.replies)


def consult_texts(consult: ConsultThread) -> Iterator[str]:
    yield from (consult.title, consult.question, consult.history, consult.meds)
    yield from (consult.allergies, consult.exam, consult.tried)
    for row in consult.labs:
        yield from (row.name, row.value, row.unit, row.range)
    for step in consult.steps:
        match step:
            case Answer():
                yield from (step.recommendation, step.rationale, step.would_change)
            case Note() | Escalate():
                yield step.text
            case Outcome():
                yield step.note


THREADS = load()
CONSULT_TEXTS = [
    text for each in THREADS if isinstance(each, ConsultThread) for text in consult_texts(each)
]
TEXTS = CONSULT_TEXTS + [
    text for each in THREADS if isinstance(each, PublicThread) for text in public_texts(each)
]


def found(pattern: str, texts: list[str]) -> list[str]:
    without_doi = (re.sub(r"https://doi\.org/\S+", "", text) for text in texts)
    return [match[0] for text in without_doi for match in re.finditer(pattern, text)]


@pytest.mark.parametrize(("pattern", "example"), (EVERYWHERE | IN_CONSULTS).items())
def test_each_pattern_finds_what_it_is_for(pattern: str, example: str) -> None:
    assert found(pattern, [example])


@pytest.mark.parametrize("pattern", EVERYWHERE)
def test_no_text_holds_an_identifier(pattern: str) -> None:
    assert found(pattern, TEXTS) == []


@pytest.mark.parametrize("pattern", IN_CONSULTS)
def test_no_consult_holds_a_year_a_link_a_clinician_or_a_hospital(pattern: str) -> None:
    assert found(pattern, CONSULT_TEXTS) == []


@pytest.mark.parametrize("name", INSTITUTION_NAMES + SURNAMES)
def test_no_consult_names_an_institution_or_a_colleague(name: str) -> None:
    assert found(rf"\b{re.escape(name)}\b", CONSULT_TEXTS) == []


def test_ages_over_89_appear_as_the_last_band_only() -> None:
    assert found(r"\b(?:9\d|1[01]\d)[\s-]*years?\b", TEXTS) == []


def test_every_link_of_a_public_thread_is_a_doi() -> None:
    links = [link for text in TEXTS for link in re.findall(r"https?://\S+", text)]

    assert links
    assert all(link.startswith("https://doi.org/10.") for link in links)


def test_no_sentence_is_used_twice() -> None:
    sentences = Counter(
        sentence.strip().lower()
        for text in TEXTS
        for sentence in re.split(r"(?<=[.?!:])\s+|\n+", text)
        if len(sentence.strip()) >= 30
    )

    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def test_texts_are_of_varied_length() -> None:
    lengths = sorted(len(text) for text in TEXTS if len(text) > 60)

    assert lengths[len(lengths) // 10] * 4 < lengths[-len(lengths) // 10]
