pytest_plugins = (
    "tests.databases",
    "tests.sockets",
    "tests.cast",
    "tests.memory",
    "tests.side_by_side",
    "tests.browser.measured",
)
