"""A consult as a line of a folder and of Home shows it."""

from dataclasses import replace
from datetime import timedelta

from instance import html
from instance.models import Consult, Contribution, Draft, Status
from instance.services import account_rows
from instance.services.consults import asking, drafts, reading
from instance.services.consults.said import Said
from instance.services.consults.searching import Hit
from instance.web.presenting import people
from instance.web.presenting.pages import Surroundings
from instance.web.views import Author, Clock, ConsultCard, DraftRow, FoundConsult, Need

_NEED_KINDS = {
    Status.ANSWERED: "answered",
    Status.NEEDS_INFO: "info_asked",
    Status.RESOLVED: "outcome_due",
    Status.HELD: "held",
}


async def cards(consults: list[Consult], around: Surroundings) -> list[ConsultCard]:
    """Cards in the given order; each consult with its `asker` loaded."""
    answers = await reading.answer_counts(consults)
    readers = await reading.reader_counts(consults)
    askers = await people.authors([consult.asker for consult in consults], around.institutions)
    return [
        ConsultCard(
            url=f"/k/{consult.id}",
            title=consult.facts.get("title", ""),
            state=consult.status.value,
            author=askers[consult.asker_id],
            at=consult.published_at,
            specialties=tuple(consult.specialties),
            clock=clock(consult),
            answers=answers.get(consult.id, 0),
            readers=readers.get(consult.id, 0),
        )
        for consult in consults
    ]


async def found(hits: list[Hit], around: Surroundings) -> tuple[FoundConsult, ...]:
    """In the given order, of what was found by its words: each the same again while it and its
    asker say the same."""
    rows = await account_rows.read(list({hit.asker_id: None for hit in hits}))
    askers = await people.of_rows(rows.values(), around.institutions)
    return tuple([_found(hit, askers[hit.asker_id]) for hit in hits])


def _found(hit: Hit, asker: Author) -> FoundConsult:
    if hit.presented is None or hit.presented.card.author is not asker:
        card = ConsultCard(
            url=f"/k/{hit.id}",
            title=hit.title,
            state=hit.status.value,
            author=asker,
            at=hit.published_at,
            specialties=hit.specialties,
            clock=clock(hit),
        )
        hit.presented = FoundConsult(card=card, snippet=hit.snippet)
    shown: FoundConsult = hit.presented
    return shown


def draft_row(draft: Draft) -> DraftRow:
    return DraftRow(
        url=f"/consults/new?draft={draft.key}",
        discard_url=f"/consults/drafts/{draft.key}/discard",
        title=str(draft.words.get("title", "")).strip(),
        to=str(draft.words.get("to", "")),
        state=draft.state.value,
        at=draft.saved_at,
        ends_at=drafts.ends_at(draft),
        specialties=tuple(draft.words.get("specialties", ())),
    )


async def needs(consults: list[Consult], around: Surroundings) -> list[Need]:
    """What waits for the reader, each with who made it wait."""
    if not consults:
        return []
    own = {actor.id for actor in around.own}
    asked = await asking.open_ids(around.own[0].member_id, [one.id for one in consults])
    turns = await reading.turns([consult for consult in consults if consult.asker_id in own])
    found = []
    for consult, card in zip(consults, await cards(consults, around), strict=True):
        if consult.status is Status.CLOSED:  # nothing else waits then
            need = Need(kind="consent", consult=card, at=consult.changed_at, by=card.author)
            found.append(need)
        elif consult.asker_id not in own:
            need = Need(kind="asked", consult=card, at=consult.published_at, by=card.author)
            found.append(replace(need, declinable=consult.id in asked))
        else:
            found.append(_own_need(consult, card, turns.get(consult.id), around))
    return found


def clock(consult: Consult | Hit) -> Clock | None:
    """Of a question that waits, of one that was opened again too; it stands in needs_info."""
    if consult.status not in reading.UNANSWERED:
        return None
    due_at = consult.due_at if consult.status is Status.OPEN else None
    target = timedelta(hours=consult.target_hours)
    return Clock(started_at=(due_at or consult.published_at) - target, due_at=due_at)


def author_of(row: Contribution, around: Surroundings) -> Author:
    """Who wrote it, with the standing it was written with."""
    return people.written_with(row.author, row.standing, around.institutions)


def text_of(row: Contribution | Said) -> str:
    """A Note's content as plain text, paragraphs kept."""
    markup = str(row.body.get("content", "")).replace("<br>", "\n").replace("</p><p>", "\n\n")
    return "\n".join(html.plain(line, 4000) for line in markup.split("\n")).strip()


def _own_need(
    consult: Consult, card: ConsultCard, turn: reading.Turn | None, around: Surroundings
) -> Need:
    is_asked = turn is not None and consult.status is Status.NEEDS_INFO
    return Need(
        kind=_NEED_KINDS[consult.status],  # type: ignore[arg-type]
        consult=card,
        at=consult.changed_at,
        by=author_of(turn.said, around) if turn else None,
        others=turn.others if turn else 0,
        quote=text_of(turn.said) if turn and is_asked else "",
    )
