"""Convert a record into others by a mapping: created or found, linked to each other, the source told what became of it.

Fields that a customer added to both sides (same name, same type) are carried over without being named.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loomwork.actions.alike import candidates, matching
from loomwork.actions.base import ActionType, Call
from loomwork.catalog.model import Entity
from loomwork.core.errors import Detail, InvalidInput, listed
from loomwork.core.i18n import label_text
from loomwork.core.ids import is_id, is_version
from loomwork.permissions.actor import system_actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.evaluate import evaluate, to_wire
from loomwork.records import writing
from loomwork.records.draft import Change
from loomwork.records.loading import load_for

INPUT_KEYS = frozenset({"row_version", "use", "create", "skip", "values"})


class Convert(ActionType):
    """`{type: convert, mapping}`.

    Input: `row_version` of the source; `use` = {target: id of an existing record}; `create` = [targets made anew even
    where a record matches]; `skip` = [targets not wanted]; `values` = {target: {field: wire}} that replace mapped ones.
    """

    name: ClassVar[str] = "convert"

    def preview(self, call: Call) -> dict[str, Any]:
        """`{targets: [{key, entity, label, wanted, existing: {id, label} | null, candidates: [{id, label, sub}], values}]}`.

        `candidates` are records to link to instead of making one; a link to an earlier target is `{_target: key}`.
        """
        _check_input(call)
        return {"targets": [self._shown(call, one) for one in self._targets(call)]}

    def run(self, call: Call) -> dict[str, Any]:
        """`{targets: {key: {entity, id, created}}, row_version}` of the source after it."""
        _check_input(call)
        plan = call.program.plans.of(call.entity)
        loaded = load_for(call.program, call.work, call.actor, plan, call.record_id, "update")
        if not loaded.held:
            raise not_allowed("update", call.entity)
        made: dict[str, dict[str, Any]] = {}
        for one in self._targets(call):
            if one["wanted"]:
                made[one["key"]] = self._make(call, one, made)
        after = {name: _after_value(call, spec, made) for name, spec in _mapping(call).get("after", {}).items()}
        version = loaded.version
        if after:
            service = system_actor("convert", on_behalf_of=call.actor.user_id)
            asked = call.input.get("row_version", version)
            change = Change(call.record_id, after, asked)
            version = writing.update(call.program, call.work, service, call.entity, change, by_service=True)
        return {"targets": made, "row_version": version}

    def _make(self, call: Call, one: dict[str, Any], made: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        used = (one["existing"] or {}).get("id")
        if used:
            call.program.engine.get(call.work, call.program.reader(call.actor), one["entity"], used, ("id",))
            return {"entity": one["entity"], "id": used, "created": False}
        values = {
            name: made[v["_target"]]["id"] if isinstance(v, dict) and "_target" in v and v["_target"] in made else v
            for name, v in one["values"].items()
        }
        values = {name: value for name, value in values.items() if not (isinstance(value, dict) and "_target" in value)}
        values.update(call.input.get("values", {}).get(one["key"], {}))
        try:
            record_id = writing.create(call.program, call.work, call.actor, one["entity"], values)
        except InvalidInput as fault:
            details = [replace(d, path=f"values.{one['key']}.{d.path}") for d in fault.details]
            raise InvalidInput(listed(details), details=details, params={"entity": one["entity"]}) from fault
        return {"entity": one["entity"], "id": record_id, "created": True}

    def _targets(self, call: Call) -> list[dict[str, Any]]:
        """Every target in order with its values; links to earlier targets are `{_target: key}`."""
        mapping = _mapping(call)
        targets = sorted(mapping["targets"].items(), key=lambda item: str(item[1].get("order", item[0])))
        source = _source_values(call, mapping)
        result: list[dict[str, Any]] = []
        found: dict[str, Any] = {}
        for key, spec in targets:
            values = _values(call, key, spec, source)
            wanted = source.get(f"when:{key}", True) and key not in call.input.get("skip", ())
            used = call.input.get("use", {}).get(key)
            if wanted and not used and key not in call.input.get("create", ()):
                used = matching(call, spec, values, found)
            found[key] = {"id": used} if wanted and used else None
            result.append(
                {"key": key, "entity": spec["entity"], "wanted": bool(wanted), "existing": found[key], "values": values}
            )
        return result

    def _shown(self, call: Call, one: dict[str, Any]) -> dict[str, Any]:
        entity = call.program.catalog.entities[one["entity"]]
        spec = _mapping(call)["targets"][one["key"]]
        sure = (one["existing"] or {}).get("id")
        alike = candidates(call, spec, one["values"], sure) if one["wanted"] else []
        existing = next(({"id": sure, "label": found["label"]} for found in alike if found["id"] == sure), None)
        label = label_text(spec.get("label") or entity.label, call.actor.language, entity.name)
        return {**one, "label": label, "existing": existing, "candidates": alike}


def _check_input(call: Call) -> None:
    unknown = sorted(set(call.input) - INPUT_KEYS)
    if unknown:
        raise InvalidInput(
            "unknown input: " + ", ".join(unknown),
            details=[Detail(name, "unknown_key", "not known here") for name in unknown],
        )
    shapes = {"use": dict, "values": dict, "skip": list, "create": list}
    wrong = [name for name, kind in shapes.items() if name in call.input and not isinstance(call.input[name], kind)]
    version = call.input.get("row_version", 1)
    if version is not None and not is_version(version):
        wrong.append("row_version")
    if "values" not in wrong:
        given = call.input.get("values", {})
        wrong += [f"values.{key}" for key, value in given.items() if not isinstance(value, dict)]
    uses = call.input.get("use", {})
    if not wrong and isinstance(uses, dict):
        wrong = [f"use.{key}" for key, value in uses.items() if not is_id(value)]
    if wrong:
        raise InvalidInput(
            "input of another shape: " + ", ".join(wrong),
            details=[Detail(name, "bad_shape", "of another shape") for name in wrong],
        )


def _mapping(call: Call) -> Mapping[str, Any]:
    return call.program.catalog.of_kind("mapping")[str(call.body["mapping"])].body


def _source_values(call: Call, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """What the mapping reads of the source: plain fields by name, formulas as `formula:<text>`, conditions as `when:<key>`."""
    entity = call.program.catalog.entities[call.entity]
    access = call.program.policies.of(call.actor).entity(call.entity)
    names = {spec["from"] for t in mapping["targets"].values() for spec in t["fields"].values() if "from" in spec}
    names |= {name for name in entity.fields if name.startswith("x_")}
    readable = sorted(
        name
        for name in names
        if name in entity.fields and not access.is_closed(name) and not access.is_only_masked(name)
    )
    values = call.program.engine.get(
        call.work, call.program.reader(call.actor), call.entity, call.record_id, ("id", *readable)
    )
    texts = sorted(
        {spec["formula"] for t in mapping["targets"].values() for spec in t["fields"].values() if "formula" in spec}
    )
    whens = {key: str(t["when"]) for key, t in mapping["targets"].items() if t.get("when")}
    formulas = [call.program.formulas.value(call.entity, text) for text in texts]
    formulas += [call.program.formulas.condition(call.entity, text) for text in whens.values()]
    found = (
        evaluate(call.program.engine, call.work, call.program.reader(call.actor), call.entity, call.record_id, formulas)
        if formulas
        else []
    )
    shown = [to_wire(formula, value) for formula, value in zip(formulas, found, strict=True)]
    values.update({f"formula:{text}": value for text, value in zip(texts, shown, strict=False)})
    values.update({f"when:{key}": value for key, value in zip(whens, shown[len(texts) :], strict=True)})
    return values


def _values(call: Call, key: str, spec: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    target = call.program.catalog.entities[spec["entity"]]
    values: dict[str, Any] = {}
    for name, one in spec["fields"].items():
        if "target" in one:
            values[name] = {"_target": one["target"]}
        elif "value" in one:
            values[name] = one["value"]
        elif "formula" in one:
            values[name] = source.get(f"formula:{one['formula']}")
        else:
            values[name] = source.get(one["from"])
    for name in _custom(call.program.catalog.entities[call.entity], target):
        values.setdefault(name, source.get(name))
    return {
        name: value
        for name, value in values.items()
        if value is not None and not (isinstance(value, dict) and "masked" in value)
    }


def _custom(source: Entity, target: Entity) -> list[str]:
    """Fields that the customer added to both sides."""
    both = [name for name in source.fields if name.startswith("x_") and name in target.fields]
    return [name for name in both if source.fields[name].type.name == target.fields[name].type.name]


def _after_value(call: Call, spec: Mapping[str, Any], made: Mapping[str, dict[str, Any]]) -> Any:
    if "target" in spec:
        return made.get(spec["target"], {}).get("id")
    if "formula" in spec:
        formula = call.program.formulas.value(call.entity, str(spec["formula"]))
        reader = call.program.reader(call.actor)
        return to_wire(
            formula, evaluate(call.program.engine, call.work, reader, call.entity, call.record_id, [formula])[0]
        )
    return spec.get("value")
