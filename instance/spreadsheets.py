"""Tables that people open in a spreadsheet."""

import csv
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how begins what a spreadsheet would run (T82)


def line(*cells: str) -> str:
    """One row of CSV, in which no cell is a formula."""
    text = StringIO()
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return text.getvalue()
