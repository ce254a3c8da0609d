"""The rules, in the order in which they are asked. Loaded by `instance.phi.screen`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from instance.phi import (
    addresses,
    ages,
    codes,
    contacts,
    dates,
    name_forms,
    name_words,
    names,
    national,
    places,
    runs,
    traits,
)
from instance.phi.clinical import Clinical
from instance.phi.findings import Finding, settle
from instance.phi.gazetteer import entry
from instance.phi.plain import Plain
from instance.phi.words import Text


def screen(text: str, *, record_number: re.Pattern[str] | None = None) -> tuple[Finding, ...]:
    """As `instance.phi.screen`."""
    plain = Plain(text)
    taken = Text(plain.text)
    return tuple(
        replace(finding, start=start, end=end)
        for finding in settle(_found(taken, Clinical(taken), record_number))
        for start, end in [plain.typed(finding.start, finding.end)]
    )


def _found(
    text: Text, clinical: Clinical, record_number: re.Pattern[str] | None
) -> Iterator[Finding]:
    """The surest rules first: what they find is not asked of the next again."""
    yield from contacts.find(text, clinical)
    yield from national.find(text, clinical)
    yield from addresses.find(text)
    dated = list(dates.find(text, clinical))
    yield from _apart(codes.find(text, clinical, record_number), dated)
    yield from dated
    yield from ages.find(text)
    yield from _apart(contacts.telephones(text, clinical), dated)
    yield from _no_eponyms(text, names.find(text))
    yield from name_forms.find(text)
    yield from traits.find(text)
    yield from places.find(text)
    yield from _no_eponyms(text, runs.find(text))


def _no_eponyms(text: Text, found: Iterable[Finding]) -> Iterator[Finding]:
    """Without whole names that are a sign or a valve, unless an age makes a person of them."""
    taken = {
        place
        for index, word in enumerate(text.words)
        if (length := entry(text, index, "eponym_phrases")) > 1
        for place in range(word.start, text.words[index + length - 1].end)
    }
    for finding in found:
        if finding.end - 1 not in taken or name_words.is_with_age(text, finding.end):
            yield finding


def _apart(found: Iterable[Finding], from_these: list[Finding]) -> Iterator[Finding]:
    """Without those that begin within one of these."""
    taken = {place for other in from_these for place in range(other.start, other.end)}
    return (finding for finding in found if finding.start not in taken)
