"""A member's own standing: what it rests on, what would raise it, and what officers ask."""

from datetime import UTC, datetime
from typing import TypeVar

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.case_words import DONE
from instance.errors import Conflict, FormRefused, NotAllowed
from instance.ids import read_id
from instance.models import Member, Profession, Stage
from instance.services import attesting, case_answers, case_documents
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import verification as present

blueprint = Blueprint("verification", __name__)
T = TypeVar("T", Profession, Stage)


@blueprint.get("/account/verification")
@member
async def show_verification(signed_in: Member) -> ResponseReturnValue:
    done = request.args.get("done", "")
    return draw(await present.verification_page(signed_in, done=done if done in DONE else ""))


@blueprint.post("/account/verification/answer")
@member
async def post_answer(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    case_id, text = read_id(form.get("case", "")) or 0, form.get("answer", "")
    try:
        await case_answers.answer(signed_in, case_id, text, datetime.now(UTC))
    except FormRefused as error:
        page = await present.verification_page(signed_in, typed=form, errors=error.fields)
        return draw(page, error.status)
    except Conflict as error:
        page = await present.verification_page(signed_in, typed=form, refusal=error.shown)
        return draw(page, error.status)
    return _back("answered")


@blueprint.get("/account/verification/document")
@member
async def show_documents(signed_in: Member) -> ResponseReturnValue:
    return draw(await present.documents_page(signed_in))


@blueprint.post("/account/verification/document")
@member
async def post_documents(signed_in: Member) -> ResponseReturnValue:
    sent = (await request.files).getlist("documents")
    try:
        files = [file.stream.read(case_documents.FILE_MOST + 1) for file in sent if file.filename]
        await case_documents.send(signed_in, files, datetime.now(UTC))
    except FormRefused as error:
        return draw(await present.documents_page(signed_in, error.fields), error.status)
    return _back("sent")


@blueprint.post("/account/verification/document/delete")
@member
async def post_take_back(signed_in: Member) -> ResponseReturnValue:
    await case_documents.take_back(signed_in)
    return _back("deleted")


@blueprint.get("/account/verification/statement")
@member
async def show_statement(signed_in: Member) -> ResponseReturnValue:
    """With the words for the work that is asked for, so that it can be read before it is signed."""
    asked = {name: request.args[name] for name in ("profession", "stage") if name in request.args}
    return draw(await present.statement_page(signed_in, typed=asked))


@blueprint.post("/account/verification/statement")
@member
async def post_statement(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        profession = _chosen(Profession, form.get("profession", ""), "profession")
        stage = _chosen(Stage, form.get("stage", ""), "stage")
        agrees = form.get("agrees") == "yes"
        name, now = form.get("name", ""), datetime.now(UTC)
        await attesting.sign(signed_in, name, profession, stage, now, agrees=agrees)
    except FormRefused as error:
        page = await present.statement_page(signed_in, typed=form, errors=error.fields)
        return draw(page, error.status)
    except NotAllowed as error:
        page = await present.statement_page(signed_in, typed=form, refusal=error.shown)
        return draw(page, error.status)
    return _back("signed")


def _back(done: str) -> ResponseReturnValue:
    return redirect(f"{present.URL}?done={done}")


def _chosen(kind: type[T], typed: str, field: str) -> T:
    """Raises FormRefused."""
    for value in kind:
        if value.value == typed:
            return value
    raise FormRefused({field: "Choose one of these."})
