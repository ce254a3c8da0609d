"""The pictures of a form for a public post: added to it, looked at, described, taken off again.

All by buttons of the form itself, which comes back with what was typed. Nothing is posted that was
not shown there first, and of which nobody said that it shows no patient (T47).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypedDict

from quart.datastructures import FileStorage

from instance.errors import FormRefused
from instance.ids import read_id
from instance.models import Actor, Attachment, AttachmentState, Member
from instance.services import members, pictures
from instance.services.pictures import Said
from instance.web import views
from instance.web.presenting import post_pictures as present

FILE, BUTTON = "picture_file", "picture"
PLACES = range(1, pictures.MOST + 1)
_FILE_MOST = pictures.BYTES_MOST + 1  # one more than is taken, so that it is told
_CHOOSE = "Choose a picture first."
_LOOK = "Your picture was added. Look at it, say what it shows, and tick the line below it."
_GONE = "A picture is not here any more. Add it again."


class Shown(TypedDict):
    shown: list[Attachment]
    sensitive: bool


@dataclass(frozen=True)
class Row:
    """One that the form names."""

    attachment: Attachment
    alt: str
    looked: bool


@dataclass(frozen=True)
class Chosen:
    """`problems`: by field; `is_pressed`: a button of a picture was used, so nothing is posted."""

    rows: tuple[Row, ...] = ()
    sensitive: bool = False
    is_pressed: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """What the identifier check looks at, beside the texts of the form."""
        return {f"alt-{place}": row.alt for place, row in enumerate(self.rows, 1)}

    def mended(self, texts: Mapping[str, str]) -> "Chosen":
        rows = [replace(row, alt=texts[f"alt-{place}"]) for place, row in enumerate(self.rows, 1)]
        return replace(self, rows=tuple(rows))

    def _require_said(self) -> None:
        problems = dict(self.problems)
        for place, row in enumerate(self.rows, 1):
            if not row.alt.strip():
                problems[f"alt-{place}"] = "Say what the picture shows."
            if not row.looked:
                problems[f"looked-{place}"] = "Look at all four corners, and tick that you did."
        if problems:
            raise FormRefused(problems)

    async def to_post(self, author: Actor) -> Shown:
        """What `posting` is to post as `author`, who is one of the member's identities. Raises
        FormRefused, with no problem where a button of a picture was pressed."""
        if self.is_pressed:
            back = FormRefused(dict(self.problems))
            back.status = back.status if self.problems else 200
            raise back
        self._require_said()
        now, ids = datetime.now(UTC), []
        for row in self.rows:
            await Attachment.filter(id=row.attachment.id, post_id=None).update(actor_id=author.id)
            said = Said(alt=row.alt, looked_at=now)
            await pictures.describe(author, row.attachment.id, said)
            ids.append(str(row.attachment.id))
        try:
            rows = await pictures.ready(author, ids, from_application=False)
            return {"shown": rows, "sensitive": self.sensitive and bool(rows)}
        except FormRefused as error:
            raise FormRefused({FILE: _GONE}) from error

    async def view(self) -> views.PictureForm | None:
        """None where no pictures are taken."""
        if not self.rows and not await pictures.may_send(from_application=False):
            return None
        return views.PictureForm(
            chosen=tuple(
                views.ChosenPicture(
                    id=str(row.attachment.id),
                    picture=present.picture(row.attachment),
                    alt=row.alt,
                    looked=row.looked,
                )
                for row in self.rows
            ),
            sensitive=self.sensitive,
            most=pictures.MOST,
        )


NONE = Chosen()


async def chosen(
    member: Member, author: Actor, form: Mapping[str, str], files: Mapping[str, FileStorage]
) -> Chosen:
    """What a form says, after the button of a picture that it was sent with."""
    rows = await _named(await members.identities(member), form)
    named, button = len(rows), form.get(BUTTON, "")
    if button.startswith("remove-"):
        rows = await _without(rows, button.removeprefix("remove-"))
    found = Chosen(tuple(rows), form.get("sensitive") == "yes", is_pressed=bool(button))
    if sum(f"picture-{place}" in form for place in PLACES) > named:  # or posted, by another click
        return replace(found, problems={FILE: _GONE})
    file = files.get(FILE)
    if file is None or not file.filename:
        is_add = button == "add"
        return replace(found, problems={FILE: _CHOOSE}) if is_add else found
    if len(rows) >= pictures.MOST:
        return replace(found, problems={FILE: f"Post {pictures.MOST} pictures at most."})
    content = file.stream.read(_FILE_MOST)
    try:
        added = await _added(author, content, file.filename, file.mimetype or "")
    except FormRefused as error:
        return replace(found, problems={FILE: " ".join(error.fields.values())})
    problems = {} if button else {FILE: _LOOK}
    return replace(found, rows=(*rows, Row(added, "", False)), problems=problems)


async def _added(author: Actor, content: bytes, name: str, declared: str) -> Attachment:
    row = await pictures.begin(author, Said(), datetime.now(UTC), from_application=False)
    await pictures.make(row, content, name, declared)
    try:
        return await pictures.own(author, row.id)
    except FormRefused:
        await pictures.remove(author, row.id)
        raise


async def _named(own: list[Actor], form: Mapping[str, str]) -> list[Row]:
    """In the order of the form; without what is not theirs, or is not there any more."""
    named = {place: read_id(form.get(f"picture-{place}", "")) for place in PLACES}
    ids = [number for number in named.values() if number is not None]
    if not ids:
        return []
    unsent = pictures.unsent(own).filter(id__in=ids, state=AttachmentState.READY)
    rows = {row.id: row for row in await unsent}
    return [
        Row(rows[number], form.get(f"alt-{place}", ""), form.get(f"looked-{place}") == "yes")
        for place, number in named.items()
        if number in rows
    ]


async def _without(rows: list[Row], place: str) -> list[Row]:
    kept = []
    for number, row in enumerate(rows, 1):
        if str(number) != place:
            kept.append(row)
            continue
        await pictures.remove(await row.attachment.actor, row.attachment.id)
    return kept
