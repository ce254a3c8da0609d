"""Samples of the roster's pages."""

from dataclasses import replace

from instance.web.views import FieldError, PageView, RosterImportPage, RosterPage
from instance.web.views.roster import (
    RosterChange,
    RosterColumn,
    RosterErrorRow,
    RosterFile,
    RosterPerson,
)
from tests.instance.web.cast import NOW, before, page
from tests.instance.web.sample_administration import OWNER

SOURCE = RosterFile(
    url="/admin/roster/import/41", name="staff-october.csv", state="done", at=before(days=9)
)
OPEN = RosterFile(
    url="/admin/roster/import/42",
    name="medical-staff-november.csv",
    state="checked",
    at=before(minutes=4),
)
ROSTER = RosterPage(
    page=page(here="/admin/roster", nav="admin", **OWNER),
    people=(
        RosterPerson(
            name="Dr N. Abbasi-Fährmann",
            email="n.abbasi@mercy.example",
            key="70112",
            department="Renal medicine",
            specialty="nephrology",
            look="verified",
            seen_at=before(hours=3),
        ),
        RosterPerson(
            name="Dr J. Keane",
            email="j.keane@mercy.example",
            specialty="emergency_medicine",
            stage="trainee",
            look="unconfirmed",
        ),
        RosterPerson(
            name="L. Fontaine",
            email="l.fontaine@mercy.example",
            profession="nurse",
            department="Intensive care",
        ),
        RosterPerson(name="Dr G. Moretti", email="g.moretti@mercy.example", look="lower"),
    ),
    more_url="/admin/roster?after=7",
    present=318,
    left=12,
    verified=301,
    source=SOURCE,
    waiting=(OPEN,),
    before=(SOURCE,),
)
CHECKED = RosterImportPage(
    page=ROSTER.page,
    url=OPEN.url,
    file=OPEN.name,
    state="checked",
    at=before(minutes=4),
    kilobytes=62,
    total=323,
    checked=323,
    to_apply=315,
    added=24,
    changed=7,
    unchanged=279,
    error_count=8,
    left=5,
    columns=(
        RosterColumn(number=0, heading="Staff ID", samples=("70112", "70113"), field="key"),
        RosterColumn(
            number=1, heading="E-mail", samples=("n.abbasi@mercy.example",), field="email"
        ),
        RosterColumn(number=2, heading="Surname", samples=("Abbasi",), field="family_name"),
        RosterColumn(number=3, heading="Car park", samples=("B2",)),
    ),
    rows=(
        RosterErrorRow(
            line=17,
            name="Dr B. Lindgren",
            field="npi",
            value="1234567890",
            reason="npi",
            may_correct=True,
        ),
        RosterErrorRow(
            line=103,
            name="Dr P. Varga",
            field="specialties",
            value="Cardio / EP",
            reason="specialty",
            hint="electrophysiology",
            may_correct=True,
        ),
        RosterErrorRow(
            line=141,
            name="Dr Y. Tanaka",
            field="email",
            value="y.tanaka@mercy.example",
            reason="email_twice",
            other_line=96,
            may_correct=True,
        ),
        RosterErrorRow(line=222, name="", field="row", value='"Demir, A', reason="quote"),
    ),
    changes=(
        RosterChange(line=12, name="Dr N. Abbasi", verdict="new", specialty="Nephrology"),
        RosterChange(
            line=31,
            name="Dr J. Keane",
            verdict="changed",
            specialty="Emergency medicine",
            was=(("stage", "student"), ("email", "keane@mercy.example")),
        ),
    ),
    leavers=(
        RosterChange(line=0, name="Dr I. Farouk", verdict="left"),
        RosterChange(line=0, name="Dr K. Whitlock", verdict="left"),
    ),
    by="Dr C. Ruiz",
)
MATCHING = replace(CHECKED, state="matching", checked=0, rows=(), changes=(), leavers=(), left=0)
PAGES: dict[str, PageView] = {
    "admin-roster": ROSTER,
    "admin-roster-empty": RosterPage(page=ROSTER.page),
    "admin-roster-left": replace(ROSTER, shows_left=True, people=(), wanted="zzz", more_url=""),
    "admin-roster-refused": replace(
        ROSTER, errors=(FieldError(field="roster", message="There is one column alone."),)
    ),
    "admin-roster-import": CHECKED,
    "admin-roster-import-matching": MATCHING,
    "admin-roster-import-columns": replace(
        MATCHING,
        errors=(
            FieldError(field="email", message="Say which column holds the work e-mail."),
            FieldError(field="column-1", message="Another column is this already."),
        ),
    ),
    "admin-roster-import-checking": replace(
        CHECKED, state="checking", checked=120, problem="again", stream_url=f"{OPEN.url}/stream"
    ),
    "admin-roster-import-no-tick": replace(
        CHECKED, errors=(FieldError(field="have_left", message="Confirm that they have left."),)
    ),
    "admin-roster-import-waiting": replace(
        CHECKED, state="waiting", needs_second=True, confirmed_by="Dr C. Ruiz"
    ),
    "admin-roster-import-mine": replace(
        CHECKED, state="waiting", needs_second=True, mine=True, refusal="Another person has to."
    ),
    "admin-roster-importing": replace(
        CHECKED, state="importing", applied=80, stream_url=f"{OPEN.url}/stream"
    ),
    "admin-roster-import-done": replace(CHECKED, state="done", ended_at=NOW, may_undo=True),
    "admin-roster-undoing": replace(
        CHECKED, state="undoing", applied=80, stream_url=f"{OPEN.url}/stream"
    ),
    "admin-roster-undone": replace(CHECKED, state="undone", ended_at=NOW),
    "admin-roster-cancelled": replace(CHECKED, state="cancelled", ended_at=NOW),
    "admin-roster-unreadable": replace(CHECKED, state="unreadable", problem="too_many"),
}
