"""What members take along, for their pages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from instance import config, html
from instance.errors import FormRefused
from instance.models import AccountImport, Actor, ExportFile, Keepsake, Member
from instance.services import documents, members
from instance.services.portability import exports, images, imports
from instance.web import views
from instance.web.presenting import people, pictures
from instance.web.presenting.pages import surroundings
from instance.web.views.portability import (
    ArchivePage,
    BringPage,
    Brought,
    ExportedFile,
    ExportPage,
    ImportPage,
    KeptPage,
    KeptRow,
    KeptSaid,
)

EXPORT, IMPORT, ARCHIVE = "/account/export", "/account/import", "/account/archive"
PAGE = 50
_WORDS = ("content", "cs:recommendation", "cs:rationale", "cs:wouldChange")


async def export_page(signed_in: Member, errors: tuple[views.FieldError, ...] = ()) -> ExportPage:
    around = await surroundings(signed_in, nav="account", here=EXPORT)
    found = await exports.of(signed_in, datetime.now(UTC))
    own = {actor.id: actor for actor in around.own}
    files = sorted(found.files, key=lambda row: row.id) if found is not None else []
    return ExportPage(
        page=around.page,
        state=found.state.value if found is not None else "",
        files=tuple(_file(row, own) for row in files),
        total=found.total if found is not None else 0,
        until=found.expires_at if found is not None else None,
        several=len(own) > 1,
        stream_url=f"{EXPORT}/stream" if found is not None and found.ready_at is None else "",
        errors=errors,
    )


def _file(row: ExportFile, own: dict[int, Actor]) -> ExportedFile:
    identity = own.get(row.identity_id or 0)
    return ExportedFile(
        id=str(row.id),
        name=row.name,
        of=(identity.name or identity.handle) if identity is not None else "",
        pseudonym=identity is not None and identity.is_pseudonym,
        kilobytes=max(1, row.size // 1024),
        done=bool(row.sha256),
    )


async def bring_page(
    signed_in: Member, chosen: str = "", error: FormRefused | None = None
) -> BringPage:
    around = await surroundings(signed_in, nav="account", here=IMPORT)
    own = {actor.id: actor for actor in around.own}
    rows = AccountImport.filter(identity_id__in=list(own)).order_by("-id").limit(PAGE)
    return BringPage(
        page=around.page,
        identities=tuple(people.identity(actor) for actor in around.own),
        before=tuple([_brought(row, own[row.identity_id]) for row in await rows]),
        chosen=chosen,
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


async def import_page(signed_in: Member, import_id: int) -> ImportPage:
    around = await surroundings(signed_in, nav="account", here=IMPORT)
    found = await imports.by_id(signed_in, import_id)
    counts: dict[str, int] = found.counts
    return ImportPage(
        page=around.page,
        brought=_brought(found, found.identity),
        state=found.state.value,
        follows=counts.get("follow", 0),
        blocks=counts.get("block", 0),
        fields=counts.get("field", 0),
        posts=counts.get("post", 0),
        unproven=counts["unproven"],
        consults=counts.get("consult", 0),
        images=counts.get("image", 0),
        total=sum(counts.values()) - counts["unproven"],
        position=found.position,
        missed=found.missed,
    )


async def archive_page(signed_in: Member, handle: str, before: int | None) -> ArchivePage:
    around = await surroundings(signed_in, nav="account", here=ARCHIVE)
    actor = await members.speaking_as(signed_in, handle)
    found = await imports.keepsakes(actor, before, PAGE)
    older = f"{ARCHIVE}/{actor.handle}?before={found[-1].id}" if len(found) == PAGE else ""
    return ArchivePage(
        page=around.page,
        name=actor.name or actor.handle,
        others=tuple(people.identity(own) for own in around.own if own.id != actor.id),
        rows=tuple(map(_row, found)),
        older_url=older,
    )


async def kept_page(signed_in: Member, keepsake_id: int) -> KeptPage:
    around = await surroundings(signed_in, nav="account", here=ARCHIVE)
    found = await imports.keepsake(signed_in, keepsake_id)
    said = _thread(found) if found.is_consult else (_post(found),)
    shown = tuple(pictures.picture(one) for one in await images.of_kept(found))
    return KeptPage(page=around.page, row=_row(found), said=said, pictures=shown)


def _brought(row: AccountImport, into: Actor) -> Brought:
    name = into.name or into.handle
    return Brought(url=f"{IMPORT}/{row.id}", source=row.source, into=name, at=row.created_at)


def _row(found: Keepsake) -> KeptRow:
    title = html.plain(str(found.document.get("name") or ""), 120)
    return KeptRow(
        url=f"{ARCHIVE}/item/{found.id}",
        title=title or html.plain(documents.content(found.document), 80),
        source=found.source,
        at=found.published_at,
        consult=found.is_consult,
    )


def _post(found: Keepsake) -> KeptSaid:
    shown = html.shown(html.clean(documents.content(found.document)), config.current().host)
    return KeptSaid(name=found.source, at=found.published_at, html=people.markup(shown))


def _thread(found: Keepsake) -> tuple[KeptSaid, ...]:
    listed = found.document.get("orderedItems")
    rows = listed if isinstance(listed, list) else []
    return tuple(_said(row, found) for row in rows if isinstance(row, Mapping))


def _said(note: Mapping[str, Any], found: Keepsake) -> KeptSaid:
    by = note.get("cs:author")
    name = by.get("name") if isinstance(by, Mapping) else ""
    texts = [note[word] for word in _WORDS if isinstance(note.get(word), str)]
    at = documents.published(note, found.published_at)
    return KeptSaid(name=html.plain(str(name or ""), 200), at=at, text="\n\n".join(texts))
