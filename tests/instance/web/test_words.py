"""What codes, times and clocks read like."""

from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

import pytest
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from instance.web import words
from instance.web.rendering import Speech, environment, prose, web_host
from instance.web.static_files import StaticFiles
from instance.web.views import Clock, ConsultDraft, FieldError, Lab, Page, Standing
from instance.web.words import consults
from tests.instance.web.cast import NOW, before, page

SPEECH = Speech(NullTranslations())
JINJA: Environment = environment(StaticFiles())


def shown(expression: str, value: object, on: Page | None = None) -> str:
    return JINJA.from_string("{{ " + expression + " }}").render(page=on or page(), value=value)


@pytest.mark.parametrize(
    ("standing", "text"),
    [
        (Standing(level=4), "Verified physician"),
        (Standing(level=3), "Verified physician"),
        (Standing(level=2), "Checked"),
        (Standing(level=1), "Self-declared"),
        (Standing(level=0), "Not verified"),
        (Standing(level=0, role="nurse"), "Not verified"),
        (Standing(level=3, role="pharmacist"), "Pharmacist, verified"),
        (Standing(level=2, role="physiotherapist"), "Health professional, checked"),
        (Standing(level=3, stage="trainee"), "Trainee, verified"),
        (Standing(level=1, stage="student"), "Student, self-declared"),
        (Standing(level=3, stage="retired"), "Retired physician, verified"),
    ],
)
def test_a_standing_is_always_said_in_words(standing: Standing, text: str) -> None:
    assert SPEECH.standing(standing).text == text


def test_only_a_verified_person_gets_the_shield() -> None:
    shields = [
        level for level in range(5) if SPEECH.standing(Standing(level=level)).icon == "shield"
    ]

    assert shields == [3, 4]


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        ({"seconds": 20}, "just now"),
        ({"minutes": 38}, "38 min ago"),
        ({"hours": 5, "minutes": 59}, "5 h ago"),
        ({"hours": 25}, "21 Nov"),
        ({"days": 400}, "18 Oct 2025"),
        ({"minutes": -5}, "22 Nov"),
    ],
)
def test_a_time_is_relative_for_a_day_and_then_a_date(passed: dict[str, float], text: str) -> None:
    html = shown("value|ago", before(**passed))

    assert html.endswith(f">{text}</time>")
    assert html.startswith('<time datetime="2') and 'Z">' in html


def test_times_are_those_of_the_reader() -> None:
    auckland = page(zone="Pacific/Auckland")

    assert ">00:20<" in shown("value|moment", NOW, auckland)
    assert ">22 Nov, 23:20<" in shown("value|moment", before(hours=1), auckland)
    assert ">23 Nov 2026, 00:20<" in shown("value|stamp", NOW, auckland)
    assert ">Monday 23 Nov, 00:20<" in shown("today()", None, auckland)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=0.84), "0.8 s"),
        (timedelta(minutes=22, seconds=50), "22 min"),
        (timedelta(hours=5, minutes=20), "5 h 20 min"),
        (timedelta(hours=4), "4 h"),
        (timedelta(days=1, hours=3), "1 day 3 h"),
        (timedelta(days=14), "14 days"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(length: timedelta, text: str) -> None:
    assert shown("value|duration", length) == text


@pytest.mark.parametrize(
    ("started", "due", "text", "look"),
    [
        (before(hours=2), NOW + timedelta(hours=22), "Answer due in 22 h", ""),
        (before(hours=19), NOW + timedelta(hours=5), "Answer due in 5 h", "soon"),
        (before(hours=5), before(minutes=40), "No answer yet, target passed 40 min ago", "late"),
        (before(hours=5), None, "Clock paused", ""),
    ],
)
def test_the_clock_says_what_is_left_and_stands_out_in_the_last_quarter(
    started: object, due: object, text: str, look: str
) -> None:
    clock = replace(Clock(started_at=NOW, due_at=None), started_at=started, due_at=due)  # type: ignore[arg-type]

    assert shown("(value|clock).text", clock) == text
    assert shown("(value|clock).look", clock) == look


def test_a_test_measured_on_two_days_is_one_line() -> None:
    labs = (
        Lab(name="Potassium", value="4.1", day="D+10"),
        Lab(name="Potassium", value="3.2", day="D0"),
        Lab(name="Sodium", value="140", unit="mmol/L", range="135 to 145", day="before"),
        Lab(),
    )
    table = SPEECH.by_day(labs)

    assert table.days == ("Day 0", "Day 10", "before")
    assert table.rows == (
        ("Potassium", ("3.2", "4.1", ""), ""),
        ("Sodium, mmol/L", ("", "", "140"), "135 to 145"),
    )


def test_two_values_of_one_day_are_both_shown() -> None:
    table = SPEECH.by_day((Lab(name="K", value="4", day="D1"), Lab(name="K", value="5", day="D1")))

    assert table.rows == (("K", ("4; 5",), ""),)


def test_a_code_of_a_newer_partner_reads_as_itself() -> None:
    assert SPEECH.word("space_medicine", "specialty") == "space medicine"


def test_every_table_has_words_for_every_code() -> None:
    for table in words.TABLES.values():
        assert all(table) and all(text.strip() for text in table.values())
    assert consults.STATE_LOOKS.keys() == consults.STATES.keys()
    assert len(words.TABLES["specialty"]) == 60


def test_a_refused_field_has_its_own_sentence_or_a_general_one() -> None:
    def said(field: str, code: str = "", message: str = "") -> str:
        return SPEECH.field_error(FieldError(field=field, code=code, message=message))

    assert said("title", "missing") == "Enter a title"
    assert said("exam", "missing") == "Fill in this field"
    assert said("title", "missing", "A title was sent twice") == "A title was sent twice"
    assert FieldError.all_of({"title": "Enter a title"})[0].field == "title"


def test_plain_text_keeps_its_lines_and_loses_its_markup() -> None:
    assert prose("a <b>\nc\r\n\r\n\nd") == Markup("<p>a &lt;b&gt;<br>c</p><p>d</p>")
    assert prose(Markup("<em>x</em>")) == "<em>x</em>"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://doi.org/10.1/x", "doi.org"),
        ("https://good.example@evil.example/", "evil.example"),
        ("javascript:alert(1)", ""),
        (" data:text/html,x", ""),
        ("http://[", ""),
        ("//evil.example", ""),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str, host: str) -> None:
    assert web_host(url) == host


def test_a_name_a_template_does_not_know_is_an_error() -> None:
    assert JINJA.undefined is StrictUndefined and JINJA.autoescape is True


class Sent(dict[str, list[str]]):
    """A submitted form."""

    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


def test_the_draft_holds_what_was_typed_in_the_form() -> None:
    sent = Sent(
        {
            "title": [" A title"],
            "specialties": ["cardiology", "", "cardiology"],
            "labs-5-day": ["D0"],
            "hospitals": ["a.example", "b.example"],
            "attested": ["yes"],
        }
    )
    draft = ConsultDraft.from_form(sent)

    assert draft.title == " A title" and draft.specialties == ("cardiology",)
    assert len(draft.labs) == 6 and draft.labs[5].day == "D0"
    assert draft.hospitals == ("a.example", "b.example") and draft.attested
    assert draft.audience == "" and not ConsultDraft.from_form(Sent()).attested
