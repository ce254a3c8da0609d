"""A person at a browser: signs in, reads, clicks and types, and nothing else.

Fields and buttons are found by the words people see. `clicks` counts what a budget of ux.md 3
counts: buttons, links and choices; not the text that is composed, nor moving to its field.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import choice
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.browser.demo import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

# A test fails late rather than often; how long it really took is measured beside it.
ARRIVES_WITHIN_MS = 20_000
# Chromium reports a page that is a refusal as an error; it is what these tests ask for.
_REFUSALS = tuple(f"responded with a status of {status}" for status in (401, 403, 404, 409, 422))


@dataclass(frozen=True)
class Question:
    """A consult as it is typed. `kind` to `sex` are words of the form."""

    title: str
    question: str = "Which apixaban dose would you choose, and would you wait longer?"
    kind: str = "Drug"
    specialty: str = "Cardiology"
    urgency: str = "Soon, 24 h"
    age: str = "80 to 89"
    sex: str = "Female"
    history: str = (
        "Fell at home. Right hip hemiarthroplasty on D+3. New atrial fibrillation on telemetry on "
        "D+5, rate 96, no symptoms. Parkinson disease, no Stokes-Adams attacks."
    )
    tried: str = "Enoxaparin 20 mg daily since surgery. No bleeding."


@dataclass(frozen=True)
class Reply:
    """An answer as it is typed."""

    recommendation: str = (
        "Apixaban 2.5 mg twice daily. Start 48 to 72 hours after surgery once the wound is dry; "
        "stop enoxaparin at the first dose."
    )
    why: str = "All three reduction criteria are met: age, weight, raised creatinine."
    changes: str = "Haemoglobin falling below 80 g/L, or creatinine clearance below 15 mL/min."
    confidence: str = "High"


def a_town() -> str:
    """Another one each time: in one demonstration nobody is asked twice of the same."""
    return "Oak" + "".join(choice(ascii_lowercase) for _ in range(7))


class Person:
    """One browser with its own cookies, on the pages of `house`."""

    def __init__(
        self,
        browser: Browser,
        house: House,
        *,
        width: int = 1280,
        theme: str = "light",
        scripts: bool = True,
    ) -> None:
        self.house = house
        self.clicks = 0
        self.problems: list[str] = []
        look: dict[str, Any] = {"color_scheme": theme, "reduced_motion": "reduce"}
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, **look
        )
        self.context.set_default_timeout(30_000)
        self.page = self.tab()

    def tab(self, path: str = "") -> Page:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        if path:
            page.goto(self.house.url + path)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        is_refusal = any(refusal in message.text for refusal in _REFUSALS)
        if message.type == "error" and not is_refusal:
            self.problems.append(f"{urlsplit(message.location['url']).path}: {message.text}")

    def go(self, path: str) -> None:
        self.page.goto(self.house.url + path)

    def click(self, words: str, role: str = "button", *, within: Locator | None = None) -> None:
        """The button or link with these words, as a person would find it."""
        place = within or self.page
        place.get_by_role(role, name=words, exact=True).click()  # type: ignore[arg-type]
        self.clicks += 1

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)
        self.clicks += 1

    def pick(self, words: str, role: str = "radio") -> None:
        self.page.get_by_role(role, name=words, exact=True).check()  # type: ignore[arg-type]
        self.clicks += 1

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def sign_in(self, handle: str) -> None:
        self.go("/")
        self.page.get_by_role("banner").get_by_role("link", name="Sign in").click()
        self.write("Hospital e-mail or handle", handle)
        self.write("Password", self.house.passwords[handle])
        self.click("Sign in")
        self.page.get_by_role("heading", name="Home", exact=True).wait_for()
        self.clicks = 0

    def fill_question(self, question: Question, *readers: House) -> None:
        """All that the form needs but the press on Send."""
        self.write("Title", question.title)
        self.write("One focused question", question.question)
        self.choose("Kind of question", question.kind)
        self.choose("Specialty 1 of 3", question.specialty)
        self.pick(question.urgency)
        self.choose("Age band", question.age)
        self.pick(question.sex)
        self.write("History", question.history)
        self.write("Already tried, and what happened", question.tried)
        if readers:
            self.pick(f"{self.house.name} and hospitals I choose")
            chosen = self.page.locator("[name=hospitals]:checked")
            while chosen.count():
                chosen.first.uncheck()  # who read the last one of this person
            for reader in readers:
                self.pick(reader.name, "checkbox")
        else:
            self.pick(f"Only {self.house.name}")
        self.page.get_by_role("checkbox", name="I have removed what could identify").check()
        self.clicks += 1

    def ask(self, question: Question, *readers: House) -> str:
        """Ask a consult from any page. Returns its path here."""
        phone = self.page.viewport_size is not None and self.page.viewport_size["width"] < 768
        self.click("Ask" if phone else "Ask a consult", "link")
        self.fill_question(question, *readers)
        self.click("Send consult")
        self.page.get_by_role("heading", name=question.title, level=1).wait_for()
        return urlsplit(self.page.url).path

    def answer(self, reply: Reply) -> None:
        """Answer the consult whose page is open."""
        self.write("Recommendation", reply.recommendation)
        self.write("Why", reply.why)
        self.write("What would change my mind (optional)", reply.changes)
        self.pick(reply.confidence)
        self.click("Send answer")
        self.page.get_by_text(reply.recommendation).wait_for()

    def scrolls_sideways(self, *widths: int) -> list[str]:
        """The widths at which the open page is wider than the screen."""
        found, size = [], self.page.viewport_size
        root = self.page.locator("html")  # after a click there is none for a moment: this waits
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            over = root.evaluate("root => root.scrollWidth - root.clientWidth")
            if over > 0:
                found.append(f"{urlsplit(self.page.url).path} at {width} by {over}")
        if size is not None:
            self.page.set_viewport_size(size)
        return found


def arrives(page: Page, words: str) -> None:
    """These words come to be on a page that nobody touches."""
    page.get_by_text(words).first.wait_for(timeout=ARRIVES_WITHIN_MS)


def note_when(page: Page, words: str) -> None:
    """From now on the page remembers when these words appeared, and whether it was reloaded."""
    page.evaluate(
        """words => {
          window.shownAt = 0;
          new MutationObserver(() => {
            if (!window.shownAt && document.body.innerText.includes(words)) {
              window.shownAt = Date.now();
            }
          }).observe(document.body, {childList: true, subtree: true, characterData: true});
        }""",
        words,
    )


def shown_at(page: Page) -> int:
    """When the words of `note_when` appeared, in ms. Fails on a page that was loaded again."""
    when = page.evaluate("window.shownAt")
    assert when, "the page was loaded again, or its words were there before"
    return int(when)


def note_sending(page: Page) -> None:
    page.evaluate("addEventListener('submit', () => { sessionStorage.sentAt = Date.now(); })")


def sent_at(page: Page) -> int:
    """When the form watched by `note_sending` was sent, in ms of the same clock."""
    return int(page.evaluate("sessionStorage.sentAt"))
