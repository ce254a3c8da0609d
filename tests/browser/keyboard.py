"""A person who uses no mouse: Tab to a thing, then type, Space or Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Side column, lists and form together; more means that Tab goes round without finding it.
_TABS_MAX = 150
# What the focused element is called: its label, its legend's radio, or its own words.
_NAME = """() => {
  const e = document.activeElement;
  const label = e.labels && e.labels[0];
  const words = e.getAttribute('aria-label') || (label || e).textContent;
  return words.replace(/\\s+/g, ' ').trim();
}"""
_IS_SEEN = """() => {
  const e = document.activeElement;
  const box = (e.labels && e.labels[0] && e.matches('[type=radio]') ? e.labels[0] : e);
  const r = box.getBoundingClientRect();
  return r.width > 0 && r.bottom > 0 && r.top < innerHeight;
}"""


_TRIES = 5
_IS_TAKEN = """words => {
  const e = document.activeElement;
  return !e.matches('select') || e.selectedOptions[0].text.trim().startsWith(words);
}"""


# Of the keystroke-level model, in seconds (ux.md 3).
_KEY, _DECISION, _PAGE = 0.28, 1.35, 0.5


class Keyboard:
    """The keyboard of one open page. `acts`: what a mouse would have clicked. `keys`: every one
    that was pressed, but for the letters of what a person composes."""

    def __init__(self, page: Page) -> None:
        self.acts = self.keys = self._decisions = 0
        self._page = page
        self._keys = page.keyboard

    def seconds(self, pages: int) -> float:
        """What all of it takes somebody who knows the way, with so many pages to wait for."""
        return self.keys * _KEY + self._decisions * _DECISION + pages * _PAGE

    def skip(self) -> None:
        """Past the navigation, first on a page that was just opened."""
        self._press("Tab")
        assert self._is_at("Skip to main content")
        self._press("Enter")

    def write(self, name: str, text: str) -> None:
        """Into a field; in a list typing the words chooses the entry, if they come fast enough: a
        pause begins anew."""
        self._decisions += 1
        self._reach(name)
        for _ in range(_TRIES):
            self._keys.type(text)
            if self._page.evaluate(_IS_TAKEN, text):
                return
            self._page.wait_for_timeout(1_500)
        raise AssertionError(f"{name} has no entry {text}")

    def tick(self, name: str) -> None:
        """A box, or one of a group of choices: Tab to the group, arrows within it. One that is
        ticked already, as last time, stays so."""
        self.acts += 1
        self._decisions += 1
        self._reach(name, arrows=True)
        if not self._page.evaluate("document.activeElement.matches('[type=checkbox]:checked')"):
            self._press("Space")

    def press_on(self, name: str) -> None:
        self.acts += 1
        self._decisions += 1
        self._reach(name)
        self._press("Enter")

    def _reach(self, name: str, *, arrows: bool = False) -> None:
        for _ in range(_TABS_MAX):
            if self._is_at(name):
                assert self._page.evaluate(_IS_SEEN), f"{name} has the focus out of sight"
                return
            if arrows and self._is_radio() and self._group_holds(name):
                self._press("ArrowDown")
            else:
                self._press("Tab")
        raise AssertionError(f"Tab never comes to {name}")

    def _press(self, key: str) -> None:
        self.keys += 1
        self._keys.press(key)

    def _is_at(self, name: str) -> bool:
        found = str(self._page.evaluate(_NAME))
        return found == name or found.startswith(f"{name} ") or found.removesuffix(".") == name

    def _is_radio(self) -> bool:
        return bool(self._page.evaluate("document.activeElement.type === 'radio'"))

    def _group_holds(self, name: str) -> bool:
        words = self._page.evaluate(
            """() => [...document.getElementsByName(document.activeElement.name)]
              .map(e => e.labels[0].textContent.trim())"""
        )
        return name in words
