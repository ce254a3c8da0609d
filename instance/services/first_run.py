"""Setting up a new server (ux.md J1): a link for the first owner, and the steps that are needed.

The link is printed where the server was started, by whoever can read that, and works once, for 24
hours, while there is no owner (T70).
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance.errors import Conflict, FormRefused
from instance.models import (
    FirstRun,
    Member,
    Role,
    RosterImport,
    RosterState,
)
from instance.services import (
    duties,
    invitations,
    members,
    second_factors,
    self_test,
    settings,
    signing_in,
    throttle,
    verification,
)
from instance.services.doctor import Finding
from instance.services.duties import Duty
from instance.services.members import NewMember
from instance.services.signing_in import Entry, Opened
from instance.services.throttle import Door, Source, hashed

STEPS = ("account", "hospital", "tested", "second", "roster", "rules")
OVER = "This server has an owner by now. Sign in, or ask them for an invitation."
_HOSPITAL = ("name", "address", "country", "on_call", "mail_domains")


@dataclass(frozen=True)
class Progress:
    """`done`: of STEPS. `findings`: of the last self-test, at `tested_at`."""

    done: frozenset[str]
    findings: tuple[Finding, ...] = ()
    tested_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return len(self.done) == len(STEPS)


async def new_code() -> str:
    """Of the link for the first owner; one printed before ends. "" where there is an owner."""
    if await _has_owner():
        return ""
    code = secrets.token_urlsafe(16)
    values = {"code_hash": hashed(code), "code_until": datetime.now(UTC) + FirstRun.LIVES}
    await FirstRun.update_or_create(defaults=values, id=FirstRun.ID)
    return code


async def is_open(code: str, source: Source) -> bool:
    """Whether somebody may become the first owner by this code. Raises TooMany for guessing."""
    tried = await throttle.reserve(Door.INVITATION, hashed(f"set up {code}"), source)
    now = datetime.now(UTC)
    found = FirstRun.filter(id=FirstRun.ID, code_hash=hashed(code), code_until__gt=now)
    if not await found.exists() or await _has_owner():
        return False
    await tried.delete()
    return True


async def become_owner(code: str, new: NewMember, entry: Entry) -> Opened:
    """Raises FormRefused, and Conflict for who comes second."""
    made = await members.draft(new)

    async def verify(at: datetime) -> None:
        await verification.joined(made.member, at, has_mailbox=False)

    made.member.role = Role.OWNER
    now = datetime.now(UTC)
    async with in_transaction():
        # The lock: of two who come at once, one finds it used.
        unused = FirstRun.filter(id=FirstRun.ID, code_hash=hashed(code), code_until__gt=now)
        if not await unused.update(code_hash=None, code_until=None) or await _has_owner():
            raise Conflict(OVER)
        member = await members.store(made, verify)
    return await signing_in.enter(member, entry)


async def steps_left(member: Member) -> int:
    """For who may take them; 0 on a server that was set up."""
    if not duties.may(member, Duty.SETTINGS):
        return 0
    found = await FirstRun.get_or_none(id=FirstRun.ID, ended_at=None)
    return len(STEPS) - len((await _progress(found, member)).done) if found else 0


async def progress(by: Member) -> Progress | None:
    """None on a server that was set up, or that nobody sets up by these steps."""
    duties.require(by, Duty.SETTINGS)
    found = await FirstRun.get_or_none(id=FirstRun.ID, ended_at=None)
    if found is None:
        return None
    now = await _progress(found, by)
    if now.is_over:
        await FirstRun.filter(id=FirstRun.ID).update(ended_at=datetime.now(UTC))
    return now


async def describe_hospital(by: Member, typed: Mapping[str, str]) -> None:
    """Raises FormRefused."""
    wanted = {name: typed.get(name, "") for name in _HOSPITAL}
    if not wanted["on_call"].strip():
        raise FormRefused({"on_call": "Say whom to page: it stands on every page."})
    await settings.change_some(by, wanted)
    await _note("hospital_at")


async def test(by: Member) -> bool:
    """Run the checks, and keep what they found. Whether all is well."""
    duties.require(by, Duty.SETTINGS)
    found = await self_test.run()
    values = {"findings": [asdict(one) for one in found], "tested_at": datetime.now(UTC)}
    await FirstRun.filter(id=FirstRun.ID).update(**values)
    return all(one.is_good for one in found)


async def invite_second(by: Member, address: str) -> None:
    """They join as a member; then an owner raises their role (T70). Raises as `invite`, and
    FormRefused for who asks themselves."""
    duties.require(by, Duty.PEOPLE)
    if members.read_email(address) == by.email:
        raise FormRefused({"email": "This is your own address. Ask another person."})
    await invitations.invite(by, address)
    await _note("second_at")


async def accept_rules(by: Member, rules: str, *, agrees: bool) -> None:
    """Raises FormRefused."""
    if not agrees:
        raise FormRefused({"agrees": "Tick the box to go on."})
    await settings.change_some(by, {"rules": rules})
    await _note("rules_at")


async def _progress(found: FirstRun, by: Member) -> Progress:
    findings = tuple(Finding(**one) for one in found.findings)
    others = Member.filter(role=Role.OWNER, suspended_at=None).exclude(id=by.id)
    states = {
        "account": not second_factors.is_missing(by),
        "hospital": found.hospital_at is not None,
        "tested": bool(findings) and all(finding.is_good for finding in findings),
        "second": found.second_at is not None or await others.exists(),
        "roster": await RosterImport.filter(state=RosterState.DONE).exists(),
        "rules": found.rules_at is not None,
    }
    done = frozenset(step for step, is_done in states.items() if is_done)
    return Progress(done, findings, found.tested_at)


async def _note(moment: str) -> None:
    await FirstRun.filter(id=FirstRun.ID).update(**{moment: datetime.now(UTC)})


async def _has_owner() -> bool:
    return await Member.filter(role=Role.OWNER).exists()
