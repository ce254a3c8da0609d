"""Samples of what moderators see."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import (
    BanRow,
    ChannelModerationPage,
    Counts,
    FieldError,
    FollowerRow,
    Keeper,
    KeptChannel,
    KeptChannelPage,
    KeptChannelsPage,
    PostModerationPage,
    ReportedPost,
    ReportFormPage,
    ReportPage,
    ReportRow,
    ReportsPage,
    ThreadTools,
)
from instance.web.words import channels
from tests.instance.web import sample_forum as forum
from tests.instance.web.cast import LEE, MOREAU, NOW, OKAFOR, RHYTHM, before, page

RULES = ("No patient details.", "Stay on the subject.")
POST = forum.REPLIES[0]
KEPT = replace(
    forum.THREAD,
    closed=True,
    tools=ThreadTools(reports=True, moderates=True, accepts=True, pinned=True),
    replies=(replace(POST, accepted=True), *forum.REPLIES[1:]),
)
FORM = ReportFormPage(
    page=page(nav="channels"),
    post=POST,
    url="/t/801/posts/811",
    back_url="/t/801#p-811",
    told="Heartland Cardiology Society",
)
MODERATE = PostModerationPage(
    page=page(nav="channels"),
    channel=RHYTHM,
    post=POST,
    url="/t/801/posts/811",
    back_url="/t/801#p-811",
    rules=RULES,
)
KEEPING = ChannelModerationPage(
    page=page(nav="channels"),
    channel=replace(RHYTHM, ours=True),
    url="/channels/rhythm@heart.example/moderation",
    moderators=(OKAFOR,),
    requests=(FollowerRow(id="1", author=LEE, address="@lee@mercy.example", at=before(hours=3)),),
    bans=(
        BanRow(id="2", author=MOREAU, reason="rule 2", ends_at=NOW + timedelta(days=7)),
        BanRow(id="3", author=LEE, reason=""),
    ),
    rules="\n".join(RULES),
    approves_followers=True,
    reports=2,
)
WAITING = ReportRow(
    url="/admin/reports/5",
    target=MOREAU,
    by="Heartland Cardiology Society",
    at=before(hours=2),
    posts=1,
    text="Tells us to buy his course.",
)
KEEPER = {"reads_reports": True, "counts": Counts(reports=2)}
DECIDED = replace(WAITING, url="/admin/reports/4", decision="removed", by="Dr J. Lee")
NAMELESS = replace(WAITING, url="/admin/reports/6", posts=0, text="")
REPORTS = ReportsPage(
    page=page(nav="admin", here="/admin/reports", **KEEPER),
    waiting=(WAITING, NAMELESS),
    total=2,
    decided=(DECIDED,),
)
REPORT = ReportPage(
    page=page(nav="admin", here="/admin/reports", **KEEPER),
    report=WAITING,
    posts=(
        ReportedPost(
            post=POST, url="/t/801#p-811", title="A title", channel="Rhythm", answers=POST
        ),
    ),
    earlier=(DECIDED,),
    rules=RULES,
    choices=tuple(channels.DECIDE),
)

CHANNELS = KeptChannelsPage(
    page=page(
        nav="admin", here="/admin/channels", keeps_channels=True, reads_reports=True, is_admin=True
    ),
    rows=(
        KeptChannel(
            name="Better wards",
            address="@wards@mercy.example",
            url="/admin/channels/wards",
            board_url="/channels/wards",
            keepers=(
                Keeper(name="Dr J. Lee", address="@lee@mercy.example"),
                Keeper(name="Dr A. Quill", address="@quill@heart.example"),
            ),
            followers=120,
            threads=14,
            last_at=before(hours=2),
            reports=2,
        ),
        KeptChannel(
            name="Grand rounds",
            address="@grand_rounds@mercy.example",
            url="/admin/channels/grand_rounds",
            board_url="/channels/grand-rounds",
            closed=True,
            approves_followers=True,
        ),
    ),
    may_open=True,
)
CHANNEL = KeptChannelPage(
    page=CHANNELS.page,
    channel=CHANNELS.rows[0],
    may_close=True,
    title="Better wards",
    summary="What made one ward safer.",
)

PAGES = {
    "thread-kept": KEPT,
    "admin-channels": CHANNELS,
    "admin-channels-refused": replace(
        CHANNELS,
        title="x",
        errors=(FieldError(field="handle", message="This handle is taken. Choose another."),),
    ),
    "admin-channels-empty": replace(CHANNELS, rows=(), may_open=False, refusal="Not you."),
    "admin-channel": CHANNEL,
    "admin-channel-closed": replace(
        CHANNEL,
        channel=CHANNELS.rows[1],
        address="@nobody",
        errors=(FieldError(field="address", message="Nobody was found at @nobody."),),
    ),
    "report-form": FORM,
    "report-form-error": replace(
        FORM, told="", errors=(FieldError(field="text", message="Say what is wrong with it."),)
    ),
    "report-form-sent": replace(FORM, sent=True),
    "moderate": MODERATE,
    "moderate-error": replace(
        MODERATE,
        elsewhere="St Luke's",
        rules=(),
        errors=(
            FieldError(field="reason", message="Say which rule, or why."),
            FieldError(field="ends_on", message="Choose a day after today, or leave it empty."),
        ),
    ),
    "moderate-banned": replace(MODERATE, banned=True),
    "keeping": KEEPING,
    "keeping-empty": replace(
        KEEPING,
        channel=RHYTHM,
        moderators=(),
        requests=(),
        bans=(),
        errors=(),
    ),
    "reports": REPORTS,
    "reports-empty": replace(REPORTS, waiting=(), total=0, decided=()),
    "report": REPORT,
    "report-error": replace(
        REPORT,
        decision="removed",
        errors=(
            FieldError(field="decision", message="Choose what to do."),
            FieldError(field="reason", message="Say which rule, or why."),
        ),
    ),
    "report-decided": replace(REPORT, report=DECIDED, posts=(), earlier=(), choices=("no_action",)),
}
