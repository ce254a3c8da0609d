"""Sample views of consults: an empty form, a refused one, threads in several states."""

from dataclasses import replace
from datetime import timedelta

from instance.web.presenting.consults import read_only
from instance.web.views import (
    Answer,
    CheckedField,
    Citation,
    Clock,
    Comment,
    ConflictPage,
    ConsultCard,
    ConsultDraft,
    ConsultFormPage,
    ConsultListPage,
    ConsultPage,
    Copy,
    DraftRow,
    Event,
    FieldError,
    FoundIdentifier,
    Hop,
    Hops,
    Hospital,
    ImagePage,
    ImagesPage,
    Invited,
    Kept,
    KeptText,
    Lab,
    May,
    Opened,
    Participant,
    Picture,
    Place,
    Progress,
    Question,
    QuestionPage,
    Rectangle,
    SaidPage,
    SavedDraft,
    Segment,
    Standing,
    UnsentImage,
)
from tests.instance.web.cast import (
    ABARA,
    CHOSEN,
    IDENTITIES,
    LEE,
    MOREAU,
    MURMUR,
    NOW,
    OKAFOR,
    TERMS,
    before,
    page,
)

LABS = (
    Lab(name="Creatinine", value="168", unit="µmol/L", range="45 to 84", day="D+3"),
    Lab(name="Creatinine", value="176", unit="µmol/L", range="45 to 84", day="D+5"),
    Lab(name="Haemoglobin", value="98", unit="g/L", range="120 to 155", day="D+5"),
)
QUESTION = Question(
    author=LEE,
    at=before(hours=2, minutes=8),
    text="Which apixaban dose would you choose, and would you wait longer after surgery?",
    age_band="90+",
    sex="female",
    urgency="soon",
    target_hours=24,
    history="Fell at home. Hip repair on day 3.\n\nNew atrial fibrillation on day 5, no symptoms.",
    tried="Enoxaparin 20 mg daily since surgery. No bleeding.",
    meds="Levodopa/carbidopa\nfurosemide 20 mg\nparacetamol",
    labs=LABS,
    edited_at=before(minutes=30),
    change_url="/k/501/question",
    version="2026-03-01T10:00:00Z",
)
CARD = ConsultCard(
    url="/k/501",
    title="Apixaban dose with eGFR 24 and new atrial fibrillation after hip fracture",
    state="answered",
    author=LEE,
    at=before(minutes=58),
    specialties=("cardiology", "nephrology"),
    answers=2,
    readers=3,
)
OPEN_CARD = ConsultCard(
    url="/k/502",
    title="Steroid taper in polymyalgia rheumatica with newly found diabetes",
    state="open",
    author=MURMUR,
    at=before(hours=18),
    specialties=("hospital_medicine",),
    clock=Clock(started_at=before(hours=18), due_at=NOW + timedelta(hours=5, minutes=20)),
    readers=2,
    unread=True,
)
LATE_CARD = replace(
    OPEN_CARD,
    url="/k/503",
    title="Which preventive treatment after contact with resistant tuberculosis?",
    clock=Clock(started_at=before(hours=5), due_at=before(minutes=40)),
)
ASKED_CARD = replace(
    CARD,
    url="/k/504",
    title="Fever on day 9 after valve replacement, three sets of cultures negative",
    state="needs_info",
    clock=Clock(started_at=before(hours=20), due_at=None),
    answers=0,
)
DONE_CARD = replace(CARD, url="/k/505", title="Rising calcium on lithium", state="resolved")

OKAFORS = Answer(
    id="601",
    author=OKAFOR,
    at=before(minutes=58),
    recommendation="Apixaban 2.5 mg twice daily. Start 48 to 72 hours after surgery.",
    rationale="All three reduction criteria are met.\n\nReview at 6 to 8 weeks with a monitor.",
    would_change="Haemoglobin falling below 80 g/L.",
    confidence="high",
    citations=(
        Citation(text="Apixaban product information, section 4.2"),
        Citation(
            text="Dosing after surgery", number="doi:10.1000/182", url="https://doi.org/10.1000/182"
        ),
    ),
    edited_at=before(minutes=20),
    change_url="/k/501/said/601",
    acceptable=True,
    older=True,
)
MURMURS = Answer(
    id="602",
    author=MURMUR,
    at=before(minutes=75),
    recommendation="Agree with the reduced dose. Repeat creatinine on day 8 to 10.",
    confidence="med",
    see_in_person=True,
    acceptable=True,
)
MOREAUS = Comment(
    id="603",
    author=MOREAU,
    at=before(minutes=40),
    text="No interaction found.",
    left_out="not_agreed",
)
ASKED = Event(
    kind="ask_info", at=before(minutes=119), name="Dr A. Okafor", text="What does she weigh?"
)
GIVEN = Event(kind="provide_info", at=before(minutes=97), name="Dr J. Lee", text="58 kg.")

ANSWERED = ConsultPage(
    page=page(nav="consults", here="/consults?box=mine"),
    url="/k/501",
    title=CARD.title,
    state="answered",
    question_type="drug",
    specialties=("cardiology", "nephrology"),
    question=QUESTION,
    audience=CHOSEN,
    progress=Progress(
        asked_at=QUESTION.at,
        paused=timedelta(minutes=22),
        first_answer_at=MURMURS.at,
        answered_in=timedelta(minutes=31),
    ),
    mine=True,
    timeline=(ASKED, GIVEN, MURMURS, OKAFORS, MOREAUS),
    participants=(
        Participant(author=LEE, part="asker"),
        Participant(author=OKAFOR, part="responder", answers=1),
        Participant(author=MURMUR, part="responder", answers=1),
        Participant(author=MOREAU, part="commenter"),
        Participant(author=ABARA, part="observer"),
    ),
    places=(
        Place(name="Mercy General", status="home"),
        Place(name="National Heart Society", status="has_it", took=timedelta(seconds=0.8)),
        Place(name="St Luke's", status="waiting", since=before(minutes=78)),
        Place(name="Lakeside", status="waiting", some=True),
        Place(name="Port Ellery", status="paused", some=True, since=before(days=2)),
        Place(name="St Brannoc", status="given_up", since=before(minutes=9)),
    ),
    may=May(comment=True, accept=True, not_solved=True, escalate=True),
    identities=IDENTITIES,
    stream_url="/k/501/stream?after=9001",
)
OPENED = replace(
    ANSWERED,
    opened=(
        Opened(
            name="Dr S. Teward",
            by="Dr B. Adeyemi",
            reason="A near miss was reported.",
            until=NOW + timedelta(minutes=40),
        ),
    ),
)
READ_ONLY = read_only(OPENED, "/admin/consults/7", NOW + timedelta(minutes=40))
OPEN = replace(
    ANSWERED,
    page=page(nav="consults", here="/consults?box=open"),
    state="open",
    mine=False,
    clock=OPEN_CARD.clock,
    timeline=(),
    progress=Progress(asked_at=QUESTION.at),
    may=May(answer=True, comment=True, ask_info=True),
    asked=True,
)
ASKING = replace(
    OPEN,
    page=page(nav="consults", here="/consults?box=mine"),
    mine=True,
    asked=False,
    may=May(comment=True, withdraw=True),
    identities=IDENTITIES[:1],
    hops=Hops(
        done=(Hop(at=before(hours=2), count=5), Hop(at=before(hours=1), count=None)),
        next_at=NOW + timedelta(hours=4),
        hospitals_at=NOW + timedelta(hours=4),
        societies_at=NOW + timedelta(hours=10),
        invited=(Invited(name="Dr A. Okafor", hospital="St. Luke's", at=before(hours=1)),),
        may_invite=True,
    ),
)
PASSED_ON = replace(
    OPEN,
    kept=Kept(
        form="redirect",
        values={"specialty": "dermatology", "colleague": "nobody"},
        errors=FieldError.all_of({"colleague": "This is no colleague here. Choose another."}),
    ),
)
WAITING = replace(
    ANSWERED,
    state="needs_info",
    clock=ASKED_CARD.clock,
    timeline=(ASKED,),
    progress=Progress(asked_at=QUESTION.at),
    may=May(comment=True, provide_info=True, withdraw=True, escalate=True),
    identities=IDENTITIES[:1],
)
RESOLVED = replace(
    ANSWERED,
    state="resolved",
    timeline=(
        replace(OKAFORS, accepted_at=before(minutes=49), acceptable=False),
        ASKED,
        GIVEN,
        MURMURS,
        MOREAUS,
        Event(kind="accept", at=before(minutes=49), name="Dr J. Lee"),
    ),
    progress=replace(
        ANSWERED.progress,
        accepted_at=before(minutes=49),
        outcome_due_at=NOW + timedelta(days=14),
    ),
    may=May(comment=True, outcome=True, not_solved=True),
)
CLOSED = replace(
    RESOLVED,
    state="closed",
    progress=replace(RESOLVED.progress, ended_at=before(minutes=5), outcome="followed"),
    timeline=(
        *RESOLVED.timeline,
        Event(kind="outcome", at=before(minutes=5), name="Dr J. Lee", code="followed"),
    ),
    may=May(reopen=True, ask_again=True),
)
EVENTS = (
    *(
        "not_solved",
        "reopen",
        "withdraw",
        "expired",
        "closed",
        "held",
        "recalled",
        "joined",
        "deleted",
    ),
    *("left", "something_new"),
)
COPIES = tuple(
    Copy(
        name=f"Hospital {number}",
        status=status,
        asked_at=before(hours=3),
        at=before(hours=2),
        due_at=NOW,
        remaining=2,
        backups_until=NOW + timedelta(days=30),
        contact="curbside@heart.example",
        refusal="Our lawyer has to see it first.",
    )
    for number, status in enumerate(
        ("deleted", "asked", "late", "remaining", "refused", "overdue", "blocked"), start=1
    )
)
ESCALATED = replace(
    ANSWERED,
    state="escalated",
    timeline=(
        *(Event(kind=kind, at=before(days=2), name="Dr J. Lee", text="Words.") for kind in EVENTS),
        Event(kind="escalate", at=NOW, name="Dr J. Lee", code="formal_consult", pending=True),
    ),
    progress=replace(ANSWERED.progress, ended_at=NOW),
    may=May(standing_needed=Standing(level=2)),
    places=(),
    copies=COPIES,
)
REFUSED_ANSWER = replace(
    OPEN,
    kept=Kept(
        form="answer",
        values={"rationale": "Kidney function will move.", "confidence": "low"},
        errors=(FieldError(field="recommendation", code="missing"),),
    ),
)

HOSPITALS = (
    Hospital(value="charite.example", name="Charité", terms=TERMS, why_not="border"),
    Hospital(value="heart.example", name="National Heart Society", terms=TERMS, late=True),
    Hospital(value="lakeside.example", name="Lakeside", why_not="over"),
    Hospital(value="stlukes.example", name="St Luke's", terms=TERMS, alone=True),
)
DRAFT = ConsultDraft(
    title=CARD.title,
    question=QUESTION.text,
    question_type="drug",
    specialties=("cardiology", "nephrology"),
    urgency="soon",
    age_band="90+",
    sex="female",
    history=QUESTION.history,
    labs=(*LABS, Lab(name="Platelets", value="210"), Lab(), Lab()),
    tried=QUESTION.tried,
    audience="chosen",
    hospitals=("heart.example",),
    attested=True,
)
EMPTY_FORM = ConsultFormPage(
    page=page(nav="consults", here="/consults/new"),
    saved=SavedDraft(key="7"),
    hospitals=HOSPITALS,
    identities=IDENTITIES[:1],
)
PICTURE = Picture(
    url="/media/901",
    small_url="/media/901/small",
    width=480,
    height=360,
    alt="ECG strip of lead II",
    basis="held",
)
PICTURES = (
    PICTURE,
    replace(PICTURE, url="", small_url="", alt="", basis="no_feature", state="awaited"),
    replace(PICTURE, url="", small_url="", alt="", state="missing"),
    Picture(state="recalled"),
)
_READY = UnsentImage(
    id="901", version=2, picture=PICTURE, full_width=1200, full_height=900, looked=True
)
_RAW = UnsentImage(
    id="902",
    version=1,
    picture=replace(PICTURE, alt="", basis=""),
    full_width=1200,
    full_height=900,
    lacks="look at all four corners, and tick that you did.",
)
IMAGES = ImagesPage(page=page(nav="consults", here="/consults/new"), key="7", images=(_READY, _RAW))
NO_IMAGES = replace(
    IMAGES,
    images=(),
    errors=FieldError.all_of({"images": "This file is empty. Choose another one."}),
)
IMAGE = ImagePage(
    page=page(nav="consults", here="/consults/new"),
    image=_RAW,
    list_url="/consults/drafts/7/images",
    rectangles=Rectangle.all_of({}),
    done="covered",
)
REFUSED_IMAGE = replace(
    IMAGE,
    image=_READY,
    done="",
    rectangles=Rectangle.all_of({"cover-3-left": "x", "crop-left": "10"}),
    errors=FieldError.all_of({"cover-3-left": "Give all four numbers of this rectangle."}),
)
SORTED_FORM = replace(
    EMPTY_FORM,
    draft=DRAFT,
    saved=SavedDraft(key="7", version=3, at=before(minutes=2)),
    sorted="yes",
    images=(_READY, _RAW),
)
OVERTAKEN_FORM = replace(
    EMPTY_FORM,
    draft=DRAFT,
    saved=SavedDraft(key="8", version=1, at=before(minutes=2), second=True),
    sorted="no",
)
FOUND = CheckedField(
    name="history",
    segments=(
        Segment("A "),
        Segment(
            "97 yo",
            FoundIdentifier(
                number=1, place="history:2:7", words="97 yo", kind="AGE90", must=True, fix="90+"
            ),
        ),
        Segment(" of "),
        Segment(
            "Alder Street",
            FoundIdentifier(
                number=2,
                place="history:11:23",
                words="Alder Street",
                kind="LOCATION",
                must=False,
                fix="",
            ),
        ),
        Segment(", "),
        Segment(
            "the mayor of Grimsby",
            FoundIdentifier(
                number=3,
                place="history:25:45",
                words="the mayor of Grimsby",
                kind="OTHER",
                must=False,
                fix=None,
            ),
        ),
        Segment("."),
    ),
)
FOUND_FORM = replace(
    SORTED_FORM,
    sorted="",
    draft=replace(DRAFT, history="A 97 yo of Alder Street, the mayor of Grimsby."),
    errors=(FieldError(field="history", message="1 identifier must go. See below this field."),),
    checked={"history": FOUND},
    was_checked=True,
)
FOUND_ANSWER = replace(
    OPEN,
    kept=Kept(
        form="answer",
        values={"recommendation": "A 97 yo of Alder Street, the mayor of Grimsby."},
        checked={"recommendation": replace(FOUND, name="recommendation")},
    ),
)
REFUSED_FORM = replace(
    EMPTY_FORM,
    draft=replace(DRAFT, title="", attested=False),
    identities=IDENTITIES,
    errors=(
        FieldError(field="title", code="missing"),
        FieldError(field="specialties", message="Choose 1 to 3 specialties"),
        FieldError(field="urgency", code="missing"),
        FieldError(field="labs-4-day", message="Write the day as D+2"),
        FieldError(field="hospitals", code="missing"),
        FieldError(field="attested", code="missing"),
    ),
)
EMERGENCY_FORM = replace(EMPTY_FORM, draft=replace(DRAFT, urgency="emergency"))
LIST = ConsultListPage(
    page=page(nav="consults", here="/consults?box=open"),
    box="open",
    consults=(OPEN_CARD, LATE_CARD, ASKED_CARD, CARD),
    older_url="/consults?box=open&before=502",
    stream_url="/consults/stream?box=open&after=9001",
)
EMPTY_LIST = replace(LIST, box="mine", consults=(), older_url="")
NARROWED_LIST = replace(EMPTY_LIST, state="open", specialty="cardiology", age_band="90+")
DRAFTS = replace(
    EMPTY_LIST,
    box="drafts",
    drafts=(
        DraftRow(
            url="/consults/new?draft=7",
            discard_url="/consults/drafts/7/discard",
            title=CARD.title,
            state="held",
            at=before(minutes=2),
            ends_at=NOW + timedelta(days=30),
            specialties=("cardiology",),
        ),
        DraftRow(
            url="/consults/new?draft=8",
            discard_url="/consults/drafts/8/discard",
            title="",
            state="draft",
            at=before(days=3),
            ends_at=NOW + timedelta(days=27),
        ),
        DraftRow(
            url="/consults/new?draft=9",
            discard_url="/consults/drafts/9/discard",
            title="",
            state="draft",
            at=before(days=4),
            ends_at=NOW + timedelta(days=26),
            to="okafor@heart.example",
        ),
    ),
)
SAID_ANSWER = SaidPage(
    page=page(nav="consults", here="/k/501"),
    url="/k/501/said/601",
    back_url="/k/501",
    form="answer",
    values={"recommendation": OKAFORS.recommendation, "citation": "10.1000/182"},
    audience=CHOSEN,
    errors=(FieldError(field="rationale", message="Write why, in a sentence."),),
)
CHANGED_QUESTION = QuestionPage(
    page=page(nav="consults", here="/k/501"),
    url="/k/501/question",
    back_url="/k/501",
    draft=replace(DRAFT, history="A 97 yo of Alder Street, the mayor of Grimsby."),
    seen="2026-03-01T10:00:00Z",
    audience=CHOSEN,
    errors=(FieldError(field="history", message="1 identifier must go. See below this field."),),
    checked={"history": FOUND},
)
SAID_COMMENT = replace(SAID_ANSWER, form="comment", values={"text": MOREAUS.text}, errors=())
CONFLICT = ConflictPage(
    page=page(nav="consults"),
    url="/k/501",
    form="answer",
    state="closed",
    at=before(minutes=49),
    kept=(KeptText(label="Recommendation", text="Wait two days."), KeptText(label="Why", text="")),
)

WITH_IMAGES = replace(OPEN, question=replace(OPEN.question, pictures=PICTURES))
