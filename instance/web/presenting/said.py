"""What was said in a consult, in the order it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from instance.models import Consult, Contribution, Member, Status, Tombstone
from instance.services.consults import attachments, notes, questions, states
from instance.services.consults.states import Event as Happening
from instance.web.presenting import leavers
from instance.web.presenting.consult_cards import author_of, text_of
from instance.web.presenting.pages import Surroundings
from instance.web.views import Answer, Citation, Comment, Event, TimelineItem

_EVENT_KINDS = {
    Happening.ASK_INFO.value: "ask_info",
    Happening.PROVIDE_INFO.value: "provide_info",
    Happening.NOT_SOLVED.value: "not_solved",
    Happening.RECORD_OUTCOME.value: "outcome",
    Happening.ESCALATE.value: "escalate",
    Happening.REOPEN.value: "reopen",
}


@dataclass(frozen=True)
class Thread:
    """One consult as one reader sees it."""

    consult: Consult
    rows: list[Contribution]
    around: Surroundings
    member: Member
    accepted_at: datetime | None
    graves: Mapping[str, Tombstone] = field(default_factory=dict)  # of what was recalled

    @property
    def is_asker(self) -> bool:
        return self.consult.asker_id in {actor.id for actor in self.around.own}

    @property
    def question(self) -> Contribution:
        return next(row for row in self.rows if row.kind == "question")

    @property
    def now(self) -> datetime:
        return self.around.page.now


async def timeline(thread: Thread) -> tuple[TimelineItem, ...]:
    """Accepted answers first, the rest by time; no line for who was asked or stayed silent."""
    items = [_item(thread, row) for row in thread.rows if row.kind != "question"]
    accepted = [item for item in items if isinstance(item, Answer) and item.accepted_at]
    others = [item for item in items if item not in accepted]
    ended = _ended(thread)
    others = [*others, ended] if ended is not None else others
    return (*accepted, *await leavers.with_departures(others, thread.consult, thread.around))


def _ended(thread: Thread) -> Event | None:
    """The line about an end that nobody wrote a word about."""
    consult, at = thread.consult, thread.consult.changed_at
    if consult.status is Status.WITHDRAWN:
        return Event(kind="withdraw", at=at, name=thread.question.author.name)
    if consult.status is Status.EXPIRED:
        return Event(kind="expired", at=at)
    by_time = consult.outcome in (states.NOT_REPORTED, states.NOT_ACCEPTED)
    return Event(kind="closed", at=at) if consult.status is Status.CLOSED and by_time else None


def _item(thread: Thread, row: Contribution) -> TimelineItem:
    pending = row.seq is None
    author = author_of(row, thread.around)
    if row.kind == Happening.CONSENT:
        return _proposal(row, author.name, thread)
    if row.deleted_at is not None:
        return Event(kind="deleted", at=row.deleted_at, name=author.name)
    if why := why_recalled(thread, row):
        at = thread.graves[row.uri].deleted_at
        return Event(kind="recalled", at=at, name=author.name, code=why)
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


def _proposal(row: Contribution, name: str, thread: Thread) -> Event:
    """That it was proposed to publish it, and how it ended: an end says no reason."""
    if not row.body:
        grave = thread.graves.get(row.uri)
        return Event(kind="consent_over", at=grave.deleted_at if grave else row.published_at)
    kind = "consent_public" if row.body.get("cs:published") else "consent"
    return Event(kind=kind, at=row.published_at, name=name)


def why_recalled(thread: Thread, row: Contribution) -> str:
    """A key of `words.RECALLED`; "" where its words are here."""
    grave = thread.graves.get(row.uri)
    return "" if grave is None or row.body else grave.reason


def _answer(thread: Thread, row: Contribution) -> Answer:
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
        older=questions.is_older(body, thread.question),
    )


def _change_url(thread: Thread, row: Contribution) -> str:
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
