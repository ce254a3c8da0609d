"""Samples of the pages about what members take along."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import ExportPage, FieldError, PageView
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

PAGES: dict[str, PageView] = {
    "export": EXPORT,
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
