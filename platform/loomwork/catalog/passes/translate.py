"""Faults of jsonschema in the words of an author: which key, what is expected, what is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loomwork.catalog.faults import shape
from loomwork.catalog.faults.base import shown
from loomwork.catalog.passes.read import json_type
from loomwork.catalog.schemas import words
from loomwork.catalog.schemas.package import PLATFORM_PATTERN, VERSION_PATTERN
from loomwork.core.diagnostics import Diagnostic, Place, did_you_mean

_TYPE_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}
_A_NAME = "lower-case letters, digits and single underscores, from a letter on"
_FORMS: Mapping[str, str] = {
    words.NAME_PATTERN: f"a name ({_A_NAME})",
    words.QUALIFIED_PATTERN: "a qualified name such as lib.book",
    words.PATH_PATTERN: "a field or a dotted path such as author.name",
    words.SORT_PATTERN: "a field or a dotted path, with a minus for descending",
    words.LANGUAGE_PATTERN: "a language tag such as en or zh-CN",
    words.ORDER_PATTERN: "a rank such as a0 (lower-case letters and digits)",
    words.ICON_PATTERN: "an icon name such as address-book",
    words.VALUE_PATTERN: "a stored value (letters, digits, underscores and hyphens, at most 40)",
    VERSION_PATTERN: "a version such as 1.4.0",
    PLATFORM_PATTERN: "a range of versions such as >=0.1,<1",
}
_PLAIN = (words.PLAIN_TEXT_PATTERN, words.PLAIN_LINES_PATTERN)


def put_into_words(error: Any, place: Place) -> Iterator[Diagnostic]:
    """The diagnostics of one jsonschema fault."""
    keys = _keys(error)
    here = place.inside(*keys)
    if "propertyNames" in error.absolute_schema_path:
        form = _FORMS.get(error.schema.get("pattern", ""), "1 to 200 printable characters")
        if error.validator == "maxLength":
            form = f"at most {error.validator_value} characters"
        yield shape.BadKey.at(here.inside(_short_key(error.instance)), got=shown(error.instance), form=form)
        return
    handle = _HANDLERS.get(error.validator)
    if handle is not None:
        yield from handle(error, here, keys)
    elif error.validator is None:
        # A key that the chosen form of the document does not take stands as `false` in its schema.
        known = "it belongs to another type of " + (str(error.schema_path[0]) if error.schema_path else "document")
        yield shape.UnknownKey.at(here, "see the type: " + known, key=keys[-1] if keys else "")
    else:
        yield shape.BadValue.at(here, got=shown(error.instance), form=str(error.schema.get("description", "")))


def _keys(error: Any) -> list[str]:
    """The path in keys: it ends where a list begins, because positions change; patches have nothing but their number."""
    keys: list[str] = []
    for part in error.absolute_path:
        if isinstance(part, int) and keys != ["patches"]:
            break
        keys.append(_short_key(str(part)))
    return keys


def _short_key(key: str) -> str:
    return key if len(key) <= 80 else key[:79] + "…"


def _unknown_keys(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            short = _short_key(key)
            yield shape.UnknownKey.at(here.inside(short), did_you_mean(key[:80], known), key=short)


def _missing_keys(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    properties = error.schema.get("properties", {})
    for key in error.validator_value:
        if key not in error.instance:
            words_of = properties.get(key, {})
            description = words_of.get("description", "") if isinstance(words_of, dict) else ""
            yield shape.MissingKey.at(here, key=key, what=f": {description}" if description else "")


def _wrong_type(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    expected = " or ".join(_TYPE_WORDS[name] for name in names)
    hint = f"write {shown(str(error.instance))}" if names == ["string"] and isinstance(error.instance, int) else ""
    if names == ["object"] and isinstance(error.instance, str) and error.schema_path and _is_label(error):
        hint = f'write {{"en": {shown(error.instance)}}}'
    yield shape.WrongType.at(here, hint, expected=expected, got=json_type(error.instance))


def _is_label(error: Any) -> bool:
    return "$ref" in error.absolute_schema_path


def _not_in_list(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    values = [str(one) for one in error.validator_value]
    hint = did_you_mean(str(error.instance)[:80], values) or "known: " + ", ".join(values)
    if not isinstance(error.instance, str):
        yield shape.WrongType.at(here, hint, expected="text", got=json_type(error.instance))
    elif len(keys) == 3 and keys[0] == "fields" and keys[2] == "type":
        yield shape.UnknownFieldType.at(here, did_you_mean(error.instance[:80], values), got=shown(error.instance))
    else:
        yield shape.NotInList.at(here, hint, got=shown(error.instance))


def _bad_form(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    pattern = error.validator_value
    if pattern in _PLAIN:
        found = next((one for one in error.instance if not one.isprintable()), "?")
        yield shape.BadCharacters.at(here, character=f"U+{ord(found):04X}")
        return
    form = _FORMS.get(pattern) or error.schema.get("description") or "what is expected here"
    yield shape.BadForm.at(here, got=shown(error.instance), form=form)


def _range(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    low, high = error.schema.get("minimum"), error.schema.get("maximum")
    if low is not None and high is not None:
        words_of = f"from {low} to {high}"
    else:
        words_of = f"at least {low}" if high is None else f"at most {high}"
    yield shape.OutOfRange.at(here, got=shown(error.instance), range=words_of)


def _too_long(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    yield shape.TooLong.at(here, length=len(error.instance), limit=error.validator_value)


def _too_short(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    yield shape.TooShort.at(here, length=len(error.instance), limit=error.validator_value)


def _too_many(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    yield shape.TooMany.at(here, count=len(error.instance), limit=error.validator_value)


def _too_few(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    yield shape.TooFew.at(here, count=len(error.instance), limit=error.validator_value)


def _repeated(error: Any, here: Place, keys: list[str]) -> Iterator[Diagnostic]:
    seen: list[Any] = []
    for one in error.instance:
        if one in seen:
            yield shape.Repeated.at(here, got=shown(one))
        seen.append(one)


_HANDLERS: Mapping[str, Callable[[Any, Place, list[str]], Iterator[Diagnostic]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_type,
    "enum": _not_in_list,
    "const": _not_in_list,
    "pattern": _bad_form,
    "minimum": _range,
    "maximum": _range,
    "maxLength": _too_long,
    "minLength": _too_short,
    "maxItems": _too_many,
    "maxProperties": _too_many,
    "minItems": _too_few,
    "minProperties": _too_few,
    "uniqueItems": _repeated,
}
