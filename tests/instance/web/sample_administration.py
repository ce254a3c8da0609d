"""Samples of the pages of administrators."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import (
    AuditPage,
    BreakGlassPage,
    DeliveriesPage,
    FieldError,
    HospitalPage,
    HospitalsPage,
    OpenRow,
    PageView,
    RoleRow,
    RolesPage,
    WaitingRow,
)
from instance.web.views.admin import BacklogRow, HostBacklog, HostRow, RefusalRow
from instance.web.views.audit import AuditCheckView, AuditRow
from instance.web.views.hospital import Agreed, AgreementForm, Stage
from tests.instance.web.cast import NOW, before, page

DUTIES = ("is_admin", "reads_record", "gives_roles", "reads_reports", "keeps_safety")
OWNER = dict.fromkeys(DUTIES, True)
HEART = HostRow(
    host="heart.example",
    name="National Heart Society",
    partner=True,
    step="active",
    arrived_at=before(minutes=2),
)
STLUKES = HostRow(
    host="stlukes.example",
    name="St Luke's",
    partner=True,
    step="pending",
    look="failing",
    waiting=41,
    waiting_since=before(hours=3),
    gave_up=2,
    arrived_at=before(hours=4),
    failing_since=before(hours=3),
    next_try_at=NOW + timedelta(minutes=12),
    reason="busy 503",
)
SOCIAL = HostRow(host="social.example", name="social.example", look="quiet")
STOPPED = replace(SOCIAL, look="stopped", paused_at=before(days=2), waiting=1)
PAUSED = replace(STLUKES, look="paused", paused_at=before(days=1), reason="unreachable")

HOSPITALS = HospitalsPage(
    page=page(nav="admin", here="/admin/hospitals", **OWNER),
    hosts=(STLUKES, HEART, STOPPED, SOCIAL),
    worst=STLUKES,
    failing=2,
    partners=2,
    waiting=42,
    gave_up=2,
    more=3,
)
DELIVERIES = DeliveriesPage(
    page=page(nav="admin", here="/admin/deliveries", **OWNER),
    hosts=(
        HostBacklog(
            host=STLUKES,
            rows=(
                BacklogRow(kind="consult", gave_up=False, count=40, since=before(hours=3)),
                BacklogRow(kind="post", gave_up=False, count=1, since=before(minutes=9)),
                BacklogRow(
                    kind="follow", gave_up=True, count=2, since=before(days=9), reason="not_found"
                ),
            ),
        ),
        HostBacklog(host=STOPPED, rows=()),
    ),
    refusals=(
        RefusalRow(day=NOW.date(), reason="SignatureRefused", count=9),
        RefusalRow(day=NOW.date(), reason="ignored", count=312),
    ),
)

KEY = "3f09 a1b2 c3d4 e5f6 0718 293a 4b5c 6d7e 8f90 a1b2 c3d4 e5f6 0718 293a"
AGREED = Agreed(
    scopes=("consult", "images"),
    ends_at=NOW + timedelta(days=300),
    jurisdiction="US-MN",
    ceiling="3",
    retention_days=3650,
    contact="Dr Quill, 3200",
    agreement="a" * 64,
)
ASKED = HospitalPage(
    page=HOSPITALS.page,
    host="heart.example",
    name="National Heart Society",
    step="pending",
    url="/admin/hospitals/heart.example",
    stages=(
        Stage(code="found", done=True),
        Stage(code="first", done=True, at=before(days=2), by="Dr C. Ruiz"),
        Stage(code="second", done=True, at=before(days=1)),
        Stage(code="agreed", current=True),
        Stage(code="active"),
    ),
    may=("accept", "reject"),
    theirs=(f"{KEY} ···· ····",) * 2,
    ours=(f"{KEY} 0bad cafe",) * 2,
    spoke_to="Dr M. Quill",
    asked=AGREED,
    wanted=AgreementForm(scopes=("consult", "images"), contact="Dr C. Ruiz, 3100"),
)
COMPARING = replace(
    ASKED, step="comparing", may=("confirm",), compared_by="Dr C. Ruiz", asked=None, spoke_to=""
)
PARTNER = replace(
    ASKED,
    step="active",
    may=("offer", "revoke"),
    asked=None,
    agreed=AGREED,
    cut_ours=3,
    cut_theirs=1,
    cut_waiting=2,
)

AUDIT = AuditPage(
    page=replace(HOSPITALS.page, here="/admin/audit"),
    rows=(
        AuditRow(
            at=before(seconds=20),
            action="trust.pinned",
            who="Dr C. Ruiz (@ruiz)",
            about="National Heart Society",
            exact=(("entry", "118"), ("by", "mercy.example/u/1")),
        ),
        AuditRow(
            at=before(hours=3),
            action="post.removed",
            who="Dr B. Adeyemi (@adeyemi)",
            about="Dr M. Quill (@quill@heart.example)",
            why="A name of a patient",
            seal=1204,
            exact=(("seal", "1204"), ("hash", "ab" * 32)),
        ),
    ),
    choices=(("confirmed-the-keys-of-a-hospital", "trust.pinned"),),
    since=before(days=40),
    sealed=1204,
    last=AuditCheckView(at=before(hours=9), done=1204, total=1204),
    older_url="/admin/audit?before=117",
)

ROLES = RolesPage(
    page=replace(HOSPITALS.page, here="/admin/people"),
    rows=(
        RoleRow(name="Dr B. Adeyemi", handle="adeyemi", role="owner", own=True),
        RoleRow(name="Dr C. Ruiz", handle="ruiz", role="hospitals"),
        RoleRow(name="Dr P. Bianchi", handle="bianchi", role="moderator", suspended=True),
    ),
)

READING = BreakGlassPage(
    page=replace(HOSPITALS.page, here="/admin/consults"),
    waiting=(
        WaitingRow(id="7", name="Dr C. Ruiz", reason="A near miss was reported.", at=NOW),
        WaitingRow(id="8", name="Dr J. Lee", reason="A complaint, file 12.", at=NOW, own=True),
    ),
    open_now=(
        OpenRow(
            url="/admin/consults/6",
            by="Dr B. Adeyemi",
            reason="A near miss was reported.",
            until=NOW + timedelta(minutes=41),
        ),
    ),
)

PAGES: dict[str, PageView] = {
    "admin-consults": READING,
    "admin-consults-empty": BreakGlassPage(page=READING.page),
    "admin-consults-refused": replace(
        READING,
        typed_address="/k/1",
        typed_reason="x",
        refusal="You asked for this yourself.",
        errors=(FieldError(field="address", message="No consult is at this address."),),
    ),
    "admin-people": ROLES,
    "admin-people-refused": replace(
        ROLES,
        typed_handle="nobody",
        typed_role="steward",
        errors=(FieldError(field="handle", message="Nobody here has this handle or e-mail."),),
    ),
    "admin-people-own": replace(ROLES, refusal="Nobody changes their own role."),
    "admin-audit": AUDIT,
    "admin-audit-checking": replace(
        AUDIT,
        last=None,
        action="trust.pinned",
        who="@ruiz",
        under_way=AuditCheckView(at=NOW, done=620, total=1204),
    ),
    "admin-audit-broken": replace(
        AUDIT,
        last=AuditCheckView(
            at=before(hours=9), problems=("Entry 118 was removed: its seal 7 is still there.",)
        ),
        under_way=AuditCheckView(at=NOW),
    ),
    "admin-audit-empty": AuditPage(page=AUDIT.page),
    "admin-audit-nothing-found": AuditPage(page=AUDIT.page, who="@nobody"),
    "admin-hospital-pending": ASKED,
    "admin-hospital-confirm": COMPARING,
    "admin-hospital-compare": replace(
        COMPARING,
        step="none",
        may=("compare",),
        errors=(FieldError(field="rsa_tail", message="The characters do not match."),),
    ),
    "admin-hospital-unreachable": replace(
        COMPARING,
        step="none",
        may=(),
        theirs=(),
        unreachable="We asked heart.example who it is. Nobody answered. Check the spelling.",
    ),
    "admin-hospital-partner": PARTNER,
    "admin-hospital-offered": replace(PARTNER, step="offered", may=("revoke",), agreed=None),
    "admin-hospital-blocked": replace(
        COMPARING, step="blocked", may=(), stages=(), refusal="It is so."
    ),
    "admin-hospitals-not-added": replace(
        HOSPITALS,
        typed_host="heart",
        errors=(FieldError(field="host", message="Nobody answered."),),
    ),
    "admin-hospitals": HOSPITALS,
    "admin-hospitals-paused": replace(
        HOSPITALS, hosts=(PAUSED, HEART), worst=PAUSED, failing=1, more=0
    ),
    "admin-hospitals-stopped": replace(
        HOSPITALS, hosts=(STOPPED,), worst=None, failing=0, stopped=1
    ),
    "admin-hospitals-well": replace(
        HOSPITALS, hosts=(HEART,), worst=None, failing=0, waiting=0, gave_up=0
    ),
    "admin-hospitals-empty": HospitalsPage(page=HOSPITALS.page),
    "admin-deliveries": DELIVERIES,
    "admin-deliveries-empty": DeliveriesPage(page=DELIVERIES.page),
}
