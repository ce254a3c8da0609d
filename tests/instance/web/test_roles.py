"""Every guarded page and form, asked for in every role: what is not granted is not there (T72)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import keys
from instance.models import (
    Announcement,
    BreakGlass,
    CaseDocument,
    CaseKind,
    Closing,
    Consult,
    Draft,
    DraftState,
    FirstRun,
    Ground,
    HostAction,
    HostImport,
    ImportState,
    Invitation,
    Member,
    Peer,
    Publication,
    PublicationAnswer,
    Report,
    Role,
    RosterImport,
    RosterState,
    Subscription,
    Unmasking,
    VerificationCase,
    Vouch,
)
from instance.services import channels
from tests.browsing import Browser
from tests.cast import RUIZ, new
from tests.clinic import ask
from tests.houses import House, Person

BY_TOKEN = {"client", "any_client", "application", "listener"}  # no role counts, and no cookie
OPEN = {"public", "document", "unsigned", "trusted", "partner", "member", "reader"} | BY_TOKEN
HOSPITALS = {Role.FEDERATION, Role.OWNER}
SAFETY = {Role.STEWARD, Role.OWNER}
CHANNELS = {Role.MODERATOR, Role.OWNER}
# Longest first: who may, of every page that not every member may see.
ROSTER = {Role.OFFICER, Role.OWNER}
WHO = {
    "/admin/roster": ROSTER,
    "/admin/members": ROSTER,
    "/admin/unmasking": ROSTER,
    "/admin/verification": ROSTER,
    "/admin/invitations": ROSTER,
    "/admin/vouches": ROSTER,
    "/admin/sso": {Role.OWNER},
    "/admin/closing": {Role.OWNER},
    "/set-up": {Role.OWNER},
    "/admin/hospitals": HOSPITALS,
    "/admin/deliveries": HOSPITALS,
    "/admin/backups": HOSPITALS,
    "/admin/audit": HOSPITALS,
    "/admin/people": {Role.OWNER},
    "/admin/settings": {Role.OWNER},
    "/admin/announcements": {Role.OWNER},
    "/admin/channels": CHANNELS,
    "/admin/reports": CHANNELS,
    "/admin/consults": SAFETY,
    "/admin/held": SAFETY,
    "/admin/to-sign": SAFETY,
    "/admin": HOSPITALS | CHANNELS | SAFETY | ROSTER,
}
A_KEY = keys.public_to_multikey(keys.new_ed25519().public_key())
ANSWERED = {200, 302, 403, 409, 422}  # also a form that is refused; never a failure
VALUES = {"slug": "wards", "host": "stlukes.example", "handle": "lee"} | dict.fromkeys(
    (
        *("report_id", "row_id", "import_id", "subscription_id", "case_id", "document_id"),
        *("vouch_id", "invitation_id", "draft_id", "publication_id"),
        "announcement_id",
    ),
    "7",
)
FORM = {"host": "stlukes.example", "decision": "no_action", "handle": "nobody", "role": "member"}


@pytest.fixture
async def owner(mercy: House) -> Browser:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    return await mercy.sign_in("owner")


def guarded(house: House) -> list[tuple[str, str]]:
    """Method and address of all that is not open to everybody or to every member."""
    found = []
    for rule in house.app.url_map.iter_rules():
        guard = getattr(house.app.view_functions[rule.endpoint], "__guard__", "")
        if guard not in OPEN:
            methods = [method for method in ("GET", "POST") if method in (rule.methods or ())]
            found += [(method, path) for method in methods for path in addresses(rule.rule)]
    return found


def addresses(rule: str) -> list[str]:
    """With every choice that it names."""
    path = re.sub(r"<(?:int:|name:)?(\w+)>", lambda name: VALUES[name[1]], rule)
    one_of = re.search(r"<any\((.*)\):\w+>", path)
    if one_of is None:
        return [path]
    return [path.replace(one_of[0], choice.strip(" '")) for choice in one_of[1].split(",")]


def who_may(path: str) -> set[Role]:
    return next(who for start, who in WHO.items() if path.startswith(start))


async def test_every_guarded_route_in_every_role(mercy: House, stlukes: House, lee: Person) -> None:
    person = await mercy.person(RUIZ)
    browser = await mercy.sign_in("ruiz")
    now = datetime.now(UTC)
    row = BreakGlass(id=7, consult=await ask(lee), asked_by=person.member, reason="x")
    row.created_at, row.ends_at = now, now + timedelta(hours=1)  # open, and to be decided
    await mercy.at(lambda: row.save(force_create=True))
    await mercy.at(channels.create_channel, "wards", "Wards", "")
    routes = guarded(mercy)
    assert len(routes) >= 24
    for role in Role:
        person.member.role = role
        await mercy.at(person.member.save)
        for method, path in routes:
            await mercy.at(lambda: Report.all().delete())
            await mercy.at(Report.create, id=7, uri="x:7", host="x", target=lee.actor, text="?")
            await mercy.at(lambda: Peer.get_or_create(host="stlukes.example"))
            await mercy.at(_lists, person.member)
            await mercy.at(_people, person.member, lee, is_told=path.endswith("/tell"))
            if path.endswith("/stream") and role in who_may(path):
                continue  # it never ends; tests of streams read it
            if path == "/set-up/self-test" and role in who_may(path):
                continue  # it asks the network about this server
            answer = await _ask(browser, method, path)
            expected = ANSWERED if role in who_may(path) else {404}
            assert answer in expected, (role, method, path, answer)


async def _lists(by: Member) -> None:
    await Draft.all().delete()
    held = Draft(id=7, member=await Member.get(actors__handle="lee"), key=7, words={"title": "x"})
    held.state, held.saved_at = DraftState.HELD, datetime.now(UTC)
    await held.save(force_create=True)
    await Publication.all().delete()
    await Publication.create(
        id=7,
        consult=await Consult.first(),
        uri="x:7",
        words={"name": "A", "content": "B", "cs:parts": [], "cs:channel": {"id": "x", "name": "C"}},
        digest="0",
        proposed_at=held.saved_at,
        ends_at=held.saved_at + timedelta(days=14),
    )
    ours = {"host": "mercy.example", "is_institution": True}
    await PublicationAnswer(
        publication_id=7, actor_uri="https://mercy.example/actor", **ours
    ).save()
    await Announcement.all().delete()
    await Announcement.create(id=7, text="x", published_at=held.saved_at)
    await RosterImport.all().delete()
    await RosterImport.create(id=7, by=by, file="x.csv", state=RosterState.CHECKED)
    await HostImport.all().delete()
    await HostImport.create(id=7, by=by, action=HostAction.BLOCK, state=ImportState.CHECKED)
    await Subscription.all().delete()
    now = datetime.now(UTC)
    made = Subscription(id=7, uri="https://x.example/7", publisher="x", key_uri="x", key=A_KEY)
    made.version, made.fetched_at, made.due_at, made.changed_at = 1, now, now, now
    await made.save(force_create=True)


async def _people(by: Member, lee: Person, *, is_told: bool) -> None:
    """`is_told`: what was decided and not told yet, instead of what waits for a decision."""
    now = datetime.now(UTC)
    for model in (Unmasking, VerificationCase, Vouch, Invitation, Closing, FirstRun):
        await model.all().delete()
    await FirstRun.create(id=FirstRun.ID)  # not done yet
    later = now + timedelta(hours=1)
    open_one: dict[str, Any] = {"ends_at": later, "created_at": now}
    if is_told:
        open_one |= {"decided_at": now, "silent_until": later}
    about: dict[str, Any] = {
        "actor": lee.actor,
        "asked_by": by,
        "ground": Ground.SAFETY,
        "reason": "x",
    }
    await Unmasking.create(id=7, **about, **open_one)
    case: dict[str, Any] = {
        "kind": CaseKind.JOINED,
        "opened_at": now,
        "waits_since": now,
        "key": "7",
    }
    await VerificationCase.create(id=7, member=lee.member, **case)
    file: dict[str, Any] = {
        "media_type": "application/pdf",
        "size": 1,
        "content": b"x",
        "sent_at": now,
    }
    await CaseDocument.create(id=7, case_id=7, **file)
    await Vouch.create(id=7, member=lee.member, voucher=by, asked_at=now)
    mailed: dict[str, Any] = {"code_hash": "x", "sent_at": now, "expires_at": later}
    await Invitation.create(id=7, email="somebody@hospital.example", **mailed)


async def _ask(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return (await browser.get(path)).status
    return (await browser.post_form(path, FORM)).status


async def test_what_a_form_says_of_roles_is_not_listened_to(mercy: House, lee: Person) -> None:
    """Mass assignment."""
    browser = await mercy.sign_in("lee")
    for path in ("/account/theme", "/account/profile", "/account/indexing", "/admin/people"):
        await browser.post_form(path, {"role": "owner", "handle": "lee", "theme": "dark"})
    assert (await mercy.at(Member.get, id=lee.member.id)).role is Role.MEMBER


async def test_an_owner_sees_who_has_which_role_and_changes_it(
    mercy: House, lee: Person, owner: Browser
) -> None:
    page = (await owner.get("/admin/people")).text
    assert "Dr O. Wner" in page and "This is you." in page and "Dr J. Lee" not in page
    assert (
        await owner.post_form("/admin/people", {"handle": "@lee", "role": "steward"})
    ).status == 302
    page = (await owner.get("/admin/people")).text
    assert "Dr J. Lee" in page and "Steward (patient safety)" in page
    lees = await mercy.sign_in("lee")
    told = (await lees.get("/notifications")).text
    assert "Dr O. Wner changed your role" in told
    [opened] = set(re.findall(r'href="(/notifications/\d+)"', told))
    assert (await lees.get(opened)).header("location") == "/account"
    assert "Steward (patient safety)" in (await lees.get("/account")).text


@pytest.mark.parametrize(
    ("handle", "role", "said"),
    [
        ("owner", "member", "Nobody changes their own role."),
        ("nobody", "member", "Nobody here has this handle or e-mail."),
        ("lee", "emperor", "Choose a role."),
        ("lee", "", "Choose a role."),
        ("a" * 900, "owner", "Nobody here has this handle or e-mail."),
    ],
)
async def test_what_cannot_be_is_said_and_changes_nothing(
    mercy: House, lee: Person, owner: Browser, handle: str, role: str, said: str
) -> None:
    answer = await owner.post_form("/admin/people", {"handle": handle, "role": role})
    assert answer.status in (403, 422) and said in answer.text
    roles = [member.role for member in await mercy.at(lambda: Member.all())]
    assert sorted(roles) == [Role.MEMBER, Role.OWNER]


@pytest.mark.parametrize("role", Role)
async def test_no_role_opens_a_consult_one_takes_no_part_in(
    mercy: House, lee: Person, role: Role
) -> None:
    consult: Consult = await ask(lee, people=(lee.address, (await _colleague(mercy)).address))
    await mercy.person(new("keeper", "Dr K. Eeper", role=role))
    browser = await mercy.sign_in("keeper")
    for path in (f"/k/{consult.id}", f"/k/{consult.id}/stream"):
        assert (await browser.get(path)).status == 404
    for path in ("/", "/consults?box=open", "/consults?box=needs-you"):
        assert f"/k/{consult.id}" not in (await browser.get(path)).text
    assert (await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).status == 200


async def _colleague(mercy: House) -> Person:
    return await mercy.person(new("named", "Dr N. Amed"))
