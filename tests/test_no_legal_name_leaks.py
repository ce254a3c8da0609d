"""Who a pseudonym is: on no page, in no document, message, mail, log or file but officers' own.

Two things are looked for. The legal name, e-mail and licence number of a member, which nobody
reads but they and the officers. And anything that has both names of the member, which would link
them: that nobody reads but the member, officers included.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
import pytest

from instance.cli import main
from instance.models import (
    AlertKind,
    AuditEntry,
    Consult,
    Level,
    Mail,
    Post,
    Role,
    RosterEntry,
    Thread,
)
from instance.services import (
    account_news,
    actor_updates,
    channels,
    follows,
    lifecycle,
    mail_kinds,
    posting,
    profiles,
)
from instance.services.consults import contributing
from instance.services.consults.states import Event
from instance.services.members import NewMember
from instance.web import streaming
from instance.web.presenting import people
from tests.cast import LEE, Houses, new
from tests.clinic import ANSWER, ask
from tests.houses import House, Person
from tests.instance.cli.test_keys import curbside, environment
from tests.instance.web.test_streams import opened
from tests.leaks import Get, Read, paths, signed, walk
from tests.leaks import posting as posting_as
from tests.network import Network
from tests.polling import ask_all
from tests.takeaway import taken
from tests.test_canary import everything_stored, logged

__all__ = ["environment"]

LEGAL, EMAIL, LICENCE = "Zebulon Quaggafield", "quagga-mail@hospital.example", "MN7731991"
SECRETS = tuple(word.lower() for word in ("Zebulon", "Quaggafield", "quagga-mail", LICENCE))
REAL, MASK = "okapi_real", "night_heron"
NAMES = ("Dr O. Kapi-Real", "Night Heron")
# Officers read there who is who by name; of pseudonyms nothing.
OFFICERS = ("/admin/members", "/admin/roster", "/admin/verification")


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
async def member(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Person:
    """With two names, both of which did all that leaves a trace, here and at a partner."""
    found = await mercy.person(_masked())
    now = datetime.now(UTC)
    entry: dict[str, Any] = {
        "key": "4711",
        "email": EMAIL,
        "email_at": now,
        "given_name": "Zebulon",
    }
    entry |= {"family_name": "Quaggafield", "name_key": "quaggafield zebulon", "title": ""}
    entry |= {"profession": "physician", "stage": "practising", "jurisdiction": "US-MN"}
    entry |= {"licence": LICENCE, "npi": "", "department": "", "digest": "x"}
    entry |= {"first_import_id": 1, "last_import_id": 1, "member_id": found.member.id}
    await mercy.at(lambda: RosterEntry.create(**entry))
    group = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    okafor = await stlukes.person(new("okafor", "Dr A. Okafor", "cardiology"))
    told, readers = {"about": "I read at night."}, {"about": "public"}
    assert found.pseudonym is not None
    for own in (found.actor, found.pseudonym):
        await found.does(profiles.change, own, told, readers)
        await mercy.at(follows.follow, own, group)
    mask = Person(mercy, found.member, found.pseudonym)
    await mask.speaks(posting.start_thread, group, "A title", "Words.")
    asked = await ask_all(mask, group)
    await mask.speaks(posting.reply, asked, "More words.")
    for own in (found.actor, found.pseudonym):
        await okafor.speaks(follows.follow_address, own.address)
    consult = await ask(lee, stlukes)
    await mask.does(contributing.contribute, consult.id, Event.ANSWER, ANSWER, MASK)
    await houses.settle()
    await mercy.at(telling_of, found)
    return found


def _masked() -> NewMember:
    known = new(REAL, NAMES[0], "cardiology", level=Level.VERIFIED, pseudonym=MASK)
    return replace(known, legal_name=LEGAL, email=EMAIL)


async def telling_of(found: Person) -> None:
    await account_news.tell(found.member, AlertKind.CHANGED)


def tells(read: Read, *, officer: bool = False) -> list[str]:
    """What of the member stands in it."""
    is_theirs = officer and read.path.startswith(OFFICERS)
    said = [] if is_theirs else [word for word in SECRETS if word in read.text]
    has_both = REAL in read.text and MASK in read.text
    names_both = NAMES[0].lower() in read.text and NAMES[1].lower() in read.text
    return [*said, *(["both names"] if has_both or names_both else [])]


async def leaks(reader: str, get: Get, wanted: list[str], *, officer: bool = False) -> list[str]:
    found = []
    async for read in walk(reader, get, wanted):
        if told := tells(read, officer=officer):
            found.append(f"{reader} {read.path}: {', '.join(told)}")
    return found


async def test_no_page_or_document_tells_visitors_colleagues_or_officers(
    mercy: House, member: Person
) -> None:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    wanted = await paths(mercy)
    assert len(wanted) > 150
    found = await leaks("visitor", mercy.visitor().get, wanted)
    found += await leaks("colleague", (await mercy.sign_in("lee")).get, wanted)
    owner = await mercy.sign_in("owner")
    found += await leaks("owner", owner.get, wanted, officer=True)
    assert found == []


async def test_no_document_tells_other_servers(
    mercy: House, stlukes: House, member: Person
) -> None:
    wanted = await paths(mercy)
    okafor = await stlukes.person(new("okafor", "Dr A. Okafor", "cardiology"))
    found = await leaks("partner", signed(mercy, okafor), wanted)
    found += await leaks("server", mercy.asked, wanted)
    assert found == []


# Such as forms have. What the reader typed stands in the answer; more than that must not.
_FIELDS = (
    *("handle", "login", "identity", "address", "to", "name", "q", "text", "title", "reason"),
    *("question", "member", "target", "people", "account", "about", "code", "answer"),
)
# They end the session that asks, and so the walk.
_ENDS = ("/sign-out", "/sign-in", "/account/sessions", "/account/security", "/join", "/set-up")


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("typed", ["", MASK])
async def test_no_answer_to_a_form_tells(mercy: House, member: Person, typed: str) -> None:
    """Empty ones, and ones about somebody: refused or not."""
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    form = dict.fromkeys(_FIELDS, typed) if typed else {}
    wanted = [path for path in await paths(mercy, "POST") if not path.startswith(_ENDS)]
    assert len(wanted) > 100
    ends = [path for path in await paths(mercy, "POST") if path.startswith(_ENDS)]
    found = await leaks("visitor", posting_as(mercy.visitor(), form), [*wanted, *ends])
    for reader in (LEE.handle, "owner"):
        browser = await mercy.sign_in(reader)
        is_officer = reader == "owner"
        # What officers type stands beside whom they typed it about, and is no news to them.
        post = posting_as(browser, {} if is_officer else form)
        found += await leaks(reader, post, wanted, officer=is_officer)
        assert (await browser.get("/account")).status == 200  # it was them to the end
    assert found == []


async def test_no_stream_tells(
    mercy: House, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ALIVE_EVERY", 0.1)
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    assert member.pseudonym is not None
    mask = Person(mercy, member.member, member.pseudonym)
    consult = await mercy.at(lambda: Consult.all().first())
    thread = await mercy.at(lambda: Thread.filter(posts__author_id=mask.actor.id).first())
    assert consult is not None and thread is not None
    for reader in (LEE.handle, "owner"):
        browser, drawn = await mercy.sign_in(reader), 0
        for path in await paths(mercy, streams=True):
            async with opened(browser, mercy, path) as stream:
                root = await mercy.at(lambda: Post.filter(thread_id=thread.id).first())
                await mask.speaks(posting.reply, root, "And more.")
                words = {"text": "And more."}
                await mask.does(contributing.contribute, consult.id, Event.COMMENT, words, MASK)
                text = await stream.all_for_a_while()
            drawn += MASK in text
            assert not tells(Read(reader, path, text.lower())), (reader, path)
        assert drawn or reader == "owner"


async def test_what_others_take_along_tells_nothing(
    mercy: House, member: Person, lee: Person
) -> None:
    """Of a consult that a pseudonym answered."""
    assert member.pseudonym is not None
    for identity in (lee.actor, None):
        files = await taken(lee, identity)
        assert identity is None or member.pseudonym.uri in str(files.files)
        for path, content in files.files.items():
            assert not tells(Read("export", path, content.decode(errors="replace").lower())), path


async def test_nothing_that_a_partner_has_tells(
    houses: Houses, mercy: House, stlukes: House, member: Person, network: Network
) -> None:
    assert member.pseudonym is not None
    for own in (member.actor, member.pseudonym):
        await mercy.at(actor_updates.tell, own, datetime.now(UTC))
    await houses.settle()
    for sent in network.sent:
        assert not tells(Read("partner", sent.url, f"{sent.headers} {sent.body!r}".lower()))
    for name, rows in (await stlukes.at(everything_stored)).items():
        assert not [word for word in SECRETS if word in rows], name
    wanted = await paths(stlukes)
    reader = await stlukes.sign_in("okafor")
    known = [path for path in wanted if "@" in path]
    assert known and await leaks("reader of a partner", reader.get, known) == []


async def test_no_log_mail_or_record_tells(
    caplog: pytest.LogCaptureFixture, houses: Houses
) -> None:
    house = await houses.open("Kept", "hospital", "kept.example", SMTP_HOST="127.0.0.1")
    found = await house.person(_masked())
    officer = await house.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    for work in (lifecycle.suspend, lifecycle.restore, lifecycle.check_again):
        await officer.does(work, REAL, "A complaint, file 12.", datetime.now(UTC))
    await house.sign_in(REAL)
    written = await house.at(mails_sent)
    assert written and not tells(Read("mail", "", str(written).lower()))
    for entry in await house.at(lambda: AuditEntry.all()):
        assert not tells(Read("record", "", str(vars(entry)).lower()))
    for line in logged(caplog):
        if not line.lower().count("execute"):  # what the database driver says in debug
            assert not tells(Read("log", "", line.lower())), line
    assert found.pseudonym is not None


async def mails_sent() -> list[mail_kinds.Words]:
    return [mail_kinds.words(row.kind, row.host) for row in await Mail.all()]


async def test_one_page_that_tells_is_found(
    mercy: House, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk sees what it looks for: one serialiser that says a legal name."""
    real = people.author

    def leaking(actor, *rest):  # type: ignore[no-untyped-def]
        shown = real(actor, *rest)
        return replace(shown, name=LEGAL) if actor.handle == MASK else shown

    monkeypatch.setattr(people, "author", leaking)
    browser = await mercy.sign_in(LEE.handle)
    assert await leaks("colleague", browser.get, await paths(mercy)) != []


def test_no_command_tells_who_does_not_ask_as_an_officer(environment: None) -> None:
    """Every command that asks for nothing, and what adding and suspending somebody prints."""
    add = ("member", "add", REAL, "--email", EMAIL, "--name", LEGAL, "--pseudonym", MASK)
    done = [curbside(*add, "--public")]
    officer = ("officer", "--email", "o@hospital.example", "--name", "O", "--role", "officer")
    done.append(curbside("member", "add", *officer))
    why = ("--reason", "A complaint, file 12.", "--as", "officer")
    done += [curbside("member", act, REAL, *why) for act in ("suspend", "restore")]
    assert [result.exit_code for result in done] == [0, 0, 0, 0]
    commands = [names for names, command in _commands(main) if _asks_nothing(command)]
    assert len(commands) > 10
    done += [curbside(*names) for names in commands if names[0] not in _RUNNING]
    for result in done:
        assert not tells(Read("shell", "", result.output.lower())), result.output


# Until somebody stops them, or asking the network about this server itself.
_RUNNING = ("serve", "worker", "demo", "doctor", "status")


def _commands(group: click.Group, *above: str) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += _commands(command, *above, name)
        else:
            found.append(((*above, name), command))
    return found


def _asks_nothing(command: click.Command) -> bool:
    return not any(parameter.required for parameter in command.params)
