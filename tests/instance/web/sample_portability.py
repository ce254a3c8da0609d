"""Samples of the pages about what members take along."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import ExportPage, FieldError, Identity, MovingPage, PageView
from instance.web.views.moving import Alias
from instance.web.views.portability import ExportedFile
from tests.instance.web.cast import NOW, page

AROUND = page(nav="account", here="/account/export")
FILES = (
    ExportedFile(id="71", name="curbside-lee.zip", of="Dr J. Lee", kilobytes=4_118),
    ExportedFile(
        id="72", name="curbside-quiet_owl.zip", of="quiet_owl", pseudonym=True, kilobytes=12
    ),
    ExportedFile(id="73", name="curbside-person.zip", kilobytes=2),
)
EXPORT = ExportPage(page=AROUND, several=True)
READY = replace(EXPORT, state="ready", files=FILES, total=3, until=NOW + timedelta(days=6))
MOVING = MovingPage(
    page=page(nav="account", here="/account/moving"),
    handle="lee",
    name="Dr J. Lee",
    address="@lee@mercy.example",
    is_public=True,
    others=(Identity(id="quiet_owl", name="quiet_owl", pseudonym=True),),
    aliases=(Alias(uri="https://old.example/users/lee", address="@lee@old.example"),),
)

PAGES: dict[str, PageView] = {
    "export": EXPORT,
    "moving": MOVING,
    "moving-pseudonym": replace(
        MOVING,
        handle="quiet_owl",
        name="quiet_owl",
        pseudonym=True,
        is_public=False,
        aliases=(),
        again_at=NOW + timedelta(days=12),
    ),
    "moving-refused": replace(
        MOVING,
        typed="@lee@new.example",
        errors=(FieldError(field="address", message="That account does not name this one yet."),),
    ),
    "moved": replace(MOVING, moved_to="@lee@new.example", again_at=NOW + timedelta(days=29)),
    "export-making": replace(
        EXPORT,
        state="making",
        files=(FILES[0], replace(FILES[1], done=False)),
        total=3,
        stream_url="/account/export/stream",
    ),
    "export-ready": READY,
    "export-refused": replace(
        READY, errors=(FieldError(field="password", message="This is not your password."),)
    ),
}
