pytest_plugins = (
    "tests.databases",
    "tests.sockets",
    "tests.cast",
    "tests.memory",
    "tests.browser.measured",
)
