"""How the identifier check is scored: domain.md, 6.5. Texts are JSON Lines with gold spans."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from instance.phi import Finding, Severity, Type, screen

DIGITS = frozenset("DATE AGE90 PHONE FAX EMAIL SSN NATIONAL_ID MRN PLAN ACCOUNT URL IP".split())


@dataclass
class Score:
    """Spans found and all, by kind; cases with a hit; clean cases that were blamed."""

    found: Counter[str] = field(default_factory=Counter)
    spans: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    cases_hit: int = 0
    clean: int = 0
    clean_blocked: int = 0
    clean_warned: int = 0

    def recall(self, kinds: frozenset[str]) -> float:
        total = sum(self.spans[kind] for kind in kinds)
        return sum(self.found[kind] for kind in kinds) / total if total else 1.0

    def bars(self) -> dict[str, tuple[float, float]]:
        """Each bar by name: what was reached, and what is asked."""
        gated = frozenset(self.spans) - {"OTHER"}
        return {
            "digits": (self.recall(DIGITS), 0.90),
            "names": (self.recall(frozenset({"NAME"})), 0.65),
            "places": (self.recall(frozenset({"LOCATION"})), 0.55),
            "all": (self.recall(gated), 0.75),
            "cases": (self.cases_hit / max(1, self.cases), 0.90),
            "clean, no block": (1 - self.clean_blocked / max(1, self.clean), 0.95),
            "clean, no warning": (1 - self.clean_warned / max(1, self.clean), 0.80),
        }


def score(path: Path) -> Score:
    total = Score()
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        findings = [f for f in screen(case["text"]) if f.type is not Type.CLINICIAN]
        if case["spans"]:
            _add_case(total, case["spans"], screen(case["text"]))
            continue
        total.clean += 1
        total.clean_blocked += any(f.severity is Severity.BLOCK for f in findings)
        total.clean_warned += bool(findings)
    return total


def _add_case(
    total: Score, spans: list[tuple[int, int, str]], findings: tuple[Finding, ...]
) -> None:
    covered = {place for finding in findings for place in range(finding.start, finding.end)}
    hits = []
    for start, end, kind in spans:
        if kind == "CLINICIAN":
            continue
        hit = 2 * sum(place in covered for place in range(start, end)) >= end - start
        total.spans[kind] += 1
        total.found[kind] += hit
        hits.append(hit)
    if hits:
        total.cases += 1
        total.cases_hit += any(hits)
