"""What was typed into the form of a question, as the services take it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from instance.ids import read_id
from instance.models import Scope
from instance.services.consults import facts, opening, pasted
from instance.web import views
from instance.web.views.asking import QUESTION_TEXTS


def free_texts(typed: views.ConsultDraft) -> dict[str, str]:
    """As the service names them, with the numbers that the rows have in the form."""
    texts = {name: getattr(typed, name) for name in facts.FREE if getattr(typed, name)}
    for number, lab in enumerate(typed.labs):
        texts |= {f"labs-{number}-{part}": text for part, text in asdict(lab).items() if text}
    return texts


def with_texts(
    typed: views.ConsultDraft, texts: Mapping[str, str], *, is_old: bool = False
) -> views.ConsultDraft:
    """`is_old`: an age above 89 was taken out, and is told by the band."""
    labs = tuple(
        replace(lab, **{p: texts.get(f"labs-{n}-{p}", "") for p in asdict(lab)})
        for n, lab in enumerate(typed.labs)
    )
    free: dict[str, Any] = {name: texts.get(name, "") for name in facts.FREE}
    if is_old:
        free["age_band"] = "90+"
    return replace(typed, **free, labs=labs)


def with_parts(typed: views.ConsultDraft, parts: pasted.Parts) -> views.ConsultDraft:
    """What stood in a field already stays above what comes into it."""
    texts: dict[str, Any] = {
        name: "\n".join(text for text in (getattr(typed, name), said) if text)
        for name, said in parts.texts.items()
        if name != "history"
    }
    rows = [lab for lab in typed.labs if lab != views.Lab()]
    rows += [views.Lab(**row) for row in parts.labs]
    spilt = [" ".join(asdict(row).values()).strip() for row in rows[views.LAB_ROWS :]]
    history = "\n".join([parts.texts.get("history", ""), *spilt]).strip()
    return replace(typed, **texts, history=history, labs=tuple(rows[: views.LAB_ROWS]))


def facts_of(draft: views.ConsultDraft) -> dict[str, Any]:
    """The facts as `consults.facts` names them, empty ones too."""
    values: dict[str, Any] = {name: getattr(draft, name).strip() for name in QUESTION_TEXTS}
    values["labs"] = [asdict(lab) for lab in draft.labs if lab != views.Lab()]
    return values


def question_of(draft: views.ConsultDraft) -> opening.Question:
    values = facts_of(draft)
    values["specialties"] = list(draft.specialties)
    values["target_hours"] = _hours(draft)
    return opening.Question(
        facts={name: value for name, value in values.items() if value not in ("", [])},
        audience=_AUDIENCES.get(draft.audience, _unchosen)(draft),
        attested=draft.attested,
        identity=draft.identity,
    )


def _hours(draft: views.ConsultDraft) -> int | None:
    typed = draft.target_hours.strip()
    if typed:
        return read_id(typed)
    return facts.TARGET_HOURS.get(draft.urgency, facts.TARGET_HOURS["routine"])


def _unchosen(draft: views.ConsultDraft) -> None:
    """Nothing is chosen for anybody: who may read is the asker's decision (domain.md 3.2)."""


def _people(draft: views.ConsultDraft) -> opening.Audience:
    named = tuple(line.strip() for line in draft.people.splitlines() if line.strip())
    return opening.Audience(Scope.NAMED, people=named)


_AUDIENCES: dict[str, Callable[[views.ConsultDraft], opening.Audience | None]] = {
    "ours": lambda draft: opening.Audience(Scope.INSTANCES, only_ours=True),
    "chosen": lambda draft: opening.Audience(Scope.INSTANCES, hosts=draft.hospitals),
    "partners": lambda draft: opening.Audience(Scope.TRUSTED),
    "people": _people,
}
