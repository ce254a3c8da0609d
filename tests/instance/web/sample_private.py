"""Sample views of what two people write to each other alone."""

from dataclasses import replace

from instance.web.presenting.private import read_only
from instance.web.views import (
    Audience,
    Comment,
    Event,
    FieldError,
    Kept,
    May,
    PageView,
    Place,
    PrintConversationPage,
    PrivateCard,
    PrivatePage,
    Reader,
    WritePage,
)
from tests.instance.web import sample_consults as consults
from tests.instance.web import sample_recalls as recalls
from tests.instance.web.cast import IDENTITIES, LEE, NOW, OKAFOR, before, page

WORDS = "Could we speak about the new valve clinic?\n\nI have two questions."
_BOTH = Audience(
    kind="people",
    readers=(
        Reader(name="Dr J. Lee", detail="Mercy General"),
        Reader(name="Dr A. Okafor", detail="National Heart Society"),
    ),
)
_REFUSED = (FieldError(field="text", message="Write something to send."),)
OPEN = PrivatePage(
    page=page(nav="consults", here="/consults?box=private"),
    url="/k/601",
    state="open",
    other=OKAFOR,
    audience=_BOTH,
    mine=True,
    timeline=(
        Comment(id="1", author=LEE, at=before(hours=5), text=WORDS, pictures=(consults.PICTURE,)),
        Event(kind="close", at=before(hours=4), name="Dr A. Okafor"),
        Event(kind="opened_again", at=before(hours=3), name="Dr J. Lee"),
        Comment(id="2", author=OKAFOR, at=before(minutes=9), text="Yes.", edited_at=NOW),
        Comment(
            id="3",
            author=LEE,
            at=NOW,
            text="Then I call.",
            pending=True,
            change_url="/k/601/said/3",
        ),
    ),
    places=(
        Place(name="Mercy General", status="home"),
        Place(name="National Heart Society", status="waiting", since=before(minutes=4)),
    ),
    may=May(comment=True, close=True, recall=True, see_deletions=True),
    identities=IDENTITIES[:1],
    opened=consults.OPENED.opened,
)
WRITE = WritePage(
    page=page(nav="people"),
    url="/@okafor@heart.example/write",
    back_url="/@okafor@heart.example",
    other=OKAFOR,
    identities=IDENTITIES,
)
CARDS = (
    PrivateCard(url="/k/601", other=OKAFOR, state="open", at=before(minutes=9), unread=True),
    PrivateCard(
        url="/k/602", other=None, state="closed", at=before(hours=90), identity="harbourlight"
    ),
)
LIST = replace(consults.EMPTY_LIST, box="private", conversations=CARDS)
PAGES: dict[str, PageView] = {
    "private": OPEN,
    "private-closed": replace(
        OPEN, state="closed", may=May(reopen=True), other=None, places=(), opened=()
    ),
    "private-held": replace(
        OPEN,
        state="held",
        may=May(see_recall=True),
        timeline=(Event(kind="recalled", at=NOW, name="Dr J. Lee", code="phi"),),
        copies=consults.COPIES,
    ),
    "private-alone": replace(OPEN, other=None, may=May(comment=True)),
    "private-refused": replace(
        OPEN, kept=Kept(form="comment", values={"text": ""}, errors=_REFUSED)
    ),
    "private-read-only": read_only(OPEN, "/admin/consults/7", NOW),
    "private-list": LIST,
    "private-none": replace(LIST, conversations=()),
    "private-question": replace(recalls.MEND, private=True, pictures=(consults.PICTURE,)),
    "private-question-read": replace(recalls.READ, private=True),
    "private-paper": PrintConversationPage(
        page=OPEN.page, conversation=replace(OPEN, may=May(), identities=(), stream_url="")
    ),
    "write": WRITE,
    "write-refused": replace(WRITE, errors=_REFUSED, identities=IDENTITIES[:1]),
    "write-images": replace(WRITE, draft=7, version=2, images=consults.IMAGES.images, text=WORDS),
    "write-closed": replace(WRITE, why_not="closed", text=WORDS),
}
