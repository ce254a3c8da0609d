"""Sample views of when and how a member may be reached."""

from instance.services.occasions import HABITS
from instance.web.views import AvailabilityPage, FieldError, Habit, PageView, PushDevice, Reach
from tests.instance.web.cast import before, page

AVAILABILITY = AvailabilityPage(page=page(nav="account"), zone="America/Chicago")
REACH = Reach(
    habits=tuple(
        Habit(
            occasion=occasion.value,
            push="push" in habit.ways,
            mail=None if occasion.value == "hospital" else "mail" in habit.ways,
            off_hours="off_hours" in habit.ways,
        )
        for occasion, habit in HABITS.items()
    ),
    devices=(
        PushDevice(id="8", device="Firefox on Android", since=before(hours=5), current=True),
        PushDevice(id="7", device="", since=before(days=5)),
    ),
    push_key="B" * 87,
)
PAGES: dict[str, PageView] = {
    "availability": AVAILABILITY,
    "availability-refused": AvailabilityPage(
        page=page(nav="account"),
        away=True,
        away_until="2020-01-01",
        weekly_cap="many",
        errors=FieldError.all_of(
            {
                "away_until": "Choose a day within a year from which you are there again.",
                "weekly_cap": "Write a number from 0 to 50.",
            }
        ),
    ),
}
