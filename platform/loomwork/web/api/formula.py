"""`POST /formula/evaluate`: try a formula, on nothing, on given values, or on a saved record."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput
from loomwork.expressions import Env, Formula, compile_formula, compile_python
from loomwork.expressions.ir import Aggregate, value_to_json, walk
from loomwork.expressions.sql.portable import check_portable
from loomwork.forms.preview import plain_values
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.evaluate import Question, ask
from loomwork.query.params import settle_params, type_params
from loomwork.records.service import program_of
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.router import api
from loomwork.web.api.seen import check_seen
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer, json_type, read_object

KEYS = ("formula", "entity", "record", "params", "backend")
MAX_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked body. `record` is the id of a saved record, values by field, or None."""

    formula: str
    entity: str
    record: Any
    params: dict[str, Any]
    backend: str


def read_asked(body: dict[str, Any]) -> Asked:
    """The body of the request, every type checked.

    Raises: InvalidInput with the place.
    """
    for key in body:
        if key not in KEYS:
            raise _fault(key[:80], f'there is no "{key[:80]}" here; {did_you_mean(key, KEYS)}')
    formula, entity, backend = body.get("formula"), body.get("entity", ""), body.get("backend", "python")
    record, params = body.get("record"), body.get("params") or {}
    if not isinstance(formula, str) or not formula.strip() or len(formula) > MAX_CHARACTERS:
        raise _fault("formula", f"formula: expected a text of 1 to {MAX_CHARACTERS} characters")
    if not isinstance(entity, str):
        raise _fault("entity", f"entity: expected a string, got {json_type(entity)}")
    if backend not in ("python", "sql"):
        raise _fault("backend", "backend: expected python or sql")
    if not isinstance(params, dict):
        raise _fault("params", f"params: expected an object, got {json_type(params)}")
    if record is not None and not isinstance(record, dict | str):
        raise _fault("record", f"record: expected an id or an object, got {json_type(record)}")
    if record is not None and not entity:
        raise _fault("entity", "a record needs its entity")
    if isinstance(record, dict) and backend == "sql":
        raise _fault("record", "in the database a formula is evaluated on a saved record: give its id")
    return Asked(formula, entity, record, params, backend)


def _fault(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, code="formula_request", details=[Detail(path, "formula_request", message)])


@api.post("/formula/evaluate")
@access("token:read")
def evaluate_formula() -> Response:
    """`{"value", "type"}`: the value in wire form and its kind; `faults` say why there is none."""
    read_params(request, {})
    asked = read_asked(read_object(request))
    rt, who = context.runtime(), context.actor()
    faults: list[dict[str, str]] = []
    with rt.read() as work:
        program = program_of(work)
        if asked.entity:
            program.catalog.entity(asked.entity)
            if not rt.query.may(work, who, asked.entity, "read"):
                raise not_allowed("read", asked.entity)
        formula = _compiled(work, asked)
        asked = replace(asked, params=settle_params(formula.ir, asked.params))
        if _needs_database(work, asked, formula):
            value = _in_database(work, who, asked, formula)
        else:
            value, faults = _in_python(work, who, asked, formula)
    found = {"value": value_to_json(formula.type, value), "type": formula.type.kind}
    return answer({**found, "faults": faults} if faults else found)


def _compiled(work: Work, asked: Asked) -> Formula:
    types = type_params(asked.params)
    return compile_formula(asked.formula, scope=program_of(work).formulas.scope, entity=asked.entity, params=types)


def _needs_database(work: Work, asked: Asked, formula: Formula) -> bool:
    """What looks at other records is asked of the database, where the reader's rights stand around every cell.

    So is a field that is computed when it is read: no record holds its value.
    """
    fields = program_of(work).catalog.entity(asked.entity).fields if asked.entity else {}
    looks_away = any(isinstance(node, Aggregate) for node in walk(formula.ir)) or any(
        "." in path or (path in fields and not fields[path].columns) for path in formula.dependencies
    )
    if asked.backend == "sql" or (isinstance(asked.record, str) and looks_away):
        return True
    if looks_away:
        raise _fault("record", "this formula looks at other records: give the id of a saved record")
    return False


def _in_database(work: Work, who: Actor, asked: Asked, formula: Formula) -> Any:
    program = program_of(work)
    if not asked.record and formula.dependencies:
        raise _fault("record", "this formula names fields: give the id of a saved record")
    check_portable(formula.ir)
    entity = asked.entity or next(iter(program.catalog.entities))
    reader = program.reader(who)
    if asked.record:
        check_seen(work, who, entity, asked.record)
    return ask(program.engine, work, reader, Question(formula.ir, entity, asked.record or "", asked.params))


def _in_python(work: Work, who: Actor, asked: Asked, formula: Formula) -> tuple[Any, list[dict[str, str]]]:
    values: dict[str, Any] = {}
    if asked.entity:
        entity = program_of(work).catalog.entity(asked.entity)
        wire = asked.record or {}
        if isinstance(wire, str):
            wire = context.runtime().query.get(
                work, who, asked.entity, wire, tuple(sorted(formula.dependencies)) or ("id",)
            )
        unknown = [key for key in wire if key not in entity.fields]
        if unknown:
            hint = did_you_mean(unknown[0], entity.fields)
            raise _fault(f"record.{unknown[0][:80]}", f'there is no field "{unknown[0][:80]}"; {hint}')
        values = plain_values(entity, wire)
    env = Env(values=values, params=asked.params, now=work.now, zone=who.zone, user=who.context())
    value = compile_python(formula)(env)
    return value, [{"code": one.code, "message": one.message} for one in env.faults]
