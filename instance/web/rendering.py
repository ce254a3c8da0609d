"""Draw a page view with its template. Templates see `page`, `view` and what is defined here.

Filters: `word` (code -> words), those of times.py, `prose` (plain text -> paragraphs; sanitised
Markup passes), `specialties` (slugs -> names), `web_host` (where a link leads). Globals: `static`,
`_`, `ngettext`, `standing_badge`, `by_day`, `field_error` and the tables of words.py.
"""

import re
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.runtime import Context
from markupsafe import Markup, escape

from instance.marking import N_
from instance.web import words
from instance.web.static_files import StaticFiles
from instance.web.times import Times
from instance.web.views import FieldError, Lab, Page, PageView, Standing
from instance.web.views.asking import LAB_ROWS
from instance.web.views.drawn import Cards, FoundRows, Frame
from instance.web.views.pieces import FORM_TOKEN, Placed, joined
from instance.web.words import consults, fields

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
VERIFIED, CHECKED, DECLARED = 3, 2, 1

_DAY = re.compile(r"[Dd](?:ay)? ?([+-]?\d{1,4})")


class CurrentPage:
    """The page that is drawn now, for macros: to make them anew for each page costs as much as
    to draw it. Drawing does not give way to another page."""

    drawn: Page

    def __getattr__(self, name: str) -> Any:
        return getattr(self.drawn, name)


class _Template(Template):
    def _get_default_module(self, ctx: Context | None = None) -> Any:
        """All templates have the same globals: nothing to compare."""
        if self._module is None:
            self._module = self.make_module()
        return self._module


class _OneLanguage(Environment):
    """Words that hang on nothing are translated when a template is read, not when it is drawn:
    they are most of a page."""

    template_class = _Template

    def __init__(self, translations: NullTranslations, **options: Any) -> None:
        super().__init__(**options)
        self._gettext = translations.gettext
        self.page = CurrentPage()

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        self._translate(template)
        return template

    def _translate(self, node: nodes.Node) -> None:
        for name, value in node.iter_fields():
            if isinstance(value, list):
                value[:] = [self._translated(each) for each in value]
            else:
                setattr(node, name, self._translated(value))

    def _translated(self, value: Any) -> Any:
        if not isinstance(value, nodes.Node):
            return value
        found = self._words(value)
        self._translate(found)
        return found

    def _words(self, node: Any) -> Any:
        is_call = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name)
        if not is_call or node.node.name != "_" or len(node.args) != 1:
            return node
        words = node.args[0]
        if not isinstance(words, nodes.Const) or node.dyn_args or node.dyn_kwargs:
            return node
        text = nodes.Const(Markup(self._gettext(words.value)), lineno=node.lineno)  # noqa: S704
        pairs = [
            nodes.Pair(nodes.Const(each.key), each.value, lineno=node.lineno)
            for each in node.kwargs
        ]
        if not pairs:
            return nodes.Const(text.value % {}, lineno=node.lineno)
        return nodes.Mod(text, nodes.Dict(pairs, lineno=node.lineno), lineno=node.lineno)


def environment(
    static: StaticFiles, translations: NullTranslations | None = None, templates: Path = TEMPLATES
) -> Environment:
    """The one Jinja environment: autoescape on, an unknown name is an error.

    `translations` is one language; none given: the English of the templates.
    """
    translations = translations or NullTranslations()
    jinja = _OneLanguage(
        translations,
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,  # all of them
    )
    jinja.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    speech, times = Speech(translations), Times(translations)
    jinja.filters |= {
        "word": speech.word,
        "specialties": speech.specialties,
        "prose": prose,
        "web_host": web_host,
        "ago": times.ago,
        "moment": times.moment,
        "stamp": times.stamp,
        "day": times.day,
        "date": times.date,
        "since": times.since,
        "duration": times.duration,
        "clock": times.clock,
    }
    jinja.globals |= {
        "page": jinja.page,
        "FORM_TOKEN": FORM_TOKEN,
        "static": static.url,
        "today": times.today,
        "cards": Cards(times.age),
        "found_rows": FoundRows(times.age, times.clock_at),
        "frame": Frame(),
        "pieces": Placed(),
        "standing_badge": speech.standing,
        "by_day": speech.by_day,
        "field_error": speech.field_error,
        "STATE_LOOKS": consults.STATE_LOOKS,
        "OUTCOME_BUTTONS": consults.OUTCOME_BUTTONS,
        "TABLES": words.TABLES,
        "LAB_ROWS": LAB_ROWS,
        "NO_LAB": Lab(),
    }
    return jinja


def render(jinja: Environment, view: PageView, template: str = "") -> str:
    """The page of `view`, or one of its parts: `render(jinja, view, "consults/_thread.html")`."""
    return rendered(jinja, view, template).decode()


def rendered(jinja: Environment, view: PageView, template: str = "") -> bytes:
    """`render`, as it is sent."""
    current: Any = jinja.globals["page"]
    placed: Any = jinja.globals["pieces"]
    current.drawn = view.page

    def draw() -> str:
        return jinja.get_template(template or view.TEMPLATE).render(page=view.page, view=view)

    pieces = placed.page(None if template else view.kept_at, draw)
    return joined(pieces, escape(view.page.csrf_token))


def prose(text: str | Markup) -> Markup:
    """Plain text as paragraphs with its line breaks; Markup (already sanitised) as it is."""
    if isinstance(text, Markup):
        return text
    blocks = (block.strip("\n") for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    lines = (Markup("<br>").join(escape(line) for line in b.split("\n")) for b in blocks if b)
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in lines)


def web_host(url: str) -> str:
    """The host a link leads to; "" for what is no web address and must not become a link (T42)."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an unfinished IPv6 address
        return ""
    return parts.hostname or "" if parts.scheme in ("https", "http") else ""


@dataclass(frozen=True, slots=True)
class Badge:
    """Words, class and icon of a standing."""

    text: str
    look: str
    icon: str


@dataclass(frozen=True, slots=True)
class LabTable:
    """Results with one column a day. Each row: test and unit, a value a day, usual range."""

    days: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]


class Speech:
    """Codes into words, in one language."""

    def __init__(self, translations: NullTranslations) -> None:
        self._ = translations.gettext

    def word(self, code: str, table: str) -> str:
        """The words for a code; an unknown code (from a newer partner) reads as itself."""
        text = words.TABLES[table].get(code)
        return self._(text) if text else code.replace("_", " ")

    def specialties(self, slugs: Iterable[str]) -> str:
        return ", ".join(self.word(slug, "specialty") for slug in slugs)

    def field_error(self, error: FieldError) -> str:
        return error.message or self._(fields.field_error(error.field, error.code))

    def standing(self, standing: Standing) -> Badge:
        """UX-3: always words. Source of the words: ux.md 1; of the levels: domain.md 4.5."""
        if standing.level < DECLARED:
            return Badge(self._("Not verified"), "line", "user")
        who = _profession(standing)
        text = self._(_STANDINGS[who][min(standing.level, VERIFIED)])
        if standing.level == DECLARED:
            return Badge(text, "line", "user")
        if standing.level == CHECKED or who in ("student", "trainee"):
            return Badge(text, "info", "check")
        return Badge(text, "ok", "shield")

    def by_day(self, labs: Sequence[Lab]) -> LabTable:
        """Pivot the rows of the form: a test measured on two days becomes one line."""
        named = [lab for lab in labs if lab.name.strip() or lab.value.strip()]
        days = sorted({lab.day for lab in named}, key=_day_order)
        tests: dict[tuple[str, str, str], dict[str, str]] = {}
        for lab in named:
            values = tests.setdefault((lab.name, lab.unit, lab.range), {})
            values[lab.day] = "; ".join(v for v in (values.get(lab.day), lab.value) if v)
        rows = tuple(
            (f"{name}, {unit}" if unit else name, tuple(v.get(d, "") for d in days), usual)
            for (name, unit, usual), v in tests.items()
        )
        return LabTable(tuple(self._day(day) for day in days), rows)

    def _day(self, day: str) -> str:
        match = _DAY.fullmatch(day.strip())
        if match:
            return self._("Day %(n)s") % {"n": int(match[1])}
        return day or self._("Value")


def _day_order(day: str) -> tuple[int, str]:
    match = _DAY.fullmatch(day.strip())
    return (int(match[1]) if match else 10_000, day)


def _profession(standing: Standing) -> str:
    if standing.stage in ("student", "trainee"):
        return standing.stage
    if standing.role == "physician" and standing.stage == "retired":
        return "retired"
    if standing.role == "physician" and not standing.stage:
        return "untold"
    return standing.role if standing.role in _STANDINGS else "hcp"


_ = N_
# By profession: the words at Self-declared, Checked and Verified.
_STANDINGS = {
    "physician": {1: _("Self-declared"), 2: _("Checked"), 3: _("Verified physician")},
    "untold": {  # whether they are still in training; small groups would name a pseudonym's member
        1: _("Self-declared"),
        2: _("Checked"),
        3: _("Verified, career stage not told"),
    },
    "retired": {
        1: _("Self-declared"),
        2: _("Retired physician, checked"),
        3: _("Retired physician, verified"),
    },
    "trainee": {
        1: _("Trainee, self-declared"),
        2: _("Trainee, checked"),
        3: _("Trainee, verified"),
    },
    "student": {
        1: _("Student, self-declared"),
        2: _("Student, checked"),
        3: _("Student, verified"),
    },
    "nurse": {1: _("Nurse, self-declared"), 2: _("Nurse, checked"), 3: _("Nurse, verified")},
    "pharmacist": {
        1: _("Pharmacist, self-declared"),
        2: _("Pharmacist, checked"),
        3: _("Pharmacist, verified"),
    },
    "hcp": {
        1: _("Health professional, self-declared"),
        2: _("Health professional, checked"),
        3: _("Health professional, verified"),
    },
    "recruiter": {
        1: _("Recruiter, self-declared"),
        2: _("Recruiter, checked"),
        3: _("Recruiter, verified"),
    },
    "admin": {
        1: _("Administrator, self-declared"),
        2: _("Administrator, checked"),
        3: _("Administrator, verified"),
    },
    "patient-safety": {
        1: _("Patient safety, self-declared"),
        2: _("Patient safety, checked"),
        3: _("Patient safety, verified"),
    },
}
