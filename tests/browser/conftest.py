"""What the end-to-end tests share: Chromium, the demonstration, and people at its pages."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.demo import Demo, House, running_demo
from tests.browser.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Sits = Callable[..., Person]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium; playwright brings none of its own here."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("the extra `browser` is missing: pip install '.[test,browser]'")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    return path


@pytest.fixture(scope="package")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Asks for Chromium first: without it nothing is started."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sits(browser: "Browser") -> Iterator[Sits]:
    """`sits(demo.mercy, "lee")` is a person signed in there; no handle: a visitor.

    At the end nobody may have seen an error of a script or of the policy of the page.
    """
    people: list[Person] = []

    def sit(house: House, handle: str = "", **look: Any) -> Person:
        person = Person(browser, house, **look)
        people.append(person)
        if handle:
            person.sign_in(handle)
        return person

    yield sit
    problems = [problem for person in people for problem in person.problems]
    for person in people:
        person.context.close()
    assert not problems
