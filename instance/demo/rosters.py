"""The staff lists of the demonstration: its members, and invented colleagues without an account."""

import csv
from collections.abc import Sequence
from io import StringIO

from instance.demo import people

FILE = "medical-staff.csv"
_HEAD = (
    *("Staff number", "Title", "First name", "Surname", "Work e-mail", "Profession"),
    *("Career stage", "Specialty", "Department"),
)
# Given name, family name, profession, stage, specialty, department.
_COLLEAGUES = (
    ("N.", "Abbasi", "physician", "practising", "nephrology", "Renal medicine"),
    ("I.", "Farouk", "physician", "practising", "general_surgery", "Surgery"),
    ("L.", "Fontaine", "nurse", "practising", "critical_care", "Intensive care"),
    ("J.", "Keane", "physician", "trainee", "emergency_medicine", "Emergency"),
    ("G.", "Moretti", "physician", "retired", "general_surgery", "Surgery"),
    ("C.", "Rossi", "physician", "practising", "anesthesiology", "Theatres"),
    ("Søren", "Thorne-Lindgren", "physician", "practising", "dermatology", "Dermatology"),
    ("P.", "Nováková", "pharmacist", "practising", "internal_medicine", "Pharmacy"),
    # The last one has no whole address: there is a row to correct.
    ("E.", "Osterberg", "physician", "practising", "urology", "Urology"),
)


def table(there: Sequence[people.Person]) -> str:
    """The list of one institution, in the order of its members."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(_HEAD)
    rows.writerows(_member(person, 100 + number) for number, person in enumerate(there))
    host = f"{there[0].institution}.example"
    last = len(_COLLEAGUES) - 1
    for number, (given, family, *rest) in enumerate(_COLLEAGUES):
        mail = f"staff{number}@{host}" if number != last else f"staff{number}"
        title = "Dr" if rest[0] == "physician" else ""
        rows.writerow((200 + number, title, given, family, mail, *rest))
    return text.getvalue()


def _member(person: people.Person, number: int) -> tuple[object, ...]:
    name, _, _ = person.name.partition(",")
    *first, family = name.split()
    title = first.pop(0) if first[0] == "Dr" else ""
    return (
        *(number, title, " ".join(first), family, f"{person.handle}@{person.institution}.example"),
        *(person.profession, person.stage, ";".join(person.specialties), ""),
    )
