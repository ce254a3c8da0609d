"""Sample views of home, boards and threads."""

from dataclasses import replace

from markupsafe import Markup

from instance.web.views import (
    Acts,
    BoardPage,
    BoardRow,
    ChannelRow,
    ChosenPicture,
    DeletePostPage,
    EditPostPage,
    FieldError,
    Flash,
    HomePage,
    Need,
    NewPosts,
    PictureForm,
    Post,
    PostCard,
    PostPicture,
    ThreadPage,
)
from instance.web.views.announcements import AnnouncementRow
from instance.web.views.arrivals import ArrivalPlace, Arrivals
from tests.instance.web import sample_consults as consults
from tests.instance.web.cast import (
    GRAND_ROUNDS,
    IDENTITIES,
    LEE,
    MOREAU,
    MURMUR,
    NOW,
    OKAFOR,
    PUBLIC,
    READER,
    RHYTHM,
    WARDS,
    before,
    page,
)

ROWS = (
    ChannelRow(channel=WARDS, threads=12, unread=2, last_at=before(hours=3)),
    ChannelRow(channel=GRAND_ROUNDS, threads=1, last_at=before(days=50)),
)
NEWS = NewPosts(count=2, url="/")
CARDS = (
    PostCard(
        url="/t/801",
        title="Journal club: early rhythm control. Whom would the trial have excluded?",
        author=OKAFOR,
        at=before(minutes=38),
        excerpt="I went through our last 60 admissions. Twenty-two would not have met the entry "
        "criteria, mostly for kidney function and frailty. Do other hospitals see the same?",
        channel=RHYTHM,
        replies=14,
        new_replies=3,
        pictures=3,
    ),
    PostCard(
        url="/t/802",
        title="Is there a plain-language leaflet on coming off beta blockers?",
        author=READER,
        at=before(hours=5),
        excerpt="",
        channel=WARDS,
        replies=1,
    ),
)
NEEDS = (
    Need(kind="answered", consult=consults.CARD, at=before(minutes=58), by=OKAFOR, others=1),
    Need(
        kind="info_asked",
        consult=consults.ASKED_CARD,
        at=before(hours=1),
        by=OKAFOR,
        quote="Any antibiotic before the first set of cultures?",
    ),
    Need(kind="asked", consult=consults.OPEN_CARD, at=before(hours=18), by=MURMUR),
    Need(kind="outcome_due", consult=consults.DONE_CARD, at=before(days=13)),
    Need(
        kind="consent",
        consult=replace(consults.DONE_CARD, url="/k/519"),
        at=before(days=1),
        by=OKAFOR,
    ),
)
HOME = HomePage(
    page=page(nav="home", here="/", flashes=(Flash(text="Sent to 3 hospitals."),)),
    needs_you=NEEDS,
    feed=CARDS,
    missing=("St Luke's",),
    announcements=(
        AnnouncementRow(
            lines=("Down on Sunday.", "", "Write before."),
            at=before(days=1),
            dismiss_url="/announcements/7/dismiss",
        ),
    ),
    new_posts=NEWS,
    older_url="/?before=802",
    stream_url="/stream?after=9001",
)
BOARD_ROWS = (
    BoardRow(
        url="/t/800",
        title="Read first: what belongs here",
        author=OKAFOR,
        replies=0,
        last_at=before(days=50),
        last_by="the author",
        pinned=True,
        closed=True,
    ),
    BoardRow(
        url="/t/801",
        title=CARDS[0].title,
        author=OKAFOR,
        replies=14,
        last_at=before(minutes=12),
        last_by="Dr J. Lee",
        unread=True,
        new=3,
    ),
    BoardRow(
        url="/t/802",
        title=CARDS[1].title,
        author=READER,
        replies=1,
        last_at=before(hours=5),
        last_by="J. Moreau",
        unread=True,
    ),
)
BOARD = BoardPage(
    page=page(nav="channels", here=RHYTHM.url),
    channel=RHYTHM,
    audience=PUBLIC,
    threads=BOARD_ROWS,
    may_post=True,
    may_follow=True,
    moderators=("Dr A. Okafor",),
    moderation_url="/channels/rhythm@heart.example/moderation",
    followers=1204,
    first=1,
    last=3,
    total=214,
    older_url="/channels/rhythm@heart.example?before=802",
    new_posts=replace(NEWS, count=1, url=RHYTHM.url),
    stream_url="/channels/rhythm@heart.example/stream?after=9001",
)
ARRIVALS = Arrivals(
    arrived=1,
    total=54,
    places=(
        ArrivalPlace(
            name="St Luke's", state="waiting", at=before(minutes=30), reason="unreachable"
        ),
        ArrivalPlace(name="social.example", state="waiting", at=before(minutes=30)),
        ArrivalPlace(name="other.example", state="gave_up", at=before(hours=1), reason="refused"),
        ArrivalPlace(name="National Heart Society", state="arrived", at=before(minutes=29)),
    ),
    more=50,
)
PICTURES = (
    PostPicture(
        url="/picture/1.png", small_url="/picture/1.small.jpg", width=480, height=360, alt="A trace"
    ),
    PostPicture(url="/picture/2.png", small_url="/picture/2.small.jpg", width=360, height=480),
    PostPicture(url="https://media.elsewhere.example/a-film.mp4", alt="How we do it"),
)
PICTURE_FORM = PictureForm(
    chosen=(
        ChosenPicture(id="71", picture=PICTURES[0], alt="A trace", looked=True),
        ChosenPicture(id="72", picture=PICTURES[1]),
    ),
    sensitive=True,
)
PICTURE_ERRORS = (
    FieldError(field="alt-2", message="Say what the picture shows."),
    FieldError(field="looked-2", message="Look at all four corners, and tick that you did."),
    FieldError(field="picture_file", message="This picture moves. Save one still picture of it."),
)
FIRST = Post(
    id="801",
    author=OKAFOR,
    at=before(minutes=38),
    html=Markup("<p>I went through our <em>last 60</em> admissions.</p><ul><li>Age</li></ul>"),
    acts=Acts(url="/posts/801", likes=12, boosts=1, boosted=True, edited_at=before(minutes=2)),
    pictures=PICTURES,
)
REPLIES = (
    Post(
        id="811",
        author=LEE,
        at=before(minutes=30),
        html=Markup("<p>Ours are older.</p>"),
        acts=Acts(url="/posts/811", likes=1, liked=True, mine=True),
        arrivals=ARRIVALS,
    ),
    Post(
        id="812",
        author=MOREAU,
        at=before(minutes=20),
        html=Markup("<p>With more drugs.</p>"),
        depth=1,
        reply_to="Dr J. Lee",
        unread=True,
    ),
    Post(
        id="813",
        author=READER,
        at=before(minutes=10),
        html=Markup(),
        removed="Removed by a moderator: rule 2",
    ),
    Post(
        id="814",
        author=MURMUR,
        at=NOW,
        html=Markup("<p>Merci.</p>"),
        lang="fr",
        pictures=PICTURES[:1],
        sensitive=True,
    ),
)
THREAD = ThreadPage(
    page=page(nav="channels", here=RHYTHM.url),
    url="/t/801",
    title=CARDS[0].title,
    channel=RHYTHM,
    audience=PUBLIC,
    first=FIRST,
    replies=REPLIES,
    may_reply=True,
    identities=IDENTITIES,
    replying=REPLIES[0],
    pictures=PictureForm(),
    errors=(FieldError(field="text", code="missing"),),
    new_posts=replace(NEWS, url="/t/801"),
    stream_url="/t/801/stream?after=9001",
)
EDIT_POST = EditPostPage(
    page=page(nav="channels"),
    url="/posts/811",
    thread_url="/t/801",
    thread_title=CARDS[0].title,
    host_name="National Heart Society",
    audience=PUBLIC,
    version="",
    text="Ours are **older**.",
)
DELETE_POST = DeletePostPage(
    page=page(nav="channels"),
    url="/posts/811",
    thread_url="/t/801",
    thread_title=CARDS[0].title,
    excerpt="Ours are older.",
)
