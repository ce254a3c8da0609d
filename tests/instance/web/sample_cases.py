"""Samples of the pages of verification officers, and of who waits for one."""

from dataclasses import replace
from datetime import timedelta

from instance.attestation_words import TEXT
from instance.web.views import (
    CasePage,
    CasesPage,
    Counts,
    FieldError,
    PageView,
    SendDocumentsPage,
    StatementPage,
    VerificationPage,
)
from instance.web.views.cases import (
    CaseBox,
    CaseEvent,
    CaseFile,
    CaseNumber,
    CaseProof,
    CaseRow,
    CaseVoucher,
    NearRow,
)
from instance.web.views.page import Standing
from instance.web.views.verification import EndedProof, OwnCase, Proof, WayRow
from tests.instance.web.cast import NOW, before, page
from tests.instance.web.sample_administration import OWNER

SURROUNDINGS = page(
    here="/admin/verification", nav="admin", counts=Counts(notifications=3, cases=4), **OWNER
)
SOLHEIM = CaseRow(
    url="/admin/verification/71",
    name="Dr I. Solheim",
    kind="joined",
    state="waiting",
    since=before(hours=26),
    waited=timedelta(hours=26),
    due_at=before(hours=2),
    late=True,
    specialty="nephrology",
    evidence=("attest", "mailbox", "documents"),
)
QUEUE = CasesPage(
    page=SURROUNDINGS,
    boxes=(
        CaseBox(name="waiting", url="/admin/verification", count=3),
        CaseBox(name="second", url="/admin/verification?box=second", count=1),
        CaseBox(name="asked", url="/admin/verification?box=asked"),
        CaseBox(name="decided", url="/admin/verification?box=decided"),
    ),
    rows=(
        SOLHEIM,
        replace(
            SOLHEIM,
            url="/admin/verification/72",
            name="A. Brennan",
            kind="stage",
            since=before(hours=2),
            waited=timedelta(hours=2),
            due_at=NOW + timedelta(hours=22),
            late=False,
            stage="student",
            specialty="",
            evidence=("attest",),
        ),
        replace(
            SOLHEIM,
            url="/admin/verification/73",
            name="Dr C. Ruiz",
            kind="renewal",
            waited=timedelta(minutes=51),
            due_at=NOW + timedelta(hours=23),
            late=False,
            mine=True,
            evidence=(),
        ),
    ),
    late=1,
    median=timedelta(hours=5),
)
CASE = CasePage(
    page=SURROUNDINGS,
    url=SOLHEIM.url,
    knows="7",
    row=SOLHEIM,
    standing=Standing(level=1),
    email="i.solheim@mercy.example",
    mailbox=True,
    jurisdiction="US-VA",
    specialties=("nephrology",),
    joined_at=before(days=2),
    claims_stage="practising",
    proofs=(CaseProof(method="attest", since=before(days=2), until=NOW + timedelta(days=363)),),
    numbers=(
        CaseNumber(kind="licence", typed="0101 248316", finding="unsettled", jurisdiction="US-VA"),
        CaseNumber(kind="npi", typed="1234567893", finding="taken", jurisdiction="US-VA"),
    ),
    vouchers=(CaseVoucher(name="Dr J. Lee", how="We worked together in Duluth for 3 years."),),
    near=(
        NearRow(
            id="4",
            name="Dr Ingrid Solheim-Ferreira",
            email="ingrid.solheim@mercy.example",
            department="Renal medicine",
            licence="0101 248 316",
            licence_until="2027-02-28",
            same_name=True,
        ),
        NearRow(id="5", name="L. Solheim", email="l.solheim@mercy.example", taken=True),
    ),
    files=(
        CaseFile(
            url="/admin/verification/71/documents/8",
            kind="jpg",
            kilobytes=812,
            sent_at=before(hours=3),
            gone_at=NOW + timedelta(days=30),
        ),
        CaseFile(
            url="/admin/verification/71/documents/9",
            kind="pdf",
            kilobytes=94,
            sent_at=before(hours=3),
            gone_at=NOW + timedelta(days=30),
            seen=True,
        ),
    ),
    events=(
        CaseEvent(act="opened", by="", at=before(hours=26)),
        CaseEvent(act="asked", by="Dr C. Ruiz", at=before(hours=9), text="When do you begin?"),
        CaseEvent(act="answered", by="Dr I. Solheim", at=before(hours=8), text="In December."),
    ),
    choices=("stage", "document", "roster", "registry", "known", "ask", "refuse"),
    position=1,
    of=3,
    next_url="/admin/verification/72",
)
OWN = VerificationPage(
    page=page(nav="account"),
    standing=Standing(level=1),
    proofs=(
        Proof(method="attest", since=before(days=2), until=NOW + timedelta(days=9), soon=True),
        Proof(method="roster", since=before(days=80)),
    ),
    ended=(EndedProof(method="document", at=before(days=1), why="expired"),),
    waiting=(
        OwnCase(
            id="71",
            kind="joined",
            state="asked",
            at=before(hours=2),
            text="When do you begin?\nAnd where do you come from?",
            files=2,
        ),
        OwnCase(id="72", kind="renewal", state="asked", at=before(days=1)),
        OwnCase(id="73", kind="stage", state="second", at=before(hours=1)),
    ),
    decided=(
        OwnCase(id="60", kind="number", state="refused", at=before(days=9), text="Not found."),
    ),
    ways=(WayRow(kind="document", url="/account/verification/document"),),
    files=2,
    done="sent",
)
STATEMENT = StatementPage(
    page=OWN.page,
    text=TEXT.format(name="Alva Brennan", field="medicine", stage="a student"),
    profession="physician",
    stage="student",
)
PAGES: dict[str, PageView] = {
    "own-verification": OWN,
    "own-verification-new": VerificationPage(page=OWN.page, standing=Standing(level=0)),
    "own-verification-errors": replace(
        OWN,
        standing=Standing(level=3),
        may_ask=True,
        may_answer=True,
        done="",
        answered="71",
        refusal="This was answered already.",
        errors=(FieldError(field="answer", message="Write 1 to 2,000 characters."),),
    ),
    "own-documents": SendDocumentsPage(page=OWN.page, sent=2),
    "own-documents-errors": SendDocumentsPage(
        page=OWN.page,
        errors=(FieldError(field="documents", message="A file is no PDF, JPEG or PNG."),),
    ),
    "own-statement": STATEMENT,
    "own-statement-errors": replace(
        STATEMENT,
        is_fixed=True,
        signed=STATEMENT.text,
        signed_at=before(days=300),
        refusal="Somebody has checked what you do.",
        errors=(
            FieldError(field="name", message="Write your name."),
            FieldError(field="agrees", message="Tick the box to sign."),
        ),
    ),
    "admin-cases": QUEUE,
    "admin-cases-empty": replace(QUEUE, rows=(), late=0, median=None, done="document"),
    "admin-cases-decided": replace(
        QUEUE, box="decided", rows=(replace(SOLHEIM, state="granted", late=False),), late=0
    ),
    "admin-case": CASE,
    "admin-case-errors": replace(
        CASE,
        errors=(
            FieldError(field="choice", message="Open each document first."),
            FieldError(field="reason", message="Say why in 10 to 300 characters."),
            FieldError(field="until", message="Choose a day after today."),
            FieldError(field="entry", message="Choose a row of the roster."),
        ),
        typed_choice="roster",
        typed_entry="4",
        typed_reason="Yes.",
    ),
    "admin-case-second": replace(
        CASE,
        row=replace(SOLHEIM, state="second"),
        choices=("agree", "ask", "refuse"),
        proposed="roster",
        proposed_entry="Dr Ingrid Solheim-Ferreira",
        proposed_by="Dr O. Fficer",
        until=NOW + timedelta(days=90),
        done="ask",
    ),
    "admin-case-mine": replace(CASE, choices=(), why_not="own", near=(), files=()),
    "admin-case-proposed": replace(CASE, choices=(), why_not="proposed", refusal="Changed."),
    "admin-case-over": replace(
        CASE, row=replace(SOLHEIM, state="granted"), choices=(), why_not="over", near=()
    ),
    "admin-case-asked": replace(CASE, row=replace(SOLHEIM, state="asked"), near=(), mailbox=False),
}
