"""Sample views of publication: the form, the preview, the proposal, what is to sign, on paper."""

from dataclasses import replace
from datetime import timedelta

from instance.services.consults.teaching import DISCLAIMER
from instance.web.views import (
    CaseBlock,
    CaseImage,
    CasePart,
    ChannelChoice,
    CheckedField,
    FieldError,
    May,
    Picture,
    PrintPage,
    PublicationPage,
    PublishFormPage,
    PublishPreviewPage,
    Removed,
    Signature,
    SignPage,
    ToSignPage,
    ToSignRow,
)
from tests.instance.web.cast import NOW, before, page
from tests.instance.web.sample_consults import CLOSED

TEXT = "Would you bridge, and with what?\n\nHistory: Aortic valve replaced on day 0."
BLOCKS = (
    CaseBlock(heading="Case: Verified physician, Hospital medicine", text=TEXT),
    CaseBlock(heading="Answer: Verified physician, Cardiology", text="Warfarin.\n\nWhy: it works."),
)
FILM = Picture(
    url="/media/71", small_url="/media/71/small", width=320, height=240, alt="A chest film"
)
FORM = PublishFormPage(
    page=page(nav="consults", here="/k/501/publish"),
    url="/k/501",
    title="Warfarin or apixaban after a new mechanical valve",
    text=TEXT,
    parts=(
        CasePart(name="part-601", kind="answer", author="Dr A. Okafor", text="Warfarin."),
        CasePart(name="part-604", kind="record_outcome", author="Dr J. Lee", text="It went well."),
    ),
    channels=(
        ChannelChoice(value="rhythm", name="Rhythm"),
        ChannelChoice(value="wards", name="Wards"),
    ),
    images=(
        CaseImage(name="image-71", tick="shows-71", picture=FILM, alt="A chest film", chosen=True),
        CaseImage(name="image-72", tick="shows-72", picture=FILM),
    ),
)
REFUSED = replace(
    FORM,
    over=True,
    named=True,
    channel="wards",
    errors=(
        FieldError(field="title", message="Write a title."),
        FieldError(field="images", message="Choose 4 images at most."),
    ),
    checked={"text": CheckedField(name="text")},
)
PREVIEW = PublishPreviewPage(
    page=FORM.page,
    url=FORM.url,
    title=FORM.title,
    blocks=BLOCKS,
    removed=(
        Removed(kind="question", sentences=("It was a hard week.", "She is a teacher.")),
        Removed(kind="comment", author="Dr M. Moreau", all=True),
    ),
    channel="Wards",
    disclaimer=DISCLAIMER,
    fields=(("title", FORM.title), ("text", TEXT), ("channel", "wards")),
    people=2,
    hospitals=2,
    images=(FILM,),
)
ASKED = PublicationPage(
    page=FORM.page,
    url=FORM.url,
    state="waiting",
    title=FORM.title,
    blocks=BLOCKS,
    images=(FILM, Picture(alt="A second film", state="missing")),
    channel="Wards",
    disclaimer=DISCLAIMER,
    proposer="Dr J. Lee",
    ends_at=NOW + timedelta(days=9),
    waiting=("Dr A. Okafor",),
    unsigned=("St Luke's",),
    owner="Mercy General",
    part="waiting",
    own_name="Dr A. Okafor",
    digest="0" * 64,
)
AGREED = replace(ASKED, part="publish", named=True, waiting=(), unsigned=())
LEFT_OUT = replace(ASKED, part="leave_out", error="This text is not proposed any more.")
OBJECTED = replace(ASKED, part="object")
MINE = replace(ASKED, part="", mine=True, owner="")
ALL_SAID = replace(MINE, waiting=(), unsigned=())
OVER = PublicationPage(page=FORM.page, url=FORM.url, state="over")
PUBLIC = replace(ASKED, state="public", public_url="https://mercy.example/o/77")
TO_SIGN = ToSignPage(
    page=page(nav="admin", here="/admin/to-sign"),
    rows=(
        ToSignRow(
            url="/admin/to-sign/9",
            title=FORM.title,
            hospital="Mercy General",
            at=before(hours=3),
            until=NOW + timedelta(days=13),
        ),
    ),
)
AGREES = Signature(agreed=True, by="Dr C. Ruiz", at=before(minutes=5))
NOTHING_TO_SIGN = replace(TO_SIGN, rows=())
SIGNED = replace(
    NOTHING_TO_SIGN,
    signed=(
        replace(TO_SIGN.rows[0], signature=AGREES),
        replace(TO_SIGN.rows[0], signature=replace(AGREES, public_url="/t/77")),
        replace(TO_SIGN.rows[0], signature=Signature(agreed=True)),
        replace(TO_SIGN.rows[0], signature=replace(AGREES, agreed=False)),
        replace(TO_SIGN.rows[0], signature=Signature(agreed=False)),
    ),
)
SIGN = SignPage(
    page=TO_SIGN.page,
    url="/admin/to-sign/9",
    title=FORM.title,
    blocks=BLOCKS,
    channel="Wards",
    disclaimer=DISCLAIMER,
    digest="0" * 64,
    hospital="Mercy General",
    until=NOW + timedelta(days=13),
)
OWN_TO_SIGN = replace(SIGN, own=True, error="Another steward signs what you proposed.")
PAPER = PrintPage(
    page=page(nav="consults", here="/k/501"), consult=replace(CLOSED, may=May(), stream_url="")
)
PAGES = {
    "publish": FORM,
    "publish-errors": REFUSED,
    "publish-preview": PREVIEW,
    "publication-asked": ASKED,
    "publication-agreed": AGREED,
    "publication-left-out": LEFT_OUT,
    "publication-objected": OBJECTED,
    "publication-mine": MINE,
    "publication-all-said": ALL_SAID,
    "publication-over": OVER,
    "publication-public": PUBLIC,
    "admin-to-sign": TO_SIGN,
    "admin-to-sign-none": NOTHING_TO_SIGN,
    "admin-sign": SIGN,
    "admin-to-sign-signed": SIGNED,
    "admin-sign-own": OWN_TO_SIGN,
    "admin-sign-signed": replace(SIGN, signature=AGREES),
    "admin-sign-objected": replace(SIGN, signature=replace(AGREES, agreed=False)),
    "consult-paper": PAPER,
}
