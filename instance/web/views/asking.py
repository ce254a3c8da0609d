"""The form that asks a consult: what was typed, as typed."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from instance.web.views.consults import Lab
from instance.web.views.page import FieldError, Identity, PageView, Terms

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


_TEXTS = (
    "title",
    "question",
    "question_type",
    "urgency",
    "target_hours",
    "age_band",
    "sex",
    "pregnant",
    "history",
    "meds",
    "allergies",
    "exam",
    "tried",
    "region",
    "audience",
    "people",
    "identity",
)


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
class ConsultFormPage(PageView):
    """`/consults/new`. `hospitals` in the order shown; the `partners` among them can be chosen.

    A draft with urgency "emergency" is refused by the page itself in the words of ux.md 9, 4;
    the route only has to draw it again. `tick_version` comes back in the field `tick_version`.
    """

    TEMPLATE: ClassVar[str] = "consults/new.html"
    draft: ConsultDraft = field(default_factory=ConsultDraft)
    hospitals: tuple[Hospital, ...] = ()
    identities: tuple[Identity, ...] = ()
    errors: tuple[FieldError, ...] = ()
    tick_version: str = "1"

    @property
    def partners(self) -> tuple[Hospital, ...]:
        return tuple(one for one in self.hospitals if not one.why_not)

    @property
    def others(self) -> tuple[Hospital, ...]:
        """Those that cannot be chosen."""
        return tuple(one for one in self.hospitals if one.why_not)

    @property
    def together(self) -> tuple[Hospital, ...]:
        """Who reads what is asked of all partners: among several, those that read along."""
        partners = self.partners
        return partners if len(partners) < 2 else tuple(p for p in partners if not p.alone)
