"""Setting up a new server (ux.md J1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOwnerPage(PageView):
    """`/set-up` for who came with the link: their account."""

    TEMPLATE: ClassVar[str] = "set_up/owner.html"
    email: str = ""
    name: str = ""
    handle: str = ""
    shortest: int
    errors: tuple[FieldError, ...] = ()  # fields: email, name, handle, password


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One of the self-test: what is so, and where it is wrong its cure with a command."""

    said: str
    mend: str = ""
    is_good: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPage(PageView):
    """`/set-up` for the owner. `done`: keys of `words.SET_UP_STEPS`; `now`: the first that is not.

    `open`: the step whose form is shown; the fields of a form as they are or were typed.
    """

    TEMPLATE: ClassVar[str] = "set_up/set_up.html"
    steps: tuple[str, ...]
    done: frozenset[str]
    open: str = ""
    owner: str
    name: str = ""
    address: str = ""
    country: str = ""
    on_call: str = ""
    mail_domains: str = ""
    second: str = ""
    rules: str = ""
    checks: tuple[Check, ...] = ()
    tested_at: datetime | None = None
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def now(self) -> str:
        return next((step for step in self.steps if step not in self.done), "")

    @property
    def passed(self) -> int:
        return sum(check.is_good for check in self.checks)
