"""The text of a teaching case: as it is proposed, and as it becomes public. No database.

It is plain text. What a consent names is the digest of all of it (`digest`): another comma is
another text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from federation import proofs
from federation.errors import Malformed
from instance import html
from instance.models import Contribution, Level, Profession
from instance.outbox.posts import TITLE_LENGTH
from instance.services.consults.states import Event
from instance.specialties import SPECIALTIES

TEXT_MAX = 18_000  # of all of it: with the rest it still fits into a post
DISCLAIMER_VERSION = 1
DISCLAIMER = (
    "Peer discussion from de-identified information. It does not by itself create a"
    " physician-patient relationship and is not a substitute for examination or a formal consult."
    " The treating clinician decides and documents. Not for emergencies."
)
_PARTS_MOST = 50
_IMAGES_MOST, _IMAGE_WORDS_MOST = 8, 2_000
_HEADINGS = {
    Event.ANSWER.value: "Answer",
    Event.COMMENT.value: "Comment",
    Event.RECORD_OUTCOME.value: "Outcome",
}
_SEX = {"female": "female", "male": "male", "other": "sex: intersex or other"}
_FACTS = (
    *(("History", "history"), ("Medicines", "meds"), ("Allergies", "allergies")),
    *(("Examination", "exam"), ("Tried", "tried")),
)
_ANSWERS = (
    *(("", "cs:recommendation"), ("Why: ", "cs:rationale")),
    ("What would change this: ", "cs:wouldChange"),
)


@dataclass(frozen=True)
class Part:
    """What stands in it of one post of the consult, named by its id."""

    post: str
    text: str


@dataclass(frozen=True)
class Image:
    """One of the question, by its address there; `alt` says to everybody what it shows."""

    url: str
    alt: str


@dataclass(frozen=True)
class Case:
    """`channel`: the id of one of the owner's channels."""

    title: str
    text: str
    parts: tuple[Part, ...]
    channel: str
    channel_name: str
    images: tuple[Image, ...] = ()

    def as_wire(self) -> dict[str, Any]:
        """What names no image is as it was before there were any, and so is its digest."""
        images = [{"url": one.url, "name": one.alt} for one in self.images]
        return {
            **({"cs:images": images} if images else {}),
            "name": self.title,
            "content": self.text,
            "cs:parts": [{"inReplyTo": part.post, "content": part.text} for part in self.parts],
            "cs:channel": {"id": self.channel, "name": self.channel_name},
        }


@dataclass(frozen=True)
class Block:
    """A piece of the public text, with the line above it."""

    heading: str
    text: str


def read(case: object) -> Case:
    """As a Note has it, or as it is kept. Raises Malformed."""
    parts = case.get("cs:parts") if isinstance(case, Mapping) else None
    if not isinstance(case, Mapping) or not isinstance(parts, list) or len(parts) > _PARTS_MOST:
        raise Malformed("no case")
    channel = case.get("cs:channel")
    named = channel if isinstance(channel, Mapping) else {}
    whole = [case.get("name"), case.get("content"), named.get("id"), named.get("name")]
    read_parts = [
        (part.get("inReplyTo"), part.get("content")) if isinstance(part, Mapping) else (None, None)
        for part in parts
    ]
    texts = [*whole, *(text for pair in read_parts for text in pair)]
    if not all(isinstance(text, str) and len(text) <= TEXT_MAX for text in texts):
        raise Malformed("a case is made of texts")
    title, text, uri, name = (str(one) for one in whole)
    shown = _images(case.get("cs:images", []))
    return Case(title, text, tuple(Part(str(p), str(t)) for p, t in read_parts), uri, name, shown)


def digest(case: Case) -> str:
    return proofs.digest(case.as_wire())


def may_stand_in(row: Contribution) -> bool:
    """Whether a post may be part of it: an answer, a comment, or what came of it, that is still
    there."""
    kept = row.seq is not None and row.deleted_at is None and bool(row.body)
    return kept and row.kind in _HEADINGS


def first_draft(facts: Mapping[str, Any], rows: Iterable[Contribution]) -> Case:
    """All that may become public, as it was written; `rows` in the order they are to stand in."""
    parts = tuple(Part(row.uri, words_of(row)) for row in rows if may_stand_in(row))
    return Case(
        title=str(facts.get("title", "")),
        text=_question(facts),
        parts=tuple(part for part in parts if part.text),
        channel="",
        channel_name="",
    )


def words_of(row: Contribution) -> str:
    if row.kind != Event.ANSWER.value:
        return html.plain(str(row.body.get("content", "")), TEXT_MAX)
    said = [before + str(row.body[name]).strip() for before, name in _ANSWERS if row.body.get(name)]
    cited = [
        " ".join(str(one[key]) for key in ("title", "doi", "pmid") if one.get(key))
        for one in row.body.get("cs:citations") or ()
    ]
    return "\n\n".join([*said, *(f"Reference: {one}" for one in cited if one)])


def problems(case: Case) -> dict[str, str]:
    found = {}
    if not case.title.strip():
        found["title"] = "Write a title."
    if len(case.title) > TITLE_LENGTH:
        found["title"] = f"Shorten the title to {TITLE_LENGTH} characters."
    if not case.text.strip():
        found["text"] = "Write the case."
    if len(case.text) + sum(len(part.text) for part in case.parts) > TEXT_MAX:
        found["text"] = f"Shorten all of it to {TEXT_MAX} characters."
    return found


def byline(name: str, claims: Mapping[str, Any]) -> str:
    """Who speaks: role and specialty, as they were told with the words; `name` where chosen."""
    is_physician = claims.get("profession") == Profession.PHYSICIAN.value
    role = "physician" if is_physician else "health professional"
    is_verified = int(claims.get("level", 0)) >= Level.VERIFIED
    who = f"Verified {role}" if is_verified else role.capitalize()
    specialties = [
        SPECIALTIES[slug] for slug in claims.get("specialties", ()) if slug in SPECIALTIES
    ]
    return ", ".join([*([name] if name else []), who, *specialties[:1]])


def blocks(case: Case, asker: str, said: Mapping[str, tuple[str, str]]) -> tuple[Block, ...]:
    """`said`: by the id of each post that is in it, its kind and who wrote it, as they appear."""
    found = [Block(f"Case: {asker}", case.text)]
    for part in case.parts:
        if part.post in said and part.text.strip():
            kind, who = said[part.post]
            found.append(Block(f"{_HEADINGS.get(kind, 'Comment')}: {who}", part.text))
    return tuple(found)


def removed(before: str, after: str) -> tuple[str, ...]:
    """The sentences of one text that do not stand in the other."""
    kept = " ".join(after.split())
    return tuple(one for one in _sentences(before) if one not in kept)


def as_html(found: Sequence[Block], signed_by: Sequence[str]) -> str:
    pieces = [f"<h3>{escape(one.heading)}</h3>{_paragraphs(one.text)}" for one in found]
    if signed_by:
        pieces.append(f"<p>{escape(signature(signed_by))}</p>")
    return "".join([*pieces, f"<p><em>{escape(DISCLAIMER)}</em></p>"])


def as_text(found: Sequence[Block], signed_by: Sequence[str]) -> str:
    pieces = [f"### {one.heading}\n\n{one.text.strip()}" for one in found]
    if signed_by:
        pieces.append(signature(signed_by))
    return "\n\n".join([*pieces, DISCLAIMER])


def signature(signed_by: Sequence[str]) -> str:
    return f"Co-signed by {', '.join(signed_by)}."


def _images(named: object) -> tuple[Image, ...]:
    """Raises Malformed."""
    if not isinstance(named, list) or len(named) > _IMAGES_MOST:
        raise Malformed("no images")
    found = []
    for one in named:
        url, alt = (one.get("url"), one.get("name")) if isinstance(one, Mapping) else (None, None)
        if not isinstance(url, str) or not isinstance(alt, str):
            raise Malformed("an image has an address and words")
        if max(len(url), len(alt)) > _IMAGE_WORDS_MOST:
            raise Malformed("too long")
        found.append(Image(url, alt))
    return tuple(found)


def _question(facts: Mapping[str, Any]) -> str:
    sex = _SEX.get(str(facts.get("sex")), "")
    pregnant = "pregnant" if facts.get("pregnant") == "yes" else ""
    patient = ", ".join(one for one in (str(facts.get("age_band") or ""), sex, pregnant) if one)
    found = [str(facts.get("question", "")), f"Patient: {patient}." if patient else ""]
    found += [f"{title}: {facts[name]}" for title, name in _FACTS if facts.get(name)]
    labs = [
        " ".join(str(lab[key]) for key in ("name", "value", "unit", "day") if lab.get(key))
        for lab in facts.get("labs") or ()
    ]
    return "\n\n".join(
        [*(one for one in found if one), *([f"Results: {'; '.join(labs)}"] if labs else [])]
    )


def _sentences(text: str) -> list[str]:
    ended = " ".join(text.split()).replace(". ", ".\n").replace("? ", "?\n").replace("; ", ";\n")
    return [one.strip() for one in ended.split("\n") if one.strip()]


def _paragraphs(text: str) -> str:
    said = [one for one in text.strip().replace("\r\n", "\n").split("\n\n") if one.strip()]
    return "".join(f"<p>{escape(one.strip()).replace(chr(10), '<br>')}</p>" for one in said)
