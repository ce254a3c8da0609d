"""Samples of the page of figures, drawn from counted consults."""

from dataclasses import replace
from datetime import timedelta

from instance.models import Status
from instance.services.consults.figures import Case
from instance.web.presenting import consult_figures as present
from instance.web.presenting.pages import Surroundings
from instance.web.views import PageView
from tests.instance.web.cast import NOW, page

_SPECIALTIES = ("cardiology", "nephrology", "infectious_disease", "rheumatology", "hepatology")
_OUTCOMES = ("followed", "followed_in_part", "referral_avoided", "")
AROUND = Surroundings(
    page=page(nav="admin", here="/admin/figures", is_admin=True, sees_figures=True),
    own=[],
    institutions={"mercy.example": "Mercy General", "stlukes.example": "St Luke's"},
)


def case(number: int) -> Case:
    """One of many: the older the slower, each specialty less frequent than the one before."""
    weeks = number % 8
    slow = (number * 7) % 40 / (8 - weeks)
    place = next(place for place in range(4, -1, -1) if number % (2**place) == 0)
    return Case(
        asked_at=NOW - timedelta(weeks=7 - weeks, hours=1),
        host="mercy.example" if number % 3 else "stlukes.example",
        specialties=(_SPECIALTIES[place],),
        target_hours=24,
        hours=slow if number % 9 else None,
        is_due=True,
        answerers=1 + number % 2,
        is_accepted=number % 4 > 0,
        status=Status.CLOSED if number % 5 else Status.ESCALATED,
        outcome=_OUTCOMES[number % 4],
        was_reopened=number % 11 == 0,
        was_held=number % 13 == 0,
    )


CASES = [case(number) for number in range(1, 140)]
FIGURES = present.page(AROUND, CASES, "8w", NOW)

PAGES: dict[str, PageView] = {
    "admin-figures": FIGURES,
    "admin-figures-months": present.page(AROUND, CASES, "6m", NOW, hospital="stlukes.example"),
    "admin-figures-few": present.page(AROUND, CASES[:3], "12m", NOW),
    "admin-figures-one-week": replace(
        present.page(AROUND, [replace(one, asked_at=NOW) for one in CASES], "8w", NOW),
        specialty="cardiology",
    ),
}
