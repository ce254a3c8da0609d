"""What is told about a roster: its columns, why a row is not taken, how an import stands.

On pages and in the shell alike. What is refused says what to do.
"""

FIELDS = {
    "key": "Staff number",
    "email": "Work e-mail",
    "title": "Title",
    "given_name": "Given name",
    "family_name": "Family name",
    "name": "Whole name",
    "profession": "Profession",
    "stage": "Career stage",
    "specialties": "Specialty",
    "jurisdiction": "State or country of the licence",
    "licence": "Licence number",
    "licence_until": "Licence until",
    "npi": "NPI",
    "department": "Department",
    "row": "The whole row",
}
PROFESSIONS = {
    "physician": "Physician",
    "nurse": "Nurse",
    "pharmacist": "Pharmacist",
    "assistant": "Physician assistant",
    "other": "Another profession",
}
STAGES = {
    "student": "Student",
    "trainee": "Trainee",
    "practising": "Practising",
    "retired": "Retired",
}
# What has become of somebody here.
LOOKS = {
    "verified": "Verified",
    "lower": "Not verified now",
    "unconfirmed": "Mailbox not confirmed",
    "no_account": "No account yet",
    "left": "Left",
}
STATES = {
    "receiving": "Arriving",
    "matching": "Columns to be matched",
    "checking": "Being checked",
    "checked": "Ready to import",
    "waiting": "Waits for a second person",
    "importing": "Being imported",
    "done": "Imported",
    "undoing": "Being undone",
    "undone": "Undone",
    "cancelled": "Cancelled",
    "unreadable": "Not readable",
}
VERDICTS = {
    "new": "New",
    "changed": "Changed",
    "same": "Unchanged",
    "error": "With errors",
    "left": "Not in the file",
}
REASONS = {
    "missing": "This is empty. Fill it in.",
    "email": "This is not a whole address in plain letters. Write it like name@hospital.org.",
    "npi": "Check digit is wrong. Often two digits are swapped.",
    "npi_digits": "An NPI has 10 digits and begins with 1 or 2.",
    "licence": "This is not how licence numbers are written there. Compare it with the licence.",
    "number": "A physician needs a licence number or an NPI.",
    "profession": "Not a profession that we know. Use one of the list, or Other.",
    "stage": "Not a career stage. Use student, trainee, practising or retired.",
    "specialty": "Not a specialty that we know.",
    "jurisdiction": "Write a country or state like GB or US-MN.",
    "date": "There is no such day. Write it like 2027-02-28.",
    "too_long": "This is too long. Shorten it.",
    "control": "There are signs in it that nobody can see. Type it anew.",
    "key_twice": "The same person stands in another line. Keep one of the two.",
    "email_twice": "The same e-mail stands in another line. Keep one of the two.",
    "npi_twice": "The same NPI stands in another line, and it belongs to one person.",
    "npi_taken": "This NPI belongs to somebody else on the roster. Look which of the two is right.",
    "email_taken": "This e-mail belongs to somebody else on the roster, who has another staff"
    " number. Look who has it now.",
    "cells": "This row has more cells than there are columns. Look for a comma too many.",
    "few_cells": "This row is cut off: cells are missing. Fill them in.",
    "quote": "A quotation mark in it is never closed. Look at the row in the file.",
}
PROBLEMS = {
    "empty": "There is no row in this file. Choose another file.",
    "too_large": "This file is larger than 32 MB. Remove columns that are not needed.",
    "too_many": "This file has more than 100,000 rows. Split it.",
    "binary": "This is no table in text. In Excel, choose Save as, and CSV UTF-8.",
    "encoding": "The letters of this file cannot be read. Save it anew, as CSV UTF-8.",
    "one_column": "There is one column alone. Separate columns with commas, semicolons or tabs.",
    "headings": "The first row has no headings. Put a row with the names of the columns on top.",
    "again": "Somebody imported another roster since. This file was checked anew: look again.",
}
# Of a mapping that cannot be.
NEEDED = {
    "email": "Say which column holds the work e-mail.",
    "family_name": "Say which column holds the family name, or the whole name.",
    "twice": "A column can be only one thing.",
}
