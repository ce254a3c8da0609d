"""Samples of the pages about what members take along."""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from instance.web.views import (
    ArchivePage,
    AroundPage,
    BringPage,
    ExportPage,
    FieldError,
    Identity,
    ImportPage,
    KeptAway,
    KeptPage,
    MovingPage,
    PageView,
)
from instance.web.views.closing import ClosingPage
from instance.web.views.moving import Alias
from instance.web.views.portability import Brought, ExportedFile, KeptRow, KeptSaid
from tests.instance.web.cast import NOW, before, page

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
NEAR = AroundPage(
    page=page(nav="account", here="/account/people"),
    handle="lee",
    name="Dr J. Lee",
    others=(Identity(id="quiet_owl", name="quiet_owl", pseudonym=True),),
    approves=True,
    requests=(KeptAway(id="1", name="Dr A. Okafor", address="@okafor@heart.example"),),
    blocked=(KeptAway(id="2", name="Mallory", address="@mallory@stranger.example"),),
    muted=(
        KeptAway(
            id="3", name="Eve", address="@eve@stranger.example", until=NOW + timedelta(days=3)
        ),
    ),
    hosts=("stranger.example",),
)
MOVING = MovingPage(
    page=page(nav="account", here="/account/moving"),
    handle="lee",
    name="Dr J. Lee",
    address="@lee@mercy.example",
    is_public=True,
    others=(Identity(id="quiet_owl", name="quiet_owl", pseudonym=True),),
    aliases=(Alias(uri="https://old.example/users/lee", address="@lee@old.example"),),
)
BROUGHT = Brought(
    url="/account/import/81", source="@lee@old.example", into="Dr J. Lee", at=before(hours=1)
)
IMPORT = ImportPage(
    page=AROUND,
    brought=BROUGHT,
    follows=214,
    blocks=1,
    fields=3,
    posts=96,
    unproven=1,
    consults=12,
    images=3,
    total=326,
)
ROWS = (
    KeptRow(
        url="/account/archive/item/91",
        title="Warfarin or apixaban",
        source="@lee@old.example",
        at=before(days=300),
        consult=True,
    ),
    KeptRow(
        url="/account/archive/item/92", title="", source="@lee@old.example", at=before(days=400)
    ),
)
SAID = (
    KeptSaid(name="Dr A. Okafor", at=before(days=300), text="Warfarin.\n\nApixaban does worse."),
    KeptSaid(name="@lee@old.example", at=before(days=300), html=Markup("<p>Thank you.</p>")),
)

CLOSING = ClosingPage(
    page=page(nav="admin", here="/admin/closing", gives_roles=True),
    first_day=(NOW + timedelta(days=31)).date(),
    owners=2,
)

PAGES: dict[str, PageView] = {
    "closing": replace(
        CLOSING, typed="2026", errors=(FieldError(field="date", message="Choose a later day."),)
    ),
    "closing-proposed": replace(CLOSING, state="proposed", closes_at=NOW, by="Dr O. Wner"),
    "closing-announced": replace(
        CLOSING,
        page=page(nav="admin", here="/admin/closing", gives_roles=True, closes_at=NOW),
        state="announced",
        closes_at=NOW,
    ),
    "closing-begun": replace(CLOSING, state="closing", deleted=40, total=214, waiting=12),
    "export": EXPORT,
    "bring": BringPage(
        page=AROUND,
        identities=(Identity(id="lee", name="Dr J. Lee"),),
        before=(BROUGHT,),
        errors=(FieldError(field="file", message="This is no whole ZIP file."),),
    ),
    "import": IMPORT,
    "import-taking": replace(IMPORT, state="taking", position=40),
    "import-done": replace(IMPORT, state="done", position=326, missed=2, unproven=0),
    "archive": ArchivePage(page=AROUND, name="Dr J. Lee", rows=ROWS),
    "archive-empty": ArchivePage(page=AROUND, name="Dr J. Lee"),
    "kept-consult": KeptPage(page=AROUND, row=ROWS[0], said=SAID),
    "around": NEAR,
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
