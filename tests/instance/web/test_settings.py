"""What an owner decides counts at once, on every page that shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from tortoise.exceptions import DBConnectionError

from instance.errors import FormRefused, NotAllowed
from instance.models import AuditEntry, Member, Notification, NotificationKind, Role, Setting
from instance.services import members, record_numbers, securing, settings
from instance.workers import upkeep
from tests.browsing import Browser
from tests.cast import RUIZ, Houses, new
from tests.clinic import ask
from tests.houses import PASSWORD, House, Person

FORM = {
    "name": "Mercy General",
    "address": "1 Harbour Street, Springfield",
    "country": "US-VA",
    "on_call": "extension 5555",
    "contact": "curbside@mercy.example",
    "rules": "Sign with your own name.\nSearch before you ask.",
    "help": "Ask the desk on <b>level 2</b>.",
    "disclaimer": "Nor is it <i>advice</i> to the family.",
    "openers": "moderators",
    "pictures": "pages",
    "notification_days": "30",
    "picture_days": "30",
    "picture_mib": "4096",
    "elsewhere_days": "365",
    "backup_days": "35",
}


@pytest.fixture
async def owner(mercy: House) -> Browser:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    return await mercy.sign_in("owner")


async def entries(house: House) -> list[AuditEntry]:
    return await house.at(lambda: AuditEntry.filter(action="settings.changed"))


async def test_until_somebody_decides_what_the_server_was_started_with_counts(
    mercy: House, owner: Browser
) -> None:
    page = (await owner.get("/admin/settings")).text
    assert 'value="extension 4444"' in page and 'value="curbside@mercy.example"' in page
    assert "extension 4444" in (await mercy.visitor().get("/")).text


async def test_days_of_backups_come_from_the_environment_until_an_owner_decides(
    houses: Houses,
) -> None:
    house = await houses.open("Lakeside", "hospital", "lakeside.example", BACKUP_DAYS="35")
    assert await house.at(settings.backup_days) == 35
    await house.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    browser = await house.sign_in("owner")
    await browser.post_form("/admin/settings", FORM | {"backup_days": ""})
    assert await house.at(settings.backup_days) is None


async def test_what_is_saved_stands_on_the_pages(mercy: House, owner: Browser) -> None:
    assert (await owner.post_form("/admin/settings", FORM)).status == 302
    visitor = mercy.visitor()
    for path in ("/", "/help", "/nothing"):  # a page that is not there, too
        assert "Page the on-call team: extension 5555." in (await visitor.get(path)).text, path
    about, helped = (await visitor.get("/about")).text, (await visitor.get("/help")).text
    assert "<li>Search before you ask.</li>" in about
    assert "&lt;b&gt;level 2&lt;/b&gt;" in helped
    privacy = (await visitor.get("/about/privacy")).text
    assert (
        "A deleted text stays in a backup until that is deleted too. That takes 35 days." in privacy
    )


async def test_what_a_hospital_adds_to_the_disclaimer_stands_under_every_consult(
    mercy: House, lee: Person, owner: Browser
) -> None:
    consult = await ask(lee)
    paths = (f"/k/{consult.id}", f"/k/{consult.id}/export", "/about")
    browser = await mercy.sign_in("lee")
    before = [(await browser.get(path)).text for path in paths]
    await owner.post_form("/admin/settings", FORM)
    added = "Not for emergencies. Nor is it &lt;i&gt;advice&lt;/i&gt; to the family.</p>"
    for path, old in zip(paths, before, strict=True):
        assert added not in old and added in (await browser.get(path)).text, path


async def test_the_record_says_which_settings_were_changed_and_not_to_what(
    mercy: House, owner: Browser
) -> None:
    await owner.post_form("/admin/settings", FORM)
    await owner.post_form("/admin/settings", FORM)
    [entry] = await entries(mercy)
    assert entry.detail == {
        "changed": "address, country, on_call, rules, help, disclaimer, notification_days,"
        " backup_days"
    }


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("on_call", "x" * 121, "Use one line of up to 120 characters."),
        ("rules", "x" * 4_001, "Shorten it to 4,000 characters."),
        ("disclaimer", "x" * 501, "Shorten it to 500 characters."),
        ("notification_days", "6", "Enter a number of days from 7 to 365."),
        ("notification_days", "²", "Enter a number of days from 7 to 365."),
        ("picture_days", "0", "Enter a number of days from 1 to 365."),
        ("picture_mib", "some", "Enter a whole number from 0 (no limit) to 1,000,000."),
        ("elsewhere_days", "7", "Enter a number of days from 30 to 3,650."),
        ("backup_days", "0", "Enter a number of days from 1 to 3,650, or nothing."),
        ("backup_days", "ever", "Enter a number of days from 1 to 3,650, or nothing."),
        ("openers", "everybody", "Choose who opens channels."),
        ("pictures", "", "Choose where pictures are taken."),
        ("synonyms", "PE = pulmonary embolism\nDVT", "Line 2: write two terms or more"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_with_its_range_and_nothing_is_lost(
    mercy: House, owner: Browser, field: str, typed: str, said: str
) -> None:
    answer = await owner.post_form("/admin/settings", FORM | {field: typed})
    assert answer.status == 422 and said in answer.text
    assert f'id="{field}-e"' in answer.text and "Ask the desk on" in answer.text
    assert await mercy.at(lambda: Setting.all().count()) == 0 and not await entries(mercy)


async def test_the_footer_has_a_number_while_the_database_is_silent(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> settings.Settings:
        raise DBConnectionError

    monkeypatch.setattr(settings, "read", silent)
    answer = await mercy.visitor().get("/nothing")
    assert answer.status == 404 and "extension 4444" in answer.text


async def test_notifications_are_kept_as_long_as_an_owner_decided(
    mercy: House, lee: Person, owner: Browser
) -> None:
    ruiz = await mercy.person(RUIZ)
    now = datetime.now(UTC)
    row = {"member_id": lee.member.id, "identity": lee.actor, "by": ruiz.actor}
    await mercy.at(lambda: Notification.create(kind=NotificationKind.FOLLOW, **row))
    old = {"created_at": now - timedelta(days=40)}
    await mercy.at(lambda: Notification.all().update(**old))
    await mercy.at(upkeep.purge, now)
    assert await mercy.at(lambda: Notification.all().count()) == 1
    await owner.post_form("/admin/settings", FORM)
    await mercy.at(upkeep.purge, now)
    assert await mercy.at(lambda: Notification.all().count()) == 0


async def test_nobody_but_an_owner_changes_settings_through_any_door(
    mercy: House, lee: Person
) -> None:
    """Somebody real: who speaks under no name here is refused anyway."""
    member = await mercy.at(Member.get, id=lee.member.id)
    for role in set(Role) - {Role.OWNER}:
        member.role = role
        with pytest.raises(NotAllowed):
            await mercy.at(settings.change, member, FORM)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_hospital_that_was_renamed_is_called_so_in_code_apps_and_password_rules(
    mercy: House, owner: Browser, lee: Person
) -> None:
    await owner.post_form("/admin/settings", FORM | {"name": "Harbour Infirmary"})
    browser = await mercy.sign_in("lee")
    app = (await lee.does(securing.draft_app)).address
    assert "issuer=Harbour%20Infirmary" in app and "Mercy" not in app
    form = {"password": PASSWORD, "new": "Harbour-Infirmary-1"}
    answer = await browser.post_form("/account/security/password", form)
    assert answer.status == 422 and "your hospital" in answer.text
    joins = new("other", "Dr O. Ther")
    with pytest.raises(FormRefused):
        await mercy.at(members.add_member, replace(joins, password="harbourinfirmary1"))


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_record_numbers_are_told_as_a_template_which_counts_at_once_and_cannot_hang(
    mercy: House, owner: Browser
) -> None:
    """Never a pattern of their own: one such as (9+)+A would stop the server for everybody."""
    for typed in ("(a+)+$", "(9+)+A", "9" * 25, "AAAAAA", "-----9", "9[A]99", "9999\n9999"):
        began = perf_counter()
        refused = await owner.post_form("/admin/settings", FORM | {"record_number": typed})
        assert refused.status == 422 and "such as AA-999999." in refused.text, typed
        assert 'id="record_number-e"' in refused.text and "Ask the desk on" in refused.text
        assert perf_counter() - began < 2, typed
    assert await mercy.at(lambda: Setting.all().count()) == 0
    slowest = "X" * record_numbers.MOST
    for template in (slowest, "AA-99.99 A"):
        form = FORM | {"record_number": template}
        assert (await owner.post_form("/admin/settings", form)).status == 302
        assert f'value="{template}"' in (await owner.get("/admin/settings")).text
        began = perf_counter()
        pattern = record_numbers.compiled(template)
        assert pattern is not None and not pattern.findall("A1" * 20_000 + "-")
        assert perf_counter() - began < 1
    found = {"field": "text", "action": "/k/1/answer/check", "text": "As QZ-12.34 B had."}
    assert "A record number identifies the patient." in (await owner.post_form("/phi", found)).text
