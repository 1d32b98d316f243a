"""Schemas compiled to plain functions that only say yes or no.

jsonschema takes about 12 ms for an entity, too long for hundreds of them at every start. So the yes comes from here;
on a no, jsonschema looks again and finds what is wrong (`passes/shape.py`). A keyword that is not known here is left to
jsonschema, so the two cannot disagree by omission; a test holds them together over mutated documents.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.catalog.schemas.regex import compile_pattern

Test = Callable[[Any], bool]

_SILENT = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "default", "examples", "deprecated", "$comment"}
)


def _is_number(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


_TYPES: Mapping[str, Test] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "null": lambda value: value is None,
}


class Compiler:
    """Compiles one schema with its local definitions. `fallback` judges sub-schemas with keywords unknown here."""

    def __init__(self, root: Mapping[str, Any], fallback: Callable[[Any, Any], bool]) -> None:
        self._defs = root.get("$defs", {})
        self._made: dict[str, Test] = {}
        self._fallback = fallback

    def compile(self, schema: Any) -> Test:
        """The function of a schema."""
        if schema is True or schema == {}:
            return lambda value: True
        if schema is False:
            return lambda value: False
        known = set(schema) - _SILENT
        if not known <= _KEYWORDS.keys() | _OBJECT_KEYS:
            return lambda value: self._fallback(schema, value)
        tests: list[Test] = []
        if known & _OBJECT_KEYS:
            tests.append(self._object(schema))
        for keyword, make in _KEYWORDS.items():
            if keyword in known:
                tests.append(make(self, schema[keyword], schema))
        return _all_of(tests)

    def reference(self, pointer: str) -> Test:
        """The function of a local definition; made when first used, so definitions may use one another."""
        name = pointer.removeprefix("#/$defs/")
        if name not in self._made:

            def later(value: Any) -> bool:
                """Stands in while the definition that uses itself is being compiled."""
                return self._made[name](value)

            self._made[name] = later
            self._made[name] = self.compile(self._defs[name])
        return self._made[name]

    def _object(self, schema: Mapping[str, Any]) -> Test:
        properties = {key: self.compile(below) for key, below in schema.get("properties", {}).items()}
        extra_schema = schema.get("additionalProperties", True)
        extra = None if extra_schema is False else self.compile(extra_schema)
        required = frozenset(schema.get("required", ()))
        names = self.compile(schema["propertyNames"]) if "propertyNames" in schema else None
        low, high = schema.get("minProperties", 0), schema.get("maxProperties", 1 << 31)

        def test(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            if not low <= len(value) <= high or not required <= value.keys():
                return False
            for key, below in value.items():
                check = properties.get(key, extra)
                if check is None or not check(below):
                    return False
            return names is None or all(map(names, value))

        return test


_OBJECT_KEYS = frozenset(
    {"properties", "additionalProperties", "required", "propertyNames", "minProperties", "maxProperties"}
)


def _all_of(tests: list[Test]) -> Test:
    if not tests:
        return lambda value: True
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)
    return lambda value: all(test(value) for test in tests)


def _type(compiler: Compiler, wanted: Any, schema: Mapping[str, Any]) -> Test:
    if isinstance(wanted, str):
        return _TYPES[wanted]
    tests = [_TYPES[name] for name in wanted]
    return lambda value: any(test(value) for test in tests)


def same(left: Any, right: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _enum(compiler: Compiler, values: Any, schema: Mapping[str, Any]) -> Test:
    if all(isinstance(one, str) for one in values):
        words = frozenset(values)
        return lambda value: isinstance(value, str) and value in words
    return lambda value: any(same(value, one) for one in values)


def _const(compiler: Compiler, wanted: Any, schema: Mapping[str, Any]) -> Test:
    return lambda value: same(value, wanted)


def _pattern(compiler: Compiler, pattern: str, schema: Mapping[str, Any]) -> Test:
    search = compile_pattern(pattern)
    return lambda value: not isinstance(value, str) or search(value)


def _length(low: int, high: int) -> Test:
    return lambda value: not isinstance(value, str) or low <= len(value) <= high


def _items(compiler: Compiler, schema: Any, _: Mapping[str, Any]) -> Test:
    check = compiler.compile(schema)
    return lambda value: not isinstance(value, list) or all(map(check, value))


def is_unique(value: Any) -> bool:
    """Whether a list holds no value twice."""
    if not isinstance(value, list) or len(value) < 2:
        return True
    if all(isinstance(one, str) for one in value):
        return len(set(value)) == len(value)
    return not any(same(one, other) for index, one in enumerate(value) for other in value[:index])


def discriminator(branches: list[Any]) -> tuple[str, dict[Any, Any]] | None:
    """The key whose constant tells the branches of a `oneOf` apart, with the branch for each constant; else None."""
    for key in ("type", "op"):
        table = {}
        for branch in branches:
            const = branch.get("properties", {}).get(key, {}).get("const") if isinstance(branch, dict) else None
            if isinstance(const, str):
                table[const] = branch
        if len(table) == len(branches):
            return key, table
    return None


def _one_of(compiler: Compiler, branches: Any, _: Mapping[str, Any]) -> Test:
    found = discriminator(branches)
    if found is not None:
        key, table = found
        tests = {const: compiler.compile(branch) for const, branch in table.items()}

        def by_key(value: Any) -> bool:
            if not isinstance(value, dict):
                return False
            const = value.get(key)
            check = tests.get(const) if isinstance(const, str) else None
            return check is not None and check(value)

        return by_key
    checks = [compiler.compile(branch) for branch in branches]
    return lambda value: sum(check(value) for check in checks) == 1


def _any_of(compiler: Compiler, branches: Any, _: Mapping[str, Any]) -> Test:
    checks = [compiler.compile(branch) for branch in branches]
    return lambda value: any(check(value) for check in checks)


def _bound(compare: Callable[[Any, Any], bool]) -> Callable[[Compiler, Any, Mapping[str, Any]], Test]:
    def make(compiler: Compiler, limit: Any, _: Mapping[str, Any]) -> Test:
        return lambda value: not _is_number(value) or compare(value, limit)

    return make


_KEYWORDS: Mapping[str, Callable[[Compiler, Any, Mapping[str, Any]], Test]] = {
    "type": _type,
    "$ref": lambda compiler, pointer, _: compiler.reference(pointer),
    "enum": _enum,
    "const": _const,
    "minLength": lambda compiler, low, _: _length(low, 1 << 31),
    "maxLength": lambda compiler, high, _: _length(0, high),
    "pattern": _pattern,
    "minimum": _bound(lambda value, limit: value >= limit),
    "maximum": _bound(lambda value, limit: value <= limit),
    "exclusiveMinimum": _bound(lambda value, limit: value > limit),
    "exclusiveMaximum": _bound(lambda value, limit: value < limit),
    "items": _items,
    "minItems": lambda compiler, low, _: lambda value: not isinstance(value, list) or len(value) >= low,
    "maxItems": lambda compiler, high, _: lambda value: not isinstance(value, list) or len(value) <= high,
    "uniqueItems": lambda compiler, on, _: is_unique if on else lambda value: True,
    "oneOf": _one_of,
    "anyOf": _any_of,
    "allOf": lambda compiler, parts, _: _all_of([compiler.compile(part) for part in parts]),
}
