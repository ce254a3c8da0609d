"""The rules for Prometheus ask for what there is, and each says what to do."""

import re
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from instance.cli import metrics_listener
from instance.services import backups, observations
from tests.houses import House

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"\bcurbside_[a-z_]+\b")
LABEL = re.compile(r"(\w+)(=~?|!~?)\"([^\"]*)\"")


def rules() -> list[dict[str, Any]]:
    text = (ROOT / "instance" / "operating" / "alerts.yml").read_text()
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_every_rule_asks_for_what_the_metrics_have(mercy: House) -> None:
    text = await everything(mercy)
    for rule in rules():
        names = set(NAME.findall(rule["expr"]))
        assert names or rule["expr"].startswith("up{"), rule["alert"]
        for name in names:
            assert re.search(rf"^{name}[ {{]", text, re.MULTILINE), (rule["alert"], name)
        for label, how, value in LABEL.findall(rule["expr"]):
            asked = value.split("|") if "~" in how else [value]
            if label not in ("job", "status", "route"):
                assert all(f'{label}="{one}"' in text for one in asked), (rule["alert"], value)
            if label == "route":
                known = {*mercy.app.view_functions, "inbox"}
                assert set(asked) <= known, (rule["alert"], value)


async def everything(house: House) -> str:
    """The metrics of a server that knows all it can know, and was asked for something."""
    await house.visitor().get("/about")
    now = datetime.now(UTC)
    for name in (observations.CLOCK, observations.CERTIFICATE):
        await house.at(observations.note, name, now, 0.0)
    await house.at(observations.note_worker, now)
    await house.at(backups.note, "night", now, 1)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "client": ("127.0.0.1", 1), "headers": []}
    application = metrics_listener.application(house.institution)
    await house.at(application, scope | {"path": "/metrics", "method": "GET"}, _nothing, send)
    return str(sent[1]["body"].decode())


def test_every_rule_says_what_to_do_and_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    table = readme.partition("**Watching.**")[2].partition("\n\n**")[0]
    for rule in rules():
        assert f"`{rule['alert']}`" in table, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert len(rule["annotations"]["action"]) > 20 and rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in rules()}) == len(rules()) == table.count("`Curbside")


async def _nothing() -> MutableMapping[str, Any]:
    return {}
