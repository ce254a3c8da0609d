"""Tables that people open in a spreadsheet."""

import csv

from instance import spreadsheets


def test_no_cell_of_a_table_is_a_formula() -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "plain", "5 = 5"]
    [row] = csv.reader([spreadsheets.line(*cells)])
    assert [cell.removeprefix("'") for cell in row] == cells
    assert [cell.startswith("'") for cell in row] == [True] * 6 + [False] * 2
