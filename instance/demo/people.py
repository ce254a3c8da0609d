"""Who lives in the demonstration: institutions, members, channels, and who follows what.

Invented, every one. Handles, pseudonyms and channels included, are unique over all three
institutions, so that the threads can name a person by handle alone.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["hospital", "society"]
Profession = Literal["physician", "pharmacist", "nurse"]
Level = Literal["L2", "L3", "L4"]
Stage = Literal["student", "trainee", "practising", "retired"]
Role = Literal["member", "moderator", "owner"]


@dataclass(frozen=True)
class Institution:
    """`on_call` is what its pages say to page in an emergency."""

    key: str
    name: str
    kind: Kind
    on_call: str


@dataclass(frozen=True)
class Person:
    """One member. `level` is domain.md 4.5: L3 and above may answer consults if a physician.

    Who has a `pseudonym` (a handle) speaks and follows under it alone in the demonstration, so
    that the two identities are not linked by what they do.
    """

    institution: str
    handle: str
    name: str
    specialties: tuple[str, ...]
    profession: Profession = "physician"
    level: Level = "L3"
    stage: Stage = "practising"
    role: Role = "member"
    pseudonym: str = ""
    says: tuple[tuple[str, str, str], ...] = ()  # kind, text, who reads it: of the profile

    @property
    def speaks_as(self) -> str:
        """The handle this person is known by in the threads."""
        return self.pseudonym or self.handle

    @property
    def may_answer(self) -> bool:
        return (
            self.profession == "physician"
            and self.level in {"L3", "L4"}
            and self.stage == "practising"
        )


@dataclass(frozen=True)
class Channel:
    """A public channel of one institution; `summary` is its one line in the directory, and
    `moderator` the handle of the member who keeps it."""

    institution: str
    handle: str
    title: str
    summary: str
    moderator: str


@dataclass(frozen=True)
class Follow:
    """`target` is the handle of a channel or of a person, here or at another institution."""

    follower: str
    target: str


INSTITUTIONS = (
    Institution("mercy", "Mercy General", "hospital", "extension 4444"),
    Institution("stlukes", "St. Luke's", "hospital", "extension 2222"),
    Institution("heart", "National Heart Society", "society", "your own hospital's"),
)

PEOPLE = (
    Person(
        "mercy",
        "lee",
        "Dr J. Lee",
        ("hospital_medicine", "internal_medicine"),
        says=(
            ("about", "Hospitalist on the medical wards; teaches residents.", "public"),
            ("town", "Duluth", "public"),
            ("training", "Residency in internal medicine, Northfield\nChief resident", "partners"),
            ("languages", "English, Korean", "members"),
        ),
    ),
    Person(
        "mercy",
        "ruiz",
        "Dr C. Ruiz",
        ("endocrinology", "clinical_informatics"),
        level="L4",
        role="owner",
    ),
    Person("mercy", "bianchi", "Dr P. Bianchi", ("nephrology",), level="L4", role="moderator"),
    Person("mercy", "whitlock", "Dr E. Whitlock", ("neurology",)),
    Person("mercy", "haddad", "Dr N. Haddad", ("emergency_medicine", "medical_toxicology")),
    Person("mercy", "holt", "Dr B. Holt", ("geriatrics", "palliative_medicine")),
    Person(
        "mercy",
        "hartley",
        "Dr D. Hartley",
        ("hematology", "hematology_oncology"),
        pseudonym="marrow_owl",
    ),
    Person(
        "mercy", "adeyemi", "T. Adeyemi, PharmD", ("infectious_disease",), profession="pharmacist"
    ),
    Person("mercy", "santos", "Dr R. Santos", ("internal_medicine",), level="L2", stage="trainee"),
    Person(
        "stlukes",
        "okafor",
        "Dr A. Okafor",
        ("cardiology",),
        says=(
            ("about", "Cardiologist. Ask me about valves and anticoagulation.", "public"),
            ("town", "Rochester", "public"),
            ("certification", "Cardiovascular disease, 2014", "partners"),
            ("interests", "Mechanical valves, anticoagulation in pregnancy", "public"),
        ),
    ),
    Person(
        "stlukes",
        "varga",
        "Dr K. Varga",
        ("critical_care", "pulmonology"),
        level="L4",
        role="owner",
    ),
    Person("stlukes", "lindqvist", "Dr M. Lindqvist", ("infectious_disease",), role="moderator"),
    Person("stlukes", "moyo", "Dr S. Moyo", ("gastroenterology", "hepatology")),
    Person(
        "stlukes",
        "ferreira",
        "Dr L. Ferreira",
        ("obstetrics_gynecology", "maternal_fetal_medicine"),
    ),
    Person("stlukes", "rahman", "Dr Z. Rahman", ("rheumatology",)),
    Person("stlukes", "pell", "Dr T. Pell", ("radiology",), pseudonym="greyscale"),
    Person(
        "stlukes",
        "tanaka",
        "H. Tanaka, PharmD",
        ("critical_care", "cardiology"),
        profession="pharmacist",
    ),
    Person(
        "stlukes",
        "osei",
        "Dr Y. Osei",
        ("internal_medicine", "critical_care"),
        level="L2",
        stage="trainee",
    ),
    Person("heart", "castellanos", "Dr V. Castellanos", ("electrophysiology", "cardiology")),
    Person(
        "heart",
        "brandt",
        "Dr U. Brandt",
        ("cardiology", "interventional_cardiology"),
        level="L4",
        role="owner",
    ),
    Person("heart", "iyer", "Dr S. Iyer", ("cardiology", "internal_medicine"), role="moderator"),
    Person("heart", "sorensen", "Dr A. Sorensen", ("pediatric_cardiology", "cardiology")),
    Person("heart", "novak", "D. Novak, PharmD", ("cardiology",), profession="pharmacist"),
    Person("heart", "amari", "Dr F. Amari", ("cardiology",), level="L2", stage="trainee"),
    Person(
        "heart", "quill", "M. Quill, RN", ("electrophysiology",), profession="nurse", level="L2"
    ),
)

CHANNELS = (
    Channel(
        "heart",
        "rhythm",
        "Rhythm",
        "Arrhythmia, devices and the tracings in between. Anyone may read and follow.",
        "castellanos",
    ),
    Channel(
        "heart",
        "prevention",
        "Prevention",
        "Lipids, pressure, sugar, smoking: what to do before anything has happened.",
        "brandt",
    ),
    Channel(
        "mercy",
        "hospital_medicine",
        "Hospital medicine",
        "Wards, handovers, discharges, and what we changed because it kept going wrong.",
        "bianchi",
    ),
    Channel(
        "stlukes",
        "grand_rounds",
        "Grand rounds",
        "Teaching from St. Luke's: talks, journal club and the questions after them.",
        "lindqvist",
    ),
)

# Channel -> who follows it. Members of the channel's own institution are listed too: following
# is what puts a channel on one's home page.
_READERS = {
    "rhythm": (
        "castellanos brandt iyer sorensen novak amari quill "
        "lee haddad whitlock adeyemi santos okafor varga tanaka osei"
    ),
    "prevention": "brandt iyer novak amari castellanos lee ruiz holt bianchi okafor moyo ferreira",
    "hospital_medicine": (
        "lee ruiz bianchi haddad holt adeyemi santos whitlock "
        "okafor varga lindqvist tanaka osei iyer novak"
    ),
    "grand_rounds": (
        "okafor varga lindqvist moyo ferreira rahman greyscale tanaka osei "
        "lee bianchi haddad marrow_owl santos adeyemi whitlock iyer amari sorensen"
    ),
}

# Person -> whom they follow.
_COLLEAGUES = {
    "lee": "okafor castellanos bianchi adeyemi",
    "santos": "lee okafor",
    "haddad": "lee varga",
    "whitlock": "lindqvist",
    "okafor": "lee castellanos brandt varga",
    "osei": "varga okafor",
    "ferreira": "sorensen",
    "varga": "haddad",
    "castellanos": "okafor quill",
    "amari": "castellanos brandt iyer",
    "novak": "tanaka adeyemi",
    "iyer": "ruiz",
}


def _follows() -> tuple[Follow, ...]:
    channels = [Follow(who, to) for to, readers in _READERS.items() for who in readers.split()]
    people = [Follow(who, to) for who, targets in _COLLEAGUES.items() for to in targets.split()]
    return tuple(channels + people)


FOLLOWS = _follows()
# By the handle that the threads and follows use.
BY_HANDLE = {person.speaks_as: person for person in PEOPLE}


def members(institution: str) -> tuple[Person, ...]:
    """The people of one institution, in the order of the sign-in table."""
    return tuple(person for person in PEOPLE if person.institution == institution)
