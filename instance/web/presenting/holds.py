"""What the identifier check did not let through, as its pages show it."""

from collections.abc import Iterable

from instance.services import media
from instance.services.consults.holds import Waiting
from instance.services.identifiers import Found
from instance.web.presenting import readers
from instance.web.presenting.pages import Surroundings
from instance.web.views import (
    Audience,
    ConsultDraft,
    HeldDraftPage,
    HeldDraftRow,
    Reader,
    Suspected,
)
from instance.web.views.asking import reading_along

_TEXTS = ("title", "question", "history", "tried", "meds", "allergies", "exam")


def draft_rows(found: Iterable[Waiting]) -> tuple[HeldDraftRow, ...]:
    """None of their words."""
    return tuple(
        HeldDraftRow(
            url=f"/admin/held/{one.draft.id}",
            by=one.asker.name or one.asker.handle,
            at=one.draft.held_at or one.draft.saved_at,
        )
        for one in found
    )


async def draft_page(
    found: Waiting, left: Iterable[Found], around: Surroundings, *, mine: bool
) -> HeldDraftPage:
    draft = ConsultDraft.from_words(found.draft.words)
    return HeldDraftPage(
        page=around.page,
        url=f"/admin/held/{found.draft.id}",
        version=found.draft.version,
        by=found.asker.name or found.asker.handle,
        at=found.draft.held_at or found.draft.saved_at,
        mine=mine,
        specialties=draft.specialties,
        texts={name: str(getattr(draft, name)) for name in _TEXTS},
        labs=tuple(lab for lab in draft.labs if lab.name),
        images=len(await media.of_draft(found.draft.member, found.draft.key)),
        audience=await _audience(draft, around),
        suspected=tuple(Suspected(kind=one.type.value, words=one.words) for one in left),
    )


async def _audience(draft: ConsultDraft, around: Surroundings) -> Audience:
    """Whom its asker chose. What a hospital agreed to is looked at when it is sent."""
    ours = Reader(name=around.page.institution, ours=True)
    if draft.audience == "people":
        named = [line.strip() for line in draft.people.splitlines() if line.strip()]
        return Audience(kind="people", readers=tuple(Reader(name=one) for one in named))
    if draft.audience == "chosen":
        names = [around.institutions.get(host, host) for host in draft.hospitals]
        return Audience(kind="chosen", readers=(ours, *(Reader(name=one) for one in names)))
    if draft.audience == "partners":
        partners = tuple(one for one in await readers.choices() if not one.why_not)
        together = reading_along(partners)
        return Audience(kind="partners", readers=(ours, *(Reader(name=o.name) for o in together)))
    return Audience(kind="ours", readers=(ours,))
