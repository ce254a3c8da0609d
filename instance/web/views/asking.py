"""The form that asks a consult: what was typed, as typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from instance.web.views.consults import Lab
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import Audience, FieldError, Identity, PageView, Terms
from instance.web.views.pictures import UnsentImage

LAB_ROWS = 6


class Form(Protocol):
    """A submitted form (Quart's MultiDict is one)."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultDraft:
    """Every field of domain.md 3.2 but images, as strings, unchecked, in the order of the form.

    `audience`: ours, chosen (+ `hospitals`), partners, people (+ `people`, one address a line);
    "" when nothing is chosen yet. `hospitals` are values of `Hospital.value`.
    """

    title: str = ""
    question: str = ""
    question_type: str = ""
    specialties: tuple[str, ...] = ()
    urgency: str = ""
    target_hours: str = ""
    age_band: str = ""
    pregnant: str = "na"
    sex: str = ""
    history: str = ""
    meds: str = ""
    allergies: str = ""
    exam: str = ""
    labs: tuple[Lab, ...] = ()
    tried: str = ""
    region: str = ""
    audience: str = ""
    hospitals: tuple[str, ...] = ()
    people: str = ""
    identity: str = ""
    attested: bool = False

    @classmethod
    def from_form(cls, form: Form) -> "ConsultDraft":
        """Read the form of `consults/new.html`; specialties left empty are dropped."""
        text = {name: _first(form, name) for name in _TEXTS}
        return cls(
            **text,
            specialties=tuple(dict.fromkeys(s for s in form.getlist("specialties") if s)),
            labs=tuple(_lab(form, row) for row in range(LAB_ROWS)),
            hospitals=tuple(form.getlist("hospitals")),
            attested=_first(form, "attested") == "yes",
        )

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> "ConsultDraft":
        """As it was kept; fields that a later version does not have are left out."""
        known = {name: words[name] for name in (*_TEXTS, *_LISTS) if name in words}
        known |= {name: tuple(known.get(name, ())) for name in _LISTS}
        return cls(**known | {"labs": tuple(Lab(**row) for row in known["labs"])})


QUESTION_TEXTS = (
    *("title", "question", "question_type", "urgency", "age_band", "sex", "pregnant"),
    *("history", "meds", "allergies", "exam", "tried", "region"),
)
_TEXTS = (*QUESTION_TEXTS, "target_hours", "audience", "people", "identity")


_LISTS = ("specialties", "labs", "hospitals")


def _first(form: Form, name: str) -> str:
    return next(iter(form.getlist(name)), "")


def _lab(form: Form, row: int) -> Lab:
    return Lab(
        name=_first(form, f"labs-{row}-name"),
        value=_first(form, f"labs-{row}-value"),
        unit=_first(form, f"labs-{row}-unit"),
        range=_first(form, f"labs-{row}-range"),
        day=_first(form, f"labs-{row}-day"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """A hospital with which something is agreed; `value` comes back in the field `hospitals`.

    `why_not`: it cannot be chosen, a key of `treaty_words.WHY_NOT`. `alone`: it reads no consult
    that a third hospital reads too. `late`: it does not take messages at the moment.
    """

    value: str
    name: str
    terms: Terms | None = None
    why_not: str = ""
    alone: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """How the form is kept: `key` and `version` come back with it. `at` None: not yet.

    `second`: another tab saved other words before, so these are a draft of their own. `held`: it
    was sent like this, and not let through; `note`: why a steward did not, who is `note_by`.
    """

    key: str
    version: int = 0
    at: datetime | None = None
    held: bool = False
    second: bool = False
    note: str = ""
    note_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSavedPage(PageView):
    """The line about a draft alone, for the script that saves it."""

    TEMPLATE: ClassVar[str] = "consults/_saved.html"
    saved: SavedDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage(PageView):
    """`/k/<id>/question`: its asker changes it. `seen`, which comes back, names the words that
    these were typed over; of `draft` only what may be changed is drawn."""

    TEMPLATE: ClassVar[str] = "consults/question.html"
    url: str
    back_url: str
    draft: ConsultDraft
    seen: str
    audience: Audience
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultFormPage(PageView):
    """`/consults/new`. `hospitals` in the order shown; the `partners` among them can be chosen.

    A draft with urgency "emergency" is refused by the page itself in the words of ux.md 9, 4;
    the route only has to draw it again. `tick_version` comes back in the field `tick_version`.
    `checked`: fields in which identifiers were found, `was_checked`: they were looked for.
    `sorted`: "yes" or "no", after a pasted note was to be sorted by its headings. `may_send`: by
    the standing of who writes it.
    """

    TEMPLATE: ClassVar[str] = "consults/new.html"
    saved: SavedDraft
    may_send: bool = True
    draft: ConsultDraft = field(default_factory=ConsultDraft)
    sorted: str = ""
    images: tuple[UnsentImage, ...] = ()
    hospitals: tuple[Hospital, ...] = ()
    identities: tuple[Identity, ...] = ()
    errors: tuple[FieldError, ...] = ()
    tick_version: str = "1"
    checked: Mapping[str, CheckedField] = field(default_factory=dict)
    was_checked: bool = False

    @property
    def partners(self) -> tuple[Hospital, ...]:
        return tuple(one for one in self.hospitals if not one.why_not)

    @property
    def others(self) -> tuple[Hospital, ...]:
        """Those that cannot be chosen."""
        return tuple(one for one in self.hospitals if one.why_not)

    @property
    def together(self) -> tuple[Hospital, ...]:
        """Who reads what is asked of all partners."""
        return reading_along(self.partners)


def reading_along(partners: tuple[Hospital, ...]) -> tuple[Hospital, ...]:
    """Among several, those that agreed to each other's words."""
    return partners if len(partners) < 2 else tuple(one for one in partners if not one.alone)
