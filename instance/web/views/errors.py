"""Pages for what did not work: what happened, what is kept, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """What had been typed, given back to copy. `label` names the field in words."""

    label: str
    text: str

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> tuple["KeptText", ...]:
        """The texts of a form of a consult; not what was chosen in it."""
        chosen = ("csrf_token", "identity", "confidence", "see_in_person", "reason")
        return tuple(
            cls(label=name.replace("_", " ").capitalize(), text=text)
            for name, text in typed.items()
            if text.strip() and name not in chosen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(PageView):
    """400, 403, 404, 405, 409, 413, 429, 500 or 503; another status is shown as 500.

    The number is for the choice of words only; people never see it. `shown` is the sentence of a
    CurbsideError and replaces ours; `reference` the short code of the log line ("K7Q2"), `limit`
    the size in words ("512 KB") for 413, `kept` what was typed into a form that was not taken.
    `has_ended`: the browser was signed in, and is no more. `page` needs only
    institution, now and csrf_token.
    """

    TEMPLATE: ClassVar[str] = "errors/error.html"
    status: int
    shown: str = ""
    reference: str = ""
    limit: str = ""
    has_ended: bool = False
    kept: tuple[KeptText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage(PageView):
    """409: somebody else was faster. `state` is the consult's state now, or "" when unknown.

    `url` is where the thing stands now ("/k/…"); `shown` replaces our sentence.
    """

    TEMPLATE: ClassVar[str] = "errors/conflict.html"
    url: str
    form: str = "other"  # as in its address; "answer" has words of its own
    state: str = ""
    shown: str = ""
    at: datetime | None = None
    kept: tuple[KeptText, ...] = ()
