"""Sample views of recalls: before, after, at a partner; what is held."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import (
    Counts,
    Deletion,
    Event,
    FieldError,
    HeldDraftPage,
    HeldDraftRow,
    HeldPage,
    HeldQuestionPage,
    HeldRow,
    ImageChoice,
    May,
    Picture,
    PostChoice,
    Recalled,
    RecallPage,
    Suspected,
)
from tests.instance.web.cast import CHOSEN, NOW, before, page
from tests.instance.web.sample_consults import ANSWERED, COPIES, LABS, PICTURE, QUESTION

POSTS = (
    PostChoice(id="600", kind="question", name="Dr J. Lee", at=before(hours=2)),
    PostChoice(id="601", kind="answer", name="Dr A. Okafor", at=before(minutes=58)),
    PostChoice(
        id="603",
        kind="comment",
        name="Dr M. Moreau",
        at=before(minutes=40),
        number=1,
        alike=2,
        words="Platelets are 180 and stable; the wound is …",
    ),
    PostChoice(
        id="604",
        kind="comment",
        name="Dr M. Moreau",
        at=before(minutes=40),
        number=2,
        alike=2,
        words="I meant this morning.",
    ),
)
CHOOSE = RecallPage(
    page=page(nav="consults", here="/k/501/recall"),
    url="/k/501",
    state="answered",
    specialties=("cardiology",),
    mine=True,
    posts=POSTS,
    images=(
        ImageChoice(id="701", number=1, picture=replace(PICTURE, id="701")),
        ImageChoice(id="703", number=3, picture=Picture(id="703", state="awaited")),
    ),
)
REFUSED = replace(
    CHOOSE,
    chosen=("601",),
    errors=(FieldError(field="reason", message="Choose why it is recalled."),),
)
RECALLED = replace(
    CHOOSE,
    state="held",
    steward=True,
    kept=True,
    posts=POSTS[1:],
    images=(),
    recalls=(
        Recalled(at=before(hours=2), by="Dr J. Lee", reason="phi", whole=False, posts=1, images=1),
        Recalled(at=before(hours=3), by="Dr J. Lee", reason="phi", whole=False, posts=1),
        Recalled(
            at=before(days=2),
            by="St Luke's",
            reason="withdrawn",
            whole=True,
            posts=1,
            released_at=before(days=1),
            released_by="Dr S. Teward",
            release_reason="It was the wrong consult.",
        ),
    ),
    copies=COPIES,
    stream_url="/k/501/recall/stream",
)
FORGOTTEN = replace(RECALLED, kept=False, is_gone=True, posts=())
DONE = replace(RECALLED, steward=False, posts=(), copies=COPIES[:1] * 2)
ELSEWHERE = replace(
    CHOOSE,
    owner="St Luke's",
    mine=False,
    steward=True,
    reads=False,
    recalls=(
        Recalled(
            at=before(hours=3), by="Dr S. Teward", reason="phi", whole=True, posts=1, waits=True
        ),
        Recalled(
            at=before(hours=5),
            by="Dr S. Teward",
            reason="phi",
            whole=True,
            posts=1,
            waits=True,
            refusal="refused",
            refused_at=before(hours=4),
            contact="the privacy office, extension 0100",
        ),
        Recalled(at=before(hours=9), by="Dr S. Teward", reason="erasure", whole=True, posts=1),
    ),
)
WITHDRAWN = replace(
    CHOOSE,
    state="withdrawn",
    posts=(),
    copies=COPIES,
    withdrawn_at=before(hours=3),
    stream_url="/k/501/recall/stream",
)
OWN = replace(
    CHOOSE,
    owner="St Luke's",
    mine=False,
    posts=(),
    deletions=(
        Deletion(kind="comment", at=before(hours=3), copies=COPIES[:2]),
        Deletion(kind="answer", at=before(days=2)),
    ),
    stream_url="/k/501/recall/stream",
)
MEND = HeldQuestionPage(
    page=page(nav="consults", here="/k/501/recall"),
    url="/k/501/recall",
    specialties=("cardiology",),
    audience=CHOSEN,
    mine=True,
    held=True,
    texts={
        "title": ANSWERED.title,
        "question": QUESTION.text,
        "history": QUESTION.history,
        "meds": QUESTION.meds,
        "allergies": "",
        "exam": "",
        "tried": QUESTION.tried,
    },
    labs=LABS,
    pictures=(PICTURE, replace(PICTURE, state="missing")),
)
MEND_REFUSED = replace(
    MEND,
    keep_labs=True,
    keep_images=True,
    errors=(FieldError(field="attested", message="Confirm that no identifiers are left."),),
)
READ = replace(MEND, mine=False)
HELD_THREAD = replace(
    ANSWERED,
    page=page(nav="consults", here="/k/501", counts=Counts(notifications=2, recalled=1)),
    title="",
    state="held",
    question=replace(QUESTION, text="", history="", tried="", labs=(), recalled="phi", id="600"),
    timeline=(
        Event(kind="recalled", at=before(minutes=3), name="Dr A. Okafor", code="phi"),
        *ANSWERED.timeline,
    ),
    may=May(recall=True, see_recall=True),
)
HELD = HeldPage(
    page=page(nav="admin", here="/admin/held"),
    rows=(
        HeldRow(
            url="/k/501/recall",
            specialties=("cardiology",),
            by="Dr J. Lee",
            reason="phi",
            at=NOW - timedelta(days=2),
            asked=12,
            proven=11,
        ),
        HeldRow(
            url="/k/502/recall",
            specialties=(),
            by="St Luke's",
            reason="erasure",
            at=before(hours=1),
            asked=0,
            proven=0,
        ),
    ),
)
HELD_DRAFTS = replace(
    HELD,
    rows=(),
    drafts=(HeldDraftRow(url="/admin/held/7", by="Dr J. Lee", at=before(hours=3)),),
)
HELD_DRAFT = HeldDraftPage(
    page=page(nav="admin", here="/admin/held"),
    url="/admin/held/7",
    version=3,
    by="Dr J. Lee",
    at=before(hours=3),
    mine=False,
    specialties=("cardiology",),
    audience=CHOSEN,
    texts=MEND.texts,
    labs=LABS,
    images=2,
    suspected=(Suspected(kind="MRN", words="MRN 00482913"),),
)
OWN_HELD_DRAFT = replace(HELD_DRAFT, mine=True, suspected=(), images=0)
HELD_DRAFT_REFUSED = replace(
    HELD_DRAFT,
    typed_note="ok",
    errors=(FieldError(field="note", message="Say why in 10 to 300 characters."),),
)
NOTHING_HELD = replace(
    HELD,
    rows=(),
    typed_address="/k/7",
    errors=(FieldError(field="address", message="No consult is at this address."),),
)
