"""The small cast of the sample views: one hospital, two partners, a few people."""

from datetime import UTC, datetime, timedelta
from typing import Any

from instance.web.views import (
    Audience,
    Author,
    Channel,
    Counts,
    Identity,
    Me,
    Page,
    Reader,
    ReadingHospital,
    SideChannel,
    Standing,
    Terms,
)

NOW = datetime(2026, 11, 22, 11, 20, tzinfo=UTC)
PHYSICIAN = Standing(level=3)

LEE = Author(
    name="Dr J. Lee",
    standing=PHYSICIAN,
    specialty="hospital_medicine",
    institution="Mercy General",
    url="/@lee",
)
OKAFOR = Author(
    name="Dr A. Okafor",
    standing=Standing(level=4),
    specialty="cardiology",
    institution="National Heart Society",
    url="/@okafor@heart.example",
)
MURMUR = Author(
    name="quietmurmur",
    standing=PHYSICIAN,
    specialty="nephrology",
    institution="St Luke's",
    pseudonym=True,
)
MOREAU = Author(
    name="J. Moreau",
    standing=Standing(level=3, role="pharmacist"),
    specialty="Clinical pharmacy",
    institution="Mercy General",
    url="/@moreau",
)
ABARA = Author(
    name="T. Abara",
    standing=Standing(level=3, stage="trainee"),
    specialty="internal_medicine",
    institution="St Luke's",
    standing_now=Standing(level=2, stage="trainee"),
)
READER = Author(
    name="Marta W.",
    standing=Standing(level=0),
    institution="social.example",
    url="/@marta@social.example",
)

RHYTHM = Channel(
    name="Rhythm",
    slug="rhythm@heart.example",
    url="/channels/rhythm@heart.example",
    address="@rhythm@heart.example",
    public=True,
    host_name="National Heart Society",
    summary="Arrhythmia in adults: evidence, practice, teaching.",
    rules="Cite what you claim.\n\nNo patient details.",
    ours=False,
    following=True,
)
GRAND_ROUNDS = Channel(
    name="Grand rounds",
    slug="grand-rounds",
    url="/channels/grand-rounds",
    address="@grand-rounds@mercy.example",
    public=False,
    host_name="Mercy General",
    summary="Slides and questions from the weekly rounds.",
)
WARDS = Channel(
    name="Better wards",
    slug="wards",
    url="/channels/wards",
    address="@wards@mercy.example",
    public=True,
    host_name="Mercy General",
    summary="What made one ward safer, and how you know.",
)

TERMS = Terms(
    until=NOW + timedelta(days=300),
    retention_days=3650,
    contact="curbside@heart.example",
    law="US-MN, DE",
    ceiling="3",
    agreement="0123456789abcdef" * 4,
)
CHOSEN = Audience(
    kind="chosen",
    readers=(
        Reader(name="Mercy General", ours=True),
        Reader(name="National Heart Society"),
        Reader(name="St Luke's"),
    ),
    hospitals=(
        ReadingHospital(name="Mercy General", owner="Mercy General", why="asker", ours=True),
        ReadingHospital(
            name="National Heart Society", owner="Mercy General", why="chosen", terms=TERMS
        ),
        ReadingHospital(name="St Luke's", owner="Mercy General", why="chosen", rests="over"),
        ReadingHospital(name="Lakeside", owner="Mercy General", why="partner", known=False),
    ),
)
PUBLIC = Audience(kind="public")
LOCAL = Audience(kind="local", readers=(Reader(name="Mercy General", ours=True),))
IDENTITIES = (
    Identity(id="71", name="Dr J. Lee"),
    Identity(id="72", name="harbourlight", pseudonym=True),
)


def before(**length: float) -> datetime:
    """A moment before the samples' now: `before(minutes=38)`."""
    return NOW - timedelta(**length)


def page(**changes: Any) -> Page:
    """The page of Dr Lee, signed in at Mercy General."""
    common: dict[str, Any] = {
        "institution": "Mercy General",
        "now": NOW,
        "csrf_token": "token-of-this-session",
        "on_call": "extension 4444",
        "member": Me(name="Dr J. Lee", profile_url="/@lee"),
        "counts": Counts(needs_you=4, mine=2, open=11, notifications=2),
        "channels": (
            SideChannel(name="Rhythm", url=RHYTHM.url, public=True, unread=4),
            SideChannel(name="Better wards", url=WARDS.url, public=True),
            SideChannel(name="Grand rounds", url=GRAND_ROUNDS.url, public=False, unread=1),
        ),
        "partners": 2,
        "partners_offline": 1,
        "development": True,
    }
    return Page(**(common | changes))


def visitor(**changes: Any) -> Page:
    """The page of somebody who is not signed in."""
    nothing: dict[str, Any] = {"member": None, "counts": Counts(), "channels": (), "partners": 0}
    return page(**(nothing | {"partners_offline": 0} | changes))
