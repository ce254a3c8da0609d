pytest_plugins = ("tests.databases", "tests.sockets", "tests.cast", "tests.browser.measured")
