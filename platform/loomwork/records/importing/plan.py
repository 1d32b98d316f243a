"""A mapping compiled against an entity: how each column of a file becomes a field, and what cannot be."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, NamedDetail, NotFound
from loomwork.field_types.base import Origin, Storage
from loomwork.query.scope import formula_type
from loomwork.records.importing.shape import check_shape
from loomwork.records.plans import Computation
from loomwork.records.program import Program

ON_MATCH = ("update", "skip", "refuse")
OTHER = ("keep", "empty", "refuse")
UNUSED = ("report", "refuse", "ignore")
_KEYS = frozenset({"field", "from", "trim", "values", "other", "format", "lookup", "order", "label"})


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPlan:
    """One column of the file for one field.

    Shapes: `values` replace texts (the mapping's decisions), `other` says what becomes of texts that they do not name
    (keep, empty, refuse); `lookup` is the target's field for links.
    """

    column: str
    index: int
    field: Field
    trim: bool
    values: Mapping[str, Any]
    other: str
    format: str
    lookup: Field | None
    read: Callable[[str], Any]


@dataclass(frozen=True, slots=True, eq=False)
class ImportPlan:
    """A whole mapping, compiled.

    Shapes: `computed` are fields with formulas over the mapped row, in the order of the mapping; `unused` are columns of
    the file that the mapping does not name and does not want to pass over.
    """

    entity: Entity
    columns: tuple[ColumnPlan, ...]
    constants: Mapping[str, Any]
    match: tuple[str, ...]
    on_match: str
    unused: tuple[str, ...]
    computed: tuple[tuple[Field, Computation], ...] = ()


def mapping_body(program: Program, mapping: Any) -> Mapping[str, Any]:
    """A mapping by name, or given as JSON.

    Raises: NotFound for an unknown name, InvalidInput for one of another type or with keys that no mapping has.
    """
    is_given = True
    if isinstance(mapping, str):
        known = program.catalog.of_kind("mapping")
        if mapping not in known:
            hint = did_you_mean(mapping, known)
            raise NotFound(f'there is no mapping "{mapping}"; {hint}'.rstrip("; "), code="unknown_mapping")
        mapping = known[mapping].body
        is_given = False
    if not isinstance(mapping, Mapping) or mapping.get("type") != "import":
        raise InvalidInput(
            'the mapping has to be of type "import"',
            code="bad_mapping",
            details=[Detail("type", "bad_mapping", "import")],
        )
    if is_given:
        check_shape(mapping)
    return mapping


def plan_import(
    program: Program, entity_name: str, mapping: Mapping[str, Any] | None, head: Sequence[str]
) -> ImportPlan:
    """Compile a mapping for a file with these column heads; without one, heads are field names.

    Without a mapping, columns that an export writes and the system gives itself (numbers, formulas) stay unused.
    Raises: InvalidInput naming every unknown field, missing column, column without a field.
    """
    entity = program.catalog.entity(entity_name)
    body = mapping or {"columns": {name: {"field": name} for name in head if not _is_given(entity, name)}}
    faults: list[Detail] = []
    if body.get("entity", entity_name) != entity_name:
        faults.append(Detail("entity", "other_entity", f"the mapping is for {body['entity']}"))
    columns = [
        found
        for name, spec in body.get("columns", {}).items()
        if (found := _column(program, entity, head, name, spec, faults))
    ]
    on_match = str(body.get("on_match", "refuse"))
    if on_match not in ON_MATCH:
        faults.append(Detail("on_match", "unknown_value", "known: " + ", ".join(ON_MATCH)))
    computed = _computed(program, entity, body.get("computed", {}), faults)
    fields = {one.field.name for one in columns} | set(body.get("constants", {})) | {one.name for one, _ in computed}
    faults += [
        Detail(f"match.{n}", "not_mapped", f'"{n}" has no column') for n in body.get("match", ()) if n not in fields
    ]
    faults += [
        NamedDetail(f"constants.{n}", "unknown_field", _unknown(entity, n), str(n)[:80])
        for n in body.get("constants", {})
        if n not in entity.fields
    ]
    unused = _unused(body, head, {one.column for one in columns}, faults)
    if faults:
        raise InvalidInput(
            "the mapping does not fit: " + "; ".join(one.message for one in faults[:5]),
            code="bad_mapping",
            details=faults,
        )
    return ImportPlan(
        entity,
        tuple(columns),
        body.get("constants", {}),
        tuple(body.get("match", ())),
        on_match,
        unused,
        tuple(computed),
    )


def _unused(
    body: Mapping[str, Any], head: Sequence[str], used: Container[str], faults: list[Detail]
) -> tuple[str, ...]:
    """The columns that no rule names and that are to be reported; where the mapping wants so, they are faults."""
    found = tuple(name for name in head if name not in used and name not in body.get("ignore", ()))
    wish = str(body.get("source_columns_unused", "report"))
    if wish not in UNUSED:
        faults.append(Detail("source_columns_unused", "unknown_value", "known: " + ", ".join(UNUSED)))
    elif wish == "refuse":
        faults += [Detail(f"columns.{n}"[:200], "column_unused", f'nothing is said about column "{n}"') for n in found]
    return () if wish == "ignore" else found


def _unknown(entity: Entity, name: str) -> str:
    hint = did_you_mean(name, [n for n, f in entity.fields.items() if not f.is_system])
    return f'{entity.name} has no field "{name}"; {hint}'.rstrip("; ")


def _column(
    program: Program, entity: Entity, head: Sequence[str], name: str, spec: Any, faults: list[Detail]
) -> ColumnPlan | None:
    at = f"columns.{name}"
    spec = {"field": spec} if isinstance(spec, str) else spec
    if not isinstance(spec, Mapping) or set(spec) - _KEYS or "field" not in spec:
        faults.append(Detail(at, "bad_column", f'column "{name}": known keys are ' + ", ".join(sorted(_KEYS))))
        return None
    source = str(spec.get("from", name))
    if source not in head:
        faults.append(
            Detail(at, "no_column", f'the file has no column "{source}"; {did_you_mean(source, head)}'.rstrip("; "))
        )
        return None
    if spec.get("other", "keep") not in OTHER:
        faults.append(Detail(f"{at}.other", "unknown_value", "known: " + ", ".join(OTHER)))
    field = entity.fields.get(str(spec["field"]))
    if field is None:
        faults.append(NamedDetail(at, "unknown_field", _unknown(entity, str(spec["field"])), str(spec["field"])[:80]))
        return None
    if not _is_importable(field):
        faults.append(Detail(at, "not_writable", f'"{field.name}" cannot be imported'))
        return None
    lookup = _lookup(program, field, spec, at, faults)
    try:
        read = _reader(field, str(spec.get("format", "")), program.company_zone)
    except ValueError as fault:
        faults.append(Detail(f"{at}.format", "bad_format", str(fault)))
        return None
    values, other, form = spec.get("values", {}), str(spec.get("other", "keep")), str(spec.get("format", ""))
    return ColumnPlan(
        source, list(head).index(source), field, bool(spec.get("trim", True)), values, other, form, lookup, read
    )


def _is_given(entity: Entity, name: str) -> bool:
    """Whether an export has the column and no import takes it."""
    return name in ("id", "row_version") or (name in entity.fields and not _is_importable(entity.fields[name]))


def _is_importable(field: Field) -> bool:
    is_input = field.type.storage in (Storage.COLUMNS, Storage.JOIN_TABLE) and field.type.origin is Origin.INPUT
    return is_input and (not field.is_system or field.name == "owner_id")


def _computed(
    program: Program, entity: Entity, texts: Mapping[str, Any], faults: list[Detail]
) -> list[tuple[Field, Computation]]:
    """Formulas over the mapped row for fields that no column gives as it is."""
    found: list[tuple[Field, Computation]] = []
    for name, text in texts.items():
        at, field = f"computed.{name}", entity.fields.get(name)
        if field is None or not _is_importable(field):
            code = "unknown_field" if field is None else "not_writable"
            faults.append(NamedDetail(at, code, _unknown(entity, name), name[:80]))
            continue
        try:
            formula = program.formulas.value(entity.name, str(text), formula_type(field.type.shape(field.props)))
        except InvalidInput as fault:
            faults += [Detail(at, one.code, one.message) for one in fault.details]
            continue
        made = program.plans.computation(entity, formula)
        if made.run is None:
            faults.append(
                Detail(
                    at,
                    "looks_outward",
                    f'the formula of "{name}" looks at other records; it may only use fields of the row',
                )
            )
        else:
            found.append((field, made))
    return found


def _lookup(program: Program, field: Field, spec: Mapping[str, Any], at: str, faults: list[Detail]) -> Field | None:
    wanted = spec.get("lookup")
    if wanted is None:
        return None
    if not field.is_link and field.type.storage is not Storage.JOIN_TABLE:
        faults.append(Detail(f"{at}.lookup", "not_a_link", f'"{field.name}" is no link'))
        return None
    target = program.catalog.entities[field.target]
    found = target.fields.get(str(wanted))
    if found is None or not found.columns:
        faults.append(NamedDetail(f"{at}.lookup", "unknown_field", _unknown(target, str(wanted)), str(wanted)[:80]))
    return found


def _reader(field: Field, form: str, zone: str) -> Callable[[str], Any]:
    """Text of the file → wire value.

    Raises: ValueError for a format that cannot be used here.
    """
    from_file, props = field.type.from_file, field.props
    if not form:
        # Local times without a format are those of the import's zone.
        local = {**props, "_zone": zone}
        return lambda text: from_file(text, local)
    from loomwork.field_types.date.formats import compile_format, parse_date, parse_instant

    compile_format(form)
    kind = field.type.shape(props).kind
    if kind == "date":
        return lambda text: parse_date(text, form)
    if kind == "instant":
        return lambda text: parse_instant(text, form, zone)
    raise ValueError(f'"{field.name}" is no date; it takes no format')
