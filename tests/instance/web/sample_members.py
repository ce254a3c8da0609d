"""Samples of the pages about members' accounts."""

from dataclasses import replace

from instance.web.views import (
    CareerPage,
    FieldError,
    MemberActRow,
    MemberPage,
    MemberRow,
    MembersPage,
    PageView,
    Standing,
    UnmaskedPage,
    UnmaskingPage,
    UnmaskingRow,
)
from tests.instance.web.cast import before, page
from tests.instance.web.sample_administration import OWNER

AROUND = page(nav="admin", here="/admin/members", **OWNER)
WHY = "A complaint to the medical director, file 12."
DECIDED = (
    MemberActRow(kind="suspended", at=before(hours=2), by="Dr B. Adeyemi", reason=WHY),
    MemberActRow(
        kind="stage",
        at=before(days=2),
        by="Dr B. Adeyemi",
        before="student",
        after="trainee",
        reason="Graduated in June.",
        evidence="diploma",
    ),
    MemberActRow(
        kind="specialties",
        at=before(days=3),
        by="Dr B. Adeyemi",
        after="cardiology,geriatrics",
        reason="The staff list was wrong.",
    ),
    MemberActRow(kind="profession", at=before(days=3), before="nurse", after="physician"),
    MemberActRow(kind="recheck", at=before(days=4), after="2026-12-06", reason=WHY),
    MemberActRow(kind="stage", at=before(days=9), own=True, before="practising", after="retired"),
)
MEMBERS = MembersPage(
    page=AROUND,
    people=(
        MemberRow(
            name="Dr B. Adeyemi",
            handle="adeyemi",
            email="b.adeyemi@mercy.example",
            role="owner",
            standing=Standing(level=4),
        ),
        MemberRow(
            name="K. Kim",
            handle="kim",
            email="k.kim@mercy.example",
            role="member",
            standing=Standing(level=1, stage="student"),
            suspended=True,
        ),
    ),
    older_url="/admin/members?name=K.+Kim&after=7",
)
MEMBER = MemberPage(
    page=AROUND,
    name="Dr J. Lee",
    legal_name="Jordan Alex Lee",
    handle="lee",
    email="j.lee@mercy.example",
    role="steward",
    standing=Standing(level=3),
    specialties=("hospital_medicine", "internal_medicine"),
    jurisdiction="US-MN",
    since=before(days=400),
    acts=DECIDED,
)
CAREER = CareerPage(page=page(nav="account"), standing=Standing(level=3), acts=DECIDED[:3])

ASKED = UnmaskingRow(
    id="7",
    pseudonym="Night Heron",
    ground="legal",
    reason="Order of the district court, file 12.",
    at=before(hours=1),
    name="Dr C. Ruiz",
    silent_until=before(days=-30),
)
UNMASKING = UnmaskingPage(
    page=replace(AROUND, here="/admin/unmasking"),
    waiting=(ASKED, replace(ASKED, id="8", own=True, ground="safety", silent_until=None)),
    open_now=(replace(ASKED, id="6", at=before(minutes=-41)),),
    silent=(replace(ASKED, id="5", at=before(days=-30)),),
)

PAGES: dict[str, PageView] = {
    "admin-unmasking": UNMASKING,
    "admin-unmasking-empty": UnmaskingPage(page=UNMASKING.page),
    "admin-unmasking-refused": replace(
        UNMASKING,
        typed_handle="heron",
        typed_reason="x",
        refusal="You asked for this yourself. Another officer decides.",
        errors=(FieldError(field="handle", message="No pseudonym here has this handle."),),
    ),
    "admin-unmasked": UnmaskedPage(
        page=UNMASKING.page,
        pseudonym="Night Heron",
        name="Dr J. Lee",
        legal_name="Jordan Alex Lee",
        handle="lee",
        email="j.lee@mercy.example",
        ground="legal",
        reason="Order of the district court, file 12.",
        until=before(minutes=-41),
    ),
    "career-opened": replace(CAREER, opened=(ASKED,)),
    "admin-members": MEMBERS,
    "admin-members-found": replace(
        MEMBERS, text="kim", level="1", role="member", is_search=True, older_url=""
    ),
    "admin-members-none": replace(MEMBERS, people=(), suspended=True, is_search=True, older_url=""),
    "admin-member": MEMBER,
    "admin-member-suspended": replace(MEMBER, suspended_at=before(hours=2)),
    "admin-member-own": replace(
        MEMBER, refused="Nobody decides about their own account. Another officer does.", acts=()
    ),
    "admin-member-refused": replace(
        MEMBER,
        asked="stage",
        typed={"stage": "practising", "reason": "x"},
        errors=(
            FieldError(field="reason", message="Say why in 10 to 300 characters: they read it."),
            FieldError(field="evidence", message="Say what you have seen."),
        ),
    ),
    "career": CAREER,
    "career-asked": replace(
        CAREER, standing=Standing(level=1, stage="trainee"), asked="practising", acts=()
    ),
    "career-refused": replace(
        CAREER,
        errors=(FieldError(field="stage", message="This is your stage now. Choose another one."),),
    ),
}
