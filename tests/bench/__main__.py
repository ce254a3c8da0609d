"""`python -m tests.bench NAME [--help]`."""

import argparse
import asyncio

import uvloop

from tests.bench import (
    bench_bombs,
    bench_consult,
    bench_counting,
    bench_databases,
    bench_fan_out,
    bench_finding,
    bench_followers,
    bench_inbox,
    bench_kills,
    bench_move,
    bench_pages,
    bench_registry,
    bench_roster,
    bench_search,
    bench_sick_hosts,
    bench_start,
    bench_streams,
    bench_year,
    yardsticks,
)

BENCHMARKS = {
    "yardsticks": yardsticks,
    "inbox": bench_inbox,
    "databases": bench_databases,
    "start": bench_start,
    "consult": bench_consult,
    "pages": bench_pages,
    "fan-out": bench_fan_out,
    "search": bench_search,
    "finding": bench_finding,
    "sick-hosts": bench_sick_hosts,
    "streams": bench_streams,
    "year": bench_year,
    "followers": bench_followers,
    "kills": bench_kills,
    "bombs": bench_bombs,
    "move": bench_move,
    "roster": bench_roster,
    "registry": bench_registry,
    "counting": bench_counting,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, module in BENCHMARKS.items():
        about = (module.__doc__ or "").strip()
        summary = about.partition("\n")[0]
        module.add_arguments(names.add_parser(name, help=summary, description=about))
    chosen = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(BENCHMARKS[chosen.name].run(chosen))


main()
