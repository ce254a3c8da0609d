"""What the identifier check did not let through, as its pages show it."""

from collections.abc import Iterable

from instance.services import media
from instance.services.consults.holds import Waiting
from instance.services.identifiers import Found
from instance.web.presenting.pages import Surroundings
from instance.web.views import ConsultDraft, HeldDraftPage, HeldDraftRow, Suspected

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
        suspected=tuple(Suspected(kind=one.type.value, words=one.words) for one in left),
    )
