"""Tables that people open in a spreadsheet."""

import csv
from io import StringIO


def line(*cells: str) -> str:
    """One row of CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe
    (T82)."""
    text = StringIO()
    csv.writer(text).writerow([f"'{c}" if c.startswith(("=", "+", "-", "@")) else c for c in cells])
    return text.getvalue()
