"""A consult as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from instance import config
from instance.models import Actor, Consult, Contribution, Member, Scope, Status
from instance.outbox import standing
from instance.services import duties
from instance.services.consults import (
    asking,
    attachments,
    break_glass,
    contributing,
    images,
    notes,
    reading,
    states,
)
from instance.services.consults.states import Event as Happening
from instance.services.duties import Duty
from instance.web.presenting import leavers, people, pictures, readers, routing
from instance.web.presenting.consult_cards import author_of, clock, text_of
from instance.web.presenting.pages import Surroundings
from instance.web.views import (
    Answer,
    Audience,
    Citation,
    Comment,
    ConsultPage,
    Event,
    Kept,
    Lab,
    May,
    Opened,
    Participant,
    Place,
    Progress,
    Question,
    Reader,
    TimelineItem,
)

_EVENT_KINDS = {
    Happening.ASK_INFO.value: "ask_info",
    Happening.PROVIDE_INFO.value: "provide_info",
    Happening.NOT_SOLVED.value: "not_solved",
    Happening.RECORD_OUTCOME.value: "outcome",
    Happening.ESCALATE.value: "escalate",
    Happening.REOPEN.value: "reopen",
}


@dataclass(frozen=True)
class _Thread:
    consult: Consult
    rows: list[Contribution]
    around: Surroundings
    member: Member
    accepted_at: datetime | None

    @property
    def is_asker(self) -> bool:
        return self.consult.asker_id in {actor.id for actor in self.around.own}

    @property
    def now(self) -> datetime:
        return self.around.page.now


async def consult_page(
    consult: Consult, member: Member, around: Surroundings, kept: Kept | None = None
) -> ConsultPage:
    """Everything on `/k/<id>` for one reader; `consult` was found by `reading.readable`."""
    rows = await reading.contributions(consult)
    thread = _Thread(consult, rows, around, member, await reading.accepted_at(consult))
    question = next(row for row in rows if row.kind == "question")
    return ConsultPage(
        page=replace(around.page, here=f"/consults?box={'mine' if thread.is_asker else 'open'}"),
        url=f"/k/{consult.id}",
        title=consult.facts["title"],
        state=consult.status.value,
        question_type=consult.question_type,
        specialties=tuple(consult.specialties),
        question=await _question(thread, question),
        audience=await audience(consult, around),
        progress=_progress(thread),
        mine=thread.is_asker,
        clock=clock(consult),
        timeline=await _timeline(thread),
        participants=_participants(thread),
        places=await _places(thread) if consult.is_local else (),
        copies=await leavers.copies(consult, around) if consult.is_local else (),
        may=_may(thread),
        identities=tuple(
            people.identity(actor) for actor in await contributing.eligible(member, consult)
        ),
        kept=kept,
        stream_url=f"/k/{consult.id}/stream",
        opened=await _opened(consult),
        hops=await routing.hops(consult, around) if thread.is_asker else None,
        asked=consult.status is Status.OPEN and await asking.of(member, consult.id) is not None,
    )


def read_only(view: ConsultPage, url: str, until: datetime) -> ConsultPage:
    """For who takes no part in it: no form, no stream, nothing that leads to the thread itself."""
    answers = tuple(
        replace(item, acceptable=False) if isinstance(item, Answer) else item
        for item in view.timeline
    )
    return replace(
        view,
        page=replace(view.page, nav="admin", here="/admin/consults"),
        url=url,
        may=May(),
        mine=False,
        hops=None,
        asked=False,
        identities=(),
        timeline=answers,
        stream_url="",
        read_only_until=until,
    )


async def _opened(consult: Consult) -> tuple[Opened, ...]:
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


async def _question(thread: _Thread, row: Contribution) -> Question:
    facts: Mapping[str, Any] = thread.consult.facts
    shown = await images.of_consult(thread.consult)
    names = ("meds", "allergies", "exam", "region")
    return Question(
        author=author_of(row, thread.around),
        at=row.published_at,
        text=facts["question"],
        age_band=facts["age_band"],
        sex=facts["sex"],
        urgency=facts["urgency"],
        target_hours=facts["target_hours"],
        history=facts["history"],
        tried=facts["tried"],
        pregnant=facts.get("pregnant", "na"),
        labs=tuple(Lab(**row) for row in facts.get("labs") or ()),
        pictures=tuple(pictures.picture(one) for one in shown),
        left_out=attachments.left_out(row.body, len(shown)),
        **{name: facts.get(name) or "" for name in names},
    )


async def _timeline(thread: _Thread) -> tuple[TimelineItem, ...]:
    """Accepted answers first, the rest by time; no line for who was asked or stayed silent."""
    items = [_item(thread, row) for row in thread.rows if row.kind != "question"]
    accepted = [item for item in items if isinstance(item, Answer) and item.accepted_at]
    others = [item for item in items if item not in accepted]
    ended = _ended(thread)
    others = [*others, ended] if ended is not None else others
    return (*accepted, *await leavers.with_departures(others, thread.consult, thread.around))


def _ended(thread: _Thread) -> Event | None:
    """The line about an end that nobody wrote a word about."""
    consult, at = thread.consult, thread.consult.changed_at
    if consult.status is Status.WITHDRAWN:
        question = next(row for row in thread.rows if row.kind == "question")
        return Event(kind="withdraw", at=at, name=question.author.name)
    if consult.status is Status.EXPIRED:
        return Event(kind="expired", at=at)
    by_time = consult.outcome in (states.NOT_REPORTED, states.NOT_ACCEPTED)
    return Event(kind="closed", at=at) if consult.status is Status.CLOSED and by_time else None


def _item(thread: _Thread, row: Contribution) -> TimelineItem:
    pending = row.seq is None
    author = author_of(row, thread.around)
    if row.deleted_at is not None:
        return Event(kind="deleted", at=row.deleted_at, name=author.name)
    if row.kind == Happening.ANSWER:
        return _answer(thread, row)
    if row.kind == Happening.COMMENT:
        return Comment(
            id=str(row.id),
            author=author,
            at=row.published_at,
            text=text_of(row),
            pending=pending,
            left_out=attachments.left_out(row.body),
            edited_at=row.edited_at,
            change_url=_change_url(thread, row),
        )
    return Event(
        kind=_EVENT_KINDS.get(row.kind, row.kind),
        at=row.published_at,
        name=author.name,
        text=text_of(row),
        code=str(row.body.get("cs:outcome") or row.body.get("cs:reason") or ""),
        pending=pending,
        left_out=attachments.left_out(row.body),
    )


def _answer(thread: _Thread, row: Contribution) -> Answer:
    consult, body = thread.consult, row.body
    is_accepted = row.uri in consult.accepted
    may_accept = thread.is_asker and states.is_legal(Happening.ACCEPT, consult, thread.now)
    return Answer(
        id=str(row.id),
        author=author_of(row, thread.around),
        at=row.published_at,
        recommendation=str(body.get("cs:recommendation", "")),
        rationale=str(body.get("cs:rationale", "")),
        would_change=str(body.get("cs:wouldChange", "")),
        confidence=str(body.get("cs:confidence", "")),
        see_in_person=body.get("cs:seeInPerson") is True,
        citations=tuple(_citation(entry) for entry in body.get("cs:citations") or ()),
        accepted_at=thread.accepted_at if is_accepted else None,
        acceptable=may_accept and not is_accepted and row.seq is not None,
        pending=row.seq is None,
        left_out=attachments.left_out(body),
        edited_at=row.edited_at,
        change_url=_change_url(thread, row),
    )


def _change_url(thread: _Thread, row: Contribution) -> str:
    """Where its author changes or deletes it; "" for others, and when it is too late."""
    is_own = row.author_id in {actor.id for actor in thread.around.own}
    legal = states.is_legal(Happening.EDIT, thread.consult, thread.now)
    return f"/k/{thread.consult.id}/said/{row.id}" if is_own and legal and row.seq else ""


def _citation(entry: Mapping[str, str]) -> Citation:
    """What is named in no form that we know is text, and leads nowhere."""
    said = entry.get("doi") or entry.get("pmid") or entry.get("url") or ""
    named = notes.citation(said) or {}
    title = entry.get("title") or ""
    if "doi" in named:
        url = f"https://doi.org/{quote(named['doi'], safe='/:;()')}"
        return Citation(text=title, number=f"doi:{named['doi']}", url=url)
    if "pmid" in named:
        url = f"https://pubmed.ncbi.nlm.nih.gov/{named['pmid']}/"
        return Citation(text=title, number=f"PMID {named['pmid']}", url=url)
    return Citation(text=title or said, url=named.get("url", ""))


def _progress(thread: _Thread) -> Progress:
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


def _participants(thread: _Thread) -> tuple[Participant, ...]:
    """Who wrote something; readers who did not are not listed by name."""
    answers: dict[int, int] = {}
    for row in thread.rows:
        answers.setdefault(row.author_id, 0)
        answers[row.author_id] += row.kind == Happening.ANSWER
    latest = {row.author_id: row for row in thread.rows}
    return tuple(
        Participant(
            author=author_of(latest[author_id], thread.around),
            part=_part(thread, author_id, count),  # type: ignore[arg-type]
            answers=count,
        )
        for author_id, count in answers.items()
    )


def _part(thread: _Thread, author_id: int, answers: int) -> str:
    if author_id == thread.consult.asker_id:
        return "asker"
    if answers:
        return "responder"
    kinds = {row.kind for row in thread.rows if row.author_id == author_id}
    return "inquirer" if kinds == {Happening.ASK_INFO} else "commenter"


async def _places(thread: _Thread) -> tuple[Place, ...]:
    ours = config.current().host
    names = thread.around.institutions
    places = []
    for place in await reading.places(thread.consult):
        name = names.get(place.host, place.host)
        delivery = place.delivery
        if place.host == ours:
            places.append(Place(name=name, status="home"))
        elif delivery is None or delivery.delivered_at is None:
            since = delivery.created_at if delivery and delivery.attempts else None
            places.append(Place(name=name, status="waiting", since=since))
        else:
            took = delivery.delivered_at - delivery.created_at
            places.append(Place(name=name, status="has_it", took=took))
    return tuple(places)


def _may(thread: _Thread) -> May:
    consult, claims = thread.consult, standing.claims_of(thread.member)
    is_steward = consult.is_local and duties.may(thread.member, Duty.SAFETY)
    doer = states.Doer(claims, is_asker=thread.is_asker, is_steward=is_steward)

    def may(event: Happening) -> bool:
        is_legal = states.is_legal(event, consult, thread.now)
        return is_legal and states.is_entitled(event, doer)

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
        escalate=may(Happening.ESCALATE),
        reopen=may(Happening.REOPEN),
        withdraw=may(Happening.WITHDRAW),
        ask_again=thread.is_asker and consult.status in states.CLONED,
        standing_needed=people.of_member(thread.member) if lacks_standing else None,
    )
