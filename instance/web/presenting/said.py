"""What was said in a consult, in the order it is read."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from quart import current_app

from instance.models import Actor, Consult, Member, Status, Tombstone
from instance.services import duties
from instance.services.consults import attachments, notes, questions, states
from instance.services.consults.said import Said
from instance.services.consults.states import Event as Happening
from instance.services.duties import Duty
from instance.web.drawn import Drawn
from instance.web.presenting import leavers
from instance.web.presenting.consult_cards import text_of
from instance.web.presenting.pages import Surroundings
from instance.web.presenting.people import written_with
from instance.web.views import Answer, Author, Citation, Comment, Event, TimelineItem
from instance.web.views.drawn import Look

_EVENT_KINDS = {
    Happening.ASK_INFO.value: "ask_info",
    Happening.PROVIDE_INFO.value: "provide_info",
    Happening.NOT_SOLVED.value: "not_solved",
    Happening.RECORD_OUTCOME.value: "outcome",
    Happening.ESCALATE.value: "escalate",
    Happening.REOPEN.value: "reopen",
}


Made = TypeVar("Made")


@dataclass(frozen=True)
class Thread:
    """One consult as one reader sees it."""

    consult: Consult
    rows: list[Said]
    authors: Mapping[int, Actor]
    around: Surroundings
    member: Member
    accepted_at: datetime | None
    graves: Mapping[str, Tombstone] = field(default_factory=dict)  # of what was recalled
    marks: Hashable = None  # of the rows, as `Drawn.said` gives them; none: nothing is kept by them

    @cached_property
    def own(self) -> frozenset[int]:
        return frozenset(actor.id for actor in self.around.own)

    @property
    def is_asker(self) -> bool:
        return self.consult.asker_id in self.own

    @cached_property
    def is_keeper(self) -> bool:
        return self.is_asker or duties.may(self.member, Duty.SAFETY)

    @property
    def may_recall(self) -> bool:
        return self.is_keeper and (self.consult.is_local or not self.is_asker)

    @property
    def may_see_recall(self) -> bool:
        return self.is_keeper and (bool(self.graves) or self.consult.status is Status.HELD)

    @cached_property
    def may_accept(self) -> bool:
        return self.is_asker and states.is_legal(Happening.ACCEPT, self.consult, self.now)

    @cached_property
    def may_edit(self) -> bool:
        return states.is_legal(Happening.EDIT, self.consult, self.now)

    @cached_property
    def deleted_by(self) -> frozenset[int]:
        """Whose words were deleted."""
        rows = self.rows
        return self.once("deleted", lambda: frozenset(r.author_id for r in rows if r.deleted))

    @cached_property
    def besides(self) -> tuple[frozenset[int], Hashable]:
        """What shows in the items besides rows and look: who of those who wrote is its reader, and
        may change it; and what was recalled."""
        own = self.own.intersection(self.authors) if self.may_edit else frozenset()
        return own, frozenset((g.uri, g.reason, g.deleted_at) for g in self.graves.values())

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What hangs on the rows, the look and `key` alone, unless it was made already."""
        if self.marks is None:
            return make()
        kept, name = self.drawn.items, (key, self.marks)
        if name not in kept:
            kept[name] = make()
        made: Made = kept[name]
        return made

    @cached_property
    def drawn(self) -> Look:
        kept: Drawn = current_app.config["DRAWN"]
        return kept.look(self.consult.id, self._look())

    def _look(self) -> Hashable:
        """What of page, reader and authors shows in each item."""
        page, names = self.around.page, tuple(self.around.institutions.items())
        today = page.now.astimezone(ZoneInfo(page.zone)).date()
        people = tuple((a.id, a.name, a.handle, a.host, a.kind) for a in self.authors.values())
        accepted = (self.accepted_at, tuple(self.consult.accepted))
        asked = self.question.seal  # what was answered may be older than it
        return (page.zone, today, names, people, self.may_recall, self.may_accept, accepted, asked)

    def author(self, row: Said) -> Author:
        """With the standing it was written with."""
        names = self.around.institutions
        return written_with(self.authors[row.author_id], row.standing, names)

    @property
    def question(self) -> Said:
        return next(row for row in self.rows if row.kind == "question")

    @property
    def now(self) -> datetime:
        return self.around.page.now


async def timeline(thread: Thread) -> tuple[TimelineItem, ...]:
    """Accepted answers first, the rest by time; no line for who was asked or stayed silent."""
    accepted, others = thread.once(("said", *thread.besides), lambda: _items(thread))
    ended = _ended(thread)
    others = [*others, ended] if ended is not None else others
    return (*accepted, *await leavers.with_departures(others, thread.consult, thread.around))


def said_as(thread: Thread, items: Sequence[TimelineItem]) -> Hashable:
    """Of a timeline: another value where anything in it is another."""
    added = tuple(item for item in items if item.key is None)
    return thread.marks and (thread.marks, *thread.besides, added)


def _items(thread: Thread) -> tuple[Sequence[TimelineItem], Sequence[TimelineItem]]:
    """Those that are accepted, and the rest."""
    kept, (own, _) = thread.drawn.items, thread.besides
    items = [_kept_item(thread, row, kept, own) for row in thread.rows if row.kind != "question"]
    accepted = [item for item in items if isinstance(item, Answer) and item.accepted_at]
    return accepted, [item for item in items if item not in accepted]


def _kept_item(
    thread: Thread, row: Said, kept: dict[Hashable, Any], own: frozenset[int]
) -> TimelineItem:
    """By all that goes into it, besides the look of the thread."""
    grave = thread.graves.get(row.uri)
    recalled = (grave.reason, grave.deleted_at) if grave is not None else None
    is_own = row.author_id in own
    key = (row.id, row.seal, row.seq is None, row.deleted, is_own, recalled)
    found: TimelineItem | None = kept.get(key)
    if found is None:
        found = kept[key] = replace(_item(thread, row), key=key)
    return found


def _ended(thread: Thread) -> Event | None:
    """The line about an end that nobody wrote a word about."""
    consult, at = thread.consult, thread.consult.changed_at
    if consult.status is Status.WITHDRAWN:
        return Event(kind="withdraw", at=at, name=thread.author(thread.question).name)
    if consult.status is Status.EXPIRED:
        return Event(kind="expired", at=at)
    by_time = consult.outcome in (states.NOT_REPORTED, states.NOT_ACCEPTED)
    return Event(kind="closed", at=at) if consult.status is Status.CLOSED and by_time else None


def _item(thread: Thread, row: Said) -> TimelineItem:
    pending = row.seq is None
    author = thread.author(row)
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
    is_again = row.kind == Happening.REOPEN and thread.consult.is_private
    return Event(
        kind="opened_again" if is_again else _EVENT_KINDS.get(row.kind, row.kind),
        at=row.published_at,
        name=author.name,
        text=text_of(row),
        code=str(row.body.get("cs:outcome") or row.body.get("cs:reason") or ""),
        pending=pending,
        left_out=attachments.left_out(row.body),
    )


def _proposal(row: Said, name: str, thread: Thread) -> Event:
    """That it was proposed to publish it, and how it ended: an end says no reason."""
    if not row.has_words:
        grave = thread.graves.get(row.uri)
        return Event(kind="consent_over", at=grave.deleted_at if grave else row.published_at)
    kind = "consent_public" if row.body.get("cs:published") else "consent"
    return Event(kind=kind, at=row.published_at, name=name)


def why_recalled(thread: Thread, row: Said) -> str:
    """A key of `words.RECALLED`; "" where its words are here."""
    grave = thread.graves.get(row.uri)
    return "" if grave is None or row.has_words else grave.reason


def _answer(thread: Thread, row: Said) -> Answer:
    body = row.body
    is_accepted = row.uri in thread.consult.accepted
    return Answer(
        id=str(row.id),
        author=thread.author(row),
        at=row.published_at,
        recommendation=str(body.get("cs:recommendation", "")),
        rationale=str(body.get("cs:rationale", "")),
        would_change=str(body.get("cs:wouldChange", "")),
        confidence=str(body.get("cs:confidence", "")),
        see_in_person=body.get("cs:seeInPerson") is True,
        citations=tuple(_citation(entry) for entry in body.get("cs:citations") or ()),
        accepted_at=thread.accepted_at if is_accepted else None,
        acceptable=thread.may_accept and not is_accepted and row.seq is not None,
        pending=row.seq is None,
        left_out=attachments.left_out(body),
        edited_at=row.edited_at,
        change_url=_change_url(thread, row),
        older=questions.is_older(body, thread.question),
    )


def _change_url(thread: Thread, row: Said) -> str:
    """Where its author changes or deletes it; "" for others, and when it is too late."""
    may_change = row.author_id in thread.own and thread.may_edit and row.seq
    return f"/k/{thread.consult.id}/said/{row.id}" if may_change else ""


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
