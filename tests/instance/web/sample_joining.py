"""Samples of the pages about inviting people and joining."""

from dataclasses import replace
from datetime import timedelta

from instance.web.presenting.security import qr
from instance.web.views import (
    FieldError,
    InvitationRow,
    InvitationsPage,
    JoinedPage,
    JoinPage,
    JoinStepPage,
    PageView,
    Round,
)
from tests.instance.web.cast import NOW, before, page, visitor
from tests.instance.web.sample_administration import OWNER
from tests.instance.web.sample_security import CREATION, SECRET

WHO = JoinPage(
    page=visitor(),
    stage="who",
    email="j.lee@mercy.example",
    name="Dr J. Lee",
    specialty="hospital_medicine",
    contact="Ana Ruiz, extension 2210",
    shortest=12,
)
ACCOUNT = replace(WHO, stage="account", handle="jlee", rules=("Be kind.",))
STEP = JoinStepPage(
    page=page(),
    options=CREATION,
    secret=SECRET,
    qr=qr("otpauth://totp/Mercy%20General:j.lee%40mercy.example?secret=JBSWY3DP&issuer=Mercy"),
    draft="c2VhbGVk",
)
DONE = JoinedPage(page=page(), name="Dr J. Lee", is_verified=True, has_second_step=True)
STATES = ("sent", "used", "expired", "withdrawn")
INVITATIONS = InvitationsPage(
    page=page(nav="admin", here="/admin/invitations", **OWNER),
    rows=tuple(
        InvitationRow(
            id=str(number),
            email=f"p.nadkarni{number}@mercy.example",
            state=state,
            sent_at=before(days=number + 1),
            at=NOW + timedelta(days=6) if state == "sent" else before(days=number),
        )
        for number, state in enumerate(STATES)
    ),
    sent=12,
    used=204,
    expired=3,
    withdrawn=1,
    on_roster=340,
    running=Round(looked_at=340, total=340, invited=208, ended_at=before(days=3)),
    more_url="/admin/invitations?after=3",
)

PAGES: dict[str, PageView] = {
    "join-who": WHO,
    "join-not-on-roster": replace(WHO, name="", specialty=""),
    "join-code": replace(
        WHO, stage="code", errors=(FieldError(field="code", message="This code does not fit."),)
    ),
    "join-account": ACCOUNT,
    "join-account-error": replace(
        ACCOUNT,
        name="",
        errors=(
            FieldError(field="handle", message="Somebody here has this name. Choose another."),
            FieldError(field="agrees", message="Tick the box to join."),
        ),
    ),
    "join-gone": JoinPage(page=visitor(), stage="gone"),
    "join-signed-in": JoinPage(page=page(), stage="signed_in"),
    "join-step": STEP,
    "join-done": DONE,
    "join-done-waiting": replace(DONE, is_verified=False, has_second_step=False),
    "invitations": INVITATIONS,
    "invitations-running": replace(
        INVITATIONS,
        running=Round(looked_at=150, total=340, invited=120),
        stream_url="/admin/invitations/stream",
        done="sent",
    ),
    "invitations-none": InvitationsPage(page=INVITATIONS.page, sends_mail=False),
}
