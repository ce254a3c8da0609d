"""doctor: what is wrong with our own server, or between us and an account elsewhere, in words."""

import click
import orjson

from instance import config
from instance.cli import running
from instance.services import doctor as service
from instance.services import self_test


@click.command()
@click.argument("target", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(target: str | None, as_json: bool) -> None:
    """Check this server; or say step by step why TARGET, @name@host or a URL, its keys or
    deliveries do not work.

    Ends with 1 when something is wrong.
    """
    found = running.run(lambda: _look(target))
    findings = [_shown(finding) for finding in found.findings]
    if as_json:
        answer = {"target": found.target, "ok": found.is_well, "findings": findings}
        click.echo(orjson.dumps(answer).decode())
    else:
        for one in findings:
            click.echo(f"{'ok   ' if one['ok'] else 'WRONG'} {one['step']}: {one['said']}")
            if one["mend"]:
                click.echo(f"      {one['mend']}")
    if not found.is_well:
        raise click.exceptions.Exit(1)


async def _look(target: str | None) -> service.Examination:
    if target is not None:
        return await service.examine(target)
    return service.Examination(config.current().host, findings=await self_test.run())


def _shown(finding: service.Finding) -> dict[str, str | bool]:
    ok = finding.is_good
    return {"step": finding.step, "ok": ok, "said": finding.said, "mend": finding.mend}


COMMANDS = (doctor,)
