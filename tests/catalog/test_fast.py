"""The quick test and jsonschema agree on every document, sound or mutated; the quick one alone decides what is looked at."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from loomwork.catalog import system_folder
from loomwork.catalog.draft import FOLDERS
from loomwork.catalog.faults.example import EXAMPLE
from loomwork.catalog.passes.shape import Shapes, shapes_for
from loomwork.catalog.schemas.fast import Compiler
from loomwork.catalog.write import component_files
from loomwork.core.diagnostics import Place
from loomwork.core.jsonio import read_json
from loomwork.field_types import FIELD_TYPES

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "x" * 300,
    "Bo\u202ek",
    [],
    {},
    [[]],
    {"a": 1},
    ["a", "a"],
    10**30,
    "a b",
    "-a",
)


def _documents() -> Iterator[tuple[str, Any]]:
    for name, body in EXAMPLE.items():
        if isinstance(body, dict):
            yield ("app" if name == "app.json" else FOLDERS[name.partition("/")[0]]), body
    for file, kind in component_files(system_folder()):
        yield kind, read_json(file.read_bytes())


DOCUMENTS = list(_documents())


def _mutate(body: Any, rng: random.Random) -> Any:
    """A deep copy with one value changed, one key renamed, dropped or added, somewhere."""
    result = copy.deepcopy(body)
    here: Any = result
    while isinstance(here, dict) and here:
        key = rng.choice(list(here))
        if isinstance(here[key], dict) and here[key] and rng.random() < 0.8:
            here = here[key]
            continue
        what = rng.randrange(4)
        if what == 0:
            here[key] = rng.choice(ODD)
        elif what == 1:
            here[key + rng.choice(("x", "_", " ", "é"))] = here.pop(key)
        elif what == 2:
            del here[key]
        else:
            here[rng.choice(("label", "type", "order", "zz", "hidden", ""))] = rng.choice(ODD)
        break
    return result


def test_there_is_enough_to_compare() -> None:
    assert len(DOCUMENTS) >= 60
    assert len({kind for kind, _ in DOCUMENTS}) >= 12


@pytest.mark.parametrize("seed", range(3))
def test_both_judge_alike(seed: int) -> None:
    rng = random.Random(seed)
    shapes = Shapes(FIELD_TYPES)
    refused = 0
    for kind, body in DOCUMENTS:
        assert shapes.has_shape(kind, body)
        assert shapes.faults(kind, body, Place()) == []
        for _ in range(4):
            mutated = _mutate(body, rng)
            quick = shapes.has_shape(kind, mutated)
            found = shapes.faults(kind, mutated, Place())
            assert quick == (not found), (seed, kind, mutated, found)
            refused += not quick
    assert refused > 100, f"seed {seed}: the mutations hardly break anything"


def test_every_refusal_is_put_into_words() -> None:
    """Never raw validator talk: a hint of Python or JSON Schema in a message is a fault of ours."""
    rng = random.Random(7)
    shapes = shapes_for(FIELD_TYPES)
    messages: set[str] = set()
    for _ in range(4):
        for kind, body in DOCUMENTS:
            messages.update(one.message for one in shapes.faults(kind, _mutate(body, rng), Place()))
    assert len(messages) > 60
    talk = (
        "is not of type",
        "does not match",
        "is a required property",
        "not valid under",
        "were unexpected",
        "None",
        "dict",
    )
    assert [one for one in messages if any(word in one for word in talk)] == []


def test_a_planted_difference_is_found() -> None:
    """Counter-test: a quick test that forgets `required` is caught by the comparison above."""
    shapes = Shapes(FIELD_TYPES)
    forgetful = {**shapes.schemas["view"]}
    forgetful.pop("required")
    shapes._tests["view"] = Compiler(forgetful, lambda part, value: True).compile(forgetful)
    body = {"label": {"en": "All"}}
    assert shapes.has_shape("view", body)
    assert shapes.faults("view", body, Place()) != []


def test_keywords_that_the_quick_test_does_not_know_go_to_jsonschema() -> None:
    asked: list[Any] = []

    def judge(part: Any, value: Any) -> bool:
        asked.append((part, value))
        return bool(value == 2)

    check = Compiler({}, judge).compile({"type": "object", "properties": {"a": {"multipleOf": 2}}})
    assert check({"a": 2})
    assert not check({"a": 3})
    assert asked == [({"multipleOf": 2}, 2), ({"multipleOf": 2}, 3)]


def test_schemas_are_valid_closed_and_described() -> None:
    from jsonschema import Draft202012Validator

    schemas = shapes_for(FIELD_TYPES).schemas
    assert len(schemas) >= 13
    bare: list[str] = []
    for kind, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        _find_bare(schema, kind, bare)
    assert bare == []


def _find_bare(schema: Any, place: str, bare: list[str]) -> None:
    """Keys without a description, and objects with named keys that take others too."""
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    is_branch = "oneOf" not in schema and "const" in str(properties.get("type", ""))
    if properties and schema.get("additionalProperties", True) is True and not is_branch:
        bare.append(f"{place} is open")
    for key, below in properties.items():
        if isinstance(below, dict) and "description" not in below:
            bare.append(f"{place}/{key} has no description")
        _find_bare(below, f"{place}/{key}", bare)
    for keyword in ("oneOf", "anyOf"):
        for index, below in enumerate(schema.get(keyword, ())):
            _find_bare(below, f"{place}/{keyword}{index}", bare)
    for name, below in schema.get("$defs", {}).items():
        _find_bare(below, f"{place}/{name}", bare)
    _find_bare(schema.get("additionalProperties"), f"{place}/*", bare)
    _find_bare(schema.get("items"), f"{place}/[]", bare)


def test_labels_inside_properties_of_types_keep_the_rules_of_labels() -> None:
    shapes = shapes_for(FIELD_TYPES)

    def judge(text: str) -> list[str]:
        choices = {"a": {"label": {"en": text}}}
        field = {"type": "choice", "label": {"en": "F"}, "properties": {"choices": choices}}
        body = {"label": {"en": "E"}, "fields": {"f": field}}
        return [one.code for one in shapes.faults("entity", body, Place())]

    assert judge("Plain") == []
    assert judge("Bo\u202eok") == ["C209"]
    assert judge("x" * 201) == ["C205"]
    assert judge("") == ["C206"]
