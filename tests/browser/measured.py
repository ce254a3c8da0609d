"""A pytest plugin: what browser tests measured, said at the end.

A slow machine fails no test of ours: times are recorded with `record_property` and shown here.
"""

from pytest import TerminalReporter, TestReport


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    lines = [
        f"{name}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, TestReport) and report.when == "call"
        for name, value in report.user_properties
    ]
    if lines:
        terminalreporter.section("measured in the browser")
        for line in lines:
            terminalreporter.line(line)
