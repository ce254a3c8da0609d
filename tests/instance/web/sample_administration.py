"""Samples of the pages of administrators."""

from dataclasses import replace
from datetime import timedelta

from instance.restore_words import FACTS as RESTORE_FACTS
from instance.restore_words import KINDS as RESTORE_KINDS
from instance.services.delivery_figures import Figures, Slot, Tally
from instance.web.presenting import figures as present_figures
from instance.web.views import (
    AdminStartPage,
    AuditPage,
    BreakGlassPage,
    DeliveriesPage,
    FieldError,
    FollowedListPage,
    HospitalPage,
    HospitalsPage,
    HostAccessPage,
    HostImportPage,
    HostListsPage,
    OpenRow,
    PageView,
    RoleRow,
    RolesPage,
    SettingsPage,
    SignOnSettingsPage,
    WaitingRow,
)
from instance.web.views.admin import (
    BacklogRow,
    HostBacklog,
    HostRow,
    RefusalRow,
    StartLine,
    UnsentMails,
)
from instance.web.views.announcements import AnnouncementRow, AnnouncementsPage
from instance.web.views.arrivals import ArrivalPlace
from instance.web.views.audit import AuditCheckView, AuditRow, UnknownKeyRow
from instance.web.views.backups import (
    BackupRow,
    BackupsPage,
    MissingRow,
    MissingWith,
    Restored,
)
from instance.web.views.hospital import Agreed, AgreementForm, Health, LeftHere, Stage
from instance.web.views.host_lists import (
    FollowedList,
    ImportRow,
    ListedHost,
    ListItem,
    OpenImport,
    Published,
    Reach,
)
from tests.instance.web.cast import NOW, before, page

DUTIES = (
    *("is_admin", "reads_record", "gives_roles", "reads_reports", "keeps_safety"),
    *("keeps_channels", "changes_settings", "keeps_roster", "sees_figures"),
)
OWNER = dict.fromkeys(DUTIES, True)
FIGURES = present_figures.of(
    Figures(
        slots=(
            Slot(before(hours=2), Tally({0: 4, 3: 40}, failed=1)),
            Slot(before(hours=1), Tally()),
            Slot(before(hours=0), Tally({2: 12}, failed=30, gave_up=1)),
        ),
        total=Tally({0: 4, 2: 12, 3: 40}, failed=31, gave_up=1),
    )
)
HEART = HostRow(
    host="heart.example",
    name="National Heart Society",
    partner=True,
    step="active",
    arrived_at=before(minutes=2),
    day=FIGURES,
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
    kept=1,
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
LISTS = HostListsPage(
    page=page(nav="admin", here="/admin/hospitals/lists", is_admin=True, reads_reports=True),
    hosts=(
        ListedHost(host="bad.example", access="blocked", comment="Spam"),
        ListedHost(host="good.example", access="allowed"),
    ),
    blocked=204,
    allowed=1,
    more=5,
    wanted="ex",
    imports=(
        OpenImport(url="/admin/hospitals/import/12", state="checking", at=before(minutes=1)),
        OpenImport(url="/admin/hospitals/import/13", state="waiting", at=before(days=2)),
    ),
)
FOLLOWED = FollowedList(
    url="/admin/hospitals/followed/14",
    name="National Heart Society",
    address="heart.example/lists/7",
    version=12,
    changed_at=before(hours=20),
    added=3,
    retracted=1,
    waiting=1,
)
FOLLOWING = replace(
    LISTS,
    followed=(FOLLOWED, replace(FOLLOWED, error="not_proven"), replace(FOLLOWED, waiting=0)),
    published=Published(address="https://mercy.example/lists/9", version=3, at=before(days=2)),
    refusal="No list is published.",
)
ACCESS = HostAccessPage(
    page=LISTS.page,
    host="bad.example",
    access="open",
    may=("allow", "block"),
    reach=Reach(followers=12, followed=1, consults=2),
)
IMPORT = HostImportPage(
    page=LISTS.page,
    url="/admin/hospitals/import/12",
    state="checked",
    checked=10_000,
    total=10_000,
    blocks=9_990,
    allows=2,
    same=5,
    refused_count=3,
    cuts=2,
    reach=Reach(followers=14, followed=1, consults=1),
    cut=(
        ImportRow(
            line=4,
            name="bad.example",
            action="block",
            comment="Spam",
            reach=Reach(followers=12, followed=1, consults=1),
        ),
        ImportRow(line=9, name="worse.example", action="block", reach=Reach(followers=2)),
    ),
    harmless=(ImportRow(line=5, name="xn--bcher-kva.example", action="block"),),
    refused=(
        ImportRow(line=2, name="*.wide.example", action="block", reason="wildcard"),
        ImportRow(line=3, name="stlukes.example", action="block", reason="trusted"),
        ImportRow(line=6, name="=1+1", action="block", reason="formula"),
    ),
    by="Dr B. Adeyemi",
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
    mails=(
        UnsentMails(
            gave_up=True,
            reason="address",
            count=2,
            since=before(days=1),
            to=("Dr C. Ruiz", "Dr B. Adeyemi"),
        ),
        UnsentMails(
            gave_up=False, reason="busy", count=1, since=before(minutes=9), to=("Dr C. Ruiz",)
        ),
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
    left_here=(
        LeftHere(
            kind="posts", today=50_000, total=61_000, a_day=50_000, in_all=2_000_000, full=True
        ),
        LeftHere(
            kind="bytes",
            today=252_377,
            total=1_000_000_000,
            a_day=50_000_000,
            in_all=2_000_000_000,
        ),
        LeftHere(kind="reactions", today=12, total=90_000, a_day=200_000, in_all=10_000_000),
    ),
    may=("offer", "revoke"),
    asked=None,
    agreed=AGREED,
    health=Health(row=HEART, compared_at=before(days=90), figures=FIGURES),
    cut_ours=3,
    asked_to_delete=12,
    deleted=10,
    overdue=1,
    cut_theirs=1,
    cut_waiting=2,
)
_AT_HEART = ArrivalPlace(name="Heartland Cardiology Society", state="waiting", at=before(hours=3))
OFFERED = replace(PARTNER, step="offering", may=("revoke",), agreed=None, offer=_AT_HEART)

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
            damaged=True,
        ),
    ),
    choices=(("confirmed-the-keys-of-a-hospital", "trust.pinned"),),
    since=before(days=40),
    sealed=1204,
    last=AuditCheckView(at=before(hours=9), done=1204, total=1204),
    unknown_keys=(UnknownKeyRow(key="z6Mk" + "k" * 44, first=NOW.date(), last=NOW.date(), days=3),),
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

SETTINGS = SettingsPage(
    page=replace(HOSPITALS.page, here="/admin/settings"),
    on_call="extension 4444",
    contact="curbside@mercy.example",
    rules="Search before you ask.",
    openers="moderators",
    pictures="pages",
    notification_days="90",
    picture_days="30",
    picture_mib="4096",
    elsewhere_days="365",
    backup_days="35",
    synonyms="PE = pulmonary embolism",
)

SSO = SignOnSettingsPage(
    page=replace(HOSPITALS.page, here="/admin/sso"),
    redirect="https://mercy.example/sso/callback",
    issuer="https://login.mercy.example/realms/staff",
    client_id="curbside",
    has_secret=True,
    key_claim="employee_number",
    email_claim="email",
    affiliation_claim="realm_access.roles",
    affiliations="medical-staff\nresident",
    factors="mfa",
    is_named=True,
    is_on=True,
    checked_at=before(hours=2),
    keys=2,
)

BACKUPS = BackupsPage(
    page=replace(HOSPITALS.page, here="/admin/backups"),
    backups=(
        BackupRow(made_at=before(hours=5), megabytes="1,204.5"),
        BackupRow(made_at=before(days=1, hours=5), megabytes="1,203.1"),
    ),
)

_NAMED = (
    *("keys_changed", "silent", "paused", "offered", "comparing", "ending", "overdue"),
    "requests",
)
_COUNTED = (
    *("reading", "rosters", "cases", "imports", "lists_failing", "lists_waiting", "gave_up"),
    "reports",
)
_SAID = (
    *("one_administrator", "mails", "record_broken", "record_unchecked"),
    *("backup_stale", "restored"),
    *("no_on_call", "no_contact"),
    *("disk_full", "disk_low", "certificate", "clock"),
)
START = AdminStartPage(
    stream_url="/admin/stream",
    backup_at=before(hours=5),
    page=replace(HOSPITALS.page, here="/admin"),
    groups=(
        ("people", tuple(StartLine(code=code, url="/admin/people") for code in _SAID)),
        (
            "hospitals",
            tuple(
                StartLine(code=code, url="/admin/hospitals", count=count, name="St Luke's")
                for code in _NAMED
                for count in (1, 3)
            ),
        ),
        (
            "server",
            tuple(
                StartLine(code=code, url="/admin", count=count)
                for code in (*_COUNTED, "not_sent", "behind")
                for count in (1, 3)
            ),
        ),
    ),
)

ANNOUNCEMENTS = AnnouncementsPage(
    page=page(nav="admin", here="/admin/announcements", **OWNER),
    rows=(
        AnnouncementRow(
            lines=("This server is down on Sunday from 2 to 4.", "", "Write before."),
            at=before(days=1),
            end_url="/admin/announcements/7/end",
        ),
    ),
)

PAGES: dict[str, PageView] = {
    "admin-announcements": ANNOUNCEMENTS,
    "admin-announcements-none": replace(
        ANNOUNCEMENTS,
        rows=(),
        errors=(FieldError(field="text", message="Write what you want to tell."),),
    ),
    "admin-start": START,
    "admin-start-quiet": replace(START, groups=()),
    "admin-settings": replace(SETTINGS, saved=True),
    "admin-settings-refused": replace(
        SETTINGS,
        notification_days="6",
        errors=(
            FieldError(field="notification_days", message="Enter a number of days from 7 to 365."),
        ),
    ),
    "admin-sso": replace(SSO, tried=True),
    "admin-sso-new": SignOnSettingsPage(
        page=SSO.page, redirect=SSO.redirect, email_claim="email", factors="mfa"
    ),
    "admin-sso-broken": replace(SSO, is_on=False, problem="issuer_differs", checked_at=None),
    "admin-sso-refused": replace(
        SSO,
        errors=(FieldError(field="issuer", message="Enter the whole secure address."),),
    ),
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
    "admin-backups": BACKUPS,
    "admin-backups-restored": replace(
        BACKUPS,
        is_stale=True,
        restored=Restored(
            made_at=before(hours=9),
            restored_at=before(hours=1),
            awaited=("St Brannoc",),
            missing=(
                MissingWith(name="", rows=(MissingRow(kind="not_sent", count=2),)),
                MissingWith(
                    name="St Luke's",
                    rows=tuple(MissingRow(kind=kind, count=3) for kind in RESTORE_KINDS),
                    facts=tuple(RESTORE_FACTS),
                ),
            ),
        ),
    ),
    "admin-backups-asked": replace(
        BACKUPS,
        restored=Restored(made_at=before(hours=9), restored_at=before(hours=1)),
    ),
    "admin-backups-none": BackupsPage(page=BACKUPS.page),
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
    "admin-hospital-limits": replace(
        PARTNER,
        has_limits_typed=True,
        left_here=(replace(PARTNER.left_here[0], typed_a_day="many", usual_a_day=50_000),),
        errors=(FieldError(field="posts", message="Enter whole numbers in both fields."),),
    ),
    "admin-hospital-silent": replace(PARTNER, health=Health(row=STLUKES)),
    "admin-hospital-offering": OFFERED,
    "admin-hospital-offered": replace(
        OFFERED, step="offered", offer=replace(_AT_HEART, state="arrived")
    ),
    "admin-hospital-offer-lost": replace(
        OFFERED, step="offer_lost", offer=replace(_AT_HEART, state="gave_up", reason="refused")
    ),
    "admin-hospital-blocked": replace(
        COMPARING, step="blocked", may=(), stages=(), refusal="It is so."
    ),
    "admin-hospitals-not-added": replace(
        HOSPITALS,
        typed_host="heart",
        errors=(FieldError(field="host", message="Nobody answered."),),
    ),
    "admin-lists": LISTS,
    "admin-lists-refused": replace(
        LISTS,
        typed_host="=1",
        errors=(
            FieldError(field="host", message="=1 is not the name of a server."),
            FieldError(field="list", message="Choose a file with at least one server in it."),
            FieldError(field="action", message="Choose what the list is for."),
        ),
    ),
    "admin-lists-following": FOLLOWING,
    "admin-followed": FollowedListPage(
        page=LISTS.page,
        followed=replace(FOLLOWED, error="older"),
        items=(
            ListItem(host="bad.example", state="waiting", comment="Spam"),
            ListItem(host="good.example", state="proposed"),
            ListItem(host="stlukes.example", state="refused"),
        ),
        applied=210,
    ),
    "admin-followed-quiet": FollowedListPage(page=LISTS.page, followed=FOLLOWED),
    "admin-lists-empty": HostListsPage(page=LISTS.page, allowlist=True),
    "admin-lists-not-found": HostListsPage(page=LISTS.page, wanted="nobody"),
    "admin-access": ACCESS,
    "admin-access-unlisted": replace(ACCESS, access="unlisted", reach=Reach()),
    "admin-access-allowed": replace(ACCESS, access="allowed", may=("disallow", "block")),
    "admin-access-blocked": replace(
        ACCESS, access="blocked", may=("unblock",), comment="Spam", refusal="It is blocked."
    ),
    "admin-access-below": replace(ACCESS, access="blocked_above", may=()),
    "admin-access-refused": replace(
        ACCESS, errors=(FieldError(field="comment", message="This is too long. Use fewer words."),)
    ),
    "admin-import": IMPORT,
    "admin-import-reading": replace(IMPORT, state="checking", total=0, checked=0),
    "admin-import-checking": replace(
        IMPORT, state="checking", checked=4_500, stream_url=f"{IMPORT.url}/stream"
    ),
    "admin-import-waiting": replace(IMPORT, state="waiting", confirmed_by="Dr C. Ruiz"),
    "admin-import-mine": replace(IMPORT, state="waiting", mine=True, refusal="Another one has to."),
    "admin-import-done": replace(IMPORT, state="done", ended_at=NOW),
    "admin-import-cancelled": replace(IMPORT, state="cancelled", ended_at=NOW),
    "admin-import-unreadable": replace(IMPORT, state="unreadable", problem="no_column"),
    "admin-import-nothing": HostImportPage(page=LISTS.page, url=IMPORT.url, state="checked"),
    "admin-hospitals-lists-wait": replace(HOSPITALS, imports=LISTS.imports),
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
