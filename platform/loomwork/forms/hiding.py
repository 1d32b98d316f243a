"""Which fields the rules keep out of sight for a record as it stands: pages show what the form would show."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity
from loomwork.core.clock import now_utc
from loomwork.expressions.env import Env
from loomwork.forms.preview import plain_values
from loomwork.permissions.actor import Actor
from loomwork.records.program import Program


def hidden_fields(program: Program, entity: Entity, actor: Actor, row: Mapping[str, Any]) -> frozenset[str]:
    """Fields of rules with `show` none of which holds.

    Shapes: `row` is the record as the actor reads it. A rule that reads something that is not in the row, or that is
    masked there, counts as holding: rather an empty field too many than one that is missing.
    """
    env: Env | None = None
    found: dict[str, bool] = defaultdict(bool)
    for one in program.plans.of(entity.name).rules:
        if not one.rule.show:
            continue
        holds = True
        if one.when.run is not None and _is_known(one.when.formula.dependencies, row):
            env = env or Env(plain_values(entity, _with_ids(row)), now=now_utc(), zone=actor.zone, user=actor.context())
            holds = bool(one.when.run(env))
        for name in one.rule.show:
            found[name] = found[name] or holds
    return frozenset(name for name, holds in found.items() if not holds)


def _is_known(paths: frozenset[str] | set[str], row: Mapping[str, Any]) -> bool:
    heads = {path.partition(".")[0] for path in paths}
    return all(head in row and not (isinstance(row[head], Mapping) and set(row[head]) == {"masked"}) for head in heads)


def _with_ids(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with links as ids, as a client sends them."""
    return {
        name: value["id"] if isinstance(value, Mapping) and {"id", "label"} <= set(value) else value
        for name, value in row.items()
    }
