"""The identifier check: finds in a text what could tell who the patient is.

Pure: rules, check digits and word lists, no model, no network, no database. It helps, it does not
guarantee; the person who sends keeps the last look.
"""

import re
from importlib import import_module

from instance.phi.findings import Finding, Severity, Type

__all__ = ["Finding", "Severity", "Type", "screen"]


def screen(text: str, *, record_number: re.Pattern[str] | None = None) -> tuple[Finding, ...]:
    """What in this text may identify a patient, in reading order, no two at one place.

    `record_number`: how the hospital writes its own record numbers; each match blocks. The rules
    are loaded with the first text: most commands have none, and a server starts the sooner.
    """
    found: tuple[Finding, ...] = import_module("instance.phi.screening").screen(
        text, record_number=record_number
    )
    return found
