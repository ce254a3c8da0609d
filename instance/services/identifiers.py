"""The identifier check before anything is sent: what it finds, what mends it, what may pass.

It fails closed: where the check itself breaks, nothing is sent. Neither the record nor the log
ever holds a word of what was checked.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance import config, phi, sealed
from instance.errors import FormRefused
from instance.models import Actor, ActorKind, DismissedTerm, Member
from instance.phi import Severity, Type
from instance.services import audit, members, record_numbers

log = logging.getLogger(__name__)

UNAVAILABLE = "The identifier check is not working, so nothing can be sent. Your draft is kept."
_BETWEEN = "\n\n"  # fields are checked as one text: their dates count from one day


@dataclass(frozen=True)
class Found:
    """A suspected identifier in a field of a form: `start` and `end` count within the field."""

    field: str
    start: int
    end: int
    type: Type
    must: bool
    fix: str | None
    words: str

    @property
    def is_age(self) -> bool:
        return self.type is Type.AGE90

    @property
    def place(self) -> str:
        """As a button names it."""
        return f"{self.field}:{self.start}:{self.end}"


class PhiSuspected(FormRefused):
    """Identifiers are left. `found` is for the page of who typed them, and for nothing else."""

    code = "phi_suspected"
    shown = "This may identify a patient. Remove it, or confirm that it does not."

    def __init__(self, found: tuple[Found, ...], *, names_them: bool = False) -> None:
        """`names_them`: for a page that does not list them beneath their fields."""
        super().__init__(named(found) if names_them else _sentences(found))
        self.found = found


def plain(texts: Mapping[str, str]) -> dict[str, str]:
    """As places are counted: forms send other line ends than scripts."""
    return {name: text.replace("\r\n", "\n") for name, text in texts.items()}


async def look(
    member: Member, texts: Mapping[str, str], *, is_public: bool = False
) -> tuple[Found, ...]:
    """What the fields hold that this member has not dismissed. `is_public`: of a post that anybody
    reads. Raises FormRefused if the check breaks."""
    texts = plain(texts)
    found = await _but_colleagues(_screened(texts, await record_numbers.pattern()))
    if is_public:
        found = tuple(one for one in found if not _belongs_in_public(one))
    asked = [_digest(member, one) for one in found if not one.must]
    known = DismissedTerm.filter(member_id=member.id, digest__in=asked)
    dismissed = {row.digest for row in await known} if asked else set()
    return tuple(one for one in found if one.must or _digest(member, one) not in dismissed)


async def require_clear(member: Member, texts: Mapping[str, str]) -> None:
    """For consults: no identifier that must go, and each other one looked at."""
    if found := await look(member, texts):
        raise PhiSuspected(found)


async def require_looked_at(member: Member, texts: Mapping[str, str]) -> None:
    """For public posts written on a page, where each finding has a button: as `require_clear`, but
    for what such posts are about."""
    if found := await look(member, texts, is_public=True):
        raise PhiSuspected(found)


async def require_no_block(texts: Mapping[str, str]) -> None:
    """For what is written beside a consult, such as what an image shows: what must go."""
    found = _screened(plain(texts), await record_numbers.pattern())
    if must := tuple(one for one in found if one.must):
        raise PhiSuspected(must, names_them=True)


async def require_public(texts: Mapping[str, str]) -> None:
    """For public posts from wherever, a client too: what must go holds them up, and nothing else.

    Links, addresses and the days of congresses are what such posts are about; a date of birth is
    not.
    """
    found = _screened(plain(texts), await record_numbers.pattern())
    must = tuple(one for one in found if one.must and not _belongs_in_public(one))
    if must:
        raise PhiSuspected(must, names_them=True)


def _belongs_in_public(one: Found) -> bool:
    """Also whom it names: authors, speakers, and whoever is spoken to."""
    if one.type is Type.DATE:
        return one.fix != ""
    return one.type in (Type.URL, Type.EMAIL) or (
        not one.must and (one.type is Type.CLINICIAN or _is_handle(one))
    )


async def _but_colleagues(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Without the names by which people here are spoken to."""
    named = {one.words[1:].casefold() for one in found if _is_handle(one)}
    if not named:
        return found
    ours = Actor.filter(local_handle__in=list(named), kind=ActorKind.PERSON)
    known = {actor.local_handle for actor in await ours.only("id", "local_handle")}
    return tuple(
        one for one in found if not (_is_handle(one) and one.words[1:].casefold() in known)
    )


def _is_handle(one: Found) -> bool:
    return not one.must and one.words.startswith("@")


async def dismiss(
    member: Member, texts: Mapping[str, str], place: str, *, is_public: bool = False
) -> None:
    """ "Not an identifier": asked about no more, and on record without the term.

    Nothing happens to what must go, nor where something else stands by now.
    """
    for one in await look(member, texts, is_public=is_public):
        if one.place != place or one.must:
            continue
        speaker, ours = await members.speaking_as(member), config.current()
        try:
            async with in_transaction():
                await DismissedTerm.create(member=member, digest=_digest(member, one))
                await audit.record(
                    "identifier.dismissed",
                    actor_uri=speaker.uri,
                    host=ours.host,
                    subject=ours.uri("/actor"),
                    kind=one.type.value,
                )
        except IntegrityError:
            continue  # in two tabs at once


@dataclass(frozen=True)
class Mended:
    """The fields as they are now; `chosen` is None where nothing stood at the place any more."""

    texts: dict[str, str]
    chosen: Found | None


async def mend(
    member: Member, texts: Mapping[str, str], place: str, *, is_public: bool = False
) -> Mended:
    """The fields with one finding mended; of dates all, since they move together."""
    mended = plain(texts)
    found = await look(member, mended, is_public=is_public)
    chosen = next((one for one in found if one.place == place and one.fix is not None), None)
    if chosen is None:
        return Mended(mended, None)
    together = [one for one in found if one == chosen or _moves_with(one, chosen)]
    for one in sorted(together, key=lambda one: -one.start):
        text = mended[one.field]
        mended[one.field] = text[: one.start] + (one.fix or "") + text[one.end :]
    return Mended(mended, chosen)


def _moves_with(one: Found, chosen: Found) -> bool:
    return bool(one.type is chosen.type is Type.DATE and one.fix and chosen.fix)


def _screened(texts: Mapping[str, str], pattern: re.Pattern[str] | None) -> tuple[Found, ...]:
    try:
        findings = phi.screen(_BETWEEN.join(texts.values()), record_number=pattern)
    except Exception as error:  # whatever it is, what was not checked is not sent
        log.error("the identifier check broke: %s", type(error).__name__)
        raise FormRefused(dict.fromkeys(list(texts)[:1], UNAVAILABLE)) from None
    return tuple(_in_fields(texts, findings))


def _in_fields(texts: Mapping[str, str], findings: Iterable[phi.Finding]) -> Iterable[Found]:
    begins, waiting = 0, list(findings)
    for name, text in texts.items():
        while waiting and waiting[0].start < begins + len(text):
            finding = waiting.pop(0)
            start = max(0, finding.start - begins)
            end = min(len(text), finding.end - begins)
            must = finding.severity is Severity.BLOCK
            yield Found(name, start, end, finding.type, must, finding.fix, text[start:end])
        begins += len(text) + len(_BETWEEN)


def _digest(member: Member, one: Found) -> str:
    term = " ".join(one.words.casefold().split())
    return sealed.current().digest("identifier", f"{member.id}\0{one.type}\0{term}")


def named(found: tuple[Found, ...]) -> dict[str, str]:
    """In the words of who typed them: this goes back to nobody else."""
    sentences: dict[str, str] = {}
    for one in found:
        mend = f"change “{one.words}” to “{one.fix}”" if one.fix else f"remove “{one.words}”"
        said = sentences.get(one.field, "This may identify a patient")
        sentences[one.field] = f"{said}: {mend}"
    return {name: f"{said}." for name, said in sentences.items()}


def _sentences(found: tuple[Found, ...]) -> dict[str, str]:
    """Field -> how many, and what to do; never which."""
    sentences = {}
    for name in dict.fromkeys(one.field for one in found):
        must = sum(one.must for one in found if one.field == name)
        rest = sum(not one.must for one in found if one.field == name)
        parts = []
        if must:
            parts.append(f"{must} identifier{'s' if must > 1 else ''} must go")
        if rest:
            parts.append(f"{rest} possible identifier{'s' if rest > 1 else ''} to look at")
        sentences[name] = f"{', '.join(parts)}. See below this field."
    return sentences
