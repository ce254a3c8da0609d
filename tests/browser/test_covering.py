"""Covering and cropping an image with a pointer: what is drawn is what the numbers say."""

import re
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.browser.test_sample_pages import Window, browser, pytestmark, window  # noqa: F401
from tests.instance.web.samples import PAGES

SIDES = ("left", "top", "width", "height")


def numbers(shown: Window, name: str) -> list[float]:
    return [float(shown.value(f"#{name}-{side}") or "nan") for side in SIDES]


def drag(shown: Window, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the image to another, in percent of it."""
    shown.page.locator("[data-board]").scroll_into_view_if_needed()
    frame = shown.page.locator("[data-board] img").bounding_box()
    assert frame is not None
    places = [
        (frame["x"] + frame["width"] * x / 100, frame["y"] + frame["height"] * y / 100)
        for x, y in (start, end)
    ]
    shown.page.mouse.move(*places[0])
    shown.page.mouse.down()
    shown.page.mouse.move(*places[1], steps=4)
    shown.page.mouse.up()


def drawn(shown: Window) -> list[dict[str, Any]]:
    """The rectangles that are seen on the image."""
    script = """() => [...document.querySelectorAll('[data-board] rect')].map((rect) =>
        Object.fromEntries([...rect.attributes].map((a) => [a.name, a.value])))"""
    return list(shown.page.evaluate(script))


def test_what_is_drawn_with_a_pointer_is_in_the_numbers(window: Window) -> None:  # noqa: F811
    window.show(PAGES["consult-image"])
    drag(window, (10, 20), (30, 60))
    drag(window, (80, 90), (50, 70))  # from the lower right corner up
    window.page.get_by_label("What to keep").check()
    drag(window, (5, 5), (95, 95))

    assert numbers(window, "cover-1") == pytest.approx([10, 20, 20, 40], abs=0.6)
    assert numbers(window, "cover-2") == pytest.approx([50, 70, 30, 20], abs=0.6)
    assert numbers(window, "crop") == pytest.approx([5, 5, 90, 90], abs=0.6)
    assert [mark["class"] for mark in drawn(window)] == ["cover", "cover", "crop"]
    with window.page.expect_request(re.compile("/cover$")) as sent:
        window.page.get_by_role("button", name="Change the image").click()
    body = parse_qs(sent.value.post_data)
    assert float(body["cover-1-width"][0]) == pytest.approx(20, abs=0.6) and body["version"] == [
        "1"
    ]
    assert not window.problems


def test_numbers_that_are_typed_are_drawn_and_a_click_draws_nothing(
    window: Window,  # noqa: F811
) -> None:
    window.show(PAGES["consult-image"])
    for side, value in zip(SIDES, ("10", "12,5", "20", "30"), strict=True):
        window.page.fill(f"#cover-1-{side}", value)
    [mark] = drawn(window)
    assert [mark[name] for name in ("x", "y", "width", "height")] == ["10", "12.5", "20", "30"]

    drag(window, (40, 40), (40.1, 40.1))
    assert len(drawn(window)) == 1 and window.value("#cover-2-left") == ""
    window.page.get_by_role("button", name="Clear").click()
    window.page.locator("[data-board] rect").first.wait_for(state="detached")
    assert not window.problems
