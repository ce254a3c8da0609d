"""Every action on trust, roles, blocks, what others send and what moderators do leaves its row.

`LEFT_BY` is the list: what has to happen for each action, and that it then stands in the record.
An action that is not in it, or that no scenario brings about, fails; so does a function of an
administrator that the list does not name (T73).
"""

import ast
import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest

from instance.audit_words import ACTIONS
from instance.errors import CurbsideError
from instance.models import (
    Actor,
    AlertKind,
    AuditEntry,
    Consult,
    Decision,
    Delivery,
    Ground,
    Left,
    Mail,
    Post,
    Profession,
    Receipt,
    Role,
    Status,
)
from instance.models import Stage as Career
from instance.outbox import local
from instance.outbox.host_counts import Limit
from instance.services import (
    addresses,
    announcements,
    audit,
    authorizing,
    bans,
    boards,
    case_decisions,
    case_documents,
    channels,
    clients,
    closing,
    dead_letters,
    decisions,
    deliveries,
    follows,
    host_imports,
    hosts,
    identifiers,
    invitations,
    keeping,
    key_checks,
    lifecycle,
    mails,
    moderation,
    moves,
    moving,
    pins,
    posting,
    published_list,
    quotas,
    reports,
    resending,
    resets,
    restoring,
    roles,
    rotation,
    settings,
    signing_in,
    subscriptions,
    treaties,
    treaty_answers,
    unmasking,
    vouching,
)
from instance.services.case_decisions import Choice
from instance.services.consults import (
    break_glass,
    drafts,
    holds,
    printing,
    purging,
    questions,
    recalling,
    receipts,
    releasing,
    requesting,
)
from instance.services.consults.states import Event
from instance.services.key_checks import Tails
from instance.services.portability import exports
from instance.services.roster import importing
from instance.services.single_sign_on import providers as sso_providers
from instance.services.throttle import Source
from tests import inviting, providers, publishing, registers, rosters
from tests.cast import LEE, OKAFOR, RUIZ, Houses, new
from tests.clinic import ask, question, seen_at, write
from tests.houses import PASSWORD, House, Person, end_trust, trust_each_other
from tests.instance.services.test_host_imports import brought, follower
from tests.network import Network
from tests.outsiders import Outsider
from tests.recalls import STEWARD
from tests.treaties import FIRST, agree, does, heard, offer, offered, pin
from tests.verifying import decides, looks, sends

ROOT = Path(__file__).parent.parent.parent.parent
OWNER = new("owner", "Dr O. Wner", role=Role.OWNER)
_ACTION = re.compile(r"[a-z_]{3,}\.(?!csv$|json$|txt$)[a-z_]+")  # no file
# Of Mastodon's notifications, and columns.
_NO_ACTIONS = {"admin.report", "admin.sign_up", "actor.created_at", "actor.is_local", "named.name"}
_WRITERS = ("services", "inbox", "outbox", "workers")  # nobody else calls `audit.record`


@dataclass(frozen=True)
class Stage:
    houses: Houses
    mercy: House
    stlukes: House
    network: Network

    async def person(self) -> Person:
        return await self.mercy.person(LEE)

    async def owner(self) -> Person:
        return await self.mercy.person(OWNER)


@pytest.fixture
def are_trusted() -> bool:
    return False


@pytest.fixture
def stage(houses: Houses, mercy: House, stlukes: House, network: Network) -> Stage:
    return Stage(houses, mercy, stlukes, network)


async def keys_are_compared(stage: Stage) -> None:
    wrong = Tails("0" * 8, "0" * 8)
    first = await stage.mercy.person(FIRST)
    with pytest.raises(CurbsideError):
        await first.does(key_checks.pin, stage.stlukes.host, wrong, "Dr Quill")
    await first.does(key_checks.pin, stage.stlukes.host, await heard(stage.stlukes), "Dr Quill")
    await does(stage.mercy, key_checks.discard, stage.stlukes)
    await pin(stage.mercy, stage.stlukes)


async def hospitals_agree_and_end_it(stage: Stage) -> None:
    await agree(stage.houses, stage.mercy, stage.stlukes)
    await does(stage.mercy, treaties.revoke, stage.stlukes)


async def this_server_is_restored(stage: Stage) -> None:
    await stage.mercy.at(restoring.settle, "2026-11-27T031000Z", datetime.now(UTC))


async def a_partner_was_restored(stage: Stage) -> None:
    await pin(stage.mercy, stage.stlukes)
    await stage.mercy.at(resending.send_again, stage.stlukes.host, datetime.now(UTC))


async def an_offer_is_taken_back(stage: Stage) -> None:
    await pin(stage.mercy, stage.stlukes)
    await offer(stage.mercy, stage.stlukes)
    await stage.houses.settle()
    await does(stage.mercy, treaties.revoke, stage.stlukes)
    await stage.houses.settle()


async def an_offer_is_rejected(stage: Stage) -> None:
    await offered(stage.houses, stage.mercy, stage.stlukes)
    await does(stage.stlukes, treaties.reject, stage.mercy, "No")


async def offers_cross(stage: Stage) -> None:
    await pin(stage.mercy, stage.stlukes)
    await pin(stage.stlukes, stage.mercy)
    await offer(stage.mercy, stage.stlukes)
    await offer(stage.stlukes, stage.mercy)
    await stage.houses.settle()


async def an_agreement_runs_out(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    await stage.mercy.at(treaty_answers.expire, datetime.now(UTC) + timedelta(days=400))


async def servers_are_blocked_and_allowed(stage: Stage) -> None:
    owner = await stage.owner()
    for work in (hosts.block, hosts.unblock, hosts.allow, hosts.disallow):
        await owner.does(work, "bad.example")
    await owner.does(quotas.change, "bad.example", {Left.POSTS: Limit(100, 1_000)})


async def lists_of_servers_are_taken_over(stage: Stage) -> None:
    owner, second = await stage.owner(), await stage.mercy.person(FIRST)
    group = await stage.mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await follower(stage.mercy, "bad.example", group)
    for end in (host_imports.cancel, host_imports.confirm):
        found = await brought(owner, "domain\nbad.example\n")
        await owner.does(end, found.id)
    await second.does(host_imports.confirm, found.id)


async def a_published_list_is_followed(stage: Stage) -> None:
    owner, other = await stage.owner(), await stage.stlukes.person(OWNER)
    await other.does(hosts.block, "bad.example")
    url = (await other.does(published_list.publish)).document["id"]
    row = await owner.does(subscriptions.subscribe, url)
    await owner.does(subscriptions.end, row.id)
    await other.does(published_list.withdraw)


async def a_partner_has_new_keys(stage: Stage) -> None:
    await agree(stage.houses, stage.mercy, stage.stlukes)
    institution = await stage.stlukes.at(local.institution)
    await stage.stlukes.at(rotation.rotate, institution)
    await stage.mercy.at(pins.look_at_all)
    await stage.houses.settle()


async def deliveries_are_looked_after(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    lee, owner = await stage.person(), await stage.owner()
    await ask(lee, stage.stlukes)
    for work in (
        *(deliveries.pause, deliveries.resume, deliveries.try_now, deliveries.drop),
        deliveries.retry_given_up,
    ):
        await owner.does(work, stage.stlukes.host)


async def a_message_cannot_be_delivered(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    await ask(await stage.person(), stage.stlukes)
    late = datetime.now(UTC) + timedelta(days=30)
    await stage.mercy.at(lambda: Delivery.all().update(claimed_until=None))
    await stage.mercy.at(dead_letters.expire, late, timedelta(days=1))


async def a_hospital_is_cut_off_with_consults_on_their_way(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    await ask(await stage.person(), stage.stlukes)
    await (await stage.owner()).does(hosts.block, stage.stlukes.host)


async def trust_ended_while_a_consult_goes_on(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    lee = await stage.person()
    consult = await ask(lee, stage.stlukes)
    await end_trust(stage.mercy, stage.stlukes)
    await write(lee, consult, Event.COMMENT)


async def a_partners_consult_had_its_time(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    consult = await ask(await stage.person(), stage.stlukes)
    await stage.houses.settle()
    ended = {"status": Status.EXPIRED}
    await stage.stlukes.at(lambda: Consult.filter(uri=consult.uri).update(**ended))
    await stage.stlukes.at(purging.expire, datetime.now(UTC) + timedelta(days=4000))


async def a_hospital_leaves_and_deletes_what_it_had(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    await ask(await stage.person(), stage.stlukes)
    await stage.houses.settle()
    await does(stage.mercy, treaties.revoke, stage.stlukes)
    await stage.houses.settle()


async def a_consult_is_published_and_printed(stage: Stage) -> None:
    lee, colleague = await stage.person(), await stage.mercy.person(OKAFOR)
    wards = await stage.mercy.at(channels.create_channel, "cases", "Cases", "What we saw.")
    consult = await publishing.closed(stage.houses, lee, colleague)
    await publishing.propose(lee, consult, wards)
    await publishing.says(colleague, consult, "publish")
    await publishing.signs(stage.mercy, consult)
    await lee.does(printing.read, consult.id)
    await lee.does(recalling.recall, consult.id, ["all"], "phi")


async def a_question_is_changed(stage: Stage) -> None:
    await trust_each_other(stage.mercy, stage.stlukes)
    lee = await stage.person()
    consult = await ask(lee, stage.stlukes)
    _, root = await lee.does(questions.own, consult.id)
    changes, seen = {"question": "What would you do next?"}, questions.version(root)
    await lee.does(questions.edit, consult.id, changes, seen, attested=True)


async def a_consult_is_recalled_and_released(stage: Stage) -> None:
    """At the wish of another hospital, which then does not delete it."""
    await trust_each_other(stage.mercy, stage.stlukes)
    lee = await stage.person()
    stewards = [await one.person(STEWARD) for one in (stage.mercy, stage.stlukes)]
    consult = await ask(lee, stage.stlukes)
    await stage.houses.settle()
    there = await seen_at(stage.stlukes, consult)
    await stewards[1].does(requesting.ask, there.id, ["all"], "phi")
    await stage.houses.settle()
    await stewards[0].does(releasing.read, consult.id)
    row = await stage.mercy.at(lambda: Receipt.get(host=stage.stlukes.host))
    await stage.mercy.at(lambda: Receipt.all().update(purged_at=None))
    named, signer = row.activity_uri, f"{stage.stlukes.origin}/actor"
    why, now = "A court asks for it.", datetime.now(UTC)
    await stage.mercy.at(receipts.take_refusal, named, why, row.host, signer, now)
    await stewards[0].does(releasing.release, consult.id, "There is nobody in it.")


async def a_question_is_held_and_judged(stage: Stage) -> None:
    """One is let through, another goes back to who wrote it."""
    lee, steward = await stage.person(), await stage.mercy.person(STEWARD)
    for key in (1, 2):
        draft = await lee.does(drafts.save, key, 0, {"title": "Of a Mr Smith"})
        await stage.mercy.at(drafts.hold, draft, datetime.now(UTC))
        found = await steward.does(holds.read, draft.id)
        why = "Smith is the name of a score."
        if key == 1:
            await steward.does(holds.release, found, question(), why)
        else:
            await steward.does(holds.send_back, found, why)


async def a_consult_would_have_left(stage: Stage) -> None:
    await stage.mercy.at(audit.record_violation, "F-CON-2")


async def somebody_speaks_for_a_member(stage: Stage) -> None:
    lee = await stage.person()
    stranger = Outsider("stranger.example", "mallory", stage.network)
    sent = stranger.activity("Follow", lee.uri) | {"actor": lee.uri}
    assert (await stranger.sends(stage.mercy, sent)).status == 403


async def keys_change(stage: Stage) -> None:
    lee = await stage.person()
    await lee.speaks(rotation.rotate)
    await lee.speaks(rotation.rotate, emergency=True)


async def roles_change(stage: Stage) -> None:
    owner = await stage.owner()
    await stage.person()
    await owner.does(roles.change, "lee", Role.STEWARD)


async def an_application_may_hold_consults(stage: Stage) -> None:
    """For a while; a script gets a token from the shell."""
    owner, lee = await stage.owner(), await stage.person()
    asked = clients.Registration("Phone", ["https://phone.example/"], "read consults")
    application, _ = await stage.mercy.at(clients.register, asked)
    for approved in (True, False):
        await owner.does(clients.approve, application.client_id, approved=approved)
    await stage.mercy.at(authorizing.issue_directly, lee.actor, "read")


async def settings_change(stage: Stage) -> None:
    kept = vars(await stage.mercy.at(settings.read))
    await (await stage.owner()).does(settings.change, kept | {"on_call": "extension 5"})


async def all_members_are_told(stage: Stage) -> None:
    owner = await stage.owner()
    row = await owner.does(announcements.publish, "This server is down on Sunday.")
    await owner.does(announcements.end, row.id)


async def a_consult_is_opened_for_patient_safety(stage: Stage) -> None:
    lee, owner = await stage.person(), await stage.owner()
    steward = await stage.mercy.person(new("steward", "Dr S. Teward", role=Role.STEWARD))
    named = await stage.mercy.person(RUIZ)
    consult = await ask(lee, people=(lee.address, named.address))
    now = datetime.now(UTC)
    for decide in (break_glass.refuse, break_glass.approve):
        row = await steward.does(break_glass.ask, f"/k/{consult.id}", "A near miss.", now)
        await owner.does(decide, row.id, now)
    await steward.does(break_glass.read, row.id, now)


async def a_term_is_no_identifier(stage: Stage) -> None:
    lee, texts = await stage.person(), {"history": "Lives in Harrogate."}
    (found,) = await lee.does(identifiers.look, texts)
    await lee.does(identifiers.dismiss, texts, found.place)


async def mails_are_sent_again(stage: Stage) -> None:
    owner, now = await stage.owner(), datetime.now(UTC)
    row: dict[str, Any] = {
        "member": owner.member,
        "kind": AlertKind.AUDIT,
        "host": "",
        "gave_up_at": now,
    }
    await stage.mercy.at(lambda: Mail.create(**row))
    await owner.does(mails.send_again)


async def somebody_moves(stage: Stage) -> None:
    lee, ruiz = await stage.person(), await stage.mercy.person(RUIZ)
    await lee.speaks(moves.follow_along, ruiz.actor)


async def a_channel_is_kept(stage: Stage) -> None:
    lee, owner = await stage.person(), await stage.owner()
    group, post = await _board(stage)
    await stage.mercy.at(moderation.add_moderator, group, group, owner.actor)
    await owner.speaks(
        moderation.set_rules,
        group,
        rules="Be kind.",
        approves_followers=False,
        only_moderators_post=False,
    )
    for work in (moderation.lock, moderation.unlock, moderation.pin, moderation.unpin):
        await owner.speaks(work, await stage.mercy.at(posting.thread_by_id, post.thread_id))
    await owner.speaks(bans.ban, group, lee.actor, "Rule 1", None)
    await owner.speaks(bans.lift, group, lee.actor)
    await owner.speaks(moderation.remove, post, "Rule 1")
    await stage.mercy.at(moderation.remove_moderator, group, group, owner.actor)


async def a_channel_is_looked_after(stage: Stage) -> None:
    owner = await stage.owner()
    await owner.does(boards.open_one, {"handle": "rounds", "title": "Rounds"})
    await owner.does(boards.describe, "rounds", {"title": "Grand rounds"})
    await owner.does(boards.close, "rounds")
    await owner.does(boards.reopen, "rounds")
    await stage.person()
    await owner.does(boards.appoint, "rounds", "@lee")
    await owner.does(boards.dismiss, "rounds", (await stage.person()).address)


async def followers_are_decided(stage: Stage) -> None:
    owner = await stage.owner()
    group, _ = await _board(stage)
    rules = {"rules": "", "approves_followers": True, "only_moderators_post": False}
    await owner.speaks(moderation.set_rules, group, **rules)
    for person, accepted in ((await stage.person(), True), (await stage.mercy.person(RUIZ), False)):
        await person.speaks(follows.follow, group)
        [row] = await stage.mercy.at(follows.requests, group)
        await owner.speaks(follows.decide, group, row, accepted=accepted)


async def a_report_is_decided(stage: Stage) -> None:
    owner = await stage.owner()
    _, post = await _board(stage)
    row = await owner.does(reports.report, post, "Rude.")
    kept = await owner.does(keeping.of)
    found = await stage.mercy.at(reports.by_id, kept, row.id)
    await owner.does(decisions.decide, found, Decision.NO_ACTION, "")


async def a_member_moves_and_comes_back(stage: Stage) -> None:
    lee, source = await stage.mercy.person(LEE), Source("203.0.113.9")
    home = Outsider("new.example", "lee", stage.network)
    home.documents[home.uri] |= {"alsoKnownAs": [lee.uri]}
    await lee.does(moving.move, lee.actor, home.uri, PASSWORD, source)
    await stage.mercy.at(moving.undo, await stage.mercy.at(Actor.get, id=lee.actor.id))


async def a_server_closes(stage: Stage) -> None:
    house = await stage.houses.open("Ending", "hospital", "ending.example", trusted=False)
    owner, source = await house.person(OWNER), Source("203.0.113.9")
    day = datetime.now(UTC) + closing.LEAST + timedelta(days=2)
    await owner.does(closing.propose, day, PASSWORD, source)
    await owner.does(closing.call_off)
    await owner.does(closing.propose, day, PASSWORD, source)
    await house.at(closing.work, day)


async def accounts_change(stage: Stage) -> None:
    house = await stage.houses.open("Kept", "hospital", "kept.example", SMTP_HOST="127.0.0.1")
    lee, source = await house.person(LEE), Source("203.0.113.9")
    await house.sign_in("lee")
    [session] = await lee.does(signing_in.sessions)
    session.member = lee.member
    await house.at(addresses.ask, session, "new@hospital.example", PASSWORD, source)
    mail = await house.at(lambda: Mail.get(kind=AlertKind.CONFIRM))
    await house.at(addresses.confirm, session, (mail.code or b"").decode(), source)
    await house.at(resets.reset, "lee")
    await house.at(exports.note_from_shell, lee.actor)


async def people_are_invited(stage: Stage) -> None:
    house = await stage.houses.open("Kept", "hospital", "kept.example", SMTP_HOST="127.0.0.1")
    officer = await house.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    row = await officer.does(invitations.invite, "somebody@hospital.example")
    await officer.does(invitations.withdraw, row.id)
    await officer.does(invitations.invite_roster)
    browser = await inviting.confirmed(house, await inviting.invited(officer))
    await browser.get("/join")
    await browser.post_form("/join/account", inviting.account())


async def accounts_are_looked_after(stage: Stage) -> None:
    officer = await stage.mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    await stage.person()
    why, now = "A complaint, file 12.", datetime.now(UTC)
    facts = lifecycle.Facts(Profession.NURSE, ["cardiology"], "GB")
    await officer.does(lifecycle.move_on, "lee", Career.RETIRED, "", why, now)
    await officer.does(lifecycle.correct, "lee", facts, why, now)
    for work in (lifecycle.check_again, lifecycle.suspend, lifecycle.restore):
        await officer.does(work, "lee", why, now)


async def the_hospitals_own_sign_in_is_used(stage: Stage) -> None:
    owner = await stage.owner()
    await providers.listed(owner, "ada")
    provider = await providers.opened(stage.mercy, stage.network, owner)
    provider.people["ada"] = providers.claims("ada")
    browser = await providers.joined(stage.mercy, provider, "ada")
    await browser.post_form("/account/security/sso/remove", {"password": PASSWORD})


async def a_pseudonym_is_opened(stage: Stage) -> None:
    first, second = [
        await stage.mercy.person(new(name, name, role=Role.OFFICER)) for name in ("one", "two")
    ]
    await stage.mercy.person(new("moyo", "Dr S. Moyo", pseudonym="heron"))
    now, why = datetime.now(UTC), "Order of the court, file 12."
    day = now + timedelta(days=9)
    for decide in (unmasking.refuse, unmasking.approve):
        row = await first.does(unmasking.ask, "heron", Ground.LEGAL, why, now, silent_until=day)
        await second.does(decide, row.id, now)
    await first.does(unmasking.look, row.id, now)
    await second.does(unmasking.end_silence, row.id, now)


async def a_roster_is_imported(stage: Stage) -> None:
    owner, row = await stage.owner(), rosters.line("2", "")
    officer = await stage.mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    await rosters.joined(stage.mercy, "kim")
    both = rosters.table(rosters.line("1", "kim@hospital.example"), row)
    await rosters.take(owner, both)
    gone = await rosters.bring(owner, rosters.table(row))
    await owner.does(importing.cancel, gone.id)
    done = await rosters.take(owner, rosters.table(row), officer)
    await owner.does(importing.undo, done.id)
    await rosters.work(stage.mercy)


async def cases_are_decided(stage: Stage) -> None:
    owner = await stage.owner()
    officer = await stage.mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    kim = await rosters.joined(stage.mercy, "kim")
    case = await sends(kim)
    await decides(officer, case, Choice.ASK)
    await looks(officer, case)
    await decides(officer, case, Choice.DOCUMENT)
    await looks(owner, case)
    await decides(owner, case, Choice.AGREE)
    await decides(owner, await sends(kim), Choice.REFUSE)


async def a_register_is_imported(stage: Stage) -> None:
    with TemporaryDirectory() as name:
        await registers.nppes(stage.mercy, Path(name), registers.person(registers.LEE, "Lee", "Jo"))


async def colleagues_vouch(stage: Stage) -> None:
    lee, ruiz, owner = await stage.person(), await stage.mercy.person(RUIZ), await stage.owner()
    kim, now = await rosters.joined(stage.mercy, "kim"), datetime.now(UTC)
    for voucher in (lee, ruiz):
        await kim.does(vouching.ask, voucher.actor.handle, now)
        [row] = await voucher.does(vouching.asked_of, now)
        await voucher.does(vouching.vouch, row.id, "We have shared a ward for 3 years.", now)
    await ruiz.does(vouching.revoke, row.id, now)
    await owner.does(vouching.find_abused, row.id, "They have never met.", now)


async def _board(stage: Stage) -> tuple[Actor, Post]:
    group = await stage.mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    started = await (await stage.person()).speaks(posting.start_thread, group, "A title", "Words.")
    return group, await stage.mercy.at(posting.by_id, started.id)


Scenario = Callable[[Stage], Awaitable[None]]
LEFT_BY: dict[Scenario, tuple[str, ...]] = {
    keys_are_compared: (
        *("trust.keys_differ", "trust.key_compared", "trust.key_check_dropped", "trust.pinned"),
    ),
    hospitals_agree_and_end_it: (
        *("trust.offer_sent", "trust.offer_received", "trust.accept_sent", "trust.active"),
        "trust.revoked",
    ),
    this_server_is_restored: ("server.restored",),
    a_partner_was_restored: ("peer.restored",),
    an_offer_is_taken_back: ("trust.offer_withdrawn",),
    an_offer_is_rejected: ("trust.rejected",),
    offers_cross: ("trust.lapsed",),
    an_agreement_runs_out: ("trust.expired",),
    servers_are_blocked_and_allowed: (
        *("trust.blocked", "trust.unblocked", "trust.allowed", "trust.disallowed"),
        "host.limited",
    ),
    lists_of_servers_are_taken_over: (
        *("hosts.import_cancelled", "hosts.import_confirmed", "hosts.imported"),
    ),
    a_published_list_is_followed: (
        *("hosts.list_published", "hosts.subscribed", "hosts.list_changed", "hosts.unsubscribed"),
        "hosts.list_withdrawn",
    ),
    a_partner_has_new_keys: ("trust.keys_changed", "trust.repinned"),
    deliveries_are_looked_after: (
        *("peer.paused", "peer.resumed", "delivery.tried_now", "delivery.dropped"),
        "delivery.retried",
    ),
    mails_are_sent_again: ("mail.retried",),
    a_message_cannot_be_delivered: ("delivery.gave_up",),
    a_hospital_is_cut_off_with_consults_on_their_way: ("delivery.cancelled", "trust.blocked"),
    trust_ended_while_a_consult_goes_on: ("consult.left_out",),
    a_partners_consult_had_its_time: ("consult.purged",),
    a_hospital_leaves_and_deletes_what_it_had: ("consult.purged", "consult.receipt"),
    a_consult_is_published_and_printed: (
        *("consult.publish_proposed", "consult.publish_answered", "consult.published"),
        *("consult.printed", "consult.unpublished", "consult.recalled"),
    ),
    a_question_is_changed: ("consult.edited",),
    a_consult_is_recalled_and_released: (
        *("consult.recall_asked", "consult.recalled", "consult.obeyed", "consult.held_read"),
        *("consult.deletion_refused", "consult.released"),
    ),
    a_question_is_held_and_judged: ("draft.held_read", "draft.released", "draft.returned"),
    a_consult_would_have_left: ("audience.violation",),
    all_members_are_told: ("announcement.published", "announcement.ended"),
    somebody_speaks_for_a_member: ("inbox.refused",),
    keys_change: ("keys.rotated", "keys.replaced"),
    settings_change: ("settings.changed",),
    an_application_may_hold_consults: ("app.approved", "app.unapproved", "token.created"),
    roles_change: ("role.given", "role.changed"),
    a_term_is_no_identifier: ("identifier.dismissed",),
    a_consult_is_opened_for_patient_safety: (
        *("break_glass.asked", "break_glass.refused", "break_glass.approved", "break_glass.read"),
    ),
    somebody_moves: ("actor.moved",),
    a_member_moves_and_comes_back: ("actor.moved", "actor.move_undone"),
    a_channel_is_kept: (
        *("moderator.added", "channel.changed", "thread.locked", "thread.unlocked"),
        *("thread.pinned", "thread.unpinned", "member.banned", "member.unbanned"),
        *("post.removed", "moderator.removed"),
    ),
    a_channel_is_looked_after: (
        *("channel.opened", "channel.changed", "channel.closed", "channel.reopened"),
        *("moderator.added", "moderator.removed"),
    ),
    a_roster_is_imported: (
        *("roster.imported", "roster.confirmed", "roster.cancelled", "roster.undone"),
        *("verification.given", "verification.ended"),
    ),
    cases_are_decided: (
        *("case.asked", "case.seen", "case.proposed", "case.granted", "case.refused"),
        "verification.given",
    ),
    a_register_is_imported: ("registry.imported",),
    colleagues_vouch: ("vouch.given", "vouch.revoked", "vouch.abused"),
    a_pseudonym_is_opened: (
        *("unmasking.asked", "unmasking.approved", "unmasking.refused"),
        *("unmasking.seen", "unmasking.told"),
    ),
    accounts_are_looked_after: (
        *("member.suspended", "member.restored", "member.changed", "member.rechecked"),
    ),
    followers_are_decided: ("follower.accepted", "follower.rejected"),
    a_report_is_decided: ("report.decided",),
    the_hospitals_own_sign_in_is_used: (
        *("sso.changed", "sso.switched", "sso.linked", "sso.unlinked"),
    ),
    a_server_closes: (
        *("closing.proposed", "closing.agreed", "closing.called_off", "closing.began"),
        "closing.ended",
    ),
    accounts_change: ("account.address_changed", "account.reset", "account.exported"),
    people_are_invited: (
        *("invitation.sent", "invitation.withdrawn", "invitation.round", "member.joined"),
    ),
}
# What an administrator or moderator does by name: function -> the row it leaves.
DONE_BY: dict[ModuleType, dict[str, str]] = {
    key_checks: {
        "pin": "trust.key_compared",
        "confirm": "trust.pinned",
        "discard": "trust.key_check_dropped",
    },
    treaties: {
        "offer": "trust.offer_sent",
        "accept": "trust.accept_sent",
        "reject": "trust.rejected",
        "revoke": "trust.revoked",
    },
    hosts: {
        "block": "trust.blocked",
        "unblock": "trust.unblocked",
        "allow": "trust.allowed",
        "disallow": "trust.disallowed",
    },
    host_imports: {
        "start": "hosts.imported",  # nothing happens before that
        "confirm": "hosts.imported",
        "cancel": "hosts.import_cancelled",
    },
    importing: {
        "start": "roster.imported",  # nothing happens before that
        "match": "roster.imported",
        "correct": "roster.imported",
        "confirm": "roster.imported",
        "cancel": "roster.cancelled",
        "undo": "roster.undone",
    },
    case_decisions: {"decide": "case.granted"},
    case_documents: {"read": "case.seen"},
    subscriptions: {"subscribe": "hosts.subscribed", "end": "hosts.unsubscribed"},
    published_list: {"publish": "hosts.list_published", "withdraw": "hosts.list_withdrawn"},
    deliveries: {
        "pause": "peer.paused",
        "resume": "peer.resumed",
        "try_now": "delivery.tried_now",
        "retry_given_up": "delivery.retried",
        "drop": "delivery.dropped",
    },
    moderation: {
        "add_moderator": "moderator.added",
        "remove_moderator": "moderator.removed",
        "set_rules": "channel.changed",
        "lock": "thread.locked",
        "unlock": "thread.unlocked",
        "pin": "thread.pinned",
        "unpin": "thread.unpinned",
        "remove": "post.removed",
    },
    boards: {
        "open_one": "channel.opened",
        "describe": "channel.changed",
        "close": "channel.closed",
        "reopen": "channel.reopened",
        "appoint": "moderator.added",
        "dismiss": "moderator.removed",
    },
    invitations: {
        "invite": "invitation.sent",
        "invite_roster": "invitation.round",
        "resend": "invitation.sent",
        "withdraw": "invitation.withdrawn",
    },
    roles: {"change": "role.changed"},
    mails: {"send_again": "mail.retried"},
    settings: {"change": "settings.changed", "change_some": "settings.changed"},
    sso_providers: {"change": "sso.changed", "switch": "sso.switched"},
    break_glass: {
        "ask": "break_glass.asked",
        "approve": "break_glass.approved",
        "refuse": "break_glass.refused",
        "read": "break_glass.read",
        "note_reading": "break_glass.read",
    },
    vouching: {"find_abused": "vouch.abused"},
    unmasking: {
        "ask": "unmasking.asked",
        "approve": "unmasking.approved",
        "refuse": "unmasking.refused",
        "look": "unmasking.seen",
        "end_silence": "unmasking.told",
    },
    lifecycle: {
        "suspend": "member.suspended",
        "restore": "member.restored",
        "move_on": "member.changed",
        "correct": "member.changed",
        "check_again": "member.rechecked",
    },
    bans: {"ban": "member.banned", "lift": "member.unbanned"},
}
# Asked, or used by the others.
_DECIDES_NOTHING = {
    "require",
    "send",
    "holders",
    "waiting",
    "open_to",
    "opened_to",
    "may_open",
    "page",
    "silent",
}


@pytest.mark.parametrize("scenario", LEFT_BY, ids=lambda scenario: scenario.__name__)
async def test_what_is_done_leaves_its_rows(stage: Stage, scenario: Scenario) -> None:
    await scenario(stage)
    found: set[str] = set()
    for house in stage.houses.opened:
        found |= {entry.action for entry in await house.at(lambda: AuditEntry.all())}
    assert set(LEFT_BY[scenario]) <= found


def test_every_action_is_brought_about_by_a_scenario() -> None:
    assert {action for actions in LEFT_BY.values() for action in actions} == ACTIONS.keys()


def test_every_action_named_in_the_program_has_its_words() -> None:
    files = [file for part in _WRITERS for file in (ROOT / "instance" / part).rglob("*.py")]
    named = {action for file in files for action in _named(file)}
    assert named - _NO_ACTIONS == ACTIONS.keys() and all(ACTIONS.values())


def _named(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text()))
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in texts if _ACTION.fullmatch(text)}


@pytest.mark.parametrize("module", DONE_BY, ids=lambda module: module.__name__)
def test_what_somebody_does_by_name_is_listed_with_its_row(module: ModuleType) -> None:
    public = {
        name
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "by" in inspect.signature(function).parameters
    }
    assert public - _DECIDES_NOTHING == DONE_BY[module].keys()
    assert set(DONE_BY[module].values()) <= ACTIONS.keys()
