"""What members take along, for their pages."""

from datetime import UTC, datetime

from instance.models import Actor, ExportFile, Member
from instance.services.portability import exports
from instance.web import views
from instance.web.presenting.pages import surroundings
from instance.web.views.portability import ExportedFile, ExportPage

EXPORT = "/account/export"


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
