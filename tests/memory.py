"""A pytest plugin: the garbage collector does not look through what stays.

What was collected and imported stays until the end. To look through all of it each time that
tests had made and dropped a few applications took longer than most tests; and as often as Python
does by itself, a quarter of the time of most tests.
"""

import gc
from collections.abc import Generator

import pytest

_COLLECTED_AFTER = (20_000, 10, 5)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*_COLLECTED_AFTER)
        gc.enable()
