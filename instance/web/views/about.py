"""Who runs this, what becomes of what people write, and how to use it."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from instance.web.views.page import PageView, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCount:
    """Of one profession, a key of `roster_words.PROFESSIONS`: how many are verified, checked,
    self-declared and nothing of it."""

    profession: str
    verified: int = 0
    checked: int = 0
    attested: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Who runs this. The numbers count people, not names they write under."""

    kind: str = "hospital"  # or "society"
    physicians: int = 0
    professionals: int = 0
    trainees: int = 0
    members: tuple[MemberCount, ...] = ()
    partners: int = 0
    address: str = ""
    country: str = ""  # a code of ISO 3166
    contact: str = ""
    rules: tuple[str, ...] = ()  # of this institution, besides those of every Curbside
    help: str = ""  # plain text of this institution
    backup_days: int = 0  # how long it keeps its backups; 0 where it did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFor:
    """One kind of thing, a key of `retention_words.TITLES`, and how long it is kept: so many
    minutes, hours, days or years."""

    name: str
    count: int
    unit: Literal["minutes", "hours", "days", "years"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage(PageView):
    """`/about`."""

    TEMPLATE: ClassVar[str] = "about/about.html"
    about: About = field(default_factory=About)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage(PageView):
    """`/about/privacy`. What it says is what the code does: change both together."""

    TEMPLATE: ClassVar[str] = "about/privacy.html"
    about: About = field(default_factory=About)
    kept: tuple[KeptFor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(PageView):
    """`/help`. `example` is the address of a channel to show how following goes; "" for none."""

    TEMPLATE: ClassVar[str] = "about/help.html"
    about: About = field(default_factory=About)
    example: str = ""
    standings: tuple[Standing, ...] = (  # each is explained there, in this order
        Standing(level=3),
        Standing(level=2),
        Standing(level=1),
        Standing(level=0),
        Standing(level=3, stage="trainee"),
        Standing(level=3, role="pharmacist"),
    )
