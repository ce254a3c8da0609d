"""A pytest plugin: how many tests run side by side.

Half as many again as there are processors: a third of the tests wait, for servers, browsers and
times that are part of the protocol.
"""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    processors = yield
    return processors + (processors + 1) // 2
