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

PAGES: dict[str, PageView] = {
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
