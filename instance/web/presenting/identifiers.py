"""What the identifier check found, as pages show it."""

from collections.abc import Iterable, Mapping

from instance.services import identifiers
from instance.services.identifiers import Found
from instance.web import views


def checked(texts: Mapping[str, str], found: Iterable[Found]) -> dict[str, views.CheckedField]:
    """By field, those in which something was found; numbered through the whole form."""
    plain = identifiers.plain(texts)
    fields: dict[str, list[views.Segment]] = {}
    ends: dict[str, int] = {}
    for number, one in enumerate(found, 1):
        text = plain[one.field]
        parts = fields.setdefault(one.field, [])
        before = text[ends.get(one.field, 0) : one.start]
        parts.append(views.Segment(before))
        parts.append(views.Segment(one.words, _view(number, one)))
        ends[one.field] = one.end
    return {
        name: views.CheckedField(
            name=name, segments=(*parts, views.Segment(plain[name][ends[name] :]))
        )
        for name, parts in fields.items()
    }


def suspected(texts: Mapping[str, str], error: Exception) -> dict[str, views.CheckedField]:
    """As `checked`, of what kept a form from being sent; nothing where it was something else."""
    return checked(texts, error.found) if isinstance(error, identifiers.PhiSuspected) else {}


def _view(number: int, one: Found) -> views.FoundIdentifier:
    return views.FoundIdentifier(
        number=number,
        place=one.place,
        words=one.words,
        kind=one.type.value,
        must=one.must,
        fix=one.fix,
    )
