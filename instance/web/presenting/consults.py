"""A consult as its page shows it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from quart import current_app

from instance.models import Actor, Consult, Member, Scope, Status
from instance.outbox import standing
from instance.services import duties
from instance.services.consults import (
    asking,
    attachments,
    break_glass,
    burying,
    contributing,
    images,
    questions,
    reading,
    said,
    states,
)
from instance.services.consults.said import Said
from instance.services.consults.states import Event as Happening
from instance.services.duties import Duty
from instance.web.drawn import Drawn
from instance.web.presenting import leavers, people, pictures, places, publication, readers, routing
from instance.web.presenting.consult_cards import clock
from instance.web.presenting.pages import Surroundings
from instance.web.presenting.said import Thread, said_as, timeline, why_recalled
from instance.web.views import (
    Answer,
    Audience,
    Comment,
    ConsultPage,
    Kept,
    Lab,
    May,
    Opened,
    Participant,
    Progress,
    Question,
    Reader,
    TimelineItem,
)
from instance.web.views.drawn import Look

_ANSWER = Happening.ANSWER.value


async def consult_page(
    consult: Consult, member: Member, around: Surroundings, kept: Kept | None = None
) -> ConsultPage:
    """Everything on `/k/<id>` for one reader; `consult` was found by `reading.readable`."""
    drawn: Drawn = current_app.config["DRAWN"]
    marks, rows = await drawn.said(consult)
    graves = await burying.of_consult(consult)
    accepted_at = await reading.accepted_at(consult)
    authors = await said.authors(rows)
    thread = Thread(consult, rows, authors, around, member, accepted_at, graves, marks)
    items = await timeline(thread)
    return ConsultPage(
        page=replace(around.page, here=f"/consults?box={'mine' if thread.is_asker else 'open'}"),
        url=f"/k/{consult.id}",
        title=consult.facts.get("title", ""),
        state=consult.status.value,
        question_type=consult.question_type,
        specialties=tuple(consult.specialties),
        question=await _question(thread, thread.question),
        audience=await audience(consult, around),
        progress=_progress(thread),
        mine=thread.is_asker,
        clock=clock(consult),
        timeline=items,
        said_as=said_as(thread, items),
        drawn=thread.drawn,
        participants=thread.once("participants", lambda: _participants(thread)),
        places=await places.shown(consult, thread.around) if _is_elsewhere(consult) else (),
        copies=await leavers.copies(consult, around) if consult.is_local else (),
        may=replace(_may(thread), publish=await publication.part_of(thread)),
        identities=tuple(
            people.identity(actor) for actor in await contributing.eligible(around.own, consult)
        ),
        kept=kept,
        stream_url=f"/k/{consult.id}/stream",
        opened=await opened(consult),
        hops=await routing.hops(consult, around) if thread.is_asker else None,
        asked=consult.status is Status.OPEN and await asking.of(member, consult.id) is not None,
    )


def _is_elsewhere(consult: Consult) -> bool:
    """Where a withdrawn one is deleted, its receipts say."""
    return consult.is_local and consult.status is not Status.WITHDRAWN


def read_only(view: ConsultPage, url: str, until: datetime) -> ConsultPage:
    """For who takes no part in it: no form, no stream, nothing that leads to the thread itself."""
    said = tuple(untouchable(item) for item in view.timeline)
    return replace(
        view,
        page=replace(view.page, nav="admin", here="/admin/consults"),
        url=url,
        may=May(),
        mine=False,
        hops=None,
        asked=False,
        identities=(),
        question=replace(view.question, change_url=""),
        timeline=said,
        stream_url="",
        read_only_until=until,
        drawn=Look(),  # what is kept has what those may do who take part
    )


def untouchable(item: TimelineItem) -> TimelineItem:
    if isinstance(item, Answer):
        return replace(item, acceptable=False, change_url="")
    return replace(item, change_url="") if isinstance(item, Comment) else item


async def opened(consult: Consult) -> tuple[Opened, ...]:
    rows = await break_glass.of_consult(consult)
    names = await break_glass.names(rows)
    return tuple(
        Opened(
            name=names.get(row.asked_by_id, ""),
            by=names.get(row.decided_by_id, ""),
            reason=row.reason,
            until=row.ends_at,
        )
        for row in rows
        if row.ends_at is not None
    )


async def audience(consult: Consult, around: Surroundings) -> Audience:
    """Who can read it, in words with hospital names (UX-2)."""
    if consult.status is Status.WITHDRAWN:
        return Audience(kind="asker")
    names = around.institutions
    hospitals = await readers.hospitals(consult, around)
    if consult.scope is Scope.NAMED:
        uris = [row.actor_uri for row in await reading.participants(consult)]
        known = {actor.uri: actor for actor in await Actor.filter(uri__in=uris)}
        persons = [
            Reader(name=known[uri].name, detail=names.get(known[uri].host, known[uri].host))
            for uri in uris
            if uri in known
        ]
        return Audience(kind="people", readers=tuple(persons), hospitals=hospitals)
    all_of_them = tuple(Reader(name=one.name, ours=one.ours) for one in hospitals)
    is_ours = len(hospitals) == 1 and hospitals[0].ours
    if consult.scope is Scope.TRUSTED:
        return Audience(kind="partners", readers=all_of_them, hospitals=hospitals)
    kind: Literal["ours", "chosen"] = "ours" if is_ours else "chosen"
    return Audience(kind=kind, readers=all_of_them, hospitals=hospitals)


async def _question(thread: Thread, row: Said) -> Question:
    facts: Mapping[str, Any] = thread.consult.facts
    names = (
        "age_band",
        "sex",
        "urgency",
        "history",
        "tried",
        "meds",
        "allergies",
        "exam",
        "region",
    )
    shown = await images.of_consult(thread.consult)
    author, left_out, version = thread.once(
        ("question", len(shown)),
        lambda: (
            thread.author(row),
            attachments.left_out(row.body, len(shown)),
            questions.version(row),
        ),
    )
    return Question(
        id=str(row.id),
        author=author,
        at=row.published_at,
        text=facts.get("question") or "",
        target_hours=thread.consult.target_hours,
        recalled=why_recalled(thread, row),
        pregnant=facts.get("pregnant", "na"),
        labs=tuple(Lab(**row) for row in facts.get("labs") or ()),
        pictures=tuple(pictures.picture(one) for one in shown),
        left_out=left_out,
        edited_at=row.edited_at,
        change_url=_change_url(thread),
        version=version,
        **{name: facts.get(name) or "" for name in names},
    )


def _change_url(thread: Thread) -> str:
    consult = thread.consult
    may = thread.is_asker and consult.is_local and bool(consult.facts)
    is_legal = states.is_legal(Happening.EDIT, consult, thread.now)
    return f"/k/{consult.id}/question" if may and is_legal else ""


def _progress(thread: Thread) -> Progress:
    consult = thread.consult
    first = consult.first_answer_at
    has_ended = consult.status in reading.ENDED
    return Progress(
        asked_at=consult.published_at,
        first_answer_at=first,
        answered_in=first - consult.published_at if first else None,
        accepted_at=thread.accepted_at,
        outcome_due_at=(
            consult.changed_at + timedelta(days=14) if consult.status is Status.RESOLVED else None
        ),
        ended_at=consult.changed_at if has_ended else None,
        outcome=consult.outcome or "",
    )


def _participants(thread: Thread) -> tuple[Participant, ...]:
    """Who wrote something; readers who did not are not listed by name."""
    latest = {row.author_id: row for row in thread.rows}
    answers = dict.fromkeys(latest, 0)
    for row in thread.rows:
        if row.kind == _ANSWER and row.has_words:
            answers[row.author_id] += 1
    return tuple(
        Participant(
            author=thread.author(latest[author_id]),
            part=_part(thread, author_id, count),  # type: ignore[arg-type]
            answers=count,
        )
        for author_id, count in answers.items()
    )


def _part(thread: Thread, author_id: int, answers: int) -> str:
    if author_id == thread.consult.asker_id:
        return "asker"
    if answers:
        return "responder"
    kinds = {row.kind for row in thread.rows if row.author_id == author_id}
    return "inquirer" if kinds == {Happening.ASK_INFO} else "commenter"


def rights(thread: Thread) -> Callable[[Happening], bool]:
    """Whether its reader may bring about an event now."""
    consult, claims = thread.consult, standing.claims_of(thread.member)
    is_steward = consult.is_local and duties.may(thread.member, Duty.SAFETY)
    doer = states.Doer(claims, is_asker=thread.is_asker, is_steward=is_steward)

    def may(event: Happening) -> bool:
        is_legal = states.is_legal(event, consult, thread.now)
        return is_legal and states.is_entitled(event, consult, doer)

    return may


def _may(thread: Thread) -> May:
    consult, claims, may = thread.consult, standing.claims_of(thread.member), rights(thread)
    is_open = states.is_legal(Happening.ANSWER, consult, thread.now)
    can_be_answered = is_open and not thread.is_asker
    lacks_standing = can_be_answered and not claims.may_answer
    return May(
        answer=may(Happening.ANSWER),
        comment=may(Happening.COMMENT),
        ask_info=may(Happening.ASK_INFO),
        provide_info=may(Happening.PROVIDE_INFO),
        accept=may(Happening.ACCEPT),
        not_solved=may(Happening.NOT_SOLVED),
        outcome=may(Happening.RECORD_OUTCOME),
        recall=thread.may_recall,
        see_recall=thread.may_see_recall,
        see_deletions=not thread.own.isdisjoint(thread.deleted_by),
        escalate=may(Happening.ESCALATE),
        reopen=may(Happening.REOPEN),
        withdraw=may(Happening.WITHDRAW),
        ask_again=thread.is_asker and consult.status in states.CLONED and bool(consult.facts),
        standing_needed=people.of_member(thread.member) if lacks_standing else None,
    )
