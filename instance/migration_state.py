"""What Tortoise is told of the schema while migrations run, and which of them were applied."""

from dataclasses import replace
from functools import cached_property

from tortoise.connection import ConnectionHandler
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation, RunPython
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps

from instance import migrated
from instance.database import APP, CONNECTION

_REFERENCES = (ForeignKeyFieldInstance, ManyToManyFieldInstance)


class Schema(State):
    """Draws a model anew with those it refers to, not with all that refer to it, which are nearly
    all there are. What they would see anew is its other columns, and no table names those."""

    def _find_related_models(self, app_label: str, model_name: str) -> set[tuple[str, str]]:
        found, ahead = set(), {(app_label, model_name)}
        while ahead:
            found |= ahead
            fields = [field for key in ahead for field in self.models[key].fields.values()]
            references = [field for field in fields if isinstance(field, _REFERENCES)]
            named = {self.apps.split_reference(field.model_name) for field in references}
            ahead = (named & self.models.keys()) - found
        return found


def before(operation: Operation, state: State) -> State:
    """The schema before an operation. To draw its models takes longer than all else here: a step
    that queries gets its own, one that changes tables those that it replaces."""
    if isinstance(operation, RunPython):
        return _Queried(state)
    former = StateApps(connections=ConnectionHandler())
    former.apps = {label: dict(models) for label, models in state.apps.apps.items()}
    return State({key: _apart(model) for key, model in state.models.items()}, former)


def _apart(model: ModelState) -> ModelState:
    """With the same fields: an operation puts another in the place of one that it changes."""
    return replace(model, options=dict(model.options), fields=dict(model.fields))


class _Queried(State):
    """Its step changes no schema, so this is the one after it, too."""

    def __init__(self, state: State) -> None:
        self.models = state.models

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        drawn = {key: model.clone() for key, model in self.models.items()}
        return StateApps({APP: CONNECTION}).clone(model_states=drawn)


class Recorder(MigrationRecorder):
    """Says what is applied, or fails. Tortoise's takes every failure for an empty database."""

    async def applied_migrations(self) -> list[MigrationKey]:
        found = await migrated.applied(self.connection)
        return [MigrationKey(app_label=app, name=name) for app, name in found]


def key(migration: Migration) -> MigrationKey:
    return MigrationKey(app_label=migration.app_label, name=migration.name)
