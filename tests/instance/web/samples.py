"""One sample of every page and of every part a stream sends: name -> view, and part -> view."""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from instance import alert_words
from instance.web.views import (
    About,
    AboutPage,
    AccountPage,
    ChannelRow,
    ChannelsPage,
    DemoAccount,
    EditProfilePage,
    ErrorPage,
    FieldError,
    Findable,
    FollowForm,
    FollowPage,
    HelpPage,
    HomePage,
    KeptFor,
    KeptText,
    LeavingPage,
    LevelChange,
    MailChoice,
    MailPage,
    MemberCount,
    NewThreadPage,
    PageView,
    PeoplePage,
    PersonRow,
    Portraits,
    PrivacyPage,
    ProfileEntry,
    ProfilePage,
    Said,
    ServerForm,
    Sharing,
    ShownName,
    SignInPage,
    Standing,
    StandingPage,
    StandingReader,
    UnsubscribePage,
    WelcomePage,
)
from instance.web.words import people
from tests.instance.web import sample_administration as administration
from tests.instance.web import sample_cases as cases
from tests.instance.web import sample_consults as consults
from tests.instance.web import sample_evidence as evidence
from tests.instance.web import sample_figures as figures
from tests.instance.web import sample_forum as forum
from tests.instance.web import sample_joining as joining
from tests.instance.web import sample_members as members
from tests.instance.web import sample_moderation as moderation
from tests.instance.web import sample_polls as polls
from tests.instance.web import sample_portability as portability
from tests.instance.web import sample_private as private
from tests.instance.web import sample_publication as publication
from tests.instance.web import sample_recalls as recalls
from tests.instance.web import sample_roster as roster
from tests.instance.web import sample_routing as routing
from tests.instance.web import sample_saved as saved
from tests.instance.web import sample_searching as searching
from tests.instance.web import sample_security as security
from tests.instance.web import sample_set_up as set_up
from tests.instance.web.cast import (
    ABARA,
    GRAND_ROUNDS,
    IDENTITIES,
    LEE,
    LOCAL,
    MOREAU,
    NOW,
    OKAFOR,
    PUBLIC,
    RHYTHM,
    WARDS,
    before,
    page,
    visitor,
)

ACCOUNT = AccountPage(
    page=page(nav="account", here="/account"),
    name="Dr J. Lee",
    handle="lee",
    address="@lee@mercy.example",
    email="j.lee@mercy.example",
    standing=Standing(level=3),
    may_ask=True,
    may_answer=True,
    specialties=("hospital_medicine", "geriatrics"),
    identities=IDENTITIES,
    findable=(
        Findable(
            handle="lee",
            name="Dr J. Lee",
            address="@lee@mercy.example",
            pseudonym=False,
            allowed=True,
        ),
        Findable(
            handle="quiet_owl",
            name="quiet_owl",
            address="@quiet_owl@mercy.example",
            pseudonym=True,
            allowed=False,
        ),
    ),
    checked_at=before(days=30),
    valid_until=NOW + timedelta(days=60),
)
MAIL = MailPage(
    page=page(nav="account"),
    email="c.ruiz@mercy.example",
    choices=tuple(MailChoice(kind=kind, wanted=kind != "list") for kind in alert_words.CHOICES),
)
SHOWN = ShownName(
    name="Dr J. Lee",
    address="@lee@mercy.example",
    standing=Standing(level=3),
    method="roster",
    since=before(days=9),
    until=NOW + timedelta(days=70),
    specialties=("cardiology",),
    jurisdiction="US-MN",
    readers=(
        StandingReader(name="St. Luke's", ceiling="4", fetched_at=before(hours=3)),
        StandingReader(name="National Heart Society", ceiling="3"),
    ),
    statement='{\n  "cs:stage": "practising",\n  "proof": "' + "z" * 90 + '"\n}',
)
STANDING = StandingPage(
    page=page(nav="account"),
    names=(
        SHOWN,
        replace(
            SHOWN,
            name="heart1",
            address="@heart1@mercy.example",
            pseudonym=True,
            standing=Standing(level=3, stage=""),
            specialties=(),
        ),
    ),
)
PROFILE = ProfilePage(
    page=page(nav="people"),
    author=OKAFOR,
    url="/@okafor@heart.example",
    address="@okafor@heart.example",
    html=Markup("<p>Rhythm, devices, teaching.</p>"),
    said=(
        Said(kind="town", lines=("Rochester",)),
        Said(kind="training", lines=("Residency, Northfield", "Fellowship, Duluth")),
        Said(kind="links", links=("https://doi.org/10.1000/182",)),
        Said(label="Pronouns", lines=("she / her",)),
    ),
    specialties=("cardiology",),
    since=before(days=30),
    until=NOW + timedelta(days=60),
    may_follow=True,
    may_mute=True,
    banner="sea",
    posts=forum.CARDS[:1],
)
SIGN_IN = SignInPage(
    page=visitor(),
    login="lee",
    next_path="/consults",
    problem="refused",
    public_channels=4,
    passkey_options=security.REQUEST,
    demo_accounts=(DemoAccount(login="lee", password="demo-lee", who="Dr J. Lee, hospital"),),
)
PEOPLE = PeoplePage(
    page=page(nav="people", here="/people"),
    people=tuple(
        PersonRow(author=author, address=f"@{author.name[-3:].lower()}@mercy.example", town=town)
        for author, town in ((LEE, "Duluth"), (MOREAU, ""), (ABARA, ""))
    ),
    institutions=(("mercy.example", "Mercy General"), ("stlukes.example", "St. Luke's")),
)
FACES = Portraits(avatar="/picture/1.png", header="/picture/2.png")
EDIT_PROFILE = EditProfilePage(
    page=page(nav="account"),
    handle="lee",
    name="Dr J. Lee",
    is_public=True,
    entries=tuple(
        ProfileEntry(
            kind=kind,
            text="Duluth" if kind == "town" else "",
            visibility="members",
            most=1000,
            is_line=kind == "town",
            table="banner" if kind == "banner" else "",
        )
        for kind in people.PROFILE
    ),
)
CHANNELS = ChannelsPage(
    page=page(nav="channels", here="/channels"),
    ours=forum.ROWS,
    elsewhere=(ChannelRow(channel=RHYTHM, unread=4), ChannelRow(channel=replace(RHYTHM))),
)
BAD_ADDRESS = FollowForm(address="rhythm", errors=(FieldError(field="address", code="unreadable"),))
CHECKED = Standing(level=2)
ABOUT = About(
    physicians=311,
    professionals=64,
    trainees=1,
    members=(
        MemberCount(profession="physician", verified=312, checked=40, attested=11),
        MemberCount(profession="pharmacist", verified=64, unchecked=2),
    ),
    partners=2,
    contact="it@m.example",
)
SHARING = Sharing(
    title="Better wards",
    url="https://mercy.example/channels/wards",
    document="https://mercy.example/c/7",
    description="What made one ward safer, and how you know.",
)
FOLLOW = FollowPage(
    page=page(nav="channels"),
    follow=FollowForm(address=RHYTHM.address),
    sign_in_url="/sign-in?next=%2Ffollow%3Faddress%3D%2540rhythm%2540heart.example",
)
BOARD_VISITOR = replace(
    forum.BOARD,
    page=visitor(nav="channels"),
    sharing=SHARING,
    channel=WARDS,
    may_post=False,
    may_follow=False,
    stream_url="",
)

PAGES: dict[str, PageView] = {
    "sign-in": SIGN_IN,
    "sign-in-sso": replace(SIGN_IN, problem="", has_sign_on=True, demo_accounts=()),
    "sign-in-sso-refused": replace(
        SIGN_IN,
        problem="",
        has_sign_on=True,
        sign_on_refusal="broken",
        sign_on_problem="audience",
    ),
    "sign-in-idle": replace(SIGN_IN, problem="idle", demo_accounts=(), login=""),
    "sign-in-locked": replace(SIGN_IN, problem="locked", locked_until=NOW),
    "welcome": WelcomePage(
        page=visitor(here="/"),
        about=ABOUT,
        channels=forum.ROWS[:1],
    ),
    "welcome-empty": WelcomePage(page=visitor(here="/", development=False, on_call="")),
    "about": AboutPage(page=visitor(here="/about"), about=ABOUT),
    "about-member": AboutPage(page=page(here="/about"), about=replace(ABOUT, kind="society")),
    "privacy": PrivacyPage(
        page=visitor(here="/about/privacy"),
        about=ABOUT,
        kept=(
            KeptFor(name="drafts", count=30, unit="days"),
            KeptFor(name="failed_sign_ins", count=1, unit="hours"),
            KeptFor(name="sessions", count=7, unit="days"),
        ),
    ),
    "help": HelpPage(page=visitor(here="/help"), about=ABOUT, example=WARDS.address),
    "help-member": HelpPage(page=page(here="/help")),
    "follow": FOLLOW,
    "follow-visitor": replace(FOLLOW, page=visitor()),
    "leaving": LeavingPage(
        page=visitor(nav="channels"),
        channel="Better wards",
        channel_url=WARDS.url,
        address=WARDS.address,
        host="mastodon.example",
        url="https://mastodon.example/authorize_interaction?uri=https%3A%2F%2Fmercy.example%2Fc%2F7",
    ),
    "home": forum.HOME,
    "home-empty": HomePage(page=page(nav="home", channels=(), counts=visitor().counts)),
    "home-new": replace(forum.HOME, needs_you=(), feed=(), suggested=forum.ROWS),
    **evidence.PAGES,
    **security.PAGES,
    **joining.PAGES,
    **set_up.PAGES,
    "account": ACCOUNT,
    "account-checked": replace(
        ACCOUNT,
        is_public=True,
        page=page(nav="account", theme="dark"),
        standing=CHECKED,
        may_answer=False,
        lowered=LevelChange(reason="your licence date passed on 1 Nov", at=before(days=3)),
    ),
    "standing": STANDING,
    "standing-changing": replace(STANDING, names=(replace(SHOWN, changing=True),)),
    "standing-suspended": replace(STANDING, names=(replace(SHOWN, suspended=True, readers=()),)),
    "mail": MAIL,
    "mail-reach": replace(MAIL, choices=(), reach=routing.REACH),
    "mail-shared": replace(MAIL, reach=replace(routing.REACH, push_key="", refused="Try again.")),
    "mail-failed": replace(MAIL, error="certificate", last="failed", at=NOW),
    "mail-refused": replace(MAIL, error="refused", last="gave_up", at=NOW),
    "mail-waiting": replace(MAIL, last="waiting", at=NOW),
    "mail-sent": replace(MAIL, last="sent", at=before(hours=2)),
    "mail-weekly": replace(MAIL, weekly=True),
    "unsubscribe": UnsubscribePage(page=visitor(), url="/unsubscribe/ab3"),
    "unsubscribed": UnsubscribePage(page=visitor()),
    "mail-none": MailPage(page=page(nav="account"), email="j.lee@mercy.example", is_sent=False),
    "channels": CHANNELS,
    "channels-error": replace(CHANNELS, elsewhere=(), follow=BAD_ADDRESS),
    "channels-visitor": ChannelsPage(page=visitor(nav="channels"), ours=forum.ROWS[:1]),
    "board": forum.BOARD,
    "board-empty": replace(
        forum.BOARD, channel=replace(GRAND_ROUNDS, requested=True), audience=LOCAL, threads=()
    ),
    "board-visitor": BOARD_VISITOR,
    "board-refused": replace(
        BOARD_VISITOR,
        server=ServerForm(
            server="mastodon.example/@me",
            errors=(FieldError(field="server", message="Write only the name of your server."),),
        ),
    ),
    "board-checked": replace(
        forum.BOARD, may_post=False, standing_needed=CHECKED, copy_of=before(days=1)
    ),
    "new-thread": NewThreadPage(
        page=page(nav="channels"),
        channel=WARDS,
        audience=PUBLIC,
        identities=IDENTITIES,
        text="Typed **before** the refusal <b>.",
        pictures=forum.PICTURE_FORM,
        errors=(FieldError(field="title", code="missing"), *forum.PICTURE_ERRORS),
    ),
    "edit-post": forum.EDIT_POST,
    "edit-starter": replace(
        forum.EDIT_POST,
        is_starter=True,
        title=forum.CARDS[0].title,
        text="",
        errors=(FieldError(field="text", code="missing"),),
    ),
    "delete-post": forum.DELETE_POST,
    "delete-poll": replace(forum.DELETE_POST, excerpt="", is_starter=True),
    "thread": forum.THREAD,
    "thread-local": replace(
        forum.THREAD, channel=GRAND_ROUNDS, audience=LOCAL, replying=None, errors=(), replies=()
    ),
    "thread-closed": replace(forum.THREAD, closed=True, may_reply=False),
    "thread-visitor": replace(
        forum.THREAD,
        page=visitor(nav="channels"),
        sharing=replace(SHARING, kind="article", indexed=True),
        may_reply=False,
        stream_url="",
    ),
    **polls.PAGES,
    "people": PEOPLE,
    **searching.PAGES,
    "profile": PROFILE,
    "profile-muted": replace(PROFILE, muted=True),
    "profile-blocked": replace(PROFILE, blocked=True, may_follow=False),
    "profile-moved": replace(PROFILE, may_follow=False, moved_to="@okafor@heart.example"),
    "profile-visitor": replace(
        PROFILE, page=visitor(), sharing=replace(SHARING, kind="profile"), may_follow=False
    ),
    "people-found": replace(
        PEOPLE, people=PEOPLE.people[:1], text="lee", specialty="cardiology", stage="practising"
    ),
    "people-nobody": replace(PEOPLE, people=(), text="nobody"),
    "edit-profile": replace(EDIT_PROFILE, saved=True, pictures=FACES),
    "edit-profile-pseudonym": replace(
        EDIT_PROFILE,
        handle="quiet_owl",
        name="quiet_owl",
        pseudonym=True,
        entries=EDIT_PROFILE.entries[:1],
        errors=(FieldError(field="about", message="This names you: leave out your own name."),),
    ),
    "profile-mine": replace(
        PROFILE,
        author=LEE,
        mine=True,
        may_follow=False,
        pinned=(replace(forum.CARDS[0], author=LEE, pin_url="/posts/1/unpin", pinned=True),),
        posts=(replace(forum.CARDS[1], author=LEE, pin_url="/posts/2/pin"),),
        edit_url="/account/profile/lee",
        pictures=FACES,
        said=tuple(replace(one, visibility="private") for one in PROFILE.said if one.kind),
    ),
    **administration.PAGES,
    **figures.PAGES,
    **portability.PAGES,
    **saved.PAGES,
    **members.PAGES,
    **roster.PAGES,
    **routing.PAGES,
    **cases.PAGES,
    "consults": consults.LIST,
    "consults-empty": consults.EMPTY_LIST,
    "consults-narrowed": consults.NARROWED_LIST,
    "consults-drafts": consults.DRAFTS,
    "consult-images": consults.IMAGES,
    "consult-images-error": consults.NO_IMAGES,
    "consult-image": consults.IMAGE,
    "consult-image-error": consults.REFUSED_IMAGE,
    "consult-with-images": consults.WITH_IMAGES,
    "consult-said-answer": consults.SAID_ANSWER,
    "consult-said-comment": consults.SAID_COMMENT,
    "consult-question": consults.CHANGED_QUESTION,
    "consult-new": consults.EMPTY_FORM,
    "consult-new-sorted": consults.SORTED_FORM,
    "consult-new-overtaken": consults.OVERTAKEN_FORM,
    "consult-new-errors": consults.REFUSED_FORM,
    "consult-new-found": consults.FOUND_FORM,
    "consult-new-clean": replace(consults.SORTED_FORM, sorted="", was_checked=True),
    "consult-found": consults.FOUND_ANSWER,
    "consult-new-emergency": consults.EMERGENCY_FORM,
    "consult-open": consults.OPEN,
    "consult-asking": consults.ASKING,
    "consult-passed-on": consults.PASSED_ON,
    "consult-refused": consults.REFUSED_ANSWER,
    "consult-needs-info": consults.WAITING,
    "consult-answered": consults.ANSWERED,
    "consult-opened": consults.OPENED,
    "consult-read-only": consults.READ_ONLY,
    "consult-resolved": consults.RESOLVED,
    "consult-closed": consults.CLOSED,
    "consult-escalated": consults.ESCALATED,
    "recalled-thread": recalls.HELD_THREAD,
    "recall": recalls.CHOOSE,
    "recall-errors": recalls.REFUSED,
    "recall-receipts": recalls.RECALLED,
    "recall-done": recalls.DONE,
    "recall-elsewhere": recalls.ELSEWHERE,
    "recall-forgotten": recalls.FORGOTTEN,
    "recall-own-deletions": recalls.OWN,
    "recall-question": recalls.MEND,
    "recall-question-errors": recalls.MEND_REFUSED,
    "recall-question-read": recalls.READ,
    "recall-withdrawn": recalls.WITHDRAWN,
    **publication.PAGES,
    **private.PAGES,
    "profile-private": replace(PROFILE, write_url="/@okafor@heart.example/write"),
    "profile-not-private": replace(PROFILE, why_not_private="stranger"),
    "admin-held": recalls.HELD,
    "admin-held-draft": recalls.HELD_DRAFT,
    "admin-held-draft-errors": recalls.HELD_DRAFT_REFUSED,
    "admin-held-draft-own": recalls.OWN_HELD_DRAFT,
    "admin-held-drafts": recalls.HELD_DRAFTS,
    "admin-held-none": recalls.NOTHING_HELD,
    "conflict": consults.CONFLICT,
    "conflict-follow": replace(consults.CONFLICT, state="", form="other", kept=()),
    **{
        f"error-{status}": ErrorPage(
            page=visitor(), status=status, reference="K7Q2", limit="300 KB"
        )
        for status in (400, 403, 404, 405, 409, 413, 429, 500, 503)
    },
    "error-signed-out": ErrorPage(
        page=visitor(), status=404, kept=(KeptText(label="Text", text="Two days of fever."),)
    ),
    "error-session-ended": ErrorPage(page=visitor(), status=404, has_ended=True),
    "error-member": ErrorPage(page=page(), status=403, shown="Only the asker can accept."),
    **moderation.PAGES,
}

PARTS: dict[str, PageView] = {
    "consults/_thread.html": consults.ANSWERED,
    "consults/_list.html": consults.LIST,
    "consults/_private.html": private.OPEN,
    "consults/_receipts.html": recalls.RECALLED,
    "forum/_home.html": forum.HOME,
    "forum/_new_posts.html": forum.BOARD,
    "parts/_bell.html": polls.NOTIFICATIONS,
    "parts/_folders.html": consults.ANSWERED,
    "admin/_start.html": administration.START,
    "admin/_places.html": administration.START,
}
