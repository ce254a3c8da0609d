"""What the identifier check found in a form, field by field."""

from dataclasses import dataclass
from typing import ClassVar

from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIdentifier:
    """`place`: what its buttons send. `kind`: a key of `words.IDENTIFIERS`. `must`: it has to go.

    `fix` is written in its place by one click: "" removes it, None: only a person can reword it.
    """

    number: int
    place: str
    words: str
    kind: str
    must: bool
    fix: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the field, in order; `found` where it is a finding."""

    text: str
    found: FoundIdentifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedField:
    """A field that was checked: read back whole, with what was found in it."""

    name: str
    segments: tuple[Segment, ...] = ()

    @property
    def found(self) -> tuple[FoundIdentifier, ...]:
        return tuple(part.found for part in self.segments if part.found is not None)

    @property
    def must(self) -> int:
        return sum(one.must for one in self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFieldPage(PageView):
    """What `POST /phi` answers: the part beneath one field. `action`: where its buttons lead."""

    TEMPLATE: ClassVar[str] = "parts/checked_field.html"
    field: CheckedField
    action: str
